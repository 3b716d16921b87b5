/* mixer.c - adaptive maps, gated mixing, secondary estimation. */
#include "mixer.h"

#include "numeric.h"

void ock_logits_make(ock_logits *logits)
{
    enum { N = 1 << OCK_LOGIT_BITS };
    for (int i = 0; i < N; i++)
        logits->of[i] = ock_log((float)(2 * i + 1) / (float)(2 * N - 2 * i - 1));
}

void ock_map_rates_make(ock_map_rates *rates, uint32_t limit)
{
    rates->limit = limit;
    for (uint32_t n = 0; n < 1024; n++)
        rates->of[n] = (uint16_t)(2 * 65536 / (2 * n + 3));
}

ock_map_cell ock_map_cell_start(uint32_t ones, uint32_t zeros)
{
    uint64_t p = ((uint64_t)(2 * ones + 1) << 22) / (2 * (ones + zeros) + 2);
    return (uint32_t)p << 10;
}

void ock_map_update(const ock_map_rates *rates, ock_map_cell *cell, unsigned bit)
{
    int32_t p = (int32_t)(*cell >> 10);
    uint32_t n = *cell & 1023;
    int32_t target = bit ? (1 << 22) - 1 : 0;
    p += (int32_t)((int64_t)(target - p) * rates->of[n] / 65536);
    *cell = (uint32_t)p << 10 | (n + (n < rates->limit));
}

static void fill(float *weights, size_t count, float value)
{
    for (size_t i = 0; i < count; i++)
        weights[i] = value;
}

ock_status ock_mixer_init(ock_mixer *mixer, const size_t contexts[OCK_MIX_SETS],
                          size_t final_contexts, size_t inputs_in_use, ock_arena *arena)
{
    const float total_weight = 3.0f; /* experts are partly redundant: more than 1, less than all */
    for (size_t s = 0; s < OCK_MIX_SETS; s++) {
        size_t count = contexts[s] * OCK_MIX_INPUTS;
        ock_status status =
            ock_arena_take(arena, count, sizeof(float), "the mixers", (void **)&mixer->weights[s]);
        if (status != OCK_OK)
            return status;
        fill(mixer->weights[s], count, total_weight / (float)inputs_in_use);
    }
    size_t count = final_contexts * OCK_FINAL_INPUTS;
    ock_status status = ock_arena_take(arena, count, sizeof(float), "the last mixer",
                                       (void **)&mixer->final_weights);
    if (status == OCK_OK)
        fill(mixer->final_weights, count, 1.0f / OCK_MIX_SETS);
    return status;
}

static float clamped(float x, float limit)
{
    x = x > limit ? limit : x;
    return x < -limit ? -limit : x;
}

float ock_mixer_predict(ock_mixer *mixer, const ock_kernels *kernels,
                        const size_t context[OCK_MIX_SETS], size_t final_context)
{
    const float limit = 14.0f;
    for (size_t s = 0; s < OCK_MIX_SETS; s++)
        mixer->selected[s] = mixer->weights[s] + context[s] * OCK_MIX_INPUTS;
    kernels->dot_sets(OCK_MIX_SETS, OCK_MIX_INPUTS, mixer->input,
                      (const float *const *)mixer->selected, mixer->middle);
    for (size_t s = 0; s < OCK_MIX_SETS; s++) {
        mixer->middle[s] = clamped(mixer->middle[s], limit);
        mixer->p[s] = ock_sigmoid(mixer->middle[s]);
    }
    mixer->final_selected = mixer->final_weights + final_context * OCK_FINAL_INPUTS;
    float logit =
        clamped(kernels->dot(OCK_FINAL_INPUTS, mixer->middle, mixer->final_selected), limit);
    mixer->p_final = ock_sigmoid(logit);
    return logit;
}

void ock_mixer_update(ock_mixer *mixer, const ock_kernels *kernels, unsigned bit, float rate,
                      float final_rate)
{
    float step[OCK_MIX_SETS];
    for (size_t s = 0; s < OCK_MIX_SETS; s++)
        step[s] = rate * ((float)bit - mixer->p[s]);
    kernels->axpy_sets(OCK_MIX_SETS, OCK_MIX_INPUTS, step, mixer->input, mixer->selected);
    kernels->axpy(OCK_FINAL_INPUTS, final_rate * ((float)bit - mixer->p_final), mixer->middle,
                  mixer->final_selected);
}

ock_status ock_apm_init(ock_apm *apm, size_t contexts, ock_arena *arena)
{
    ock_status status = ock_arena_take(arena, contexts * OCK_APM_STEPS, sizeof(float),
                                       "secondary estimation", (void **)&apm->p);
    if (status != OCK_OK)
        return status;
    for (size_t i = 0; i < OCK_APM_STEPS; i++)
        apm->p[i] = ock_sigmoid(((float)i - 7.5f) * (16.0f / 15.0f));
    for (size_t i = OCK_APM_STEPS; i < contexts * OCK_APM_STEPS; i++)
        apm->p[i] = apm->p[i - OCK_APM_STEPS];
    return OCK_OK;
}

void ock_apm_prefetch(const ock_apm *apm, size_t context)
{
    __builtin_prefetch(apm->p + context * OCK_APM_STEPS);
}

float ock_apm_predict(ock_apm *apm, size_t context, float logit)
{
    float place = (clamped(logit, 7.999f) + 8.0f) * (15.0f / 16.0f);
    place = place > 0.0f ? place : 0.0f; /* NaN too: the caller finds it in p_final */
    int step = (int)place;               /* 0 .. 14 */
    apm->low = apm->p + context * OCK_APM_STEPS + step;
    apm->weight = place - (float)step;
    return apm->low[0] * (1.0f - apm->weight) + apm->low[1] * apm->weight;
}

void ock_apm_update(ock_apm *apm, unsigned bit, float rate)
{
    float target = (float)bit;
    apm->low[0] += rate * (1.0f - apm->weight) * (target - apm->low[0]);
    apm->low[1] += rate * apm->weight * (target - apm->low[1]);
}
