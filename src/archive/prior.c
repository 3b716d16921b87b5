/* SPDX-License-Identifier: MIT */
/* prior.c - opens, names, matches and studies the files of --prior. */
#include "archive/prior.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/binding.h"
#include "base/digest.h"
#include "io/file/input.h"

typedef struct prior {
    const char *path;
    ock_input *input;
    uint64_t bytes;
    uint8_t digest[32];
} prior;

struct ock_priors {
    size_t count;
    prior *of; /* (count) */
};

static ock_status open_prior(const char *path, prior *p)
{
    p->path = path;
    ock_status status = ock_input_open(path, &p->input);
    if (status != OCK_OK) {
        return status;
    }
    p->bytes = ock_input_bytes(p->input);
    return ock_input_digest(p->input, p->digest);
}

ock_status ock_priors_open(const char *const *paths, size_t count, ock_priors **priors)
{
    ock_priors *made = calloc(1, sizeof *made);
    *priors = made;
    if (made == NULL || (made->of = calloc(count + 1, sizeof *made->of)) == NULL) {
        return ock_fail_memory((count + 1) * sizeof *made->of, "the priors");
    }
    ock_status status = OCK_OK;
    for (; made->count < count && status == OCK_OK; made->count++) {
        status = open_prior(paths[made->count], &made->of[made->count]);
    }
    return status;
}

void ock_priors_close(ock_priors *priors)
{
    if (priors == NULL) {
        return;
    }
    for (size_t i = 0; i < priors->count; i++) {
        ock_input_close(priors->of[i].input);
    }
    free(priors->of);
    free(priors);
}

uint64_t ock_priors_bytes(const ock_priors *priors)
{
    uint64_t sum = 0;
    for (size_t i = 0; priors != NULL && i < priors->count; i++) {
        sum += priors->of[i].bytes;
    }
    return sum;
}

ock_status ock_priors_read(const ock_priors *priors, uint64_t at, void *bytes, size_t count)
{
    char *to = bytes;
    ock_status status = OCK_OK;
    for (size_t i = 0; i < priors->count && count > 0 && status == OCK_OK; i++) {
        const prior *p = &priors->of[i];
        const uint64_t left = at < p->bytes ? p->bytes - at : 0;
        const size_t part = left < count ? (size_t)left : count;
        if (part > 0) {
            status = ock_input_read(p->input, at, to, part);
        }
        to += part;
        count -= part;
        at = part > 0 ? 0 : at - p->bytes;
    }
    return status;
}

void ock_priors_name(const ock_priors *priors, ock_prior_names *names)
{
    *names = (ock_prior_names){.count = (uint32_t)priors->count};
    for (size_t i = 0; i < priors->count; i++) {
        names->of[i].bytes = names->of[i].studied = priors->of[i].bytes;
        memcpy(names->of[i].digest, priors->of[i].digest, sizeof names->of[i].digest);
    }
}

/* Brings the prior called names->of[at] to that place, from there or after it. */
static bool bring(ock_priors *priors, const ock_prior_names *names, size_t at)
{
    for (size_t i = at; i < priors->count; i++) {
        if (priors->of[i].bytes == names->of[at].bytes &&
            memcmp(priors->of[i].digest, names->of[at].digest, sizeof priors->of[i].digest) == 0) {
            prior found = priors->of[i];
            priors->of[i] = priors->of[at];
            priors->of[at] = found;
            return true;
        }
    }
    return false;
}

ock_status ock_priors_match(ock_priors *priors, const ock_prior_names *names, const char *path)
{
    char digest[65];
    for (uint32_t i = 0; i < names->count; i++) {
        if (!bring(priors, names, i)) {
            ock_digest_hex(names->of[i].digest, digest);
            return ock_fail(OCK_ENVIRONMENT,
                            "%s: cannot be decoded without its prior of %" PRIu64
                            " bytes, BLAKE2b-256 %s: give it with --prior",
                            path, names->of[i].bytes, digest);
        }
    }
    if (priors->count > names->count) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is not a prior of %s", priors->of[names->count].path,
                        path);
    }
    return OCK_OK;
}

ock_status ock_priors_check_unchanged(const ock_priors *priors)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < priors->count && status == OCK_OK; i++) {
        status = ock_input_check_unchanged(priors->of[i].input);
    }
    return status;
}
