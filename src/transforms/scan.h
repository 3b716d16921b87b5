/* SPDX-License-Identifier: MIT */
/* scan.h - what looks for spans in a stream that passes by, block after block.
 *
 * Internal to the directory. Each has a list of its own; when that is full no more is looked for. */
#ifndef OCK_SCAN_H
#define OCK_SCAN_H

#include "base/source.h"
#include "transforms/transforms.h"

/* Bytes of the stream from `at` on; some more of it lie after them, fewer than OCK_SCAN_AHEAD only at its
 * end. */
enum { OCK_SCAN_BYTES = 4096, OCK_SCAN_AHEAD = 4 };
typedef struct ock_scan_block {
    uint64_t at;
    const uint8_t *bytes;
    size_t count, ahead;
} ock_scan_block;

/* ---- lines of text (text_scan.c) ---- */

/* Lines that follow each other and are equally long. */
typedef struct ock_text_run {
    uint64_t begin, end, lines; /* none: no run */
    uint64_t next;              /* where the next line begins */
    uint64_t width;
    unsigned line_end;
} ock_text_run;

typedef struct ock_text_scan {
    const ock_source *stream;
    unsigned kinds;
    ock_transforms *found;
    bool in_word;
    uint64_t word; /* where that begins */
    ock_text_run run;
} ock_text_scan;

ock_status ock_text_scan_block(ock_text_scan *scan, const ock_scan_block *block) OCK_WARN_UNUSED;
ock_status ock_text_scan_end(ock_text_scan *scan, uint64_t end) OCK_WARN_UNUSED;

/* ---- machine code (code_scan.c) ---- */

typedef struct ock_code_scan {
    unsigned kinds;
    ock_transforms *found;
    ock_transform span; /* length 0: none */
    unsigned blocks;    /* of code in it */
} ock_code_scan;

/* A block of OCK_SCAN_BYTES, or what is left of the stream. */
ock_status ock_code_scan_block(ock_code_scan *scan, const ock_scan_block *block) OCK_WARN_UNUSED;
ock_status ock_code_scan_end(ock_code_scan *scan) OCK_WARN_UNUSED;

/* Takes a span where it can; a list that is full takes none. */
ock_status ock_scan_take(ock_transforms *found, const ock_transform *span) OCK_WARN_UNUSED;

#endif
