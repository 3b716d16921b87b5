/* SPDX-License-Identifier: MIT */
/* run.h - what goes with every run of the codec: what is said and logged when it begins, the log of its
 * digests, and who watches it. */
#ifndef OCK_RUN_H
#define OCK_RUN_H

#include "archive/condensed.h"
#include "archive/settings.h"
#include "io/file/input.h"

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

#endif
