/* SPDX-License-Identifier: MIT */
/* page_parts.h - the sections of a page, each a <section> or nothing; page.c puts them together. */
#ifndef OCK_PAGE_PARTS_H
#define OCK_PAGE_PARTS_H

#include "measure/page_shared.h"

/* The sum as a bar a model: data, prior, program. */
void ock_page_bars(const ock_page *page, FILE *to);

/* Bits per byte along the input, a curve a model, and the table of it. */
ock_status ock_page_curve(const ock_page *page, FILE *to) OCK_WARN_UNUSED;

/* The legend of the shades, the image of the cost by offset, and the text in shades, whole or in samples. */
ock_status ock_page_heat(const ock_page *page, FILE *to) OCK_WARN_UNUSED;

/* The dearest and the cheapest stretches of the input. */
ock_status ock_page_stretches(const ock_page *page, FILE *to) OCK_WARN_UNUSED;

#endif
