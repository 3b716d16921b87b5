/* gnuplot.h - draws by the program gnuplot, which is a process of its own. */
#ifndef OCK_GNUPLOT_H
#define OCK_GNUPLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"

/* The file `path` becomes what gnuplot prints for the commands that write(context, to) gives it; whole or
 * not at all, as ock_output_create has it. OCK_ENVIRONMENT when gnuplot is not there, fails, or prints
 * nothing. SIGPIPE must be ignored: a gnuplot that ends early would end this process too. Not collective. */
ock_status ock_gnuplot(const char *path, bool force, void (*write)(void *context, FILE *to),
                       void *context) OCK_WARN_UNUSED;

#endif
