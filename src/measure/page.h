/* SPDX-License-Identifier: MIT */
/* page.h - a page for a browser that shows where the bits of a description went: one file of HTML, which loads nothing.
 *
 * Everything is there without its script, which adds a reading of the curve. Names and bytes of the input are text on it,
 * whatever they are (page_write.h); a policy in the page's head forbids any other script than its own. */
#ifndef OCK_PAGE_H
#define OCK_PAGE_H

#include <stdio.h>

#include "measure/page_shared.h"

/* Writes the page; of some megabytes at most, however long the input is. What `to` could not take its owner sees.
 * OCK_ENVIRONMENT when memory is short, and what reading fails with. Not collective. */
ock_status ock_page_write(const ock_page *page, FILE *to) OCK_WARN_UNUSED;

#endif
