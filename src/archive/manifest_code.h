/* SPDX-License-Identifier: MIT */
/* manifest_code.h - a list of files, coded by the mixing stage alone.
 *
 * The plan is that of level 1 for so many bytes in one lane; one process does it, whatever the
 * number of ranks, before the content is coded or after it was read. `memory` (NULL: none) counts what that takes. Not
 * collective. */
#ifndef OCK_MANIFEST_CODE_H
#define OCK_MANIFEST_CODE_H

#include "base/digest.h"
#include "base/memory.h"
#include "io/tree/manifest.h"
#include "numeric/kernels.h"

/* *value: what the file's dataset `manifest` holds (FORMAT.md, section 8): the list's length, its
 * digest and its code. The caller frees it. */
ock_status ock_manifest_encode(ock_memory *memory, const ock_kernels *kernels,
                               const ock_manifest *manifest, ock_manifest *value) OCK_WARN_UNUSED;

/* BLAKE2b-256 of a list's bytes: what names it. */
void ock_manifest_digest(const ock_manifest *manifest, uint8_t digest[OCK_DIGEST_BYTES]);

/* The digest that such a value names its list by, within it; NULL when it is too short for that. */
const uint8_t *ock_manifest_named(const uint8_t *value, size_t count);

/* The list of such a value, decoded, compared with its digest, and checked. `name` is the file, for
 * messages. OCK_BAD_DATA for damage. manifest->bytes is the caller's to free. */
ock_status ock_manifest_decode(ock_memory *memory, const ock_kernels *kernels, const uint8_t *value,
                               size_t count, const char *name, ock_manifest *manifest,
                               ock_manifest_totals *totals) OCK_WARN_UNUSED;

#endif
