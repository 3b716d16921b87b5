/* prior.h - the files of --prior: what both sides know before the first byte.
 *
 * The compressed file names each by length and digest, in the order in which they are studied. */
#ifndef OCK_PRIOR_H
#define OCK_PRIOR_H

#include "codec.h"
#include "container.h"

typedef struct ock_priors ock_priors;

/* Opens `count` files and takes their digests (a pipe is spooled); none at all is allowed. The caller
 * closes *priors, after a failure too. Rank 0, not collective. */
ock_status ock_priors_open(const char *const *paths, size_t count,
                           ock_priors **priors) OCK_WARN_UNUSED;
void ock_priors_close(ock_priors *priors); /* NULL is allowed */

/* Names them in a file's description, which then owns the list. Rank 0. */
ock_status ock_priors_describe(const ock_priors *priors,
                               ock_container_info *info) OCK_WARN_UNUSED;

/* Brings them into the order of a file's description: OCK_ENVIRONMENT when one that it names is not
 * there, or one is there that it does not name. Rank 0. */
ock_status ock_priors_match(ock_priors *priors, const ock_container_info *info,
                            const char *path) OCK_WARN_UNUSED;

/* The codec studies one after the other. priors: rank 0's. Collective (agrees on failure). */
ock_status ock_priors_study(ock_priors *priors, ock_codec *codec) OCK_WARN_UNUSED;

#endif
