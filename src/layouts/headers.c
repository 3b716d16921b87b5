/* SPDX-License-Identifier: MIT */
/* headers.c - which format it is, and reading without believing. */
#include "layouts/headers.h"

#include <string.h>

/* ---- bytes ---- */

enum { FREE_LOADS = 256 };

static uint8_t byte_at(ock_file *f, uint64_t at)
{
    const uint64_t page = at / OCK_HEADER_PAGE, begin = page * OCK_HEADER_PAGE;
    if (at >= f->bytes || f->status != OCK_OK) {
        return 0;
    }
    if (f->page != page + 1) {
        if (f->loads++ > FREE_LOADS + f->bytes / (OCK_HEADER_PAGE / 4)) {
            return 0;
        }
        const uint64_t left = f->bytes - begin;
        const size_t count = left < OCK_HEADER_PAGE ? (size_t)left : OCK_HEADER_PAGE;
        f->status = f->source->read_at(f->source->context, f->begin + begin, f->memory, count);
        f->page = page + 1;
    }
    return f->status == OCK_OK ? f->memory[at - begin] : 0;
}

uint64_t ock_file_little(ock_file *f, uint64_t at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = width; i-- > 0;) {
        value = value << 8 | byte_at(f, ock_plus(at, i));
    }
    return value;
}

uint64_t ock_file_get(ock_file *f, uint64_t at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; f->big && i < width; i++) {
        value = value << 8 | byte_at(f, ock_plus(at, i));
    }
    return f->big ? value : ock_file_little(f, at, width);
}

bool ock_file_has(ock_file *f, uint64_t at, const char *bytes, size_t count)
{
    size_t i = 0;
    while (i < count && byte_at(f, ock_plus(at, i)) == (uint8_t)bytes[i]) {
        i++;
    }
    return i == count && at < f->bytes && count <= f->bytes - at;
}

uint64_t ock_file_decimal(ock_file *f, uint64_t *at)
{
    enum { MOST_SPACE = 1024 };
    uint64_t value = 0;
    bool comment = false;
    for (int i = 0; i < MOST_SPACE; i++, ++*at) {
        const uint8_t c = byte_at(f, *at);
        comment = c == '#' || (comment && c != '\n');
        if (!comment && c != ' ' && (c < '\t' || c > '\r')) {
            break;
        }
    }
    for (; byte_at(f, *at) >= '0' && byte_at(f, *at) <= '9'; ++*at) {
        value = ock_plus(ock_times(value, 10), byte_at(f, *at) - '0');
    }
    return value;
}

/* ---- what is found ---- */

void ock_file_add(ock_file *f, const ock_found *x)
{
    const uint64_t record = x->record > 0 ? x->record : x->width;
    if (f->status != OCK_OK || x->begin >= f->bytes || x->width > OCK_ELEMENT_MAX ||
        record > UINT32_MAX || f->regions->count >= OCK_MAX_REGIONS) {
        return;
    }
    const uint64_t left = f->bytes - x->begin;
    const ock_region region = {.begin = f->begin + x->begin,
                               .length = x->length < left ? x->length : left,
                               .shape = {.kind = (uint8_t)x->kind,
                                         .type = (uint8_t)x->type,
                                         .big = f->big && x->width > 1,
                                         .width = (uint8_t)x->width,
                                         .record = (uint32_t)record,
                                         .row = x->row,
                                         .plane = x->plane}};
    if (region.length > 0) {
        f->status = ock_regions_append(f->regions, &region);
    }
}

/* A last dimension of some numbers only is that of a record's. */
void ock_file_add_grid(ock_file *f, ock_found x, const uint64_t *sizes, size_t count)
{
    enum { MOST_IN_RECORD = 16 };
    uint64_t product = x.width;
    size_t i = count;
    if (count > 1 && sizes[count - 1] <= MOST_IN_RECORD) {
        product = x.record = ock_times(product, sizes[--i]);
    }
    if (i > 1) {
        product = x.row = ock_times(product, sizes[--i]);
    }
    if (i > 1) {
        product = x.plane = ock_times(product, sizes[--i]);
    }
    while (i > 0) {
        product = ock_times(product, sizes[--i]);
    }
    x.length = product;
    ock_file_add(f, &x);
}

/* ---- formats ---- */

typedef struct format {
    ock_reader *read;
    uint16_t at, count;
    const char *magic;
} format;

static const format formats[] = {
    {ock_read_chunks, 0, 4, "RIFF"},
    {ock_read_chunks, 0, 4, "RIFX"},
    {ock_read_chunks, 0, 4, "RF64"},
    {ock_read_chunks, 0, 4, "FORM"},
    {ock_read_pnm, 0, 1, "P"},
    {ock_read_tiff, 0, 4, "II*\0"},
    {ock_read_tiff, 0, 4, "MM\0*"},
    {ock_read_dicom, 128, 4, "DICM"},
    {ock_read_fits, 0, 9, "SIMPLE  ="},
    {ock_read_netcdf, 0, 3, "CDF"},
    {ock_read_npy, 0, 6, "\x93NUMPY"},
    {ock_read_hdf5, 0, 8, "\x89HDF\r\n\x1a\n"},
    {ock_read_grib, 0, 4, "GRIB"},
    {ock_read_dcd, 4, 4, "CORD"},
    {ock_read_trr, 12, 8, "GMX_trn_"},
    {ock_read_las, 0, 4, "LASF"},
    {ock_read_sqlite, 0, 16, "SQLite format 3\0"},
    {ock_read_elf, 0, 4,
     "\x7f"
     "ELF"},
    {ock_read_pe, 0, 2, "MZ"},
    {ock_read_macho, 0, 3, "\xce\xfa\xed"},
    {ock_read_macho, 0, 3, "\xcf\xfa\xed"},
    {ock_read_macho, 0, 3, "\xfe\xed\xfa"},
    {ock_read_tar, 257, 5, "ustar"},
    {ock_read_bmp, 0, 2, "BM"},
    {ock_read_stl, 0, 0, ""},
    {ock_read_sac, 0, 0, ""},
};

bool ock_headers_read(ock_file *f)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const format *x = &formats[i];
        f->big = false;
        if ((x->count == 0 || ock_file_has(f, x->at, x->magic, x->count)) && x->read(f)) {
            return true;
        }
    }
    return false;
}
