/* SPDX-License-Identifier: MIT */
/* number.h - decimal numbers in texts that others may have written. */
#ifndef OCK_NUMBER_H
#define OCK_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The decimal number that *text begins with: digits alone, no sign, no space. *text is moved after it.
 * False, with nothing changed, when no digit is there or the number is above `most`. */
bool ock_number_take(const char **text, uint64_t most, uint64_t *number);

/* A length in bytes that somebody typed: a decimal number, and after it nothing or a unit, which is K, M, G or
 * T in either case for 2^10, 2^20, 2^30 or 2^40, the same with iB after it (KiB), or with B (kB) for 10^3,
 * 10^6, 10^9 or 10^12. False, with nothing changed, for anything else and from 2^64 on. */
bool ock_size_parse(const char *text, uint64_t *bytes);

#endif
