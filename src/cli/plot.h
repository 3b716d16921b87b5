/* SPDX-License-Identifier: MIT */
/* plot.h - bits per byte along the input, drawn by gnuplot: steps, a curve a file. */
#ifndef OCK_PLOT_H
#define OCK_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/report.h"
#include "io/file/output.h"
#include "measure/lengths.h"

/* *drawn, an output for the file `path`, gets the plot, as ock_gnuplot says. Not collective. */
ock_status ock_plot_lengths(const char *path, bool force, const ock_length *all, size_t count,
                            ock_output **drawn) OCK_WARN_UNUSED;

/* When everything else is done, with the status of that: an output gets its name, or after a failure nothing is left of
 * it. NULL: there is none. Frees it. */
ock_status ock_plot_name(ock_status status, ock_output *output,
                         const ock_report *report) OCK_WARN_UNUSED;

#endif
