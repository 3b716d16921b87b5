/* SPDX-License-Identifier: MIT */
/* cells.c - the fields of a cell. */
#include "contexts/cells.h"

#include <string.h>

enum { LONGEST_VARINT = 9, VARINT_BITS = 7 };

uint64_t ock_cell_length(uint64_t serial)
{
    static const uint8_t lengths[12] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return serial < 12 ? lengths[serial] : (serial - 12) / 2;
}

static bool has_record(uint64_t type)
{
    return type != OCK_TABLE_INNER;
}

void ock_cell_start(ock_cell *c, uint64_t type, uint64_t begin)
{
    memset(c, 0, sizeof *c);
    c->begin = begin;
    c->field = ock_page_is_inner(type) ? OCK_PAGE_CHILD : OCK_PAGE_PAYLOAD;
}

/* The first column from that one on which has bytes. */
static uint64_t column_from(const ock_cell *c, uint64_t column)
{
    while (column < c->columns && ock_cell_length(c->value[OCK_PAGE_TYPE + column]) == 0) {
        column++;
    }
    return column < c->columns ? OCK_PAGE_COLUMN + column : OCK_PAGE_REST;
}

static bool ends_types(const ock_cell *c)
{
    return c->known - c->at[OCK_PAGE_SIZE] >= c->value[OCK_PAGE_SIZE];
}

/* What comes after the field that has ended. */
static uint64_t field_after(const ock_cell *c, uint64_t type)
{
    const uint64_t f = c->field;
    if (f == OCK_PAGE_CHILD) {
        return has_record(type) ? OCK_PAGE_PAYLOAD : OCK_PAGE_ROWID;
    }
    if (f == OCK_PAGE_PAYLOAD) {
        return type == OCK_TABLE_LEAF ? OCK_PAGE_ROWID : OCK_PAGE_SIZE;
    }
    if (f == OCK_PAGE_ROWID) {
        return has_record(type) ? OCK_PAGE_SIZE : OCK_PAGE_REST;
    }
    if (f >= OCK_PAGE_COLUMN) {
        return column_from(c, f - OCK_PAGE_COLUMN + 1);
    }
    if (ends_types(c)) {
        return column_from(c, 0);
    }
    return c->columns < OCK_PAGE_COLUMNS ? OCK_PAGE_TYPE + c->columns : OCK_PAGE_REST;
}

static bool is_over(const ock_cell *c, uint8_t byte)
{
    if (c->field == OCK_PAGE_CHILD) {
        return c->in == 4;
    }
    if (c->field < OCK_PAGE_COLUMN) {
        return byte < 128 || c->in == LONGEST_VARINT;
    }
    return c->in >= ock_cell_length(ock_cell_serial(c, c->field));
}

/* Two's complement, of columns. */
static uint64_t number_of(const ock_cell *c)
{
    const uint64_t bits = 8 * c->in;
    if (c->field < OCK_PAGE_COLUMN || bits >= 64 || (c->number >> (bits - 1) & 1) == 0) {
        return c->number;
    }
    return c->number | UINT64_MAX << bits;
}

bool ock_cell_follow(ock_cell *c, uint64_t type, uint8_t byte)
{
    c->known++;
    if (c->field == OCK_PAGE_REST) {
        return false;
    }
    const bool varint = c->field > OCK_PAGE_CHILD && c->field < OCK_PAGE_COLUMN;
    c->in++;
    c->number = varint ? c->number << VARINT_BITS | (byte & 127) : c->number << 8 | byte;
    if (!is_over(c, byte)) {
        return false;
    }
    c->at[c->field] = c->known - c->in;
    c->length[c->field] = c->in;
    c->value[c->field] = number_of(c);
    c->columns += c->field >= OCK_PAGE_TYPE && c->field < OCK_PAGE_COLUMN;
    c->field = field_after(c, type);
    c->in = c->number = 0;
    return true;
}

bool ock_cell_is_sound(const ock_cell *c)
{
    return c->field <= OCK_PAGE_REST && c->columns <= OCK_PAGE_COLUMNS;
}
