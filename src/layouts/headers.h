/* SPDX-License-Identifier: MIT */
/* headers.h - a file within an input, as readers of headers see it: bytes from anywhere, of which none is believed.
 *
 * What lies beyond its end reads as 0, as does all after more reading than any header needs; what cannot be
 * read fails the search. So a reader has no errors of its own. It walks forward or counts its steps, so it
 * ends whatever it is given.
 *
 * Internal to the directory; one thread at a time. */
#ifndef OCK_HEADERS_H
#define OCK_HEADERS_H

#include "base/source.h"
#include "layouts/regions.h"

enum { OCK_HEADER_PAGE = 4096, OCK_HEADER_STEPS = 1 << 16 /* of a walk that may go in circles */ };

typedef struct ock_file {
    const ock_source *source;
    uint64_t begin, bytes; /* of the source */
    bool big;              /* order of the header's numbers, and of what is found */
    unsigned depth;        /* files around it */
    bool members;          /* it consists of files, which were looked at */
    ock_status status;     /* the first failure */
    struct ock_scan *scan; /* for what headers say nothing of */
    ock_regions *regions;  /* what is found is appended, in any order */
    uint64_t page,
        loads; /* number of what is in memory, plus 1 (0: none), and how many there were */
    uint8_t memory[OCK_HEADER_PAGE];
} ock_file;

/* The number of 1 to 8 bytes at an offset of the file. */
uint64_t ock_file_get(ock_file *file, uint64_t at, unsigned width);
/* The same with the lowest byte first, whatever the file's order. */
uint64_t ock_file_little(ock_file *file, uint64_t at, unsigned width);
/* Whether these bytes are there. */
bool ock_file_has(ock_file *file, uint64_t at, const char *bytes, size_t count);
/* The decimal number after spaces (and '#' comments) from *at on, which is moved after it. */
uint64_t ock_file_decimal(ock_file *file, uint64_t *at);

/* a * b, UINT64_MAX where that is more: a length longer than any file. */
static inline uint64_t ock_times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}
static inline uint64_t ock_plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* What a reader has found, in the order of bytes of its file. What is impossible is ignored. */
typedef struct ock_found {
    uint64_t begin, length; /* of the file; beyond its end there is nothing */
    ock_region_kind kind;
    ock_region_type type;
    uint64_t width, record; /* 0: as wide as a number */
    uint64_t row, plane;
} ock_found;
void ock_file_add(ock_file *file, const ock_found *found);

/* A grid of numbers of that width: sizes[0] is that of the dimension that changes least often. */
enum { OCK_GRID_MAX = 32 };
void ock_file_add_grid(ock_file *file, ock_found found, const uint64_t *sizes, size_t count);

/* Reads a file's header, if it knows its format, and what lies in it. */
bool ock_headers_read(ock_file *file);

/* The readers. -> whether it is one: the file's magic is there, where it has one. */
typedef bool ock_reader(ock_file *file);
ock_reader ock_read_chunks, ock_read_bmp, ock_read_pnm, ock_read_tiff, ock_read_dicom;
ock_reader ock_read_fits, ock_read_netcdf, ock_read_npy, ock_read_hdf5, ock_read_grib;
ock_reader ock_read_dcd, ock_read_trr, ock_read_sac, ock_read_stl, ock_read_las, ock_read_sqlite;
ock_reader ock_read_elf, ock_read_pe, ock_read_macho, ock_read_tar;

#endif
