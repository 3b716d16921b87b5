/* SPDX-License-Identifier: MIT */
/* run_identity.h - what a run is: what it works on, and by which plan. The one description of it, which a
 * checkpoint carries as lines "name=value\n" (FORMAT.md, section 7), and by which whoever goes on from
 * it knows its own run.
 *
 * Not collective; any thread. */
#ifndef OCK_RUN_IDENTITY_H
#define OCK_RUN_IDENTITY_H

#include "base/digest.h"
#include "io/tree/manifest.h"
#include "plan/config.h"

/* What a run works on. A directory and a list of paths are alike: a list of files and its content. Priors
 * are part of the plan. */
typedef struct ock_run_subject {
    bool decodes;  /* it restores or tests: `digest` is that of the compressed file */
    bool has_list; /* it compresses the content of a list of files */
    uint8_t digest[OCK_DIGEST_BYTES];      /* else of the input's bytes */
    uint8_t list_digest[OCK_DIGEST_BYTES]; /* of the list's bytes; zeros without one */
} ock_run_subject;

typedef struct ock_run_identity {
    ock_run_subject subject;
    ock_plan plan;
} ock_run_identity;

/* A run that compresses an input with this digest. list: its list of files, NULL or without bytes for a
 * single file. */
ock_run_subject ock_run_encodes(const uint8_t input_digest[OCK_DIGEST_BYTES],
                                const ock_manifest *list);

/* A run that restores or tests the compressed file with this digest, whatever is in it. */
ock_run_subject ock_run_decodes(const uint8_t file_digest[OCK_DIGEST_BYTES]);

/* The text of a run; the caller frees it. */
ock_status ock_run_identity_write(const ock_run_identity *run, char **text) OCK_WARN_UNUSED;

/* The run that a text tells of. OCK_BAD_DATA, naming the line, when it is not, byte for byte, what
 * ock_run_identity_write makes of some possible run on a machine of this byte order: with a line that is not known,
 * missing, out of its place or there twice, or a number that is out of its range or in another form. */
ock_status ock_run_identity_read(const char *text, ock_run_identity *run) OCK_WARN_UNUSED;

/* The first line in which two texts differ; lines: its two versions, cut to size. */
void ock_first_difference(const char *a, const char *b, char lines[2][96]);

#endif
