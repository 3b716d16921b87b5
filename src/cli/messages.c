/* messages.c - prints the lines of a report. */
#include "cli/messages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

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

static void print_line(void *context, ock_report_kind kind, const char *text)
{
    const int *verbosity = context;
    if (kind == OCK_REPORT_RESULT) {
        puts(text);
    } else if (is_shown(kind, *verbosity)) {
        fprintf(stderr, "ockham: %s\n", text);
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
