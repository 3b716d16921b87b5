/* run_identity.h - what a checkpoint says of the run it belongs to: lines "name=value\n". */
#ifndef OCK_RUN_IDENTITY_H
#define OCK_RUN_IDENTITY_H

#include "plan/config.h"

/* The text of a run; the caller frees it. subject: what it works on, such lines too. */
ock_status ock_run_identity(const ock_plan *plan, bool decode, const char *subject,
                            char **identity) OCK_WARN_UNUSED;

/* The plan that such a text tells of. OCK_BAD_DATA when it is none. */
ock_status ock_run_plan(const char *identity, ock_plan *plan) OCK_WARN_UNUSED;

/* Whether it is that of a run that decodes. */
bool ock_run_decodes(const char *identity);

/* The first line in which two texts differ; lines: its two versions, cut to size. */
void ock_first_difference(const char *a, const char *b, char lines[2][96]);

#endif
