/* SPDX-License-Identifier: MIT */
/* condensed.h - an input without what it repeats (repeats.h), and what is left rewritten where that pays (transforms.h):
 * found, spread over ranks, loaded, undone.
 *
 * Rank 0's and not collective, unless said otherwise. */
#ifndef OCK_CONDENSED_H
#define OCK_CONDENSED_H

#include "archive/lane_layouts.h"
#include "archive/prior.h"
#include "archive/settings.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/tree/manifest.h"
#include "layouts/regions.h"
#include "repeats/repeats.h"
#include "repeats/rest.h"
#include "transforms/turned.h"

/* A coded list; no bytes: it is empty. */
typedef struct ock_list_bytes {
    uint8_t *bytes;
    size_t count;
} ock_list_bytes;

typedef struct ock_condensed {
    ock_repeats repeats;       /* every rank's, once they are shared */
    ock_transforms transforms; /* likewise, of the rest */
    ock_regions layouts;       /* rank 0's, of the input */
    ock_lane_layouts laid;     /* every rank's: those, as a codec has them */
    ock_regions lane_layouts;  /* every rank's, at offsets of what the lanes have */
    ock_list_bytes code[3];    /* compressing: all lists, until the file's description has them */
    ock_rest rest;             /* after the last source or target */
    ock_turned turned;
} ock_condensed;

/* What a search may use, and where the files of a corpus end; any may be NULL. layout: "none", what was typed
 * (region_code.h), or "auto" and NULL for what is found. */
typedef struct ock_search {
    ock_team *team;
    ock_memory *memory;
    const ock_manifest *files;
    const char *layout;
} ock_search;

/* Finds the repeats, transforms and layouts that are worth it (priors may be NULL), and adds what they save to the wishes: they
 * follow from text and wishes alone. The caller clears *condensed, after a failure too. */
ock_status ock_condense(const ock_search *search, const ock_priors *priors, ock_input *input,
                        ock_wishes *wishes, ock_condensed *condensed) OCK_WARN_UNUSED;

/* What the open file `name` says was repeated or rewritten; OCK_BAD_DATA when that cannot be. */
ock_status ock_condensed_load(const ock_container *container, const ock_plan *plan,
                              const char *name, ock_condensed *condensed) OCK_WARN_UNUSED;

/* All ranks get rank 0's. Collective. */
ock_status ock_condensed_share(ock_comm *comm, ock_condensed *condensed) OCK_WARN_UNUSED;

/* The codec learns of the layouts that rank 0 has found or loaded; they are the condensed input's. Collective. */
ock_status ock_condensed_lay(ock_condensed *condensed, ock_codec *codec) OCK_WARN_UNUSED;

void ock_condensed_clear(ock_condensed *condensed);

/* The digest of an input, and of the layouts that go with it if there are any: with others it is another run. */
void ock_condensed_digest(const ock_container_info *info, uint8_t digest[OCK_DIGEST_BYTES]);

/* Whether the lanes have anything else than the input, and whether that is more than less of it. */
bool ock_condensed_differs(const ock_condensed *condensed);
bool ock_condensed_is_rewritten(const ock_condensed *condensed);

/* The part of the input that a byte of the lanes is made of. */
ock_stream_part ock_condensed_origin(const ock_condensed *condensed, uint64_t at);

/* So that an encoder's port names places of the input; outlives it. */
void ock_condensed_tell_places(const ock_condensed *condensed, ock_encode_port *port);

/* The description of the file takes the code over. */
void ock_condensed_describe(ock_condensed *condensed, ock_container_info *info);

/* The codec studies the priors of its plan in their order (repeat_study.h). Collective (agrees on failure). */
ock_status ock_condensed_study(const ock_condensed *condensed, const ock_priors *priors,
                               ock_codec *codec) OCK_WARN_UNUSED;

/* At offsets of what the lanes have; valid until the next call. Any rank. */
ock_source ock_condensed_source(ock_condensed *condensed, const ock_source *input);
ock_target ock_condensed_target(ock_condensed *condensed, const ock_target *output);

/* Restores an output that has what the lanes have: once, for a second time would spoil it where anything is rewritten. */
ock_status ock_condensed_restore(const ock_condensed *condensed, const ock_priors *priors,
                                 const ock_target *output) OCK_WARN_UNUSED;

/* The input still has the repeats, and all that is rewritten comes back; OCK_ENVIRONMENT when it has changed. `name` is the input's. */
ock_status ock_condensed_check(const ock_condensed *condensed, const ock_priors *priors,
                               ock_input *input, const char *name) OCK_WARN_UNUSED;

#endif
