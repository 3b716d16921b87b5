/* SPDX-License-Identifier: MIT */
/* pages_private.h - what the files of pages share. */
#ifndef OCK_PAGES_PRIVATE_H
#define OCK_PAGES_PRIVATE_H

#include "contexts/pages.h"

/* A symbol by its number; OCK_NO_BYTE where it isn't kept. */
static inline uint64_t ock_page_byte(const ock_page_bytes *b, uint64_t at)
{
    const uint64_t back = b->count - at;
    return back - 1 < b->kept ? b->end[-(int64_t)back] : OCK_NO_BYTE;
}

/* 16 bits of the present page, the highest byte first. */
static inline uint64_t ock_page_word(const ock_pages *p, const ock_page_bytes *b, uint64_t place)
{
    const uint64_t at = p->begin + place;
    return (ock_page_byte(b, at) & 255) << 8 | (ock_page_byte(b, at + 1) & 255);
}

/* Of the four types of pages. */
static inline uint64_t ock_page_class(uint64_t type)
{
    return (type & 8) / 4 + (type & 1);
}

/* A field begins: what the guesses say of it. */
void ock_pages_aim(ock_pages *p);

/* How right they were with the newest byte. */
void ock_pages_score(ock_pages *p, uint8_t byte);

/* What they say of the next one, and where it is. */
void ock_pages_say(ock_pages *p, const ock_page_bytes *bytes);

#endif
