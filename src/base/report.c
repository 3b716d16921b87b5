/* SPDX-License-Identifier: MIT */
/* report.c - formats lines for whoever listens. */
#include "base/report.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/text.h"

void ock_report_text(const ock_report *report, ock_report_kind kind, const char *text)
{
    if (report != NULL) {
        report->line(report->context, kind, text);
    }
}

void ock_report_line(const ock_report *report, ock_report_kind kind, const char *format, ...)
{
    char usual[512];
    va_list arguments;
    if (report == NULL) {
        return;
    }
    va_start(arguments, format);
    char *text = ock_text_format(usual, sizeof usual, format, arguments);
    va_end(arguments);
    report->line(report->context, kind, text);
    if (text != usual) {
        free(text);
    }
}
