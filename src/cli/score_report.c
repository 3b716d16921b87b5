/* SPDX-License-Identifier: MIT */
/* score_report.c - scores on standard output. */
#include "cli/score_report.h"

#include <inttypes.h>
#include <string.h>

#include "cli/print.h"
#include "io/file/log.h"

const char *ock_score_name(const ock_score_report *r, size_t item, char *text)
{
    const ock_text_part *part = &r->items->parts[item];
    if (part->name != NULL) {
        snprintf(text, OCK_SCORE_PLACE_BYTES, "%s", part->name);
    } else {
        snprintf(text, OCK_SCORE_PLACE_BYTES, "%s:%" PRIu64, r->path, part->line);
    }
    return text;
}

const ock_text_part *ock_score_origin_file(const ock_score_report *r, size_t item, uint64_t *offset)
{
    const ock_text_part *part =
        r->scores[item].copied.bytes > 0 ? ock_texts_part_at(r->corpus, r->places[item]) : NULL;
    *offset = part != NULL ? r->places[item] - part->begin : 0;
    return part;
}

const char *ock_score_origin(const ock_score_report *r, size_t item, char *text)
{
    uint64_t offset;
    const ock_text_part *part = ock_score_origin_file(r, item, &offset);
    if (part == NULL) {
        return strcpy(text, "-");
    }
    snprintf(text, OCK_SCORE_PLACE_BYTES, "%s:%" PRIu64, part->name, offset);
    return text;
}

uint64_t ock_score_bytes(const ock_score_report *r, size_t item)
{
    return r->items->parts[item].end - r->items->parts[item].begin;
}

size_t ock_score_rows(const ock_score_report *r)
{
    return r->top < r->items->part_count ? r->top : r->items->part_count;
}

double ock_score_saved(const ock_score_report *r, size_t item)
{
    const uint64_t bytes = ock_score_bytes(r, item);
    const double bits =
        ock_score_bits(r->scores[item].without) - ock_score_bits(r->scores[item].given);
    return bytes > 0 ? bits / (double)bytes : 0.0;
}

static void print_row(const ock_score_report *r, size_t item)
{
    char name[OCK_SCORE_PLACE_BYTES], place[OCK_SCORE_PLACE_BYTES];
    const ock_score *s = &r->scores[item];
    ock_print_line(stdout, "%9.1f %9.1f %9.1f %7.2f %8" PRIu64 " %8" PRIu64 "  %s  %s",
                   ock_score_bits(s->evidence), ock_score_bits(s->given),
                   ock_score_bits(s->without), ock_score_saved(r, item), ock_score_bytes(r, item),
                   s->copied.bytes, ock_score_name(r, item, name),
                   ock_score_origin(r, item, place));
}

static size_t items_above(const ock_score_report *r, uint64_t bits)
{
    size_t count = 0;
    while (count < r->items->part_count &&
           r->scores[r->order[count]].evidence > bits * OCK_COST_UNIT) {
        count++;
    }
    return count;
}

void ock_score_print_table(const ock_score_report *r)
{
    enum { WEAK = 16, STRONG = 32 };
    static const char count_format[] =
        "%zu items; %zu with more than %d bits of evidence, %zu with more than %d";
    const size_t rows = ock_score_rows(r);
    ock_print_line(stdout, " evidence     given   without   saved    bytes   copied  item  from");
    for (size_t i = 0; i < rows; i++) {
        print_row(r, r->order[i]);
    }
    ock_print_line(stdout, count_format, r->items->part_count, items_above(r, WEAK), (int)WEAK,
                   items_above(r, STRONG), (int)STRONG);
}

static json_t *item_json(const ock_score_report *r, size_t item)
{
    const ock_score *s = &r->scores[item];
    const ock_text_part *part = &r->items->parts[item];
    uint64_t offset;
    const ock_text_part *from = ock_score_origin_file(r, item, &offset);
    json_t *object = json_pack(
        "{s:I, s:o, s:I, s:I, s:f, s:f, s:f, s:f, s:[I, I], s:I, s:I}", "item",
        (json_int_t)item + 1, "file", ock_log_text(part->name != NULL ? part->name : r->path),
        "line", (json_int_t)part->line, "bytes", (json_int_t)ock_score_bytes(r, item),
        "evidence_bits", ock_score_bits(s->evidence), "given_bits", ock_score_bits(s->given),
        "without_bits", ock_score_bits(s->without), "saved_bits_per_byte", ock_score_saved(r, item),
        "stretch", (json_int_t)s->begin, (json_int_t)s->end, "copied_bytes",
        (json_int_t)s->copied.bytes, "copied_begin", (json_int_t)s->copied.begin);
    if (object != NULL && from != NULL) {
        json_object_set_new(object, "corpus_file", ock_log_text(from->name));
        json_object_set_new(object, "corpus_offset", json_integer((json_int_t)offset));
    }
    return object;
}

ock_status ock_score_print_json(const ock_score_report *r)
{
    enum { DIGITS = 9 };
    ock_status status = OCK_OK;
    for (size_t i = 0; i < r->items->part_count && status == OCK_OK; i++) {
        status = ock_print_json(item_json(r, i), JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    }
    return status;
}
