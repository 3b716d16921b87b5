/* SPDX-License-Identifier: MIT */
/* print.c - lines and JSON, without anything that a terminal would obey. */
#include "cli/print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* In as few writes as can be: ranks share standard error, which has no buffer of its own. */
static void put_shown(FILE *to, const char *text)
{
    char line[4096];
    size_t used = 0;
    while (ock_text_show(&text, line + used)) {
        used += strlen(line + used);
        if (used + OCK_SHOWN_BYTES > sizeof line) {
            fwrite(line, 1, used, to);
            used = 0;
        }
    }
    line[used++] = '\n';
    fwrite(line, 1, used, to);
}

void ock_print_line(FILE *to, const char *format, ...)
{
    char usual[1024];
    va_list arguments;
    va_start(arguments, format);
    char *text = ock_text_format(usual, sizeof usual, format, arguments);
    va_end(arguments);
    put_shown(to, text);
    if (text != usual) {
        free(text);
    }
}

/* The control character of one or two bytes of UTF-8 that stands there and that JSON lets pass, or 0. */
static unsigned passed_control(const unsigned char *at)
{
    if (at[0] == 0x7f) {
        return at[0];
    }
    return at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0 ? at[1] : 0;
}

void ock_print_json_text(FILE *to, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        const unsigned control = passed_control(at);
        if (control == 0) {
            fputc(*at, to);
            continue;
        }
        fprintf(to, "\\u%04x", control);
        at += control >= 0x80;
    }
    fputc('\n', to);
}

ock_status ock_print_json(json_t *object, size_t flags)
{
    char *text = object != NULL ? json_dumps(object, flags) : NULL;
    json_decref(object);
    if (text == NULL) {
        return ock_fail_memory(0, "the JSON text");
    }
    ock_print_json_text(stdout, text);
    free(text);
    return OCK_OK;
}
