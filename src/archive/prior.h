/* SPDX-License-Identifier: MIT */
/* prior.h - the files of --prior: what both sides know before the first byte.
 *
 * The compressed file names each by length and digest, in the order in which they are studied. */
#ifndef OCK_PRIOR_H
#define OCK_PRIOR_H

#include "codec/codec.h"

typedef struct ock_priors ock_priors;

/* Opens `count` files (0 .. OCK_MAX_PRIORS; a pipe is spooled) and takes their digests. The caller
 * closes *priors, after a failure too. Rank 0, not collective. */
ock_status ock_priors_open(const char *const *paths, size_t count,
                           ock_priors **priors) OCK_WARN_UNUSED;
void ock_priors_close(ock_priors *priors); /* NULL is allowed */

/* Their lengths together (of NULL 0), and bytes of them as though they lay one after the other. */
uint64_t ock_priors_bytes(const ock_priors *priors);
ock_status ock_priors_read(const ock_priors *priors, uint64_t at, void *bytes,
                           size_t count) OCK_WARN_UNUSED;

/* What they are called in a plan. */
void ock_priors_name(const ock_priors *priors, ock_prior_names *names);

/* Brings them into the order of the names, those of the file at `path`: OCK_ENVIRONMENT when one of
 * them is not there, or one is there that has no name among them. Rank 0. */
ock_status ock_priors_match(ock_priors *priors, const ock_prior_names *names,
                            const char *path) OCK_WARN_UNUSED;

/* They have not changed since they were opened; OCK_ENVIRONMENT otherwise. Rank 0. */
ock_status ock_priors_check_unchanged(const ock_priors *priors) OCK_WARN_UNUSED;

#endif
