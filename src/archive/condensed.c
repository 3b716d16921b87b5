/* condensed.c - repeats between files, ranks and the codec. */
#include "archive/condensed.h"

#include <stdlib.h>
#include <string.h>

#include "codec/study.h"
#include "repeats/repeat_choice.h"
#include "repeats/repeat_code.h"
#include "repeats/repeat_find.h"
#include "repeats/repeat_study.h"

/* Priors and input as one source. */
typedef struct text {
    const ock_priors *priors;
    uint64_t prior_bytes;
    ock_input *input;
} text;

static ock_status read_text(void *context, uint64_t at, void *bytes, size_t count)
{
    const text *t = context;
    const uint64_t before = at < t->prior_bytes ? t->prior_bytes - at : 0;
    const size_t first = before < count ? (size_t)before : count;
    ock_status status = OCK_OK;
    if (first > 0) {
        status = ock_priors_read(t->priors, at, bytes, first);
    }
    if (status == OCK_OK && first < count) {
        status = ock_input_read(t->input, at + first - t->prior_bytes, (char *)bytes + first,
                                count - first);
    }
    return status;
}

/* Repeats that a lane's own models are good at have to be so many times as long. */
enum { TIMES_IN_REACH = 16 };

/* The lanes are those that there would be with all repeats left out. */
static ock_status choose(ock_repeats *repeats, const ock_wishes *wishes)
{
    ock_wishes all = *wishes;
    ock_plan plan;
    all.repeated = ock_repeats_taken(repeats);
    ock_status status = ock_plan_make(repeats->input_bytes, &all, &plan);
    return status != OCK_OK
               ? status
               : ock_repeats_leave_to_models(repeats, &plan.map,
                                             TIMES_IN_REACH * (uint64_t)wishes->config.repeats);
}

/* How much of each prior is studied, of those that lie there one behind the other. */
static ock_status count_studied(const ock_repeats *repeats, ock_prior_names *names)
{
    ock_repeats parts;
    uint64_t begin = 0;
    ock_status status = ock_repeats_study(repeats, &parts);
    for (uint32_t i = 0; i < names->count && status == OCK_OK; i++) {
        const uint64_t end = begin + names->of[i].bytes;
        names->of[i].studied =
            ock_repeats_rest_before(&parts, end) - ock_repeats_rest_before(&parts, begin);
        begin = end;
    }
    ock_repeats_free(&parts);
    return status;
}

ock_status ock_condense(const ock_search *search, const ock_priors *priors, ock_input *input,
                        ock_wishes *wishes, ock_condensed *c)
{
    text all = {priors, ock_priors_bytes(priors), input};
    const ock_source source = {read_text, &all};
    const uint64_t bytes = ock_input_bytes(input);
    ock_repeats_start(&c->repeats, all.prior_bytes, bytes);
    if (wishes->config.repeats == 0 || bytes == 0) {
        return OCK_OK;
    }
    ock_status status = ock_repeats_find(&source, all.prior_bytes, bytes, wishes->config.repeats,
                                         search->team, search->memory, &c->repeats);
    if (status == OCK_OK) {
        status = choose(&c->repeats, wishes);
    }
    if (status == OCK_OK) {
        status = count_studied(&c->repeats, &wishes->priors);
    }
    wishes->repeated = ock_repeats_taken(&c->repeats);
    return status != OCK_OK ? status : ock_repeats_encode(&c->repeats, &c->code, &c->code_bytes);
}

static uint64_t bytes_of(const ock_prior_names *names)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        sum += names->of[i].bytes;
    }
    return sum;
}

/* What a file says of lengths is what its repeats leave. */
static ock_status check_lengths(const ock_repeats *repeats, const ock_plan *plan, const char *name)
{
    ock_prior_names names = plan->priors;
    ock_status status = count_studied(repeats, &names);
    bool same = ock_repeats_rest(repeats) == plan->map.bytes;
    for (uint32_t i = 0; i < names.count && status == OCK_OK; i++) {
        same = same && names.of[i].studied == plan->priors.of[i].studied;
    }
    return status != OCK_OK || same
               ? status
               : ock_fail(OCK_BAD_DATA, "%s: its repeats leave other lengths than it says", name);
}

ock_status ock_condensed_load(const ock_container *container, const ock_plan *plan,
                              const char *name, ock_condensed *c)
{
    const ock_container_info *info = ock_container_about(container);
    const uint64_t prior_bytes = bytes_of(&plan->priors);
    ock_status status = OCK_OK;
    ock_repeats_start(&c->repeats, prior_bytes, plan->input_bytes);
    if (info->repeats != NULL) {
        status = ock_repeats_decode(info->repeats, info->repeats_bytes, prior_bytes,
                                    plan->input_bytes, name, &c->repeats);
    }
    return status != OCK_OK ? status : check_lengths(&c->repeats, plan, name);
}

/* ---- ranks ---- */

typedef struct lengths {
    uint64_t prior_bytes, input_bytes, code_bytes;
} lengths;

static ock_status decode_shared(ock_condensed *c, const lengths *l)
{
    return ock_repeats_decode(c->code, c->code_bytes, l->prior_bytes, l->input_bytes, "the input",
                              &c->repeats);
}

ock_status ock_condensed_share(ock_comm *comm, ock_condensed *c)
{
    const bool root = ock_comm_rank(comm) == 0;
    lengths l = {c->repeats.prior_bytes, c->repeats.input_bytes, c->code_bytes};
    ock_status status = ock_comm_bcast(comm, &l, sizeof l);
    if (status != OCK_OK) {
        return status;
    }
    if (!root) {
        ock_repeats_start(&c->repeats, l.prior_bytes, l.input_bytes);
        c->code_bytes = (size_t)l.code_bytes;
        c->code = malloc(c->code_bytes + 1);
        status = c->code != NULL ? OCK_OK : ock_fail_memory(c->code_bytes, "the list of repeats");
    }
    status = ock_comm_agree(comm, status);
    if (status != OCK_OK || l.code_bytes == 0) {
        return status;
    }
    status = ock_comm_bcast(comm, c->code, c->code_bytes);
    return status != OCK_OK ? status : ock_comm_agree(comm, root ? OCK_OK : decode_shared(c, &l));
}

void ock_condensed_clear(ock_condensed *c)
{
    ock_repeats_free(&c->repeats);
    free(c->code);
    *c = (ock_condensed){.code = NULL};
}

/* ---- what others want to know ---- */

bool ock_condensed_has_repeats(const ock_condensed *c)
{
    return c->repeats.count > 0;
}

void ock_condensed_describe(ock_condensed *c, ock_container_info *info)
{
    info->repeats = c->code;
    info->repeats_bytes = c->code_bytes;
    c->code = NULL;
}

ock_source ock_condensed_source(ock_condensed *c, const ock_source *input)
{
    c->rest = (ock_rest){.repeats = &c->repeats, .input = *input};
    return ock_condensed_has_repeats(c) ? ock_rest_source(&c->rest) : *input;
}

ock_target ock_condensed_target(ock_condensed *c, const ock_target *output)
{
    c->rest = (ock_rest){.repeats = &c->repeats, .output = *output};
    return ock_condensed_has_repeats(c) ? ock_rest_target(&c->rest) : *output;
}

static ock_status read_priors(void *context, uint64_t at, void *bytes, size_t count)
{
    return ock_priors_read(context, at, bytes, count);
}

/* One prior of several, without what is left out of it. */
typedef struct studied {
    ock_source parts; /* of all */
    uint64_t begin;   /* of this one, there */
} studied;

static ock_status read_studied(void *context, uint64_t at, void *bytes, size_t count)
{
    const studied *s = context;
    return s->parts.read_at(s->parts.context, s->begin + at, bytes, count);
}

/* Collective. from: rank 0's; NULL elsewhere. */
static ock_status study_all(ock_codec *codec, studied *from)
{
    const ock_prior_names *names = &codec->plan.priors;
    const ock_source source = {read_studied, from};
    ock_status status = OCK_OK;
    for (uint32_t i = 0; i < names->count && status == OCK_OK; i++) {
        status = ock_study(codec, from != NULL ? &source : NULL, names->of[i].studied);
        if (from != NULL) {
            from->begin += names->of[i].studied;
        }
    }
    return status;
}

ock_status ock_condensed_study(const ock_condensed *c, const ock_priors *priors, ock_codec *codec)
{
    ock_repeats parts = {.of = NULL};
    ock_rest rest = {.repeats = &parts, .input = {read_priors, (void *)priors}};
    studied from = {.parts = ock_rest_source(&rest)};
    const bool root = ock_comm_rank(codec->comm) == 0;
    if (codec->plan.priors.count == 0) {
        return OCK_OK;
    }
    ock_status status =
        ock_comm_agree(codec->comm, root ? ock_repeats_study(&c->repeats, &parts) : OCK_OK);
    if (status == OCK_OK) {
        status = study_all(codec, root ? &from : NULL);
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(codec->comm, root ? ock_priors_check_unchanged(priors) : OCK_OK);
    }
    ock_repeats_free(&parts);
    return status;
}

ock_status ock_condensed_fill(const ock_condensed *c, const ock_priors *priors,
                              const ock_target *output)
{
    const ock_source before = {read_priors, (void *)priors};
    return ock_rest_fill(&c->repeats, &before, output);
}

ock_status ock_condensed_check(const ock_condensed *c, const ock_priors *priors, ock_input *input,
                               const char *name)
{
    text all = {priors, c->repeats.prior_bytes, input};
    const ock_source source = {read_text, &all};
    return ock_rest_check(&c->repeats, &source, name);
}
