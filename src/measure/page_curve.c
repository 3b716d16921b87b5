/* SPDX-License-Identifier: MIT */
/* page_curve.c - bits per byte along the input, as steps, a curve a model. */
#include <stdlib.h>

#include "measure/page_parts.h"
#include "measure/page_write.h"

enum {
    WIDTH = 960, /* of the drawing, and within it of the plot */
    HEIGHT = 340,
    LEFT = 56,
    RIGHT = 36,
    TOP = 12,
    BOTTOM = 44,
    FINE = 240, /* parts of a curve whose bytes are known, */
    ROWS = 64,  /* and of its table */
    MOST_TICKS = 6
};

/* One model's: mean costs of equal parts. */
typedef struct curve {
    uint32_t parts;
    double *heights; /* (parts) bits a byte */
} curve;

static double left_of(const ock_page *page, uint64_t offset)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * ((double)offset / (double)ock_page_input_bytes(page));
}

static double height_at(double value, double top)
{
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / top);
}

/* ---- the curves ---- */

/* With so many parts where the bytes' costs are known. */
static ock_status measure(const ock_page *page, size_t i, uint32_t parts, curve *c)
{
    uint64_t *sums = NULL;
    c->parts = parts;
    ock_status status = ock_page_sums(page, i, &c->parts, &sums);
    c->heights = calloc(c->parts, sizeof *c->heights);
    if (status == OCK_OK && c->heights == NULL) {
        status = ock_fail_memory(c->parts * sizeof *c->heights, "a curve");
    }
    for (uint32_t s = 0; s < c->parts && status == OCK_OK; s++) {
        c->heights[s] = ock_page_part_mean(page, c->parts, s, sums[s]);
    }
    free(sums);
    return status;
}

static void free_curves(const ock_page *page, curve *curves)
{
    for (size_t i = 0; i < page->count && curves != NULL; i++) {
        free(curves[i].heights);
    }
    free(curves);
}

/* *curves: (models), freed by free_curves, after a failure too. */
static ock_status measure_all(const ock_page *page, uint32_t parts, curve **curves)
{
    *curves = calloc(page->count, sizeof **curves);
    ock_status status =
        *curves != NULL ? OCK_OK : ock_fail_memory(page->count * sizeof **curves, "the curves");
    for (size_t i = 0; i < page->count && status == OCK_OK; i++) {
        status = measure(page, i, parts, &(*curves)[i]);
    }
    return status;
}

static double highest(const curve *curves, size_t count)
{
    double most = 0.001;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t s = 0; s < curves[i].parts; s++) {
            most = curves[i].heights[s] > most ? curves[i].heights[s] : most;
        }
    }
    return most;
}

/* ---- axes ---- */

/* 1, 2 or 5 times a power of ten, so that at most MOST_TICKS of them are `top`. */
static double tick_for(double top)
{
    static const double times[] = {2.0, 2.5, 2.0};
    double tick = 0.001;
    for (int i = 0; top / tick > MOST_TICKS; i = (i + 1) % 3) {
        tick *= times[i];
    }
    return tick;
}

static void write_rows(double top, FILE *to)
{
    const double tick = tick_for(top);
    for (int i = 0; tick * i <= top * 1.0001; i++) {
        const double y = height_at(tick * i, top);
        fprintf(to,
                "<path class=grid d=\"M%d %.1fH%d\"/><text x=%d y=%.1f text-anchor=end>%g</text>\n",
                LEFT, y, WIDTH - RIGHT, LEFT - 8, y + 4, tick * i);
    }
}

static void write_columns(const ock_page *page, FILE *to)
{
    const double bytes = (double)ock_page_input_bytes(page), tick = tick_for(bytes);
    for (int i = 0; tick * i <= bytes; i++) {
        const uint64_t offset = (uint64_t)(tick * i);
        fprintf(to, "<text x=%.1f y=%d text-anchor=middle>", left_of(page, offset),
                HEIGHT - BOTTOM + 18);
        ock_page_count(to, offset);
        fputs("</text>", to);
    }
    fprintf(to, "<text x=%d y=%d text-anchor=middle>byte of the input</text>\n",
            LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 8);
}

/* ---- drawing ---- */

static void write_curve(const ock_page *page, size_t i, const curve *c, double top, FILE *to)
{
    fprintf(to, "<path class=\"curve k%zu\" d=\"M%d %.1f", i % OCK_PAGE_STYLES, LEFT,
            height_at(c->heights[0], top));
    for (uint32_t s = 0; s < c->parts; s++) {
        fprintf(to, "V%.1fH%.1f", height_at(c->heights[s], top),
                left_of(page, ock_page_part(page, c->parts, s).end));
    }
    fputs("\"/>\n", to);
}

static void write_drawing(const ock_page *page, const curve *curves, FILE *to)
{
    const double top = highest(curves, page->count) * 1.05;
    fprintf(to,
            "<svg id=plot viewBox=\"0 0 %d %d\" role=img aria-labelledby=\"plot-t plot-d\">"
            "<title id=plot-t>Bits per byte along the input</title>"
            "<desc id=plot-d>One curve a file; the table below has the numbers.</desc>\n",
            WIDTH, HEIGHT);
    write_rows(top, to);
    write_columns(page, to);
    for (size_t i = 0; i < page->count; i++) {
        write_curve(page, i, &curves[i], top, to);
    }
    fputs("<path id=mark class=mark d=\"\"/></svg>\n", to);
}

static void write_legend(const ock_page *page, FILE *to)
{
    fputs("<ul class=legend>", to);
    for (size_t i = 0; i < page->count; i++) {
        fprintf(to,
                "<li><svg class=line viewBox=\"0 0 36 10\" aria-hidden=true><path class=\"curve "
                "k%zu\" d=\"M0 5H36\"/></svg> ",
                i % OCK_PAGE_STYLES);
        ock_page_name(to, page->models[i].path);
        fputs("</li>", to);
    }
    fputs("</ul>\n", to);
}

/* ---- the table ---- */

static size_t best_in_row(const ock_page *page, const curve *curves, uint32_t row)
{
    size_t best = 0;
    for (size_t i = 1; i < page->count; i++) {
        if (curves[i].heights[row] < curves[best].heights[row]) {
            best = i;
        }
    }
    return best;
}

static void write_row(const ock_page *page, const curve *curves, uint32_t row, FILE *to)
{
    const size_t best = page->count > 1 ? best_in_row(page, curves, row) : page->count;
    const ock_range part = ock_page_part(page, curves->parts, row);
    fputs("<tr><th scope=row class=n>", to);
    ock_page_count(to, part.begin);
    fputs(" \xe2\x80\x93 ", to);
    ock_page_count(to, part.end);
    fputs("</th>", to);
    for (size_t i = 0; i < page->count; i++) {
        fprintf(to, i == best ? "<td class=n><b>%.4f</b></td>" : "<td class=n>%.4f</td>",
                curves[i].heights[row]);
    }
    fputs("</tr>\n", to);
}

/* All curves have the same parts. */
static void write_table(const ock_page *page, const curve *curves, FILE *to)
{
    fputs("<details><summary>The curve as a table</summary>"
          "<div class=scroll tabindex=0 role=region aria-label=\"Table of bits per byte\">"
          "<table id=spans><thead><tr><th scope=col class=n>bytes",
          to);
    for (size_t i = 0; i < page->count; i++) {
        fputs("<th scope=col class=n>", to);
        ock_page_name(to, page->models[i].path);
    }
    fputs("</tr></thead><tbody>\n", to);
    for (uint32_t row = 0; row < curves->parts; row++) {
        write_row(page, curves, row, to);
    }
    fputs("</tbody></table></div></details>\n", to);
}

/* By spans, which all files of an input have alike, unless every byte's cost is known by all of them. */
static ock_status add_table(const ock_page *page, FILE *to)
{
    ock_page plain = *page;
    curve *rows = NULL;
    for (size_t i = 0; i < page->count; i++) {
        if (ock_page_trace(page, i) == NULL) {
            plain.traces = NULL;
        }
    }
    const ock_status status = measure_all(&plain, ROWS, &rows);
    if (status == OCK_OK) {
        write_table(page, rows, to);
    }
    free_curves(page, rows);
    return status;
}

static void write_section(const ock_page *page, const curve *curves, FILE *to)
{
    fputs("<section id=curve><h2>Along the input</h2>\n"
          "<p>Bits per byte of each part of the input: the training loss there. What is repeated "
          "costs nearly none.</p>\n",
          to);
    write_legend(page, to);
    write_drawing(page, curves, to);
}

ock_status ock_page_curve(const ock_page *page, FILE *to)
{
    curve *curves = NULL;
    if (ock_page_input_bytes(page) == 0) {
        return OCK_OK;
    }
    ock_status status = measure_all(page, FINE, &curves);
    if (status == OCK_OK) {
        write_section(page, curves, to);
        status = add_table(page, to);
        fputs("</section>\n", to);
    }
    free_curves(page, curves);
    return status;
}
