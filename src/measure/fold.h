/* SPDX-License-Identifier: MIT */
/* fold.h - text without what a copy may change at no cost: case, punctuation, line breaks.
 *
 * Letters become small ones (ASCII, and in UTF-8 the Latin, Greek and Cyrillic capitals next to it), digits and other
 * characters stay; every run of blanks, control characters and punctuation (of ASCII, Latin-1 and U+2000 to U+207F)
 * becomes one blank, none at either end. An apostrophe between letters is dropped. */
#ifndef OCK_FOLD_H
#define OCK_FOLD_H

#include <stddef.h>
#include <stdint.h>

/* Writes the folded text, no longer than `text`, to `folded` (count), which may be `text` itself. -> its length. */
size_t ock_fold(const uint8_t *text, size_t count, uint8_t *folded);

/* Where bytes of the folded text come from: places[i] becomes, from the number of a byte there, its place in `text`;
 * count where there is none. places: (places_count) in ascending order. Goes through the text once. */
void ock_fold_origins(const uint8_t *text, size_t count, size_t *places, size_t places_count);

#endif
