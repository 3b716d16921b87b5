/* SPDX-License-Identifier: MIT */
/* messages.c - prints the lines of a report. */
#include "cli/messages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/print.h"

enum { MESSAGE_BYTES = 1024 }; /* a note that quotes a message that quotes a name */

static bool is_shown(ock_report_kind kind, int verbosity)
{
    switch (kind) {
    case OCK_REPORT_NOTE:
        return verbosity >= 0;
    case OCK_REPORT_DETAIL:
        return verbosity > 0;
    default:
        return true;
    }
}

void ock_messages_say(const char *text)
{
    char cut[MESSAGE_BYTES];
    ock_print_line(stderr, "ockham: %s", ock_text_cut(text, cut, sizeof cut));
}

void ock_messages_say_failure(void)
{
    ock_messages_say(ock_error_text()[0] != '\0' ? ock_error_text() : "failed without a message");
}

static void print_line(void *context, ock_report_kind kind, const char *text)
{
    const int *verbosity = context;
    if (kind == OCK_REPORT_RESULT) {
        ock_print_line(stdout, "%s", text);
    } else if (kind == OCK_REPORT_JSON) {
        ock_print_json_text(stdout, text);
    } else if (kind == OCK_REPORT_DETAIL && is_shown(kind, *verbosity)) {
        ock_print_line(stderr, "ockham: %s", text);
    } else if (is_shown(kind, *verbosity)) {
        ock_messages_say(text);
    }
}

ock_report ock_messages(const int *verbosity)
{
    return (ock_report){print_line, (void *)(uintptr_t)verbosity};
}

ock_status ock_messages_end(ock_status status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return ock_fail(OCK_ENVIRONMENT, "cannot write to standard output");
    }
    return status;
}
