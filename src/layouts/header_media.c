/* SPDX-License-Identifier: MIT */
/* header_media.c - sound and pictures. */
#include "layouts/headers.h"

/* ---- WAV, AIFF: chunks ---- */

typedef struct sound {
    uint64_t channels, bits;
    bool real, known;
} sound;

static void read_fmt(ock_file *f, uint64_t at, sound *s)
{
    enum { PCM = 1, FLOAT = 3, EXTENSIBLE = 0xFFFE };
    uint64_t format = ock_file_get(f, at, 2);
    if (format == EXTENSIBLE) {
        format = ock_file_get(f, at + 24, 2);
    }
    *s = (sound){ock_file_get(f, at + 2, 2), ock_file_get(f, at + 14, 2), format == FLOAT,
                 format == PCM || format == FLOAT};
}

static void read_comm(ock_file *f, uint64_t at, uint64_t size, sound *s)
{
    const bool plain =
        size < 22 || ock_file_has(f, at + 18, "NONE", 4) || ock_file_has(f, at + 18, "twos", 4);
    const bool little = size >= 22 && ock_file_has(f, at + 18, "sowt", 4);
    const bool real =
        size >= 22 && (ock_file_has(f, at + 18, "fl", 2) || ock_file_has(f, at + 18, "FL", 2));
    *s = (sound){ock_file_get(f, at, 2), ock_file_get(f, at + 6, 2), real, plain || little || real};
    f->big = !little;
}

static void add_sound(ock_file *f, uint64_t begin, uint64_t size, const sound *s, bool small_signed)
{
    const uint64_t width = (s->bits + 7) / 8;
    if (s->known) {
        const ock_region_type whole =
            width > 1 || small_signed ? OCK_REGION_SIGNED : OCK_REGION_UNSIGNED;
        ock_file_add(f, &(ock_found){.begin = begin,
                                     .length = size,
                                     .kind = OCK_REGION_SAMPLES,
                                     .type = s->real ? OCK_REGION_REAL : whole,
                                     .width = width,
                                     .record = ock_times(s->channels, width)});
    }
}

bool ock_read_chunks(ock_file *f)
{
    enum { HEAD = 8, FIRST = 12, UNKNOWN = 0xFFFFFFFF };
    const bool wave = ock_file_has(f, HEAD, "WAVE", 4), form = ock_file_has(f, 0, "FORM", 4);
    const bool big = form || ock_file_has(f, 0, "RIFX", 4);
    sound s = {0, 0, false, false};
    if (!wave && !(form && ock_file_has(f, HEAD, "AIF", 3))) {
        return false;
    }
    for (uint64_t at = FIRST; at < f->bytes;) {
        const bool numbers_big = f->big; /* of the samples; those of chunks follow the file */
        f->big = big;
        const uint64_t size = ock_file_get(f, at + 4, 4), body = at + HEAD;
        f->big = at == FIRST ? big : numbers_big;
        if (wave && ock_file_has(f, at, "fmt ", 4)) {
            read_fmt(f, body, &s);
        } else if (wave && ock_file_has(f, at, "data", 4)) {
            add_sound(f, body, size == UNKNOWN ? UINT64_MAX : size, &s, false);
        } else if (form && ock_file_has(f, at, "COMM", 4)) {
            read_comm(f, body, size, &s);
        } else if (form && ock_file_has(f, at, "SSND", 4) && size > HEAD) {
            add_sound(f, body + HEAD, size - HEAD, &s, true);
        }
        at = body + size + (size & 1);
    }
    return true;
}

/* ---- pictures ---- */

bool ock_read_bmp(ock_file *f)
{
    enum { BIT_FIELDS = 3 };
    const uint64_t bits = ock_file_get(f, 28, 2), packed = ock_file_get(f, 30, 4);
    const uint64_t columns = ock_file_get(f, 18, 4), height = ock_file_get(f, 22, 4);
    const uint64_t rows = height >> 31 ? (UINT64_C(1) << 32) - height : height;
    if (ock_file_get(f, 26, 2) != 1 || bits > 32 || (packed != 0 && packed != BIT_FIELDS)) {
        return false;
    }
    const uint64_t row = (columns * bits + 31) / 32 * 4; /* below 2^48 */
    ock_file_add(f, &(ock_found){.begin = ock_file_get(f, 10, 4),
                                 .length = ock_times(row, rows),
                                 .kind = OCK_REGION_PIXELS,
                                 .width = bits == 16 ? 2 : 1,
                                 .record = bits < 8 ? 1 : bits / 8,
                                 .row = row});
    return true;
}

static void add_pixels(ock_file *f, ock_found x, uint64_t samples, uint64_t columns, uint64_t rows)
{
    x.kind = OCK_REGION_PIXELS;
    x.record = ock_times(x.width, samples);
    x.row = ock_times(x.record, columns);
    x.length = ock_times(x.row, rows);
    ock_file_add(f, &x);
}

/* The decimal number after a word in the file's first bytes; 0: none. */
static uint64_t decimal_behind(ock_file *f, const char *word, size_t count, uint64_t most)
{
    for (uint64_t at = 0; at < most; at++) {
        if (ock_file_has(f, at, word, count)) {
            at += count;
            return ock_file_decimal(f, &at);
        }
    }
    return 0;
}

static bool read_pam(ock_file *f)
{
    enum { MOST = 1024, END = 8 };
    uint64_t at = 0;
    while (at < MOST && !ock_file_has(f, at, "\nENDHDR\n", END)) {
        at++;
    }
    if (at == MOST) {
        return false;
    }
    f->big = true;
    const ock_found x = {.begin = at + END,
                         .width = decimal_behind(f, "\nMAXVAL", 7, at) > UINT8_MAX ? 2 : 1};
    add_pixels(f, x, decimal_behind(f, "\nDEPTH", 6, at), decimal_behind(f, "\nWIDTH", 6, at),
               decimal_behind(f, "\nHEIGHT", 7, at));
    return true;
}

bool ock_read_pnm(ock_file *f)
{
    uint64_t at = 2;
    const bool colour = ock_file_has(f, 1, "6", 1);
    if (ock_file_has(f, 1, "7\n", 2)) {
        return read_pam(f);
    }
    if (!colour && !ock_file_has(f, 1, "5", 1)) {
        return false;
    }
    const uint64_t columns = ock_file_decimal(f, &at), rows = ock_file_decimal(f, &at);
    const uint64_t most = ock_file_decimal(f, &at);
    if (columns == 0 || rows == 0 || most == 0 || most > UINT16_MAX) {
        return false;
    }
    f->big = true;
    add_pixels(f, (ock_found){.begin = at + 1, .width = most > UINT8_MAX ? 2 : 1}, colour ? 3 : 1,
               columns, rows);
    return true;
}

/* ---- TIFF ---- */

/* A field of a directory: where its values are, and how many. */
typedef struct field {
    uint64_t at, count;
    unsigned width;
} field;

enum { TIFF_FIRST = 254, TIFF_FIELDS = 96 };

static uint64_t value_of(ock_file *f, const field *x, uint64_t i)
{
    return i < x->count ? ock_file_get(f, ock_plus(x->at, i * x->width), x->width) : 0;
}

static uint64_t first_or(ock_file *f, const field *x, uint64_t otherwise)
{
    return x->count > 0 ? value_of(f, x, 0) : otherwise;
}

static void add_image(ock_file *f, const field *fields)
{
    enum { COLUMNS = 256, BITS = 258, COMPRESSION, STRIPS = 273, SAMPLES = 277, STRIP_BYTES = 279 };
    enum { PLANAR = 284, TILE_COLUMNS = 322, TILES = 324, TILE_BYTES, FORMAT = 339 };
    static const ock_region_type types[] = {OCK_REGION_UNSIGNED, OCK_REGION_UNSIGNED,
                                            OCK_REGION_SIGNED, OCK_REGION_REAL};
#define FIELD(name) (&fields[(name)-TIFF_FIRST])
    const bool tiled = FIELD(TILES)->count > 0;
    const field *parts = tiled ? FIELD(TILES) : FIELD(STRIPS);
    const field *bytes = tiled ? FIELD(TILE_BYTES) : FIELD(STRIP_BYTES);
    const uint64_t columns = first_or(f, tiled ? FIELD(TILE_COLUMNS) : FIELD(COLUMNS), 0);
    const uint64_t bits = first_or(f, FIELD(BITS), 1), format = first_or(f, FIELD(FORMAT), 1);
    const bool apart = first_or(f, FIELD(PLANAR), 1) == 2;
    const uint64_t record = ock_times(bits / 8, apart ? 1 : first_or(f, FIELD(SAMPLES), 1));
    const bool plain = first_or(f, FIELD(COMPRESSION), 1) == 1 && bits % 8 == 0 && format < 4;
#undef FIELD
    for (uint64_t i = 0; plain && i < parts->count && i < OCK_HEADER_STEPS; i++) {
        ock_file_add(f, &(ock_found){.begin = value_of(f, parts, i),
                                     .length = value_of(f, bytes, i),
                                     .kind = OCK_REGION_PIXELS,
                                     .type = types[format],
                                     .width = bits / 8,
                                     .record = record,
                                     .row = ock_times(record, columns)});
    }
}

bool ock_read_tiff(ock_file *f)
{
    enum { ENTRY = 12, MOST_IMAGES = 64 };
    f->big = ock_file_has(f, 0, "M", 1);
    uint64_t at = ock_file_get(f, 4, 4);
    for (int image = 0; at > 0 && at < f->bytes && image < MOST_IMAGES; image++) {
        field fields[TIFF_FIELDS] = {{0, 0, 0}};
        const uint64_t count = ock_file_get(f, at, 2);
        for (uint64_t i = 0; i < count; i++) {
            const uint64_t entry = at + 2 + i * ENTRY, tag = ock_file_get(f, entry, 2);
            const unsigned width = ock_file_get(f, entry + 2, 2) == 3 ? 2 : 4;
            const uint64_t values = ock_file_get(f, entry + 4, 4);
            if (tag >= TIFF_FIRST && tag < TIFF_FIRST + TIFF_FIELDS) {
                const uint64_t here = entry + 8;
                fields[tag - TIFF_FIRST] =
                    (field){values * width <= 4 ? here : ock_file_get(f, here, 4), values, width};
            }
        }
        add_image(f, fields);
        at = ock_file_get(f, at + 2 + count * ENTRY, 4);
    }
    return true;
}

/* ---- DICOM ---- */

typedef struct scan {
    uint64_t samples, rows, columns, bits, is_signed, planar;
} scan;

static void take_element(ock_file *f, scan *s, uint64_t tag, uint64_t at)
{
    const struct {
        uint32_t tag;
        uint64_t *value;
    } wanted[] = {{0x00280002, &s->samples}, {0x00280006, &s->planar}, {0x00280010, &s->rows},
                  {0x00280011, &s->columns}, {0x00280100, &s->bits},   {0x00280103, &s->is_signed}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (tag == wanted[i].tag) {
            *wanted[i].value = ock_file_get(f, at, 2);
        }
    }
}

static void add_scan(ock_file *f, const scan *s, uint64_t begin, uint64_t length)
{
    const uint64_t width = s->bits / 8, samples = s->planar == 1 ? 1 : s->samples;
    const uint64_t row = ock_times(ock_times(width, samples), s->columns);
    ock_file_add(f, &(ock_found){.begin = begin,
                                 .length = length,
                                 .kind = OCK_REGION_PIXELS,
                                 .type = s->is_signed ? OCK_REGION_SIGNED : OCK_REGION_UNSIGNED,
                                 .width = width,
                                 .record = ock_times(width, samples),
                                 .row = row,
                                 .plane = ock_times(row, s->rows)});
}

/* Whether a value of that kind has a length of four bytes, after two of nothing. */
static bool is_far(ock_file *f, uint64_t at)
{
    static const char far[] = "SQUNUTUCURSVUV";
    bool found = ock_file_has(f, at, "O", 1);
    for (size_t i = 0; i + 1 < sizeof far; i += 2) {
        found = found || ock_file_has(f, at, far + i, 2);
    }
    return found;
}

/* Elements one after the other; into sequences of unknown length it goes, over others it steps. */
bool ock_read_dicom(ock_file *f)
{
    enum { FIRST = 132, ITEM = 0xFFFE, ABOUT_FILE = 2, LONGEST_PLAIN = 20 };
    enum { UNKNOWN = 0xFFFFFFFF, SYNTAX = 0x00020010, PIXELS = 0x7FE00010 };
    scan s = {.samples = 1};
    bool named = true, packed = false, big = false; /* named: elements say their kind */
    for (uint64_t at = FIRST; at < f->bytes && f->status == OCK_OK;) {
        const bool about_file = ock_file_little(f, at, 2) == ABOUT_FILE;
        f->big = big && !about_file;
        const uint64_t tag = ock_file_get(f, at, 2) << 16 | ock_file_get(f, at + 2, 2);
        const bool item = tag >> 16 == ITEM, kind = (named || about_file) && !item;
        const bool far = kind && is_far(f, at + 4);
        const uint64_t size = far    ? ock_file_get(f, at + 8, 4)
                              : kind ? ock_file_get(f, at + 6, 2)
                                     : ock_file_get(f, at + 4, 4);
        const uint64_t body = at + (far ? 12 : 8);
        if (tag == SYNTAX) { /* 1.2.840.10008.1.2 and nothing, .1 or .2 */
            const bool one = ock_file_has(f, body + 17, ".1", 2);
            big = ock_file_has(f, body + 17, ".2", 2);
            named = ock_file_has(f, body + 17, ".", 1);
            packed = size > LONGEST_PLAIN || (named && !one && !big);
        } else if (tag == PIXELS) {
            if (!packed && size != UNKNOWN) {
                add_scan(f, &s, body, size);
            }
            break;
        }
        take_element(f, &s, tag, body);
        at = body + (item || size == UNKNOWN ? 0 : size);
    }
    return true;
}
