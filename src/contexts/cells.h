/* SPDX-License-Identifier: MIT */
/* cells.h - a cell of an SQLite page, byte by byte (pages.h). */
#ifndef OCK_CELLS_H
#define OCK_CELLS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    OCK_PAGE_COLUMNS = 32,                      /* of a record that are told apart */
    OCK_PAGE_FIELDS = 4 + 2 * OCK_PAGE_COLUMNS, /* of a cell: */
    OCK_PAGE_CHILD = 0,                         /* the page below */
    OCK_PAGE_PAYLOAD,                           /* bytes of the record */
    OCK_PAGE_ROWID,
    OCK_PAGE_SIZE,                                      /* bytes of the record's header, with */
    OCK_PAGE_TYPE,                                      /* the columns' types; and */
    OCK_PAGE_COLUMN = OCK_PAGE_TYPE + OCK_PAGE_COLUMNS, /* the columns */
    OCK_PAGE_REST = OCK_PAGE_FIELDS,                    /* what comes after the last one */
};

/* A cell, as far as it is known. All 64 bits, as all that follows. */
typedef struct ock_cell {
    uint64_t begin;             /* symbol number */
    uint64_t known;             /* bytes; 0: there is none */
    uint64_t field, in, number; /* of the next byte; in it so far */
    uint64_t columns;           /* types so far, the last ones beyond OCK_PAGE_COLUMNS left out */
    uint64_t at[OCK_PAGE_FIELDS],
        length[OCK_PAGE_FIELDS];     /* from its begin; 0: the cell lacks it */
    uint64_t value[OCK_PAGE_FIELDS]; /* if the field is a whole number */
} ock_cell;

/* Types of pages that have cells. */
enum { OCK_INDEX_INNER = 2, OCK_TABLE_INNER = 5, OCK_INDEX_LEAF = 10, OCK_TABLE_LEAF = 13 };

/* Whether pages are below it. */
static inline bool ock_page_is_inner(uint64_t type)
{
    return type == OCK_INDEX_INNER || type == OCK_TABLE_INNER;
}

/* A cell that begins at that symbol, in a page of that type. */
void ock_cell_start(ock_cell *cell, uint64_t type, uint64_t begin);

/* Its next byte. -> whether a field ended with it. */
bool ock_cell_follow(ock_cell *cell, uint64_t type, uint8_t byte);

/* Of a column's type: bytes, and whether they are a whole number's. */
uint64_t ock_cell_length(uint64_t serial);

static inline bool ock_cell_is_integer(uint64_t serial)
{
    return serial >= 1 && serial <= 6;
}

/* The type of the column that a field is. */
static inline uint64_t ock_cell_serial(const ock_cell *cell, uint64_t field)
{
    return cell->value[field - OCK_PAGE_COLUMN + OCK_PAGE_TYPE];
}

bool ock_cell_is_sound(const ock_cell *cell);

#endif
