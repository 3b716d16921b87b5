/* SPDX-License-Identifier: MIT */
/* scan.h - regions of what no header tells about: where numbers of some layout cost less than bytes.
 *
 * Internal to the directory; one thread at a time. */
#ifndef OCK_LAYOUT_SCAN_H
#define OCK_LAYOUT_SCAN_H

#include "base/arena.h"
#include "base/source.h"
#include "layouts/regions.h"

typedef struct ock_scan ock_scan;

/* Its memory is the arena's. */
ock_status ock_scan_new(const ock_source *source, ock_arena *arena,
                        ock_scan **scan) OCK_WARN_UNUSED;

/* What lies in [begin, end) is appended in order. */
ock_status ock_scan_range(ock_scan *scan, uint64_t begin, uint64_t end,
                          ock_regions *regions) OCK_WARN_UNUSED;

/* Whether bytes are code of a CPU: the width of its instructions, as regions have it, else 0. */
unsigned ock_code_width(const uint8_t *bytes, size_t count, uint64_t at);

/* Whether they are text: nearly all of them printable, or of valid UTF-8, and some of them spaces. */
bool ock_is_text(const uint8_t *bytes, size_t count);

#endif
