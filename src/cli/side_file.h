/* SPDX-License-Identifier: MIT */
/* side_file.h - files that a command writes beside what it is called for: a page, a plot, a trace of bytes. They get
 * their names last, when nothing else can fail any more. Not collective. */
#ifndef OCK_SIDE_FILE_H
#define OCK_SIDE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/report.h"
#include "io/file/output.h"

/* An output for the file `path` of the option, which is to be a file with a name: OCK_ENVIRONMENT else, and where it
 * cannot be created. *file is NULL after a failure. */
ock_status ock_side_file_create(const char *option, const char *path, bool force,
                                ock_output **file) OCK_WARN_UNUSED;

/* The same, with what write(context, to) writes to memory. */
ock_status ock_side_file_write(const char *option, const char *path, bool force,
                               ock_status (*write)(const void *context, FILE *to),
                               const void *context, ock_output **file) OCK_WARN_UNUSED;

/* With the status of all that comes before: the file gets its name, or after a failure nothing is left of it. NULL:
 * there is none. Frees it. */
ock_status ock_side_file_end(ock_status status, ock_output *file,
                             const ock_report *report) OCK_WARN_UNUSED;

#endif
