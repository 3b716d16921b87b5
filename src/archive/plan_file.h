/* SPDX-License-Identifier: MIT */
/* plan_file.h - how a plan stands in an .ock file: in what it differs from the plan that the length
 * and the level give by themselves, and a digest of all of it. */
#ifndef OCK_PLAN_FILE_H
#define OCK_PLAN_FILE_H

#include "io/container/container.h"
#include "io/file/input.h"
#include "plan/config.h"

/* Fills in what the file says of the plan: level, lanes, shards, step, input_bytes, config_text (the
 * caller frees it), plan_digest and mark_count. */
ock_status ock_plan_store(const ock_plan *plan, ock_container_info *info) OCK_WARN_UNUSED;

/* Every option of a plan in which it differs from `base`, all without one (NULL), and its priors: the
 * lines of /config. The caller frees *text. */
ock_status ock_plan_text(const ock_plan *plan, const ock_config *base, char **text) OCK_WARN_UNUSED;

/* Appends the prior of a line, which ends in a line feed or with the string, if it stands there as it
 * would be written. */
bool ock_plan_take_prior(const char *line, ock_prior_names *priors) OCK_WARN_UNUSED;

/* The plan that a file describes. OCK_BAD_DATA when the description is damaged, or when this program
 * derives another plan from it than the one the file was written with. */
ock_status ock_plan_load(const ock_container_info *info, ock_plan *plan) OCK_WARN_UNUSED;

/* Opens the file at `path` ("-": standard input, spooled), checks it, and takes its plan. The caller closes *input
 * and *container, after a failure too. Not collective. */
ock_status ock_plan_open(const char *path, ock_input **input, ock_container **container,
                         ock_plan *plan) OCK_WARN_UNUSED;

#endif
