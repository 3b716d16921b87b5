/* SPDX-License-Identifier: MIT */
/* plot.c - bits per byte along the input as gnuplot draws them. */
#include "cli/plot.h"

#include <inttypes.h>

#include "base/text.h"
#include "cli/gnuplot.h"

/* jobs/style.gp, line by line. */
/* clang-format off */
static const char style[] =
    "set border 3 linecolor rgb '#565b66'\n"
    "set tics nomirror textcolor rgb '#1b1d21'\n"
    "set grid linetype 1 dashtype 1 linewidth 0.5 linecolor rgb '#d5d8de'\n"
    "set linetype 1 linecolor rgb '#cc3311' linewidth 2 pointtype 7 dashtype 1\n"
    "set linetype 2 linecolor rgb '#4477aa' linewidth 2 pointtype 6 dashtype (14,6)\n"
    "set linetype 3 linecolor rgb '#228833' linewidth 2 pointtype 5 dashtype (4,6)\n"
    "set linetype 4 linecolor rgb '#aa3377' linewidth 2 pointtype 4 dashtype (18,6,4,6)\n"
    "set linetype 5 linecolor rgb '#8a6d00' linewidth 2 pointtype 9 dashtype (24,8)\n"
    "set linetype 6 linecolor rgb '#007788' linewidth 2 pointtype 8 dashtype (8,4,2,4)\n"
    "set linetype cycle 6\n";
/* clang-format on */

/* A string of gnuplot, in shown form: in single quotes, in which only those are doubled. */
static void put_quoted(FILE *to, const char *text)
{
    char shown[OCK_SHOWN_BYTES];
    fputc('\'', to);
    while (ock_text_show(&text, shown)) {
        fprintf(to, "%s%s", shown[0] == '\'' ? "'" : "", shown);
    }
    fputc('\'', to);
}

typedef struct curves {
    const ock_length *all;
    size_t count;
} curves;

static void write_curve(const ock_length *length, FILE *to)
{
    for (uint32_t s = 0; s <= length->spans; s++) {
        fprintf(to, "%" PRIu64 " %.6f\n", ock_length_span_begin(length, s),
                ock_length_span_per_byte(length, s < length->spans ? s : s - 1));
    }
    fprintf(to, "e\n");
}

static void write_plot(void *context, FILE *to)
{
    const curves *drawn = context;
    fprintf(to,
            "set terminal svg size 900,500 font 'sans,12' background 'white'\n%s"
            "set xlabel 'byte of the input'\nset ylabel 'bits per byte'\nset yrange [0:*]\nplot ",
            style);
    for (size_t i = 0; i < drawn->count; i++) {
        fprintf(to, "%s'-' with steps linetype %zu title ", i > 0 ? ", " : "", i + 1);
        put_quoted(to, drawn->all[i].path);
        fprintf(to, " noenhanced");
    }
    fputc('\n', to);
    for (size_t i = 0; i < drawn->count; i++) {
        write_curve(&drawn->all[i], to);
    }
}

ock_status ock_plot_lengths(const char *path, bool force, const ock_length *all, size_t count,
                            ock_output **drawn)
{
    return ock_gnuplot(path, force, write_plot, &(curves){all, count}, drawn);
}
