/* SPDX-License-Identifier: MIT */
/* region_code.h - a list of regions as bytes, some ten each and half of that where layouts come again, and back; and as text.
 *
 * Bytes: io/container/FORMAT.md says how. Text, of which `--layout` takes what `info` prints:
 *
 *     REGIONS: REGION[;REGION...]
 *     REGION:  BEGIN+[LENGTH]:WORD[,WORD...]    in bytes; without a length, up to the end
 *     WORD:  text | code | numbers | pixels | samples | pages | unknown      the kind: numbers, unless said otherwise
 *            u8 | i8 | u16le | i24be | f32le | f64be | w32le ...     a number: unsigned, signed, float, whole float
 *            fraction=BITS      of a whole float: over 2^BITS
 *            record=BYTES | row=BYTES | plane=BYTES
 *
 * so `44+1179648:pixels,u8,record=3,row=2304` are pixels of three bytes, 768 in a row. */
#ifndef OCK_REGION_CODE_H
#define OCK_REGION_CODE_H

#include "layouts/regions.h"

/* *bytes: new memory, which the caller frees; NULL and *count 0 for an empty list. */
ock_status ock_regions_encode(const ock_regions *regions, uint8_t **bytes,
                              size_t *count) OCK_WARN_UNUSED;

/* What `count` bytes from outside say of that many bytes of input: at least one region. OCK_BAD_DATA, with `name`, where
 * they hold no list that ock_regions_allow would have let grow. The caller frees the list, after a failure too. */
ock_status ock_regions_decode(const uint8_t *bytes, size_t count, uint64_t input_bytes,
                              const char *name, ock_regions *regions) OCK_WARN_UNUSED;

/* What was typed; OCK_ENVIRONMENT, saying which region is wrong, where it is no list within `bytes`. The caller frees
 * the list, after a failure too. */
ock_status ock_regions_parse(const char *text, uint64_t bytes,
                             ock_regions *regions) OCK_WARN_UNUSED;

enum { OCK_REGION_TEXT_BYTES = 192 };

/* One region. Returns `to`. */
char *ock_region_print(const ock_region *region, char to[OCK_REGION_TEXT_BYTES]);

#endif
