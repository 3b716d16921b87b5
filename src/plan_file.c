/* plan_file.c - how a plan stands in an .ock file.
 *
 * Every option as text takes 500 bytes, a fiftieth of a small file; most follow from length, level,
 * lanes and shards. So the file has the others alone. What follows is fixed by the contract, and
 * should it ever change unnoticed, the digest tells it before anything is decoded. */
#include "plan_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"

/* BLAKE2b-256 of "groups=N\n" and the line of every option. */
static ock_status digest_plan(const ock_plan *plan, uint8_t out[OCK_DIGEST_BYTES])
{
    char groups[32], *options = NULL;
    ock_digest digest;
    ock_status status = ock_config_write(&plan->config, NULL, &options);
    if (status != OCK_OK)
        return status;
    snprintf(groups, sizeof groups, "groups=%" PRIu32 "\n", plan->map.groups);
    ock_digest_start(&digest);
    ock_digest_update(&digest, groups, strlen(groups));
    ock_digest_update(&digest, options, strlen(options));
    ock_digest_finish(&digest, out);
    free(options);
    return OCK_OK;
}

/* What length, level, lanes and shards give where nothing else is wished. */
static ock_status usual_plan(const ock_container_info *info, ock_plan *plan)
{
    ock_wishes wishes = {.level = info->level, .lanes = info->lanes, .shards = info->shards};
    ock_status status = ock_config_level(info->level, &wishes.config);
    return status != OCK_OK ? status : ock_plan_make(info->input_bytes, &wishes, plan);
}

ock_status ock_plan_store(const ock_plan *plan, ock_container_info *info)
{
    ock_plan usual;
    info->level = plan->level;
    info->lanes = plan->map.lanes;
    info->shards = plan->map.shards;
    info->step = plan->config.step;
    info->input_bytes = plan->map.input_bytes;
    info->mark_count = (uint32_t)ock_plan_marks(plan);
    ock_status status = usual_plan(info, &usual);
    if (status == OCK_OK)
        status = ock_config_write(&plan->config, &usual.config, &info->config_text);
    return status != OCK_OK ? status : digest_plan(plan, info->plan_digest);
}

ock_status ock_plan_load(const ock_container_info *info, ock_plan *plan)
{
    uint8_t digest[OCK_DIGEST_BYTES];
    if (usual_plan(info, plan) != OCK_OK)
        return OCK_BAD_DATA;
    ock_status status = ock_config_read(info->config_text, &plan->config);
    if (status == OCK_OK)
        status = ock_config_check(&plan->config, OCK_BAD_DATA);
    if (status == OCK_OK &&
        (plan->config.step != info->step || !ock_config_is_complete(&plan->config)))
        status = ock_fail(OCK_BAD_DATA, "the configuration in the file contradicts itself");
    if (status == OCK_OK)
        status = digest_plan(plan, digest);
    if (status == OCK_OK && memcmp(digest, info->plan_digest, sizeof digest) != 0)
        status = ock_fail(OCK_BAD_DATA,
                          "this program has other numbers for level %" PRIu32
                          " than the one that wrote the file: use that one",
                          info->level);
    if (status == OCK_OK && info->mark_count != ock_plan_marks(plan))
        status = ock_fail(OCK_BAD_DATA,
                          "the file has %" PRIu32 " digests of the state; its plan makes %" PRIu64,
                          info->mark_count, ock_plan_marks(plan));
    return status;
}
