/* SPDX-License-Identifier: MIT */
/* ends.c - plans, descriptions and checks around the codec's run. */
#include "archive/ends.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"

ock_status ock_begin_plan(const ock_run_settings *run, const ock_manifest *files,
                          const char *layout, const ock_wishes *wishes, ock_input *input,
                          ock_priors **priors, ock_condensed *condensed, ock_plan *plan)
{
    const ock_search search = {run->team, run->memory, files, layout};
    ock_wishes all = *wishes;
    ock_status status = ock_priors_open(run->priors.paths, run->priors.count, priors);
    if (status != OCK_OK) {
        return status;
    }
    ock_priors_name(*priors, &all.priors);
    status = ock_condense(&search, *priors, input, &all, condensed);
    return status != OCK_OK ? status : ock_plan_make(ock_input_bytes(input), &all, plan);
}

ock_status ock_begin_description(const ock_run_settings *run, const ock_plan *plan,
                                 ock_condensed *condensed, ock_priors *priors, ock_input *input,
                                 const ock_manifest *manifest, ock_container_info *info)
{
    const ock_source whole = ock_input_source(input);
    const ock_subject subject = {&whole, condensed, manifest};
    ock_status status = ock_describe_input(plan, &subject, run->memory, run->kernels, info);
    if (status == OCK_OK) {
        status = ock_condensed_check(condensed, priors, input, run->input);
    }
    return status != OCK_OK ? status : ock_probe_container(info);
}

ock_status ock_begin_decoding(const ock_run_settings *run, const ock_container *container,
                              const ock_plan *plan, const char *name, ock_condensed *condensed,
                              ock_priors **priors)
{
    ock_status status = ock_condensed_load(container, plan, name, condensed);
    if (status == OCK_OK && *priors == NULL) {
        status = ock_priors_open(run->priors.paths, run->priors.count, priors);
    }
    return status != OCK_OK ? status : ock_priors_match(*priors, &plan->priors, name);
}

ock_status ock_end_mark(const ock_container *container, const ock_mark *mark)
{
    const uint8_t *wanted = ock_container_about(container)->marks[mark->number - 1];
    char made[65], stored[65];
    if (memcmp(mark->digest, wanted, OCK_MARK_BYTES) == 0) {
        return OCK_OK;
    }
    ock_digest_hex(mark->digest, made);
    ock_digest_hex(wanted, stored);
    return ock_fail(OCK_INTERNAL,
                    "after step %" PRIu64 " the state differs from the one the file was made with "
                    "(digest %s here, %s in the file; see ockham audit)",
                    mark->step, made, stored);
}

ock_status ock_end_output(const ock_container *container, const char *name,
                          const ock_source *written)
{
    const ock_container_info *about = ock_container_about(container);
    uint8_t digest[OCK_DIGEST_BYTES];
    ock_status status = ock_digest_part(written, 0, about->input_bytes, digest);
    if (status == OCK_OK && memcmp(digest, about->input_digest, sizeof digest) != 0) {
        status = ock_fail(OCK_BAD_DATA,
                          "%s: the output as a whole does not match the stored digest", name);
    }
    return status;
}
