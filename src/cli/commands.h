/* commands.h - what the program does, one function a command. */
#ifndef OCK_COMMANDS_H
#define OCK_COMMANDS_H

#include "audit/audit_sign.h"
#include "base/memory.h"
#include "cli/options.h"
#include "io/file/log.h"
#include "mpi/comm.h"
#include "numeric/kernels.h"
#include "state/chain.h"

/* What a command that codes has at hand. */
typedef struct ock_session {
    ock_comm *comm;
    ock_memory *memory; /* of the run, on this rank */
    const ock_kernels *kernels;
    const ock_options *options;
    ock_log *log; /* writes on rank 0 only */
} ock_session;

/* Collective: every rank calls it with the same options and returns the same status. */
ock_status ock_compress(const ock_session *session) OCK_WARN_UNUSED;

/* decompress and test. Collective, likewise. */
ock_status ock_decompress(const ock_session *session) OCK_WARN_UNUSED;

/* Decodes the compressed file at `path` (rank 0) and compares every lane with its digest: what the
 * program has just written must come back. OCK_INTERNAL when it doesn't. Collective. */
ock_status ock_verify(const ock_session *session, const char *path) OCK_WARN_UNUSED;

/* A line of the log for a digest of the state: event "mark", or "state" for one by itself. A log that
 * can't be written is passed over, for it must not end a long run. Rank 0. */
void ock_session_log_digest(const ock_session *session, const char *event, uint64_t step,
                            const uint8_t digest[OCK_MARK_BYTES]);

/* Not collective; no message passing. */
ock_status ock_info(const ock_options *options) OCK_WARN_UNUSED;

/* audit verify: structure and digests of a file. Not collective; no message passing. */
ock_status ock_audit_verify(const ock_options *options, const ock_program *program) OCK_WARN_UNUSED;

/* audit replay and audit bisect. Collective, like ock_compress. */
ock_status ock_audit(const ock_session *session) OCK_WARN_UNUSED;

/* mdl: the description length of every file of options->operands. Not collective; no message passing. */
ock_status ock_mdl(const ock_options *options) OCK_WARN_UNUSED;

/* plan: lanes, memory and expected time of an input, or of a number of bytes, on so many ranks. Not
 * collective; no message passing. */
ock_status ock_plan_command(const ock_options *options) OCK_WARN_UNUSED;

/* The configuration as a JSON object of numbers; NULL when memory is short. */
json_t *ock_config_json(const ock_config *config);

/* Once the input is at hand (a pipe may deliver it slowly) the watchdog starts; then
 * notes before a run: idle ranks always, configuration when verbose; the "start" line of
 * the log. Not collective. */
ock_status ock_session_begin(const ock_session *session, const ock_plan *plan) OCK_WARN_UNUSED;

#endif
