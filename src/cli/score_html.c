/* SPDX-License-Identifier: MIT */
/* score_html.c - the page of the score command: one file, without script, that loads nothing. */
#include <inttypes.h>

#include "cli/score_report.h"
#include "cli/side_file.h"
#include "measure/page_head.h"
#include "measure/page_write.h"

static const char style[] = "pre.heat{border-left:3px solid var(--line);padding-left:1em}\n"
                            "mark{background:rgba(255,140,0,.35);color:inherit}\n"
                            "mark b{border-bottom:2px solid;font-weight:inherit}\n";

enum { MOST = 4000 }; /* bytes of one piece of text */

/* Bytes [begin, end) of a text; of a long piece its beginning and its end. */
static void put_bytes(FILE *to, const uint8_t *bytes, uint64_t begin, uint64_t end)
{
    if (end - begin > MOST) {
        const uint64_t head = begin + MOST / 2, tail = end - MOST / 2;
        const uint64_t until = head + ock_page_behind(bytes + head, end - head);
        put_bytes(to, bytes, begin, until);
        begin = tail + ock_page_behind(bytes + tail, end - tail);
        fputs("<small> ... ", to);
        ock_page_count(to, begin - until);
        fputs(" bytes ... </small>", to);
    }
    ock_page_bytes(to, bytes + begin, NULL, end - begin, true);
}

/* The item, the stretch that has the evidence marked, and what was copied longest within it. */
static void put_item(FILE *to, const ock_score_report *r, size_t item)
{
    const ock_score *s = &r->scores[item];
    const uint8_t *text = r->items->bytes + r->items->parts[item].begin;
    uint64_t from = s->copied.begin, until = from + s->copied.bytes;
    from = from < s->begin ? s->begin : from > s->end ? s->end : from;
    until = until < from ? from : until > s->end ? s->end : until;
    fputs("<pre class=heat>", to);
    put_bytes(to, text, 0, s->begin);
    fputs("<mark>", to);
    put_bytes(to, text, s->begin, from);
    fputs("<b>", to);
    put_bytes(to, text, from, until);
    fputs("</b>", to);
    put_bytes(to, text, until, s->end);
    fputs("</mark>", to);
    put_bytes(to, text, s->end, ock_score_bytes(r, item));
    fputs("</pre>\n", to);
}

/* The corpus where the longest copied stretch was found, and some of what surrounds it. */
static void put_origin(FILE *to, const ock_score_report *r, size_t item)
{
    enum { AROUND = 80 };
    const uint64_t copied = r->scores[item].copied.bytes;
    char place[OCK_SCORE_PLACE_BYTES];
    uint64_t at;
    const ock_text_part *part = ock_score_origin_file(r, item, &at);
    if (part == NULL) {
        return;
    }
    const uint8_t *text = r->corpus->bytes + part->begin;
    const uint64_t bytes = part->end - part->begin;
    const uint64_t end = bytes - at > copied + AROUND ? at + copied + AROUND : bytes;
    uint64_t begin = at > AROUND ? at - AROUND : 0;
    begin += begin > 0 ? ock_page_behind(text + begin, end - begin) : 0;
    fputs("<p>In the corpus, ", to);
    ock_page_name(to, ock_score_origin(r, item, place));
    fputs(":</p>\n<pre class=heat>", to);
    put_bytes(to, text, begin, end);
    fputs("</pre>\n", to);
}

static void put_row(FILE *to, const ock_score_report *r, size_t rank, size_t item)
{
    char text[OCK_SCORE_PLACE_BYTES];
    const ock_score *s = &r->scores[item];
    fprintf(to,
            "<tr><td class=n>%.1f<td class=n>%.1f<td class=n>%.1f<td class=n>%.2f<td "
            "class=n>%" PRIu64 "<td class=n>%" PRIu64 "<th scope=row><a href=\"#i%zu\">",
            ock_score_bits(s->evidence), ock_score_bits(s->given), ock_score_bits(s->without),
            ock_score_saved(r, item), ock_score_bytes(r, item), s->copied.bytes, rank);
    ock_page_name(to, ock_score_name(r, item, text));
    fputs("</a></th><td>", to);
    ock_page_name(to, ock_score_origin(r, item, text));
    fputs("</td></tr>\n", to);
}

static void put_table(FILE *to, const ock_score_report *r)
{
    fputs("<div class=scroll tabindex=0 role=region aria-label=\"Table of scores\"><table><thead>"
          "<tr><th scope=col class=n>evidence, bits<th scope=col class=n>given"
          "<th scope=col class=n>without<th scope=col class=n>saved per byte"
          "<th scope=col class=n>bytes<th scope=col class=n>copied<th scope=col>item"
          "<th scope=col>from</tr></thead><tbody>\n",
          to);
    for (size_t i = 0; i < ock_score_rows(r); i++) {
        put_row(to, r, i, r->order[i]);
    }
    fputs("</tbody></table></div>\n", to);
}

static void put_top(FILE *to, const ock_score_report *r)
{
    fputs("<body><header><h1>Is it in the corpus already?</h1>\n<p>", to);
    ock_page_count(to, r->items->part_count);
    fprintf(to, " items, of which the %zu with the most evidence are shown; a corpus of ",
            ock_score_rows(r));
    ock_page_count(to, r->corpus_bytes);
    fprintf(to,
            " bytes%s. Code lengths without it are given %s. A stretch with evidence is "
            "<mark>marked</mark>; what the corpus contains verbatim is "
            "<mark><b>underlined</b></mark>.</p>\n"
            "</header>\n<main>\n",
            r->folded ? ", without case and punctuation" : "",
            r->baseline_bytes > 0 ? "another text" : "nothing");
}

static ock_status put_page(const void *report, FILE *to)
{
    const ock_score_report *r = report;
    char name[OCK_SCORE_PLACE_BYTES];
    ock_page_write_head(&(ock_page_head){.name = "Ockham", .title = ": scores", .style = style},
                        to);
    put_top(to, r);
    put_table(to, r);
    for (size_t i = 0; i < ock_score_rows(r); i++) {
        const size_t item = r->order[i];
        fprintf(to, "<h2 id=i%zu>", i);
        ock_page_name(to, ock_score_name(r, item, name));
        fprintf(to, ": %.1f bits</h2>\n", ock_score_bits(r->scores[item].evidence));
        put_item(to, r, item);
        put_origin(to, r, item);
    }
    fputs("</main>\n</body></html>\n", to);
    return OCK_OK;
}

ock_status ock_score_write_html(const ock_score_report *r, const char *path, bool force,
                                ock_output **page)
{
    return ock_side_file_write("--html", path, force, put_page, r, page);
}
