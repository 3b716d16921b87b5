/* SPDX-License-Identifier: MIT */
/* bench_contexts.c - what contexts and weight sets of the mixing stage are worth on samples of data.
 *
 *     bench_contexts LIST COUNT FILE...
 *
 * LIST: a file of names of contexts (rows.h), or "all". COUNT: the first so many are used; 0: all. For every
 * FILE the stage runs in one lane, without a network, and prints
 *
 *     size FILE BYTES
 *     context NAME LOSS     of every context
 *     set NUMBER LOSS       of every weight set
 *
 * LOSS: what the code length would grow by, in 1/10000 of it, were the contribution of the context's inputs (or of
 * the set) taken off the final logit, and all weights as they are. --set NAME=VALUE changes the
 * configuration of level 5. contexts.sh drops the worst with it, again and again. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contexts/contexts.h"
#include "mixing/mixing_private.h"

/* In the place of the lists of the program. */
static uint8_t rows[OCK_CONTEXT_COUNT];
const ock_context_list ock_context_lists[OCK_DATA_KINDS] = {
    {OCK_CONTEXT_COUNT, rows}, {OCK_CONTEXT_COUNT, rows}, {OCK_CONTEXT_COUNT, rows},
    {OCK_CONTEXT_COUNT, rows}, {OCK_CONTEXT_COUNT, rows}, {OCK_CONTEXT_COUNT, rows}};

static double context_loss[OCK_MAX_CONTEXTS], set_loss[OCK_MIX_SETS]; /* nats */

static void give_up(const char *what, const char *name)
{
    fprintf(stderr, "bench_contexts: %s%s\n", what, name);
    exit(1);
}

static size_t row_of(const char *name)
{
    for (size_t i = 0; i < OCK_CONTEXT_COUNT; i++) {
        if (strcmp(ock_context_rows[i].name, name) == 0) {
            return i;
        }
    }
    give_up("no such context: ", name);
    return 0;
}

static size_t read_list(const char *path)
{
    char name[64];
    size_t count = 0;
    if (strcmp(path, "all") == 0) {
        for (; count < OCK_CONTEXT_COUNT; count++) {
            rows[count] = (uint8_t)count;
        }
        return count;
    }
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        give_up("can't open ", path);
    }
    while (count < OCK_CONTEXT_COUNT && fscanf(file, "%63s", name) == 1) {
        rows[count++] = (uint8_t)row_of(name);
    }
    fclose(file);
    return count;
}

static uint8_t *read_sample(const char *path, size_t *bytes)
{
    enum { MOST = 1 << 24 };
    FILE *file = fopen(path, "rb");
    uint8_t *sample = malloc(MOST);
    if (file == NULL || sample == NULL) {
        give_up("can't read ", path);
    }
    *bytes = fread(sample, 1, MOST, file);
    fclose(file);
    return sample;
}

/* ---- what a part of the final logit is worth ---- */

static double cost(double logit, unsigned bit)
{
    return log1p(exp(bit ? -logit : logit));
}

/* The last mixers' weight of each set. */
static void final_weights(const ock_mixer *mixer, double weight[OCK_MIX_SETS])
{
    for (size_t s = 0; s < mixer->sets; s++) {
        weight[s] = 0;
        for (size_t f = 0; f < OCK_MIX_FINALS; f++) {
            weight[s] += (double)mixer->final_selected[f][s] / OCK_MIX_FINALS;
        }
    }
}

/* The part of input number i. */
static double part_of(const ock_mixer *mixer, const double weight[OCK_MIX_SETS], size_t i)
{
    double sum = 0;
    if (mixer->input[i] == 0.0f) {
        return 0;
    }
    for (size_t s = 0; s < mixer->sets; s++) {
        sum += weight[s] * (double)mixer->selected[s][i];
    }
    return sum * (double)mixer->input[i];
}

static void watch(const opinion *o, unsigned bit)
{
    const ock_mixer *mixer = o->mixer;
    const input_places *p = &o->effort->place;
    const double logit = (double)ock_mixer_last(mixer)[OCK_MIX_FINALS], before = cost(logit, bit);
    double weight[OCK_MIX_SETS];
    final_weights(mixer, weight);
    for (size_t i = 0; i < o->effort->contexts; i++) {
        const double part =
            part_of(mixer, weight, p->counter + i) + part_of(mixer, weight, p->history + i) +
            part_of(mixer, weight, p->certain + i) + part_of(mixer, weight, p->run + i);
        context_loss[i] += part != 0 ? cost(logit - part, bit) - before : 0;
    }
    for (size_t s = 0; s < mixer->sets; s++) {
        set_loss[s] += cost(logit - weight[s] * (double)mixer->middle[s], bit) - before;
    }
}

/* ---- a run ---- */

static ock_config base;

static double run(const uint8_t *sample, size_t bytes, size_t contexts)
{
    ock_wishes wishes = {.level = 5, .lanes = 1, .config = base};
    ock_plan plan = {.level = 5};
    ock_mixing *mixing = NULL;
    const ock_kernels *kernels = NULL;
    uint8_t newest[OCK_MAX_ORDER + 1] = {0};
    ock_history history = {.lanes = 1, .step = 1, .rows = newest};
    double bits = 0;
    wishes.config.contexts = (uint32_t)contexts;
    if (ock_plan_make(bytes, &wishes, &plan) != OCK_OK ||
        ock_kernels_select(NULL, &kernels) != OCK_OK) {
        give_up("no plan", "");
    }
    const ock_share share = ock_share_of(&plan.map, 1, 0);
    if (ock_mixing_new(NULL, kernels, &plan, &share, &mixing) != OCK_OK) {
        give_up("no memory", "");
    }
    mixing->watch = watch;
    for (size_t i = 0; i < bytes; i++) {
        ock_choice choice = {.symbol = sample[i]};
        if (ock_mixing_code(mixing, 0, NULL, &choice) != OCK_OK) {
            give_up("no probability", "");
        }
        bits += 32 - log2((double)choice.interval.width);
        *ock_history_at(&history, 0, 0) = sample[i];
        ock_mixing_learn(mixing, &history, 0, 1);
    }
    ock_mixing_free(mixing);
    return bits / 8;
}

static void report(const char *path, double size, size_t contexts)
{
    const double share = 1e4 / (8 * size * log(2));
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    printf("size %s %.0f\n", name, size);
    for (size_t i = 0; i < contexts; i++) {
        printf("context %s %.3f\n", ock_context_rows[rows[i]].name, context_loss[i] * share);
    }
    for (size_t s = 0; s < base.sets; s++) {
        printf("set %zu %.3f\n", s, set_loss[s] * share);
    }
    memset(context_loss, 0, sizeof context_loss);
    memset(set_loss, 0, sizeof set_loss);
}

int main(int argc, char **argv)
{
    if (ock_config_level(5, &base) != OCK_OK) {
        return 1;
    }
    base.network = 0;
    base.step = 1;
    base.easy_after = 0;
    base.light_after = 0;
    for (; argc > 2 && strcmp(argv[1], "--set") == 0; argc -= 2, argv += 2) {
        if (ock_config_set(&base, argv[2]) != OCK_OK) {
            give_up("not taken: ", argv[2]);
        }
    }
    if (argc < 4) {
        give_up("usage: bench_contexts [--set NAME=VALUE]... LIST|all COUNT FILE...", "");
    }
    size_t count = read_list(argv[1]), wanted = strtoul(argv[2], NULL, 10);
    count = wanted > 0 && wanted < count ? wanted : count;
    count = count < OCK_MAX_CONTEXTS ? count : OCK_MAX_CONTEXTS;
    for (int i = 3; i < argc; i++) {
        size_t bytes;
        uint8_t *sample = read_sample(argv[i], &bytes);
        report(argv[i], run(sample, bytes, count), count);
        free(sample);
    }
    return 0;
}
