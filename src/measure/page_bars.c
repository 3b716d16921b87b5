/* SPDX-License-Identifier: MIT */
/* page_bars.c - what each description consists of, as a table with a bar in each row. */
#include "measure/page_parts.h"
#include "measure/page_write.h"

enum { WIDTH = 400, HEIGHT = 18, PIECES = 3 };

static uint64_t sum_of(const ock_page *page, const ock_length *model)
{
    return ock_length_bits(model) + page->program_bits;
}

static uint64_t largest_sum(const ock_page *page)
{
    uint64_t most = 1;
    for (size_t i = 0; i < page->count; i++) {
        const uint64_t sum = sum_of(page, &page->models[i]);
        most = sum > most ? sum : most;
    }
    return most;
}

static void write_bar(const ock_page *page, const ock_length *model, uint64_t most, FILE *to)
{
    const uint64_t pieces[PIECES] = {model->data_bits, page->program_bits, model->prior_bits};
    static const char *const names[PIECES] = {"data", "program", "prior"};
    uint64_t before = 0;
    fprintf(to, "<svg class=bar viewBox=\"0 0 %d %d\" aria-hidden=true>", WIDTH, HEIGHT);
    for (int i = 0; i < PIECES; i++) {
        const double from = WIDTH * ((double)before / (double)most);
        before += pieces[i];
        const double until = WIDTH * ((double)before / (double)most);
        if (pieces[i] > 0) {
            fprintf(to, "<rect class=b%d x=%.2f width=%.2f height=%d><title>%s</title></rect>", i,
                    from, until - from, HEIGHT, names[i]);
        }
    }
    fputs("</svg>", to);
}

static void write_cell(FILE *to, uint64_t bits)
{
    fputs("<td class=n>", to);
    ock_page_count(to, bits);
    fputs("</td>", to);
}

static void write_row(const ock_page *page, const ock_length *model, uint64_t most, FILE *to)
{
    fputs("<tr><th scope=row>", to);
    ock_page_name(to, model->path);
    fprintf(to, "</th><td class=n>%u</td>", (unsigned)model->plan.level);
    write_cell(to, model->data_bits);
    write_cell(to, page->program_bits);
    write_cell(to, model->prior_bits);
    write_cell(to, sum_of(page, model));
    fprintf(to, "<td class=n>%.4f</td><td class=wide>",
            ock_bits_per_byte(ock_length_bits(model), model->about->input_bytes));
    write_bar(page, model, most, to);
    fputs("</td></tr>\n", to);
}

void ock_page_bars(const ock_page *page, FILE *to)
{
    const uint64_t most = largest_sum(page);
    fputs(
        "<section id=sum><h2>The sum</h2>\n"
        "<p>Bits of the whole description: the <b class=b0>data</b> given the program, the "
        "<b class=b1>program</b> (its sources without comments, compressed by <code>xz -9e</code>",
        to);
    fputs(page->program_bits == 0 ? ": unknown, built where there was no xz or awk" : "", to);
    fputs("), and what is learned from first, the <b class=b2>prior</b>; bits/byte are those of "
          "data and prior.</p>\n"
          "<div class=scroll tabindex=0 role=region aria-label=\"Table of description lengths\">"
          "<table><thead><tr><th scope=col>file<th scope=col class=n>level"
          "<th scope=col class=n>data<th scope=col class=n>program<th scope=col class=n>prior"
          "<th scope=col class=n>sum<th scope=col class=n>bits/byte<th scope=col>bar"
          "</tr></thead><tbody>\n",
          to);
    for (size_t i = 0; i < page->count; i++) {
        write_row(page, &page->models[i], most, to);
    }
    fputs("</tbody></table></div></section>\n", to);
}
