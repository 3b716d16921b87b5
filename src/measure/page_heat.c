/* SPDX-License-Identifier: MIT */
/* page_heat.c - the cost of every byte in shades: as an image by offset, and as text. */
#include <stdlib.h>

#include "measure/page_parts.h"
#include "measure/page_write.h"

enum {
    COLUMNS = 192, /* of the image, */
    CELL = 6,      /* of so many units each way */
    MOST_CELLS = COLUMNS * 64,
    WHOLE_TEXT = 48 << 10, /* longer texts are shown by samples: */
    SAMPLES = 12,
    SAMPLE_BYTES = 2048
};

/* ---- the legend ---- */

static void write_legend(FILE *to)
{
    fputs("<p id=shades>Bits a byte: ", to);
    for (unsigned shade = 0; shade < OCK_PAGE_SHADES; shade++) {
        const bool last = shade + 1 == OCK_PAGE_SHADES;
        fprintf(to, "<i class=\"h%u sample\">%g%s", shade, ock_page_shade_from(shade),
                last ? " and more" : "\xe2\x80\x93");
        if (!last) {
            fprintf(to, "%g", ock_page_shade_from(shade + 1));
        }
        fputs("</i> ", to);
    }
    fputs("</p>\n", to);
}

/* ---- the image ---- */

typedef struct image {
    uint32_t cells;
    const uint64_t *shades; /* (cells) */
} image;

/* All cells of a shade are one path; those beside each other one bar. */
static void write_shade(const image *im, unsigned shade, FILE *to)
{
    fprintf(to, "<path class=h%u d=\"", shade);
    for (uint32_t cell = 0, next = 0; cell < im->cells; cell = next) {
        next = cell + 1;
        if (im->shades[cell] != shade) {
            continue;
        }
        while (next < im->cells && next % COLUMNS != 0 && im->shades[next] == shade) {
            next++;
        }
        fprintf(to, "M%u %uh%uv%dh-%uz", cell % COLUMNS * CELL, cell / COLUMNS * CELL,
                (next - cell) * CELL, CELL, (next - cell) * CELL);
    }
    fputs("\"/>\n", to);
}

static void write_image(const ock_page *page, const image *im, FILE *to)
{
    const uint32_t rows = (im->cells + COLUMNS - 1) / COLUMNS;
    const uint32_t columns = im->cells < COLUMNS ? im->cells : COLUMNS;
    fputs("<h3>By offset</h3><p>From left to right and from top to bottom; a cell is ", to);
    ock_page_count(to, ock_page_part(page, im->cells, 0).end);
    fputs(" bytes, a row ", to);
    ock_page_count(to, ock_page_part(page, im->cells, columns - 1).end);
    fprintf(to,
            ".</p>\n<svg id=image viewBox=\"0 0 %u %u\" role=img aria-labelledby=\"image-t "
            "image-d\"><title id=image-t>Cost by offset</title><desc id=image-d>%u rows of %u "
            "cells, each in the shade of its mean cost. The stretches below have the extremes as "
            "numbers.</desc>\n",
            COLUMNS * CELL, rows * CELL, rows, columns);
    for (unsigned shade = 0; shade < OCK_PAGE_SHADES; shade++) {
        write_shade(im, shade, to);
    }
    fputs("</svg>\n", to);
}

static ock_status draw_image(const ock_page *page, FILE *to)
{
    uint32_t cells = MOST_CELLS;
    uint64_t *sums = NULL;
    const ock_status status = ock_page_sums(page, ock_page_shown(page), &cells, &sums);
    if (status == OCK_OK) {
        for (uint32_t cell = 0; cell < cells; cell++) { /* a sum becomes a shade */
            const ock_range part = ock_page_part(page, cells, cell);
            sums[cell] = ock_page_shade(sums[cell], ock_range_length(part));
        }
        write_image(page, &(image){cells, sums}, to);
    }
    free(sums);
    return status;
}

/* ---- the text ---- */

static ock_status write_sample(const ock_page *page, uint64_t begin, uint64_t bytes, bool open,
                               FILE *to)
{
    fprintf(to, "<details%s><summary>from byte ", open ? " open" : "");
    ock_page_count(to, begin);
    fputs("</summary><pre class=heat tabindex=0 aria-label=\"Text in shades of its cost\">", to);
    const ock_status status = ock_page_excerpt(page, begin, (size_t)bytes, true, to);
    fputs("</pre></details>\n", to);
    return status;
}

static ock_status write_samples(const ock_page *page, FILE *to)
{
    const uint64_t bytes = ock_page_input_bytes(page);
    ock_status status = OCK_OK;
    fprintf(to, "<p>%d samples, evenly over the input.</p>\n", SAMPLES);
    for (uint32_t i = 0; i < SAMPLES && status == OCK_OK; i++) {
        const uint64_t begin = (bytes - SAMPLE_BYTES) / (SAMPLES - 1) * i;
        status = write_sample(page, begin, SAMPLE_BYTES, i == 0, to);
    }
    return status;
}

static ock_status write_text(const ock_page *page, FILE *to)
{
    const uint64_t bytes = ock_page_input_bytes(page);
    fputs("<h3>As text</h3>\n", to);
    return bytes <= WHOLE_TEXT ? write_sample(page, 0, bytes, true, to) : write_samples(page, to);
}

static void say_what_is_missing(const ock_page *page, FILE *to)
{
    if (ock_page_trace(page, ock_page_shown(page)) == NULL) {
        fputs("<p>Only the means of spans are known. With <code>compress --trace-bytes "
              "FILE</code> and that file here, every byte's cost is shown.</p>\n",
              to);
    } else if (page->input == NULL) {
        fputs("<p>With <code>--input</code>, the input itself, its text would be shown too.</p>\n",
              to);
    }
}

ock_status ock_page_heat(const ock_page *page, FILE *to)
{
    const uint64_t bytes = ock_page_input_bytes(page);
    bool text = false;
    ock_status status = OCK_OK;
    if (bytes == 0) {
        return OCK_OK;
    }
    fputs("<section id=heat><h2>What each byte cost</h2>\n", to);
    if (page->count > 1) {
        fputs("<p>By <b>", to);
        ock_page_name(to, page->models[ock_page_shown(page)].path);
        fputs("</b>.</p>\n", to);
    }
    write_legend(to);
    if (ock_page_trace(page, ock_page_shown(page)) != NULL && page->input != NULL) {
        const uint64_t looked_at = bytes < WHOLE_TEXT ? bytes : WHOLE_TEXT;
        status = ock_page_is_text(page, (bytes - looked_at) / 2, (size_t)looked_at, &text);
    }
    if (status == OCK_OK && text) {
        status = write_text(page, to);
    }
    if (status == OCK_OK) {
        status = draw_image(page, to);
    }
    say_what_is_missing(page, to);
    fputs("</section>\n", to);
    return status;
}
