/* SPDX-License-Identifier: MIT */
/* mixer.c - adaptive maps, gated mixing, secondary estimation. */
#include "mixing/mixer.h"

#include <string.h>

#include "numeric/numeric.h"

void ock_logits_make(ock_logits *logits)
{
    enum { N = 1 << OCK_LOGIT_BITS };
    for (int i = 0; i < N; i++) {
        logits->of[i] = ock_log((float)(2 * i + 1) / (float)(2 * N - 2 * i - 1));
    }
    logits->of[OCK_NO_OPINION] = 0.0f;
}

void ock_map_rates_make(ock_map_rates *rates, uint32_t limit)
{
    rates->limit = limit;
    for (uint32_t n = 0; n < 1024; n++) {
        rates->of[n] = (uint16_t)(2 * 65536 / (2 * n + 3));
    }
}

ock_map_cell ock_map_cell_start(uint32_t ones, uint32_t zeros)
{
    uint64_t p = ((uint64_t)(2 * ones + 1) << 22) / (2 * (ones + zeros) + 2);
    return (uint32_t)p << 10;
}

/* Repeats the first `period` of `count` floats up to the end: what is there is copied after itself, in
 * pieces that stay in the nearest cache. */
static void repeat(float *values, size_t period, size_t count)
{
    enum { PIECE = 4096 };
    size_t piece = period, done = period;
    while (done < count) {
        const size_t more = piece < count - done ? piece : count - done;
        memcpy(values + done, values, more * sizeof *values);
        done += more;
        piece = 2 * piece <= PIECE ? 2 * piece : piece;
    }
}

/* `contexts` weight vectors of `width` floats, all equal to `value`. */
static ock_status make_weights(size_t contexts, size_t width, float value, ock_arena *arena,
                               float **weights)
{
    ock_status status =
        ock_arena_take(arena, contexts * width, sizeof(float), "the mixers", (void **)weights);
    if (status == OCK_OK) {
        **weights = value;
        repeat(*weights, 1, contexts * width);
    }
    return status;
}

static size_t count_vectors(const ock_mixer_shape *shape)
{
    size_t vectors = 0;
    for (size_t s = 0; s < shape->sets; s++) {
        vectors += shape->contexts[s];
    }
    return vectors;
}

/* Visits of so many vectors, of which there were none, and the places of all sets behind the first. */
static ock_status place_sets(ock_mixer *mixer, const ock_mixer_shape *shape, size_t vectors,
                             ock_arena *arena)
{
    ock_status status = ock_arena_take(arena, vectors, sizeof *mixer->visits[0], "the mixers",
                                       (void **)&mixer->visits[0]);
    for (size_t s = 1; s < shape->sets && status == OCK_OK; s++) {
        mixer->weights[s] = mixer->weights[s - 1] + shape->contexts[s - 1] * mixer->width;
        mixer->visits[s] = mixer->visits[s - 1] + shape->contexts[s - 1];
    }
    return status;
}

/* All sets' vectors lie in one block, so that it is worth large pages. */
ock_status ock_mixer_init(ock_mixer *mixer, const ock_mixer_shape *shape, ock_arena *arena)
{
    const float total_weight = 3.0f; /* experts are partly redundant: more than 1, less than all */
    const size_t vectors = count_vectors(shape);
    mixer->sets = shape->sets;
    mixer->width = ock_whole_vectors(shape->inputs);
    mixer->final_width = ock_whole_vectors(shape->sets);
    ock_status status = make_weights(vectors, mixer->width, total_weight / (float)shape->shared,
                                     arena, &mixer->weights[0]);
    if (status == OCK_OK) {
        status = place_sets(mixer, shape, vectors, arena);
    }
    for (size_t f = 0; f < OCK_MIX_FINALS && status == OCK_OK; f++) {
        status = make_weights(shape->final_contexts[f], mixer->final_width,
                              1.0f / (float)shape->sets, arena, &mixer->final_weights[f]);
    }
    return status;
}

/* *weights becomes a copy of its own of so many vectors. */
static ock_status own_weights(size_t contexts, size_t width, ock_arena *arena, float **weights)
{
    const float *from = *weights;
    ock_status status =
        ock_arena_take(arena, contexts * width, sizeof(float), "the mixers", (void **)weights);
    if (status == OCK_OK) {
        memcpy(*weights, from, contexts * width * sizeof(float));
    }
    return status;
}

ock_status ock_mixer_own(ock_mixer *mixer, const ock_mixer_shape *shape, ock_arena *arena)
{
    const size_t vectors = count_vectors(shape);
    ock_status status = own_weights(vectors, mixer->width, arena, &mixer->weights[0]);
    if (status == OCK_OK) {
        status = place_sets(mixer, shape, vectors, arena);
    }
    for (size_t f = 0; f < OCK_MIX_FINALS && status == OCK_OK; f++) {
        status = own_weights(shape->final_contexts[f], mixer->final_width, arena,
                             &mixer->final_weights[f]);
    }
    return status;
}

static float clamped(float x, float limit)
{
    x = x > limit ? limit : x;
    return x < -limit ? -limit : x;
}

float ock_mixer_predict(ock_mixer *mixer, const ock_kernels *kernels,
                        const ock_mixer_choice *choice)
{
    const float limit = 14.0f;
    float sum = 0.0f;
    const size_t sets = mixer->sets, width = mixer->width;
    float *last = mixer->middle + mixer->final_width;
    for (size_t s = 0; s < sets; s++) {
        mixer->selected[s] = mixer->weights[s] + choice->context[s] * width;
        mixer->visited[s] = mixer->visits[s] + choice->context[s];
    }
    kernels->dot_sets(sets, width, mixer->input, (const float *const *)mixer->selected,
                      mixer->middle);
    for (size_t s = 0; s < mixer->final_width; s++) { /* zeros behind the last set */
        mixer->middle[s] = clamped(mixer->middle[s], limit);
    }
    for (size_t f = 0; f < OCK_MIX_FINALS; f++) {
        mixer->final_selected[f] =
            mixer->final_weights[f] + choice->final_context[f] * mixer->final_width;
        float logit = kernels->dot(mixer->final_width, mixer->middle, mixer->final_selected[f]);
        last[f] = clamped(logit, limit);
        sum += last[f];
    }
    last[OCK_MIX_FINALS] = sum * (1.0f / OCK_MIX_FINALS);
    kernels->sigmoid(mixer->final_width + OCK_LAST_INPUTS, mixer->middle, mixer->p);
    return last[OCK_MIX_FINALS];
}

/* rate(visits) of every chosen vector, times its error; counts the visit. */
static void visit(ock_mixer *mixer, const ock_mixer_rates *rates, float bit,
                  float step[OCK_MIX_SETS])
{
    const float end = rates->end, extra = rates->start - rates->end, steps = rates->steps;
    const size_t sets = mixer->sets;
    for (size_t s = 0; s < sets; s++) {
        const uint32_t visits = *mixer->visited[s];
        *mixer->visited[s] = visits + (visits < UINT32_MAX);
        step[s] = (float)(int64_t)visits;
    }
    for (size_t s = 0; s < sets; s++) {
        step[s] = (end + extra / (1.0f + step[s] / steps)) * (bit - mixer->p[s]);
    }
}

void ock_mixer_update(ock_mixer *mixer, const ock_kernels *kernels, unsigned bit,
                      const ock_mixer_rates *rates)
{
    float step[OCK_MIX_SETS];
    visit(mixer, rates, (float)bit, step);
    kernels->axpy_sets(mixer->sets, mixer->width, step, mixer->input, mixer->selected);
    for (size_t f = 0; f < OCK_MIX_FINALS; f++) {
        kernels->axpy(mixer->final_width, rates->last * ((float)bit - ock_mixer_p_last(mixer)[f]),
                      mixer->middle, mixer->final_selected[f]);
    }
}

ock_status ock_apm_init(ock_apm *apm, size_t contexts, ock_arena *arena)
{
    enum { SEEN = 6 };              /* what a cell starts with counts as so many bits */
    const float whole = 4194304.0f; /* 2^22 */
    const size_t count = contexts * OCK_APM_STEPS;
    ock_status status = ock_arena_take(arena, count, sizeof *apm->cells, "secondary estimation",
                                       (void **)&apm->cells);
    if (status != OCK_OK) {
        return status;
    }
    for (size_t i = 0; i < OCK_APM_STEPS; i++) {
        const float p = ock_sigmoid(((float)i - 7.5f) * (16.0f / 15.0f));
        apm->cells[i] = (uint32_t)(p * whole) << 10 | SEEN;
    }
    for (size_t i = OCK_APM_STEPS; i < count; i++) {
        apm->cells[i] = apm->cells[i - OCK_APM_STEPS];
    }
    return OCK_OK;
}

void ock_apm_prefetch(const ock_apm *apm, size_t context)
{
    __builtin_prefetch(apm->cells + context * OCK_APM_STEPS);
}

static float probability(ock_map_cell cell)
{
    return (float)(cell >> 10) * (1.0f / 4194304.0f);
}

float ock_apm_predict(ock_apm *apm, size_t context, float logit)
{
    float place = (clamped(logit, 7.999f) + 8.0f) * (15.0f / 16.0f);
    place = place > 0.0f ? place : 0.0f; /* NaN too: the caller finds it in p_final */
    int step = (int)place;               /* 0 .. 14 */
    apm->low = apm->cells + context * OCK_APM_STEPS + step;
    apm->weight = place - (float)step;
    return probability(apm->low[0]) * (1.0f - apm->weight) + probability(apm->low[1]) * apm->weight;
}

void ock_apm_update(ock_apm *apm, const ock_map_rates *rates, unsigned bit)
{
    ock_map_update(rates, &apm->low[apm->weight >= 0.5f], bit);
}
