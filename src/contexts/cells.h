/* SPDX-License-Identifier: MIT */
/* cells.h - a cell of an SQLite page, byte by byte (pages.h). */
#ifndef OCK_CELLS_H
#define OCK_CELLS_H

#include "contexts/pages.h"

/* Types of pages that have cells. */
enum { OCK_INDEX_INNER = 2, OCK_TABLE_INNER = 5, OCK_INDEX_LEAF = 10, OCK_TABLE_LEAF = 13 };

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
