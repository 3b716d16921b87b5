/* SPDX-License-Identifier: MIT */
/* pages.h - what ockham_pages writes when Ockham is built: the manual pages and the shell completions. */
#ifndef OCK_PAGES_H
#define OCK_PAGES_H

#include <stdbool.h>
#include <stdio.h>

/* A manual page: the template with the headings of the tables. False, with a message on standard error, when the
 * template cannot be read, or lacks a paragraph for a row of the tables, or has one too many. */
bool ock_page_manual(FILE *out, const char *template_path, const char *version);

void ock_page_bash(FILE *out);
void ock_page_zsh(FILE *out);
void ock_page_fish(FILE *out);

#endif
