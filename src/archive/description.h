/* SPDX-License-Identifier: MIT */
/* description.h - what an .ock file says besides the transcripts: of its input, and of the run.
 *
 * Rank 0, not collective. */
#ifndef OCK_DESCRIPTION_H
#define OCK_DESCRIPTION_H

#include "archive/condensed.h"
#include "base/source.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "io/tree/manifest.h"
#include "numeric/kernels.h"
#include "state/chain.h"

/* An input as it goes into a file. */
typedef struct ock_subject {
    const ock_source *input;      /* the whole */
    ock_condensed *condensed;     /* what it repeats */
    const ock_manifest *manifest; /* the list of its files; without bytes where it is no tree */
} ock_subject;

/* Before the run: the plan, the coded lists and the digests of the input, which is read in order; and room for what
 * the run tells. ock_container_info_clear frees *info, after a failure too. */
ock_status ock_describe_input(const ock_plan *plan, const ock_subject *subject, ock_memory *memory,
                              const ock_kernels *kernels, ock_container_info *info) OCK_WARN_UNUSED;

/* A file as the run will write it is written in memory and read back, once with a short transcript and once with
 * a long one: an HDF5 library that lays files out otherwise than the reader knows them shows at the start,
 * not when all is coded. info: after ock_describe_input. OCK_INTERNAL when what was written cannot be
 * read. */
ock_status ock_probe_container(const ock_container_info *info) OCK_WARN_UNUSED;

/* After the run: its lengths, its trace and its digests of states. OCK_ENVIRONMENT when it has coded
 * other bytes than those described; `name` is the input, for that message. */
ock_status ock_describe_run(const ock_encode_result *result, const ock_chain *chain,
                            const ock_condensed *condensed, const char *name,
                            ock_container_info *info) OCK_WARN_UNUSED;

#endif
