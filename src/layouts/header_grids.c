/* SPDX-License-Identifier: MIT */
/* header_grids.c - grids and tables of numbers: FITS, netCDF, npy, GRIB. */
#include "layouts/headers.h"

#include <string.h>

/* ---- FITS: cards of 80 bytes in blocks of 2880 ---- */

enum { CARD = 80, BLOCK = 2880, VALUE = 9 };

typedef struct fits {
    uint64_t bits, count, parameters, groups;
    bool real;
    uint64_t sizes[OCK_GRID_MAX]; /* the last one changes most often */
} fits;

static uint64_t card_value(ock_file *f, uint64_t at, bool *negative)
{
    uint64_t place = at + VALUE;
    while (place < at + CARD && ock_file_has(f, place, " ", 1)) {
        place++;
    }
    *negative = ock_file_has(f, place, "-", 1);
    place += *negative;
    return ock_file_decimal(f, &place);
}

static void take_card(ock_file *f, uint64_t at, fits *x)
{
    bool negative;
    const uint64_t value = card_value(f, at, &negative);
    if (ock_file_has(f, at, "BITPIX  ", 8)) {
        x->bits = value;
        x->real = negative;
    } else if (ock_file_has(f, at, "NAXIS   ", 8)) {
        x->count = value;
    } else if (ock_file_has(f, at, "NAXIS", 5)) {
        at += 5;
        const uint64_t axis = ock_file_decimal(f, &at);
        if (axis > 0 && axis <= x->count && x->count <= OCK_GRID_MAX) {
            x->sizes[x->count - axis] = value;
        }
    } else if (ock_file_has(f, at, "PCOUNT  ", 8)) {
        x->parameters = value;
    } else if (ock_file_has(f, at, "GCOUNT  ", 8)) {
        x->groups = value;
    }
}

/* -> bytes of the data that begins there, and of what fills its last block. */
static uint64_t add_fits(ock_file *f, const fits *x, uint64_t begin, bool table)
{
    uint64_t elements = x->count > 0 && x->count <= OCK_GRID_MAX ? 1 : 0;
    for (uint64_t i = 0; elements > 0 && i < x->count; i++) {
        elements = ock_times(elements, x->sizes[i]);
    }
    ock_found found = {.begin = begin,
                       .kind = OCK_REGION_NUMBERS,
                       .type = x->real        ? OCK_REGION_REAL
                               : x->bits == 8 ? OCK_REGION_UNSIGNED
                                              : OCK_REGION_SIGNED,
                       .width = x->bits / 8};
    if (elements > 0 && table && x->count == 2) {
        found.kind = OCK_REGION_UNKNOWN;
        found.record = x->sizes[1];
        found.length = elements;
        ock_file_add(f, &found);
    } else if (elements > 0) {
        ock_file_add_grid(f, found, x->sizes, (size_t)x->count);
    }
    const uint64_t bytes =
        ock_times(ock_times(ock_plus(elements, x->parameters), x->groups), x->bits / 8);
    return ock_times(bytes / BLOCK + (bytes % BLOCK > 0), BLOCK);
}

bool ock_read_fits(ock_file *f)
{
    f->big = true;
    for (uint64_t at = 0; at < f->bytes;) {
        const bool table = ock_file_has(f, at, "XTENSION= 'BINTABLE", 19);
        fits x = {.groups = 1};
        while (at < f->bytes && !ock_file_has(f, at, "END     ", 8)) {
            take_card(f, at, &x);
            at += CARD;
        }
        at = (at / BLOCK + 1) * BLOCK;
        at = ock_plus(at, add_fits(f, &x, at, table));
    }
    return true;
}

/* ---- netCDF classic ---- */

enum { NC_DIMENSIONS = 512 };

typedef struct netcdf {
    ock_file *file;
    uint64_t at;
    unsigned width;                /* of counts */
    unsigned place;                /* of offsets */
    uint64_t records, count, step; /* step: bytes of all variables in a record */
    uint64_t sizes[NC_DIMENSIONS];
} netcdf;

static const uint8_t nc_widths[] = {0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};

static uint64_t next(netcdf *n, unsigned width)
{
    const uint64_t value = ock_file_get(n->file, n->at, width);
    n->at = ock_plus(n->at, width);
    return value;
}

static unsigned width_of(uint64_t type)
{
    return type < sizeof nc_widths ? nc_widths[type] : 0;
}

static void skip(netcdf *n, uint64_t bytes)
{
    n->at = ock_plus(n->at, ock_plus(bytes, 3) / 4 * 4);
}

static bool is_inside(const netcdf *n)
{
    return n->at < n->file->bytes;
}

/* A list's tag is there whether it has entries or not. -> how many. */
static uint64_t begin_list(netcdf *n)
{
    n->at = ock_plus(n->at, 4);
    return next(n, n->width);
}

static void skip_attributes(netcdf *n)
{
    const uint64_t count = begin_list(n);
    for (uint64_t i = 0; i < count && is_inside(n); i++) {
        skip(n, next(n, n->width));
        const unsigned width = width_of(next(n, 4));
        skip(n, ock_times(next(n, n->width), width));
    }
}

typedef struct variable {
    ock_found found;
    uint64_t bytes; /* in a record, where it is of them */
    bool recorded;
    size_t count;
    uint64_t sizes[OCK_GRID_MAX];
} variable;

static void read_variable(netcdf *n, variable *v)
{
    *v = (variable){.found = {.kind = OCK_REGION_NUMBERS}};
    skip(n, next(n, n->width));
    const uint64_t count = next(n, n->width);
    for (uint64_t i = 0; i < count && is_inside(n); i++) {
        const uint64_t dimension = next(n, n->width);
        const uint64_t size = dimension < n->count ? n->sizes[dimension] : 0;
        v->recorded = v->recorded || (i == 0 && size == 0);
        if (i < OCK_GRID_MAX && !(i == 0 && size == 0)) {
            v->sizes[v->count++] = size;
        }
    }
    skip_attributes(n);
    const uint64_t type = next(n, 4);
    v->found.width = width_of(type);
    v->found.type = type == 5 || type == 6   ? OCK_REGION_REAL
                    : type < 5 || type == 10 ? OCK_REGION_SIGNED
                                             : OCK_REGION_UNSIGNED;
    v->found.kind = type == 2 ? OCK_REGION_TEXT : OCK_REGION_NUMBERS;
    v->bytes = next(n, n->width);
    v->found.begin = next(n, n->place);
}

/* In each record, where it is of them. */
static void add_variable(netcdf *n, variable *v)
{
    const uint64_t times = v->recorded ? n->records : 1;
    for (uint64_t i = 0; i < times && i < OCK_HEADER_STEPS && v->found.begin < n->file->bytes;
         i++) {
        ock_file_add_grid(n->file, v->found, v->sizes, v->count);
        v->found.begin = ock_plus(v->found.begin, n->step);
    }
}

/* First what all variables take in a record, then where they are. */
static void read_variables(netcdf *n)
{
    const uint64_t begin = n->at;
    for (int pass = 0; pass < 2; pass++) {
        n->at = begin;
        const uint64_t count = begin_list(n);
        for (uint64_t i = 0; i < count && is_inside(n); i++) {
            variable v;
            read_variable(n, &v);
            if (pass > 0) {
                add_variable(n, &v);
            } else if (v.recorded) {
                n->step = ock_plus(n->step, v.bytes);
            }
        }
    }
}

bool ock_read_netcdf(ock_file *f)
{
    const uint64_t version = ock_file_get(f, 3, 1);
    netcdf n = {.file = f, .at = 4, .width = version == 5 ? 8 : 4, .place = version == 1 ? 4 : 8};
    if (version != 1 && version != 2 && version != 5) {
        return false;
    }
    f->big = true;
    n.records = next(&n, n.width);
    n.count = begin_list(&n);
    for (uint64_t i = 0; i < n.count && is_inside(&n); i++) {
        skip(&n, next(&n, n.width));
        const uint64_t size = next(&n, n.width);
        if (i < NC_DIMENSIONS) {
            n.sizes[i] = size;
        }
    }
    n.count = n.count < NC_DIMENSIONS ? n.count : NC_DIMENSIONS;
    skip_attributes(&n);
    read_variables(&n);
    return true;
}

/* ---- npy ---- */

/* Where a text of the header ends; 0: it is not there. */
static uint64_t behind(ock_file *f, const char *text, uint64_t from, uint64_t end)
{
    const size_t count = strlen(text);
    for (uint64_t at = from; at < end; at++) {
        if (ock_file_has(f, at, text, count)) {
            return at + count;
        }
    }
    return 0;
}

bool ock_read_npy(ock_file *f)
{
    enum { MOST = 4096 };
    const bool first = ock_file_get(f, 6, 1) == 1;
    const uint64_t head = first ? 10 : 12, end = head + ock_file_get(f, 8, first ? 2 : 4);
    const uint64_t stop = end < MOST ? end : MOST;
    uint64_t type = behind(f, "'descr': '", head, stop), at = behind(f, "'shape': (", head, stop);
    const bool turned = behind(f, "'fortran_order': True", head, stop) > 0;
    uint64_t sizes[OCK_GRID_MAX];
    size_t count = 0;
    if (type == 0 || at == 0) {
        return false;
    }
    while (count < OCK_GRID_MAX && at < stop && !ock_file_has(f, at, ")", 1)) {
        const uint64_t before = at, size = ock_file_decimal(f, &at);
        if (at > before) {
            sizes[count++] = size;
        }
        at += ock_file_has(f, at, ",", 1);
        at += ock_file_has(f, at, " ", 1);
        if (at == before) {
            return false;
        }
    }
    for (size_t i = 0; turned && i < count / 2; i++) {
        const uint64_t size = sizes[i];
        sizes[i] = sizes[count - 1 - i];
        sizes[count - 1 - i] = size;
    }
    const bool real = ock_file_has(f, type + 1, "f", 1), whole = ock_file_has(f, type + 1, "i", 1);
    const bool complex = ock_file_has(f, type + 1, "c", 1);
    f->big = ock_file_has(f, type, ">", 1);
    type += 2;
    uint64_t width = ock_file_decimal(f, &type);
    if (complex && count < OCK_GRID_MAX) {
        sizes[count++] = 2;
        width /= 2;
    }
    const ock_found found = {.begin = end,
                             .kind = OCK_REGION_NUMBERS,
                             .type = real || complex ? OCK_REGION_REAL
                                     : whole         ? OCK_REGION_SIGNED
                                                     : OCK_REGION_UNSIGNED,
                             .width = width};
    ock_file_add_grid(f, found, sizes, count);
    return true;
}

/* ---- GRIB ---- */

/* Numbers of some bits, one after the other: whole bytes, or what comes again after some bytes. */
static void add_packed(ock_file *f, uint64_t begin, uint64_t length, uint64_t bits,
                       uint64_t columns)
{
    static const uint8_t parts[8] = {8, 1, 2, 1, 4, 1, 2, 1}; /* gcd with 8 */
    const bool whole = bits % 8 == 0 && bits > 0 && bits <= 32;
    ock_file_add(f, &(ock_found){.begin = begin,
                                 .length = length,
                                 .kind = whole ? OCK_REGION_NUMBERS : OCK_REGION_UNKNOWN,
                                 .width = whole ? bits / 8 : 1,
                                 .record = bits / parts[bits % 8],
                                 .row = columns * bits % 8 == 0 ? columns * bits / 8 : 0});
}

static void read_grib1(ock_file *f, uint64_t at, uint64_t end)
{
    enum { GRID = 128, MASK = 64, HEAD = 11, NOT_SIMPLE = 0xC };
    const uint64_t flags = ock_file_get(f, at + 8 + 7, 1);
    uint64_t columns = 0;
    at += 8 + ock_file_get(f, at + 8, 3);
    if (flags & GRID) {
        columns = ock_file_get(f, at + 6, 2);
        at += ock_file_get(f, at, 3);
    }
    if (flags & MASK) {
        at += ock_file_get(f, at, 3);
    }
    const uint64_t length = ock_file_get(f, at, 3), how = ock_file_get(f, at + 3, 1);
    if (length > HEAD && at + length <= end && (how >> 4 & NOT_SIMPLE) == 0) {
        const uint64_t fill = HEAD + (how & 15) / 8;
        add_packed(f, at + HEAD, length - fill, ock_file_get(f, at + 10, 1), columns);
    }
}

static void read_grib2(ock_file *f, uint64_t at, uint64_t end)
{
    enum { HEAD = 16, GRID = 3, PACKING = 5, DATA = 7 };
    uint64_t columns = 0, bits = 0;
    at += HEAD;
    while (at < end && at + 5 < f->bytes) {
        const uint64_t size = ock_file_get(f, at, 4), section = ock_file_get(f, at + 4, 1);
        if (section == GRID) {
            columns = ock_file_get(f, at + 30, 4);
        } else if (section == PACKING) {
            bits = ock_file_get(f, at + 9, 2) == 0 ? ock_file_get(f, at + 19, 1) : 0;
        } else if (section == DATA && bits > 0 && size > 5) {
            add_packed(f, at + 5, size - 5, bits, columns);
        }
        if (size < 5) {
            break;
        }
        at += size;
    }
}

bool ock_read_grib(ock_file *f)
{
    enum { LEAST = 16, MOST_BETWEEN = 1024 };
    uint64_t between = 0;
    f->big = true;
    for (uint64_t at = 0; at < f->bytes && between < MOST_BETWEEN;) {
        if (!ock_file_has(f, at, "GRIB", 4)) {
            between++;
            at++;
            continue;
        }
        between = 0;
        const uint64_t edition = ock_file_get(f, at + 7, 1);
        const uint64_t size = ock_file_get(f, edition == 1 ? at + 4 : at + 8, edition == 1 ? 3 : 8);
        const uint64_t end = ock_plus(at, size);
        if (edition == 1) {
            read_grib1(f, at, end);
        } else if (edition == 2) {
            read_grib2(f, at, end);
        }
        at = size < LEAST ? f->bytes : end;
    }
    return true;
}
