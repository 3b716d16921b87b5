/* SPDX-License-Identifier: MIT */
/* score_html.c - the page of the score command: one file, without script, that loads nothing. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/score_report.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Ockham: "
    "scores</title>\n<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:16px/1.5 sans-serif;max-width:64em;margin:2em auto;padding:0 1em}\n"
    "table{border-collapse:collapse}\nth,td{padding:.2em .7em;text-align:right}\n"
    "th{border-bottom:1px solid}\ntd.t,th.t{text-align:left;overflow-wrap:anywhere}\n"
    "tr:nth-child(even) td{background:rgba(127,127,127,.12)}\n"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid;padding-left:1em}\n"
    "mark{background:rgba(255,140,0,.35);color:inherit}\nmark b{border-bottom:2px "
    "solid;font-weight:inherit}\n"
    "</style></head><body>\n<h1>Is it in the corpus already?</h1>\n";

static void put_character(FILE *to, const char *shown)
{
    const char *entity = strcmp(shown, "<") == 0    ? "&lt;"
                         : strcmp(shown, ">") == 0  ? "&gt;"
                         : strcmp(shown, "&") == 0  ? "&amp;"
                         : strcmp(shown, "\"") == 0 ? "&quot;"
                                                    : shown;
    fputs(entity, to);
}

/* A text in its shown form (text.h), but for ends of lines, which it keeps where `lines`. */
static void put_text(FILE *to, const char *text, bool lines)
{
    char shown[OCK_SHOWN_BYTES];
    while (*text != '\0') {
        if (lines && (*text == '\n' || *text == '\t')) {
            fputc(*text++, to);
        } else if (ock_text_show(&text, shown)) {
            put_character(to, shown);
        }
    }
}

/* Bytes [begin, end) of a text. */
static void put_bytes(FILE *to, const uint8_t *bytes, uint64_t begin, uint64_t end)
{
    char *copy = begin < end ? malloc(end - begin + 1) : NULL;
    if (copy == NULL) {
        return;
    }
    memcpy(copy, bytes + begin, end - begin);
    copy[end - begin] = '\0';
    for (char *at = copy; at < copy + (end - begin); at++) {
        if (*at == '\0') {
            *at = ' ';
        }
    }
    put_text(to, copy, true);
    free(copy);
}

/* The item, the stretch that has the evidence marked, and what was copied longest within it. */
static void put_item(FILE *to, const ock_score_report *r, size_t item)
{
    const ock_text_part *part = &r->items->parts[item];
    const ock_score *s = &r->scores[item];
    const uint8_t *text = r->items->bytes + part->begin;
    uint64_t from = s->copied.begin, until = from + s->copied.bytes;
    from = from < s->begin ? s->begin : from > s->end ? s->end : from;
    until = until < from ? from : until > s->end ? s->end : until;
    fputs("<pre>", to);
    put_bytes(to, text, 0, s->begin);
    fputs("<mark>", to);
    put_bytes(to, text, s->begin, from);
    fputs("<b>", to);
    put_bytes(to, text, from, until);
    fputs("</b>", to);
    put_bytes(to, text, until, s->end);
    fputs("</mark>", to);
    put_bytes(to, text, s->end, part->end - part->begin);
    fputs("</pre>\n", to);
}

/* The corpus where the longest copied stretch was found, and some of what surrounds it. */
static void put_origin(FILE *to, const ock_score_report *r, size_t item)
{
    enum { AROUND = 80, MOST = 2000 };
    const ock_score *s = &r->scores[item];
    const ock_text_part *part =
        s->copied.bytes > 0 ? ock_texts_part_at(r->corpus, r->places[item]) : NULL;
    char place[OCK_SCORE_PLACE_BYTES];
    if (part == NULL) {
        return;
    }
    const uint64_t at = r->places[item];
    const uint64_t bytes = s->copied.bytes < MOST ? s->copied.bytes : MOST;
    const uint64_t begin = at - part->begin > AROUND ? at - AROUND : part->begin;
    const uint64_t end = part->end - at > bytes + AROUND ? at + bytes + AROUND : part->end;
    fputs("<p>In the corpus, ", to);
    put_text(to, ock_score_origin(r, item, place), false);
    fputs(":</p>\n<pre>", to);
    put_bytes(to, r->corpus->bytes, begin, end);
    fputs("</pre>\n", to);
}

static void put_row(FILE *to, const ock_score_report *r, size_t rank, size_t item)
{
    char text[OCK_SCORE_PLACE_BYTES];
    const ock_score *s = &r->scores[item];
    fprintf(to,
            "<tr><td>%.1f</td><td>%.1f</td><td>%.1f</td><td>%.2f</td><td>%" PRIu64
            "</td><td>%" PRIu64 "</td><td class=\"t\"><a href=\"#i%zu\">",
            ock_score_bits(s->evidence), ock_score_bits(s->given), ock_score_bits(s->without),
            ock_score_saved(r, item), r->items->parts[item].end - r->items->parts[item].begin,
            s->copied.bytes, rank);
    put_text(to, ock_score_name(r, item, text), false);
    fputs("</a></td><td class=\"t\">", to);
    put_text(to, ock_score_origin(r, item, text), false);
    fputs("</td></tr>\n", to);
}

static void put_page(FILE *to, const ock_score_report *r)
{
    const size_t rows = r->top < r->items->part_count ? r->top : r->items->part_count;
    char name[OCK_SCORE_PLACE_BYTES];
    fputs(head, to);
    fprintf(to,
            "<p>%zu items, of which the %zu with the most evidence are shown; a corpus of %" PRIu64
            " bytes%s. Code lengths without it are given %s. A stretch with evidence is "
            "<mark>marked</mark>, <mark><b>underlined</b></mark> what is there as it stands.</p>\n"
            "<table><thead><tr><th>evidence, bits</th><th>given</th><th>without</th><th>saved a "
            "byte</th><th>bytes</th><th>copied</th><th class=\"t\">item</th><th "
            "class=\"t\">from</th></tr></thead><tbody>\n",
            r->items->part_count, rows, r->corpus_bytes,
            r->folded ? ", without case and punctuation" : "",
            r->baseline_bytes > 0 ? "another text" : "nothing");
    for (size_t i = 0; i < rows; i++) {
        put_row(to, r, i, r->order[i]);
    }
    fputs("</tbody></table>\n", to);
    for (size_t i = 0; i < rows; i++) {
        fprintf(to, "<h2 id=\"i%zu\">", i);
        put_text(to, ock_score_name(r, r->order[i], name), false);
        fprintf(to, ": %.1f bits</h2>\n", ock_score_bits(r->scores[r->order[i]].evidence));
        put_item(to, r, r->order[i]);
        put_origin(to, r, r->order[i]);
    }
    fputs("</body></html>\n", to);
}

ock_status ock_score_write_html(const ock_score_report *r, const char *path, bool force,
                                ock_output **output)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    *output = NULL;
    if (to == NULL) {
        return ock_fail_memory(0, "the page");
    }
    put_page(to, r);
    ock_status status = fclose(to) != 0 ? ock_fail_memory(bytes, "the page") : OCK_OK;
    if (status == OCK_OK) {
        status = ock_output_create(path, force, output);
    }
    if (status == OCK_OK) {
        status = ock_output_write(*output, 0, text, bytes);
    }
    free(text);
    return status;
}
