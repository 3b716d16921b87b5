/* SPDX-License-Identifier: MIT */
/* ends.h - what a run of either direction begins and ends with, whoever runs it: the program's commands and the
 * library's calls are both made of this, and of what lies between (ock_coding in run.h).
 *
 * Rank 0, not collective. */
#ifndef OCK_ENDS_H
#define OCK_ENDS_H

#include "archive/condensed.h"
#include "archive/description.h"
#include "archive/prior.h"
#include "archive/settings.h"
#include "state/chain.h"

/* Opens the priors, finds what the input repeats of them and of itself, and decides on the plan. files: the list of a
 * directory, or NULL; layout: as ock_search has it. */
ock_status ock_begin_plan(const ock_run_settings *run, const ock_manifest *files,
                          const char *layout, const ock_wishes *wishes, ock_input *input,
                          ock_priors **priors, ock_condensed *condensed,
                          ock_plan *plan) OCK_WARN_UNUSED;

/* What the file will say of the input, which must hold what was condensed; and that such a file can be written. */
ock_status ock_begin_description(const ock_run_settings *run, const ock_plan *plan,
                                 ock_condensed *condensed, ock_priors *priors, ock_input *input,
                                 const ock_manifest *manifest,
                                 ock_container_info *info) OCK_WARN_UNUSED;

/* What must be known of an open container, called `name`, before it is decoded: what was repeated or rewritten, and
 * the priors, which are opened where *priors is NULL. */
ock_status ock_begin_decoding(const ock_run_settings *run, const ock_container *container,
                              const ock_plan *plan, const char *name, ock_condensed *condensed,
                              ock_priors **priors) OCK_WARN_UNUSED;

/* OCK_INTERNAL unless the mark is the file's: all of the file has its digests, so that a difference is no damage. One of
 * the two programs, or of the two machines, computes otherwise than the contract says, or somebody has made up the file. */
ock_status ock_end_mark(const ock_container *container, const ock_mark *mark) OCK_WARN_UNUSED;

/* OCK_BAD_DATA unless the whole that was written, read back, has the digest in the container `name`. */
ock_status ock_end_output(const ock_container *container, const char *name,
                          const ock_source *written) OCK_WARN_UNUSED;

#endif
