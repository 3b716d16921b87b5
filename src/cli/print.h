/* SPDX-License-Identifier: MIT */
/* print.h - where text leaves the program: the only file that writes names to a terminal (the test build.prints
 * holds the rest of the directory to it). Not thread-safe for one stream. */
#ifndef OCK_PRINT_H
#define OCK_PRINT_H

#include <stdio.h>

#include <jansson.h>

#include "base/status.h"

/* One line, in its shown form (base/text.h): control characters, bytes that are no UTF-8 and backslashes in
 * its parts come out as \ooo. The newline at its end is added. Failures are kept by the stream. */
void ock_print_line(FILE *to, const char *format, ...) OCK_PRINTF(2, 3);

/* JSON text of one or several lines and a newline. What in its strings is a control character to a terminal
 * and none to JSON (0x7f, U+0080 to U+009F) is written as \u00xx: the same JSON. */
void ock_print_json_text(FILE *to, const char *text);

/* The object on standard output, as ock_print_json_text has it, with the flags of json_dumps; frees it. NULL, or no
 * memory for the text: OCK_ENVIRONMENT. */
ock_status ock_print_json(json_t *object, size_t flags) OCK_WARN_UNUSED;

#endif
