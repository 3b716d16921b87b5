/* SPDX-License-Identifier: MIT */
/* keeper.h - checkpoints of a run: when they are made, how they are made and found again, and what
 * stops a run so that it can be resumed.
 *
 * A generation is an immutable file in the policy's directory (checkpoint_folder.h). Beside it lies
 * what the run has produced so far, which a generation names by length and digest. Two generations
 * are kept, the newest and the one before, and none once the run is over; with policy->keep_all all
 * are, for audits. */
#ifndef OCK_KEEPER_H
#define OCK_KEEPER_H

#include "archive/run_identity.h"
#include "archive/settings.h"
#include "codec/codec.h"
#include "io/file/output.h"
#include "io/file/spool.h"

typedef struct ock_keeper ock_keeper;

/* *keeper is NULL where the policy names no directory. Otherwise rank 0 opens and locks it; without
 * policy->resume one that holds checkpoints is refused, or emptied with policy->replace. Both
 * settings must outlive the keeper. Collective. */
ock_status ock_keeper_open(const ock_run_settings *run, const ock_keeping_policy *policy,
                           ock_keeper **keeper) OCK_WARN_UNUSED;
/* Leaves the directory as it is. NULL is allowed. */
void ock_keeper_close(ock_keeper *keeper);

/* Rank 0: what a run produces, kept in the directory; made if necessary. */
ock_status ock_keeper_open_transcript(ock_keeper *keeper, uint32_t streams,
                                      ock_spool **spool) OCK_WARN_UNUSED;
ock_status ock_keeper_open_output(ock_keeper *keeper, ock_output **output) OCK_WARN_UNUSED;

/* The run that is to be kept. subject: what it works on, which a resumed run must have in common beside
 * the plan (rank 0's is used). The codec is in its initial state;
 * with policy->resume it is brought to that of the newest good generation, and the port with it. A damaged
 * generation is named and the one before is tried; when none is good the run begins at the beginning.
 * OCK_ENVIRONMENT when a good generation belongs to another input, configuration or contract. From
 * then on the codec makes checkpoints. Codec and port must outlive the keeper's use. Collective. */
ock_status ock_keeper_start(ock_keeper *keeper, ock_codec *codec, const ock_port *port,
                            const ock_run_subject *subject) OCK_WARN_UNUSED;

/* Rank 0: the run is complete and its result has its name: nothing is kept to go on from. What cannot be
 * removed is a warning. NULL is allowed. */
void ock_keeper_done(ock_keeper *keeper);

#endif
