/* SPDX-License-Identifier: MIT */
/* gnuplot.h - draws by the program gnuplot, which is a process of its own. */
#ifndef OCK_GNUPLOT_H
#define OCK_GNUPLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"
#include "io/file/output.h"

/* *drawn, an output for the file `path`, gets what gnuplot prints for the commands that write(context, to)
 * gives it; the caller commits or discards it. NULL after a failure: OCK_ENVIRONMENT when gnuplot is not
 * there, fails, or prints nothing. SIGPIPE must be ignored: a gnuplot that ends early would end this process too. Not collective. */
ock_status ock_gnuplot(const char *path, bool force, void (*write)(void *context, FILE *to),
                       void *context, ock_output **drawn) OCK_WARN_UNUSED;

#endif
