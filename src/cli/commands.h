/* SPDX-License-Identifier: MIT */
/* commands.h - what the program does, one function a command. */
#ifndef OCK_COMMANDS_H
#define OCK_COMMANDS_H

#include "archive/prior.h"
#include "cli/session.h"
#include "io/file/output.h"

/* Collective: every rank calls it with the same options and returns the same status. */
ock_status ock_compress(const ock_session *session) OCK_WARN_UNUSED;

/* decompress and test. Collective, likewise. */
ock_status ock_decompress(const ock_session *session) OCK_WARN_UNUSED;

/* Decodes the compressed file that was written to the output (rank 0) and compares every lane with its
 * digest: what the program has just written must come back. priors: rank 0's, those it was made with, in their
 * order; they stay the caller's. OCK_INTERNAL when it doesn't. Collective. */
ock_status ock_verify(const ock_session *session, const ock_output *written,
                      ock_priors *priors) OCK_WARN_UNUSED;

/* Not collective; no message passing. */
ock_status ock_info(const ock_options *options) OCK_WARN_UNUSED;

/* Without a command, -l: a line for every FILE. Failures have been reported. Not collective; likewise. */
ock_status ock_list(const ock_options *options) OCK_WARN_UNUSED;

/* score: of each item, whether it is in the corpus. OCK_ABOVE when one has more evidence than the options allow.
 * Collective, likewise. */
ock_status ock_score_command(const ock_session *session) OCK_WARN_UNUSED;

/* audit replay and audit bisect. Collective, like ock_compress. */
ock_status ock_audit(const ock_session *session) OCK_WARN_UNUSED;

/* The audits of one process, which start no message passing. Not collective. */
ock_status ock_audit_alone(const ock_options *options, const ock_program *program) OCK_WARN_UNUSED;

/* mdl: the description length of every file of options->operands. Not collective; no message passing. */
ock_status ock_mdl(const ock_options *options) OCK_WARN_UNUSED;

/* plan: lanes, memory and expected time of an input, or of a number of bytes, on so many ranks. Not
 * collective; no message passing. */
ock_status ock_plan_command(const ock_options *options) OCK_WARN_UNUSED;

#endif
