/* condensed.h - an input without what it repeats (repeats.h): found, spread over ranks, loaded, undone.
 *
 * Rank 0's and not collective, unless said otherwise. */
#ifndef OCK_CONDENSED_H
#define OCK_CONDENSED_H

#include "archive/prior.h"
#include "archive/settings.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "repeats/repeats.h"
#include "repeats/rest.h"

typedef struct ock_condensed {
    ock_repeats repeats; /* every rank's, once they are shared */
    uint8_t *code; /* compressing: the coded list, until the file's description has it; else NULL */
    size_t code_bytes;
    ock_rest rest; /* behind the last source or target */
} ock_condensed;

/* What a search for repeats may use; either may be NULL. */
typedef struct ock_search {
    ock_team *team;
    ock_memory *memory;
} ock_search;

/* Finds the repeats that are worth it (priors may be NULL), and adds what they save to the wishes: they follow from
 * text and wishes alone. The caller clears *condensed, after a failure too. */
ock_status ock_condense(const ock_search *search, const ock_priors *priors, ock_input *input,
                        ock_wishes *wishes, ock_condensed *condensed) OCK_WARN_UNUSED;

/* What the open file `name` says was repeated; OCK_BAD_DATA when that can't be. */
ock_status ock_condensed_load(const ock_container *container, const ock_plan *plan,
                              const char *name, ock_condensed *condensed) OCK_WARN_UNUSED;

/* All ranks get rank 0's. Collective. */
ock_status ock_condensed_share(ock_comm *comm, ock_condensed *condensed) OCK_WARN_UNUSED;

void ock_condensed_clear(ock_condensed *condensed);

bool ock_condensed_has_repeats(const ock_condensed *condensed);

/* The description of the file takes the code over. */
void ock_condensed_describe(ock_condensed *condensed, ock_container_info *info);

/* The codec studies the priors of its plan in their order (repeat_study.h). Collective (agrees on failure). */
ock_status ock_condensed_study(const ock_condensed *condensed, const ock_priors *priors,
                               ock_codec *codec) OCK_WARN_UNUSED;

/* At offsets of the rest; valid as long as both. Any rank. */
ock_source ock_condensed_source(ock_condensed *condensed, const ock_source *input);
ock_target ock_condensed_target(ock_condensed *condensed, const ock_target *output);

/* Fills in the repeats of an output that has the rest. */
ock_status ock_condensed_fill(const ock_condensed *condensed, const ock_priors *priors,
                              const ock_target *output) OCK_WARN_UNUSED;

/* The input still has the repeats; OCK_ENVIRONMENT when it has changed. `name` is the input's. */
ock_status ock_condensed_check(const ock_condensed *condensed, const ock_priors *priors,
                               ock_input *input, const char *name) OCK_WARN_UNUSED;

#endif
