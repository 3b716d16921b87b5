/* SPDX-License-Identifier: MIT */
/* score_report.h - scores as a table, as lines of JSON, and as a page. */
#ifndef OCK_SCORE_REPORT_H
#define OCK_SCORE_REPORT_H

#include "io/file/output.h"
#include "measure/score.h"

/* What is reported, on rank 0. */
typedef struct ock_score_report {
    const char *path;        /* of the items, as given */
    const ock_texts *items;  /* as they were scored */
    const ock_score *scores; /* (items->part_count) */
    const ock_texts *corpus; /* as it was given: names and places of its files, and its text */
    const uint64_t *places;  /* (items->part_count) of the longest copied stretches, in *corpus */
    const size_t *order;     /* (items->part_count) items by evidence, the most first */
    size_t top;              /* so many of them are shown */
    uint64_t corpus_bytes;   /* as learned */
    uint64_t baseline_bytes; /* 0: none */
    bool folded;
} ock_score_report;

enum { OCK_SCORE_PLACE_BYTES = 4200 };

/* "FILE:LINE", or what else the item is called. text: OCK_SCORE_PLACE_BYTES. Returns text. */
const char *ock_score_name(const ock_score_report *report, size_t item, char *text);

/* The file of the corpus in which the item's copied stretch begins, and where there. NULL: none. */
const ock_text_part *ock_score_origin_file(const ock_score_report *report, size_t item,
                                           uint64_t *offset);

/* "FILE:OFFSET", or "-" where nothing was copied. Likewise. */
const char *ock_score_origin(const ock_score_report *report, size_t item, char *text);

/* Of the item; and the items that are shown. */
uint64_t ock_score_bytes(const ock_score_report *report, size_t item);
size_t ock_score_rows(const ock_score_report *report);

/* Bits that the corpus saves, a byte of the item. */
double ock_score_saved(const ock_score_report *report, size_t item);

static inline double ock_score_bits(uint64_t cost)
{
    return (double)cost / OCK_COST_UNIT;
}

/* On standard output. */
void ock_score_print_table(const ock_score_report *report);
ock_status ock_score_print_json(const ock_score_report *report) OCK_WARN_UNUSED;

/* A page, for the file `path` of --html, of the items with the most evidence, and of where they were found. *page is
 * to be ended (side_file.h); NULL after a failure. */
ock_status ock_score_write_html(const ock_score_report *report, const char *path, bool force,
                                ock_output **page) OCK_WARN_UNUSED;

#endif
