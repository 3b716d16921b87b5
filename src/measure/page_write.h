/* SPDX-License-Identifier: MIT */
/* page_write.h - text, numbers and bytes as they stand on a page.
 *
 * Whatever a text is, nothing in it is markup: & < > " ' are written as references, and control characters, those that turn
 * the direction of text, and bytes that are no UTF-8 are shown: names in shown form (base/text.h), bytes of an input as
 * \r, \x1b or \u{202e}, underlined. */
#ifndef OCK_PAGE_WRITE_H
#define OCK_PAGE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One byte of ASCII, as a reference where it would be markup. */
void ock_page_character(FILE *to, char c);

/* A name from outside. */
void ock_page_name(FILE *to, const char *name);

/* 1234567 as 1,234,567. */
void ock_page_count(FILE *to, uint64_t number);

/* Costs are shown in OCK_PAGE_SHADES shades: from next to nothing to nine bits a byte and more. `units` of 1/256 bit,
 * spent on `bytes` bytes, at least one. */
enum { OCK_PAGE_SHADES = 10 };
unsigned ock_page_shade(uint64_t units, uint64_t bytes);

/* The least that has the shade, in bits a byte. */
double ock_page_shade_from(unsigned shade);

/* Bytes of an input, in shades of their costs (count), in 1/256 bit; NULL: without. A character of several bytes has the
 * shade of its mean. Line ends are shown; with `lines` a line ends there too. */
void ock_page_bytes(FILE *to, const uint8_t *bytes, const uint16_t *costs, size_t count,
                    bool lines);

/* How many of the bytes, from 0 on, belong to a character that begins before them; at most 3. */
size_t ock_page_behind(const uint8_t *bytes, size_t count);

#endif
