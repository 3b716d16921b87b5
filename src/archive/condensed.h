/* condensed.h - an input without what it repeats: how a run finds, spreads, loads and undoes that.
 *
 * Repeats may refer to the priors, which lie before the input (repeats.h). Where an input has none, nothing here costs
 * anything. Rank 0, not collective, unless said otherwise. */
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
    uint8_t *code;       /* the coded list; NULL where there are no repeats */
    size_t code_bytes;
    ock_rest rest; /* behind the source or target that was asked for last */
} ock_condensed;

/* What a search for repeats may use; either may be NULL. */
typedef struct ock_search {
    ock_team *team;
    ock_memory *memory;
} ock_search;

/* Finds the repeats of the input that are worth it, and adds what they save to the wishes. They are a matter of
 * text and wishes alone: a resumed run finds the same. The caller clears *condensed, after a failure too. */
ock_status ock_condense(const ock_search *search, const ock_priors *priors, ock_input *input,
                        ock_wishes *wishes, ock_condensed *condensed) OCK_WARN_UNUSED;

/* What an open file says was repeated in its input of that plan; `name` is the file's. OCK_BAD_DATA when that
 * can't be. */
ock_status ock_condensed_load(const ock_container *container, const ock_plan *plan,
                              const char *name, ock_condensed *condensed) OCK_WARN_UNUSED;

/* All ranks get rank 0's. Collective. */
ock_status ock_condensed_share(ock_comm *comm, ock_condensed *condensed) OCK_WARN_UNUSED;

void ock_condensed_clear(ock_condensed *condensed);

bool ock_condensed_has_repeats(const ock_condensed *condensed);

/* What stands of it in the description of a file. */
ock_status ock_condensed_describe(const ock_condensed *condensed,
                                  ock_container_info *info) OCK_WARN_UNUSED;

/* The codec studies the priors that its plan names, one after the other, as far as they are worth it
 * (repeat_study.h). priors: rank 0's, in that order. Collective (agrees on failure). */
ock_status ock_condensed_study(const ock_condensed *condensed, const ock_priors *priors,
                               ock_codec *codec) OCK_WARN_UNUSED;

/* The rest of an input, and of an output, at offsets of the rest; valid as long as both. Any rank. */
ock_source ock_condensed_source(ock_condensed *condensed, const ock_source *input);
ock_target ock_condensed_target(ock_condensed *condensed, const ock_target *output);

/* Fills in the repeats of an output that has the rest. */
ock_status ock_condensed_fill(const ock_condensed *condensed, const ock_priors *priors,
                              const ock_target *output) OCK_WARN_UNUSED;

/* The input still has the repeats; OCK_ENVIRONMENT when it has changed. `name` is the input's. */
ock_status ock_condensed_check(const ock_condensed *condensed, const ock_priors *priors,
                               ock_input *input, const char *name) OCK_WARN_UNUSED;

#endif
