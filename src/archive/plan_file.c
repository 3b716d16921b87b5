/* SPDX-License-Identifier: MIT */
/* plan_file.c - how a plan stands in an .ock file.
 *
 * Every option as text takes 500 bytes, a fiftieth of a small file; most follow from length, level,
 * lanes and shards. So the file has the others alone. What follows is fixed by the contract, and
 * should it ever change unnoticed, the digest tells it before anything is decoded. */
#include "archive/plan_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/number.h"

/* BLAKE2b-256 of "groups=N\n" and the line of every option. */
static ock_status digest_plan(const ock_plan *plan, uint8_t out[OCK_DIGEST_BYTES])
{
    char groups[32], *options = NULL;
    ock_digest digest;
    ock_status status = ock_config_write(&plan->config, NULL, &options);
    if (status != OCK_OK) {
        return status;
    }
    snprintf(groups, sizeof groups, "groups=%" PRIu32 "\n", plan->map.groups);
    ock_digest_start(&digest);
    ock_digest_update(&digest, groups, strlen(groups));
    ock_digest_update(&digest, options, strlen(options));
    ock_digest_finish(&digest, out);
    free(options);
    return OCK_OK;
}

/* What length, level, lanes and shards give where nothing else is wished. */
static ock_status usual_plan(const ock_container_info *info, const ock_prior_names *priors,
                             ock_plan *plan)
{
    ock_wishes wishes = {.level = info->level,
                         .lanes = info->lanes,
                         .shards = info->shards,
                         .left_out = info->input_bytes - info->rest_bytes,
                         .priors = *priors};
    ock_status status = ock_config_level(info->level, &wishes.config);
    return status != OCK_OK ? status : ock_plan_make(info->input_bytes, &wishes, plan);
}

/* ---- priors: lines "prior=BYTES:DIGEST" after the options; ":STUDIED" follows where it is not all of
 * them ---- */

static const char prior_prefix[] = "prior=";
enum { PRIOR_LINE_BYTES = 6 + 20 + 1 + 64 + 1 + 20 + 1 }; /* at most */

static void write_prior(const ock_prior_names *priors, uint32_t i, char line[PRIOR_LINE_BYTES + 1])
{
    char digest[65], studied[24] = "";
    ock_digest_hex(priors->of[i].digest, digest);
    if (priors->of[i].studied != priors->of[i].bytes) {
        snprintf(studied, sizeof studied, ":%" PRIu64, priors->of[i].studied);
    }
    snprintf(line, PRIOR_LINE_BYTES + 1, "%s%" PRIu64 ":%s%s", prior_prefix, priors->of[i].bytes,
             digest, studied);
}

/* Takes the place of *text, with the priors' lines after it. */
static ock_status append_priors(const ock_prior_names *priors, char **text)
{
    size_t length = strlen(*text);
    char *longer = realloc(*text, length + (size_t)priors->count * PRIOR_LINE_BYTES + 1);
    if (longer == NULL) {
        return ock_fail_memory(length, "the configuration");
    }
    *text = longer;
    for (uint32_t i = 0; i < priors->count; i++) {
        write_prior(priors, i, longer + length);
        length += strlen(longer + length);
        memcpy(longer + length++, "\n", 2);
    }
    return OCK_OK;
}

ock_status ock_plan_text(const ock_plan *plan, const ock_config *base, char **text)
{
    ock_status status = ock_config_write(&plan->config, base, text);
    return status != OCK_OK ? status : append_priors(&plan->priors, text);
}

bool ock_plan_take_prior(const char *line, ock_prior_names *priors)
{
    const char *at = line + strlen(prior_prefix);
    char again[PRIOR_LINE_BYTES + 1], digest[OCK_DIGEST_TEXT_BYTES];
    uint32_t i = priors->count;
    if (i == OCK_MAX_PRIORS || strncmp(line, prior_prefix, strlen(prior_prefix)) != 0 ||
        !ock_number_take(&at, UINT64_MAX, &priors->of[i].bytes)) {
        return false;
    }
    snprintf(digest, sizeof digest, "%.64s", *at == ':' ? at + 1 : "");
    if (!ock_digest_parse(digest, priors->of[i].digest)) {
        return false;
    }
    at += strlen(":") + strlen(digest);
    priors->of[i].studied = priors->of[i].bytes;
    if (*at == ':') {
        at++;
        (void)ock_number_take(&at, UINT64_MAX, &priors->of[i].studied); /* else the form is wrong */
    }
    write_prior(priors, i, again);
    size_t length = strlen(again);
    if (strncmp(line, again, length) != 0 || (line[length] != '\n' && line[length] != '\0')) {
        return false;
    }
    priors->count++;
    return true;
}

/* Splits the text of a file into options, which the caller frees, and priors. */
static ock_status split_config(const char *text, char **options, ock_prior_names *priors)
{
    const char *first = text;
    while (*first != '\0' && strncmp(first, prior_prefix, strlen(prior_prefix)) != 0) {
        first += strcspn(first, "\n") + (strchr(first, '\n') != NULL);
    }
    *options = strndup(text, (size_t)(first - text));
    *priors = (ock_prior_names){.count = 0};
    if (*options == NULL) {
        return ock_fail_memory(strlen(text), "the configuration");
    }
    for (const char *line = first; *line != '\0'; line = strchr(line, '\n') + 1) {
        if (strchr(line, '\n') == NULL || !ock_plan_take_prior(line, priors)) {
            return ock_fail(OCK_BAD_DATA, "the file has malformed priors");
        }
    }
    return OCK_OK;
}

ock_status ock_plan_store(const ock_plan *plan, ock_container_info *info)
{
    ock_plan usual;
    info->level = plan->level;
    info->lanes = plan->map.lanes;
    info->shards = plan->map.shards;
    info->step = plan->config.step;
    info->input_bytes = plan->input_bytes;
    info->rest_bytes = plan->map.bytes;
    info->mark_count = (uint32_t)ock_plan_marks(plan);
    ock_status status = usual_plan(info, &plan->priors, &usual);
    if (status == OCK_OK) {
        status = ock_plan_text(plan, &usual.config, &info->config_text);
    }
    return status != OCK_OK ? status : digest_plan(plan, info->plan_digest);
}

ock_status ock_plan_load(const ock_container_info *info, ock_plan *plan)
{
    uint8_t digest[OCK_DIGEST_BYTES];
    ock_prior_names priors;
    char *options = NULL;
    ock_status status = split_config(info->config_text, &options, &priors);
    if (status == OCK_OK && usual_plan(info, &priors, plan) != OCK_OK) {
        status = OCK_BAD_DATA;
    }
    if (status == OCK_OK) {
        status = ock_config_read(options, &plan->config);
    }
    free(options);
    if (status == OCK_OK) {
        status = ock_config_check(&plan->config, OCK_BAD_DATA);
    }
    if (status == OCK_OK &&
        (plan->config.step != info->step || !ock_config_is_complete(&plan->config))) {
        status = ock_fail(OCK_BAD_DATA, "the configuration in the file contradicts itself");
    }
    if (status == OCK_OK) {
        status = digest_plan(plan, digest);
    }
    if (status == OCK_OK && memcmp(digest, info->plan_digest, sizeof digest) != 0) {
        status = ock_fail(OCK_BAD_DATA,
                          "this program has different numbers for level %" PRIu32
                          " than the one that wrote the file: use that one",
                          info->level);
    }
    if (status == OCK_OK && info->mark_count != ock_plan_marks(plan)) {
        status = ock_fail(OCK_BAD_DATA,
                          "the file has %" PRIu32 " digests of the state; its plan has %" PRIu64,
                          info->mark_count, ock_plan_marks(plan));
    }
    return status;
}

ock_status ock_plan_open(const char *path, ock_input **input, ock_container **container,
                         ock_plan *plan)
{
    *container = NULL;
    ock_status status = ock_input_open(path, input);
    if (status == OCK_OK) {
        const ock_open_file file = ock_input_file(*input);
        status = ock_container_open_file(&file, OCK_CONTRACT_VERSION, container);
    }
    return status != OCK_OK ? status : ock_plan_load(ock_container_about(*container), plan);
}
