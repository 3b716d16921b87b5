/* SPDX-License-Identifier: MIT */
/* page.c - the page: its beginning, its sections one after another, its script. */
#include "measure/page.h"

#include "measure/page_head.h"
#include "measure/page_parts.h"
#include "measure/page_style.h"
#include "measure/page_write.h"

static void write_digest(const ock_page *page, FILE *to)
{
    char digest[OCK_DIGEST_TEXT_BYTES];
    ock_digest_hex(page->models[0].about->input_digest, digest);
    fputs("<p>An input of ", to);
    ock_page_count(to, ock_page_input_bytes(page));
    fprintf(to, " bytes, BLAKE2b-256 <code>%s</code>.", digest);
}

static void write_best(const ock_page *page, FILE *to)
{
    const ock_length *best = &page->models[ock_lengths_best(page->models, page->count)];
    fputs(page->count > 1 ? " The shortest description is <b>" : " Described by <b>", to);
    ock_page_name(to, best->path);
    fprintf(to, "</b>, <b>%.4f</b> bits a byte without the program.</p>\n",
            ock_bits_per_byte(ock_length_bits(best), ock_page_input_bytes(page)));
}

static void write_top(const ock_page *page, FILE *to)
{
    const bool any = ock_page_input_bytes(page) > 0;
    fputs("<body><header><h1>Where the bits went</h1>\n", to);
    write_digest(page, to);
    write_best(page, to);
    fputs("<nav aria-label=Sections><a href=\"#sum\">The sum</a>", to);
    fputs(any ? " <a href=\"#curve\">Along the input</a> <a href=\"#heat\">What each byte "
                "cost</a> <a href=\"#stretches\">Dearest and cheapest</a>"
              : "",
          to);
    fputs("</nav></header>\n<main>\n", to);
}

ock_status ock_page_write(const ock_page *page, FILE *to)
{
    const ock_page_head head = {.name = page->models[0].path,
                                .title = ": where the bits went",
                                .style = "",
                                .script = OCK_PAGE_SCRIPT_SHA256};
    ock_page_write_head(&head, to);
    write_top(page, to);
    ock_page_bars(page, to);
    ock_status status = ock_page_curve(page, to);
    if (status == OCK_OK) {
        status = ock_page_heat(page, to);
    }
    if (status == OCK_OK) {
        status = ock_page_stretches(page, to);
    }
    fputs("</main>\n<script>" OCK_PAGE_SCRIPT "</script>\n</body></html>\n", to);
    return status;
}
