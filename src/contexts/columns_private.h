/* SPDX-License-Identifier: MIT */
/* columns_private.h - what the files of columns share. */
#ifndef OCK_COLUMNS_PRIVATE_H
#define OCK_COLUMNS_PRIVATE_H

#include "contexts/columns.h"

/* Of a number, whatever its decimals: its values and all that are computed with stay within 10^17. */
enum { OCK_COLUMN_DIGITS = 17 };

/* 10^exponent, of at most OCK_COLUMN_DIGITS. */
int64_t ock_columns_power(uint64_t exponent);

/* Predictions of the number that may come next at a place, which has one before. */
void ock_columns_guess(ock_columns *columns, const ock_column_past *past,
                       ock_column_filters *filters, unsigned view);

/* The number is known, but not kept yet; key: its place. */
void ock_columns_learn(ock_columns *columns, ock_column_past *past, ock_column_filters *filters,
                       unsigned view, uint64_t key);

#endif
