/* SPDX-License-Identifier: MIT */
/* regions.h - what parts of an input are, and how numbers lie in them: a list that the encoder makes and the decoder reads.
 *
 * A wrong list costs bytes, nothing else. What no region covers is unknown, and mostly text.
 *
 * Plain data: one thread at a time changes a list, any number read it. */
#ifndef OCK_REGIONS_H
#define OCK_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "contexts/layout.h"

enum { OCK_MAX_REGIONS = 1 << 20 };

/* What is stored for each; the order is that of the file. */
typedef enum ock_region_kind {
    OCK_REGION_UNKNOWN, /* its records and rows may be known */
    OCK_REGION_TEXT,
    OCK_REGION_CODE,    /* of a CPU; width: 1, or that of every instruction */
    OCK_REGION_NUMBERS, /* grids, tables */
    OCK_REGION_PIXELS,  /* record: a pixel */
    OCK_REGION_SAMPLES, /* sound, sensors; record: all channels at one time */
    OCK_REGION_PAGES,   /* of a database, SQLite's; row: a page */
    OCK_REGION_TRIANGLES, /* a mesh; record: a triangle, whose corners are its last nine whole numbers */
    OCK_REGION_KINDS
} ock_region_kind;

typedef enum ock_region_type {
    OCK_REGION_UNSIGNED,
    OCK_REGION_SIGNED,
    OCK_REGION_REAL, /* IEEE: 2, 4 or 8 bytes */
    OCK_REGION_WHOLE, /* binary32, all of them whole numbers; and up to the last one, over 2, 4, 8 ... */
    OCK_REGION_TYPES = OCK_REGION_WHOLE + OCK_FRACTION_MAX + 1
} ock_region_type;

/* No padding: shapes are compared by memcmp. */
typedef struct ock_shape {
    uint8_t kind, type, big; /* big: 1 where the most significant byte comes first */
    uint8_t width;           /* bytes of a number: 1, 2, 3, 4 or 8 */
    uint32_t record;         /* bytes between a number and the one like it, at least width */
    uint64_t row,
        plane; /* bytes to the row above, more than record, and of a plane, more than row; 0: none */
} ock_shape;

/* Records, rows and planes begin where the region does, less phase. */
typedef struct ock_region {
    uint64_t begin, length; /* at least 1 */
    uint64_t phase;         /* 0 in lists of inputs; what came before of a region that was cut */
    ock_shape shape;
} ock_region;

typedef struct ock_regions {
    size_t count, room;
    ock_region *of; /* (count) in order and apart */
} ock_regions;

void ock_regions_free(ock_regions *regions);

/* Where the last of the first `count` ends; 0 for none. */
uint64_t ock_regions_end(const ock_regions *regions, size_t count);

/* What layouts call `real`. */
static inline uint64_t ock_shape_real(const ock_shape *shape)
{
    return shape->type < OCK_REGION_WHOLE ? shape->type == OCK_REGION_REAL
                                          : OCK_WHOLE + (uint64_t)shape->type - OCK_REGION_WHOLE;
}

/* And back, from 1 on. */
static inline uint8_t ock_shape_type(uint64_t real)
{
    return (uint8_t)(real < OCK_WHOLE ? OCK_REGION_REAL : OCK_REGION_WHOLE + real - OCK_WHOLE);
}

/* Whether a shape is possible in a region of that length: rows and planes are shorter than it. */
bool ock_shape_is_sound(const ock_shape *shape, uint64_t length);

/* Whether a region could stand behind those of the list, within `bytes`. */
bool ock_regions_allow(const ock_regions *regions, const ock_region *region, uint64_t bytes);

/* At the end, whatever it is. OCK_ENVIRONMENT when memory is short or the list has OCK_MAX_REGIONS. */
ock_status ock_regions_append(ock_regions *regions, const ock_region *region) OCK_WARN_UNUSED;

/* Regions from `first` on, of any order, are made a list within `bytes`, and behind those before: what overlaps an
 * earlier one is left out, what goes on like the one before is one with it, rows that are too long are none. */
void ock_regions_settle(ock_regions *regions, size_t first, uint64_t bytes);

bool ock_regions_equal(const ock_regions *a, const ock_regions *b);

/* What lies at an offset: NULL for unknown; *end: up to where that holds, UINT64_MAX behind the last region. */
const ock_region *ock_regions_at(const ock_regions *regions, uint64_t offset, uint64_t *end);

/* How numbers lie there, from that offset of the region on, as contexts see it: `offset` of the layout is that of a
 * record's begin, as if the symbol at `at` were number 0. What records and rows contexts don't reach are none. */
void ock_region_layout(const ock_region *region, uint64_t at, ock_layout *layout);

/* What lies in `length` bytes at `begin` is appended to a list of something that has these bytes at `at`: behind what it
 * has already. */
ock_status ock_regions_cut(const ock_regions *regions, uint64_t begin, uint64_t length, uint64_t at,
                           ock_regions *to) OCK_WARN_UNUSED;

#endif
