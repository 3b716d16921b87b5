/* SPDX-License-Identifier: MIT */
/* text.h - text for people, of which parts may come from anywhere: names of files above all.
 *
 * Shown form: valid UTF-8 stands as it is; control characters (below 0x20, 0x7f, U+0080 to U+009F), bytes
 * that are no UTF-8, and the backslash stand as \ooo, three octal digits a byte. So it is one line, says
 * nothing to a terminal, and two texts are shown alike only when they are the same bytes. */
#ifndef OCK_TEXT_H
#define OCK_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes, at least 1, of the character of UTF-8 that `text`, of `count` bytes, begins with, and *code: which it is; 0
 * where there is none, or not all of it. */
size_t ock_text_character(const void *text, size_t count, uint32_t *code);

enum { OCK_SHOWN_BYTES = 9 }; /* of one character in shown form, with a NUL */

/* The shown form of the character, or lone byte, that *text begins with; *text is moved after it. False,
 * with nothing changed, at the end. */
bool ock_text_show(const char **text, char shown[OCK_SHOWN_BYTES]);

/* Whether `shown` is the shown form of `text`. */
bool ock_text_is_shown_as(const char *text, const char *shown);

/* The text, or where it is longer than size - 1 bytes its beginning and its end with "..." between them, for
 * what is said of a name stands after it. No character of UTF-8 is cut apart. size: at least 16, with the
 * NUL. Returns `to`. */
char *ock_text_cut(const char *text, char *to, size_t size);

/* The last name of a path: what follows its last slash. Within the path, and not to be freed. */
const char *ock_text_base(const char *path);

/* The formatted text: in `usual`, of `size` bytes, where it fits, else in memory that the caller frees. Where
 * there is none, `usual` holds the beginning. */
char *ock_text_format(char *usual, size_t size, const char *format, va_list arguments);

#endif
