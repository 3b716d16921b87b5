/* SPDX-License-Identifier: MIT */
/* pages.h - what ockham_pages writes when Ockham is built: the manual and the shells' completions. */
#ifndef OCK_PAGES_H
#define OCK_PAGES_H

#include <stdbool.h>
#include <stdio.h>

/* The manual: the template with the tables' headings. False, with a message on standard error, when the
 * template can't be read, or lacks a paragraph of the tables, or has one more. */
bool ock_page_manual(FILE *out, const char *template_path, const char *version);

void ock_page_bash(FILE *out);
void ock_page_zsh(FILE *out);
void ock_page_fish(FILE *out);

#endif
