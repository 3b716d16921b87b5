/* SPDX-License-Identifier: MIT */
/* messages.h - where lines of a report go: results to standard output, all else to standard error. */
#ifndef OCK_MESSAGES_H
#define OCK_MESSAGES_H

#include "base/report.h"

/* *verbosity: -1 notes are not shown, 0, 1 details are; warnings always. It is read with each line. */
ock_report ock_messages(const int *verbosity);

/* "ockham: TEXT" on standard error, as a line in its shown form (base/text.h); what is longer than 1023 bytes
 * is cut in its middle. */
void ock_messages_say(const char *text);

/* The calling thread's recorded message, likewise. */
void ock_messages_say_failure(void);

/* After the last result: `status`, or OCK_ENVIRONMENT where standard output did not take them all. */
ock_status ock_messages_end(ock_status status) OCK_WARN_UNUSED;

#endif
