/* SPDX-License-Identifier: MIT */
/* plot.h - bits per byte along the input, drawn by gnuplot: steps, a curve a file. */
#ifndef OCK_PLOT_H
#define OCK_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "io/file/output.h"
#include "measure/lengths.h"

/* *drawn, an output for the file `path`, gets the plot, as ock_gnuplot says. Not collective. */
ock_status ock_plot_lengths(const char *path, bool force, const ock_length *all, size_t count,
                            ock_output **drawn) OCK_WARN_UNUSED;

#endif
