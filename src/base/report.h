/* SPDX-License-Identifier: MIT */
/* report.h - how everything below src/cli speaks to the user: lines handed to whoever listens. */
#ifndef OCK_REPORT_H
#define OCK_REPORT_H

#include "base/status.h"

typedef enum ock_report_kind {
    OCK_REPORT_RESULT, /* what the command was asked for */
    OCK_REPORT_JSON,   /* the same, as JSON text of several lines */
    OCK_REPORT_NOTE,   /* what is worth knowing in passing */
    OCK_REPORT_DETAIL, /* for those who want to know more */
    OCK_REPORT_WARNING /* something is wrong, and the run goes on */
} ock_report_kind;

typedef struct ock_report {
    /* text: one line without a newline at its end, in which names stand as they are (only JSON has lines);
     * valid during the call. */
    void (*line)(void *context, ock_report_kind kind, const char *text);
    void *context;
} ock_report;

/* Hands over a text. report NULL: nobody listens. Thread-safe if report->line is. */
void ock_report_text(const ock_report *report, ock_report_kind kind, const char *text);

/* The same with a format, whatever the length. Where memory is short the text ends early. */
void ock_report_line(const ock_report *report, ock_report_kind kind, const char *format, ...)
    OCK_PRINTF(3, 4);

#endif
