/* SPDX-License-Identifier: MIT */
/* run.h - what goes with every run of the codec: what is said and logged when it begins, the log of its
 * digests, and who watches it; and the run itself, from the plan to the last digest. */
#ifndef OCK_RUN_H
#define OCK_RUN_H

#include "archive/condensed.h"
#include "archive/prior.h"
#include "archive/settings.h"
#include "codec/port_decode.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/file/spool.h"

/* Once the input is at hand (a pipe may deliver it slowly) the watchdog starts; then notes before a
 * run: idle ranks, the configuration for those who want details; the "start" line of the log. Not
 * collective. */
ock_status ock_run_begin(const ock_run_settings *run, const ock_plan *plan) OCK_WARN_UNUSED;

/* A line of the log for a digest of the state: event "mark", or "state" for one by itself. A log that
 * cannot be written is passed over, for it must not end a long run: ock_log_close tells. Rank 0. */
void ock_run_log_digest(const ock_run_settings *run, const char *event, uint64_t step,
                        const uint8_t digest[OCK_MARK_BYTES]);

/* The last line of the log, event "end"; takes over `fields`. The result is in its place by then, so what
 * cannot be written is no failure any more: ock_log_close tells. Rank 0. */
void ock_run_log_end(const ock_run_settings *run, json_t *fields);

/* Rank 0's result is in its place, or `status` says why not: all ranks agree on that. When they cannot,
 * because message passing fails, rank 0 warns that the result is there. Collective. */
ock_status ock_run_agree_on_end(const ock_run_settings *run, ock_status status) OCK_WARN_UNUSED;

/* What a run that failed with `status` has failed of: an input (of rank 0: the file and, which may be NULL, what it
 * was made of) that has changed since it was opened is no bad data. Collective: all have the same status. */
ock_status ock_run_blame(const ock_run_settings *run, ock_status status, ock_input *file,
                         ock_input *corpus) OCK_WARN_UNUSED;

/* ock_codec_new with what the run has at hand; condensed: outlives the codec; NULL for one that runs nothing. Collective. */
ock_status ock_run_codec_new(const ock_run_settings *run, const ock_plan *plan,
                             ock_condensed *condensed, ock_codec **codec) OCK_WARN_UNUSED;

/* ock_codec_run, watched by run->progress. transcript_bytes(of): rank 0's. Collective. */
ock_status ock_run_codec(const ock_run_settings *run, ock_codec *codec, const ock_port *port,
                         uint64_t (*transcript_bytes)(void *of), void *of) OCK_WARN_UNUSED;

/* A run in either direction; commands of the program and calls of the library have one each. It stays where it is; at
 * first all is zero but `run` and `before`. The caller sets and closes input and readable, ock_coding_clear the rest. */
typedef struct ock_coding {
    const ock_run_settings *run;
    /* All ranks, when codec and port are in their initial state: for who watches the run, or keeps it, and may then
     * bring both to where a checkpoint was made. NULL: nobody. Collective (agrees on failure). */
    ock_status (*before)(void *context, ock_codec *codec, const ock_port *calls);
    void *context;
    ock_plan plan;            /* every rank's, once it is shared */
    ock_condensed condensed;  /* likewise where the run encodes, else rank 0's */
    ock_priors *priors;       /* rank 0's */
    ock_input *input;         /* of an encoder; NULL where this rank cannot read it */
    const uint8_t *readable;  /* (ranks) of an encoder: who can */
    ock_spool *spool;         /* rank 0's, of an encoder: the transcript, (lanes) streams */
    ock_container_info info;  /* rank 0's, of an encoder: what the file says */
    ock_container *container; /* rank 0's, of a decoder */
    ock_codec *codec;         /* from the run on, as is the port of its direction */
    ock_encode_port *encoder;
    ock_decode_port *decoder;
} ock_coding;

/* Rank 0's plan reaches all ranks, unless one of them has failed: `status` is this rank's. Collective. */
ock_status ock_run_share_plan(ock_comm *comm, ock_status status, ock_plan *plan) OCK_WARN_UNUSED;

/* Makes port and codec, has priors studied unless a checkpoint has them, runs to the end and logs the marks.
 * Collective (agrees on failure). */
ock_status ock_run_encode(ock_coding *c) OCK_WARN_UNUSED;

/* The same. output: rank 0's, of the whole, which gets what the lanes have; NULL: nothing is written. OCK_INTERNAL at
 * the first mark that is not the file's (ends.h). Collective (agrees on failure). */
ock_status ock_run_decode(ock_coding *c, const ock_target *output) OCK_WARN_UNUSED;

/* After ock_run_encode: what was coded must be what was described, and c->info has all that the file says. Rank 0. */
ock_status ock_run_describe(ock_coding *c) OCK_WARN_UNUSED;

/* After ock_run_decode and ock_decode_port_finish: the output, where that was not NULL, becomes the input. Once. Rank 0. */
ock_status ock_run_restore(const ock_coding *c, const ock_target *output) OCK_WARN_UNUSED;

/* Codec and ports go, with most of the memory. Not collective. */
void ock_coding_end(ock_coding *c);

/* All that a coding owns, also after a failure. Not collective. */
void ock_coding_clear(ock_coding *c);

#endif
