/* SPDX-License-Identifier: MIT */
/* status.c - the one recorded error message of a thread. */
#include "base/status.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Of the calling thread: two runs in one process do not hear of each other. */
static _Thread_local char error_text[OCK_ERROR_TEXT_BYTES];

ock_status ock_fail(ock_status status, const char *format, ...)
{
    if (error_text[0] == '\0') {
        char usual[OCK_ERROR_TEXT_BYTES];
        va_list arguments;
        va_start(arguments, format);
        char *text = ock_text_format(usual, sizeof usual, format, arguments);
        va_end(arguments);
        ock_text_cut(text, error_text, sizeof error_text);
        if (text != usual) {
            free(text);
        }
    }
    return status;
}

ock_status ock_fail_memory(unsigned long long bytes, const char *what)
{
    return ock_fail(OCK_ENVIRONMENT, "out of memory (%llu bytes for %s)", bytes, what);
}

const char *ock_error_text(void)
{
    return error_text;
}

void ock_error_clear(void)
{
    error_text[0] = '\0';
}

void ock_error_take(ock_error *error)
{
    memcpy(error->text, error_text, sizeof error->text);
    ock_error_clear();
}

void ock_error_give(const ock_error *error)
{
    if (error_text[0] == '\0') {
        memcpy(error_text, error->text, sizeof error_text);
    }
}
