/* prior.c - opens, names, matches and studies the files of --prior. */
#include "prior.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "study.h"

typedef struct prior {
    const char *path;
    ock_input *input;
    ock_prior_name name;
} prior;

struct ock_priors {
    size_t count;
    prior *of; /* (count) */
};

static ock_status digest_prior(prior *p)
{
    enum { BLOCK = 1 << 16 };
    uint8_t *block = malloc(BLOCK);
    ock_digest *digest = aligned_alloc(64, sizeof *digest);
    ock_status status = OCK_OK;
    if (block == NULL || digest == NULL) {
        status = ock_fail_memory(BLOCK, "reading a prior");
        goto done;
    }
    ock_digest_start(digest);
    for (uint64_t at = 0; at < p->name.bytes && status == OCK_OK;) {
        size_t count = p->name.bytes - at < BLOCK ? (size_t)(p->name.bytes - at) : BLOCK;
        status = ock_input_read(p->input, at, block, count);
        ock_digest_update(digest, block, count);
        at += count;
    }
    ock_digest_finish(digest, p->name.digest);
done:
    free(digest);
    free(block);
    return status;
}

static ock_status open_prior(const char *path, prior *p)
{
    p->path = path;
    ock_status status = ock_input_open(path, &p->input);
    if (status != OCK_OK)
        return status;
    p->name.bytes = ock_input_bytes(p->input);
    return digest_prior(p);
}

ock_status ock_priors_open(const char *const *paths, size_t count, ock_priors **priors)
{
    ock_priors *made = calloc(1, sizeof *made);
    *priors = made;
    if (made == NULL || (made->of = calloc(count + 1, sizeof *made->of)) == NULL)
        return ock_fail_memory((count + 1) * sizeof *made->of, "the priors");
    ock_status status = OCK_OK;
    for (; made->count < count && status == OCK_OK; made->count++)
        status = open_prior(paths[made->count], &made->of[made->count]);
    return status;
}

void ock_priors_close(ock_priors *priors)
{
    if (priors == NULL)
        return;
    for (size_t i = 0; i < priors->count; i++)
        ock_input_close(priors->of[i].input);
    free(priors->of);
    free(priors);
}

ock_status ock_priors_describe(const ock_priors *priors, ock_container_info *info)
{
    info->prior_count = (uint32_t)priors->count;
    info->priors = calloc(priors->count + 1, sizeof *info->priors);
    if (info->priors == NULL)
        return ock_fail_memory((priors->count + 1) * sizeof *info->priors, "the priors");
    for (size_t i = 0; i < priors->count; i++)
        info->priors[i] = priors->of[i].name;
    return OCK_OK;
}

static bool same_name(const ock_prior_name *a, const ock_prior_name *b)
{
    return a->bytes == b->bytes && memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

/* Brings the prior of that name to place `at`, from there or behind it. */
static bool bring(ock_priors *priors, size_t at, const ock_prior_name *name)
{
    for (size_t i = at; i < priors->count; i++)
        if (same_name(&priors->of[i].name, name)) {
            prior found = priors->of[i];
            priors->of[i] = priors->of[at];
            priors->of[at] = found;
            return true;
        }
    return false;
}

ock_status ock_priors_match(ock_priors *priors, const ock_container_info *info, const char *path)
{
    char digest[65];
    for (uint32_t i = 0; i < info->prior_count; i++)
        if (!bring(priors, i, &info->priors[i])) {
            ock_digest_hex(info->priors[i].digest, digest);
            return ock_fail(OCK_ENVIRONMENT,
                            "%s: cannot be decoded without its prior of %" PRIu64
                            " bytes, BLAKE2b-256 %s: give it with --prior",
                            path, info->priors[i].bytes, digest);
        }
    if (priors->count > info->prior_count)
        return ock_fail(OCK_ENVIRONMENT, "%s: is no prior of %s",
                        priors->of[info->prior_count].path, path);
    return OCK_OK;
}

ock_status ock_priors_study(ock_priors *priors, ock_codec *codec)
{
    uint64_t count = priors != NULL ? priors->count : 0;
    ock_status status = ock_comm_bcast(codec->comm, &count, sizeof count);
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        uint64_t bytes = priors != NULL ? priors->of[i].name.bytes : 0;
        status = ock_comm_bcast(codec->comm, &bytes, sizeof bytes);
        if (status == OCK_OK)
            status = ock_study(codec, priors != NULL ? priors->of[i].input : NULL, bytes);
    }
    ock_status mine = OCK_OK;
    for (size_t i = 0; priors != NULL && i < count && mine == OCK_OK; i++)
        mine = ock_input_check_unchanged(priors->of[i].input);
    return status != OCK_OK ? status : ock_comm_agree(codec->comm, mine);
}
