/* report.c - formats lines for whoever listens. */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void ock_report_text(const ock_report *report, ock_report_kind kind, const char *text)
{
    if (report != NULL) {
        report->line(report->context, kind, text);
    }
}

void ock_report_line(const ock_report *report, ock_report_kind kind, const char *format, ...)
{
    char usual[512], *text = usual;
    va_list arguments;
    if (report == NULL) {
        return;
    }
    va_start(arguments, format);
    int length = vsnprintf(usual, sizeof usual, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof usual) {
        char *longer = malloc((size_t)length + 1);
        if (longer != NULL) {
            va_start(arguments, format);
            vsnprintf(longer, (size_t)length + 1, format, arguments);
            va_end(arguments);
            text = longer;
        }
    }
    if (length >= 0) {
        report->line(report->context, kind, text);
    }
    if (text != usual) {
        free(text);
    }
}
