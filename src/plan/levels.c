/* SPDX-License-Identifier: MIT */
/* levels.c - what the levels are, as plain data, and what follows from the input's length. */
#include "plan/config.h"

#include <inttypes.h>

#include "plan/limits.h"

enum { LEVELS = OCK_LEVEL_MAX - OCK_LEVEL_MIN + 1 };

/* Inputs that are so long have more to learn, and enough of it that more is learned. */
enum { LONG_INPUT = 4000000 };
typedef uint32_t sizes[2][LEVELS]; /* of shorter and of long inputs */

/* The numbers in which levels differ, of each from the lowest level to the highest. */
static const struct {
    uint32_t network[LEVELS], width[LEVELS], order_max[LEVELS], features[LEVELS];
    sizes layers;
    uint32_t ngram_bits[LEVELS];          /* at most */
    float rate[LEVELS], rate_end[LEVELS]; /* of the network: falls as it grows wider */
    uint32_t batch[LEVELS];               /* symbols of all lanes in a step, of short inputs */
    uint32_t contexts[LEVELS], sets[LEVELS], estimations[LEVELS]; /* of the mixing stage */
    float mix_rate[LEVELS];       /* up to 40 contexts 0.006, of n more x (40 / n)^0.6 */
    sizes table_bits;             /* at most */
    uint32_t byte_lines[LEVELS];  /* of the counter table, for a byte of the input */
    uint32_t lane_growth[LEVELS]; /* inputs have to be so many times as long for as many lanes */
    float sleep_below[LEVELS];    /* bits a symbol */
} levels = {
    .network = {0, 0, 0, 0, 1, 1, 1, 1, 1},
    .layers = {{0, 0, 0, 0, 2, 2, 1, 2, 2}, {0, 0, 0, 0, 4, 3, 2, 3, 3}},
    .width = {96, 96, 96, 96, 128, 192, 256, 288, 384},
    .order_max = {7, 7, 7, 7, 6, 7, 6, 7, 7},
    .features = {0, 0, 0, 0, 3, 6, 3, 3, 6},
    .ngram_bits = {18, 18, 18, 18, 20, 20, 20, 20, 20},
    .rate = {5e-4f, 5e-4f, 5e-4f, 5e-4f, 1.2e-3f, 8e-4f, 7e-4f, 5e-4f, 5e-4f},
    .rate_end = {2e-4f, 2e-4f, 2e-4f, 2e-4f, 3e-4f, 3e-4f, 2e-4f, 2e-4f, 2e-4f},
    .batch = {64, 64, 64, 64, 64, 64, 32, 32, 32},
    .contexts = {16, 32, 48, 80, 64, 80, 96, 112, 112},
    .sets = {8, 12, 15, 20, 16, 21, 27, 27, 27},
    .estimations = {2, 6, 12, 12, 12, 12, 12, 12, 12},
    .mix_rate = {0.006f, 0.006f, 0.0054f, 0.004f, 0.0045f, 0.004f, 0.0036f, 0.0033f, 0.0033f},
    .table_bits = {{22, 24, 24, 24, 24, 24, 24, 24, 25}, {22, 24, 24, 24, 25, 25, 25, 25, 25}},
    .byte_lines = {4, 16, 16, 16, 16, 16, 16, 16, 64},
    .lane_growth = {1, 1, 1, 1, 1, 1, 2, 4, 8},
    .sleep_below = {0, 0, 0, 0, 0.3f, 0.3f, 0.3f, 0.1f, 0.1f},
};

/* Where a level's numbers are. */
static size_t place_of(uint32_t level)
{
    return level - OCK_LEVEL_MIN;
}

static const ock_config common = {
    .seed = 1,
    .order_min = 2,
    .rate_steps = 2000,
    .beta1 = 0,
    .beta2 = 0.99f,
    .epsilon = 1e-6f,
    .embed_rate = 0.08f,
    .byte_rate = 0.08f,
    .mixing = 1,
    .match_min = 6,
    .match_long = 16,
    .easy_after = 48,
    .counter_limit = 160,
    .history_limit = 255,
    .mix_rate_end = 0.0007f,
    .mix_steps = 2000,
    .final_rate = 0.001f,
    .light_after = 16384,
    .repeats = 256,
    .transforms = 31,
};

ock_status ock_config_level(uint32_t level, ock_config *config)
{
    if (level < OCK_LEVEL_MIN || level > OCK_LEVEL_MAX) {
        return ock_fail(OCK_ENVIRONMENT, "level %" PRIu32 " is not within 1 .. 9", level);
    }
    const size_t at = place_of(level);
    *config = common;
    config->network = levels.network[at];
    config->layers = OCK_LAYERS_BY_LENGTH;
    config->width = levels.width[at];
    config->order_max = levels.order_max[at];
    config->features = levels.features[at];
    config->contexts = levels.contexts[at];
    config->sets = levels.sets[at];
    config->estimations = levels.estimations[at];
    config->sleep_below = levels.sleep_below[at];
    config->mix_rate = levels.mix_rate[at];
    config->rate = levels.rate[at];
    config->rate_end = levels.rate_end[at];
    return OCK_OK;
}

uint32_t ock_bits_for(uint64_t value, uint32_t low, uint32_t high)
{
    uint32_t bits = low;
    while (bits < high && ((uint64_t)1 << bits) < value) {
        bits++;
    }
    return bits;
}

/* Bytes from which on an input has twice as many lanes as before: 2, 4, 8, 16; then four times as many
 * for each doubling. Every lane costs bytes, for what one learns from its latest symbols comes late to the
 * others; lanes are what threads and ranks share. Chosen so that a doubling costs text hardly more than 1 %
 * (tests/bench/lanes.sh), and that 1 MB keeps 2 cores busy, 10 MB 8 and 100 MB 16. */
static const uint64_t lane_lengths[] = {960000, 4500000, 9500000, 38000000};

static uint64_t length_of_lanes(uint32_t doublings)
{
    enum { LISTED = sizeof lane_lengths / sizeof lane_lengths[0] };
    return doublings <= LISTED ? lane_lengths[doublings - 1]
                               : lane_lengths[LISTED - 1] << 2 * (doublings - LISTED);
}

/* A power of two. */
static uint32_t automatic_lanes(uint64_t input_bytes, uint32_t growth)
{
    uint32_t doublings = 0;
    while (1 << (doublings + 1) <= OCK_MAX_LANES &&
           input_bytes / growth >= length_of_lanes(doublings + 1)) {
        doublings++;
    }
    return (uint32_t)1 << doublings;
}

/* Symbols of all lanes between two updates grow with the square root of the input's length: a long
 * input has updates enough, and what a step costs besides its symbols (the reduction, the new
 * weights) is spread over more of them. */
static uint32_t automatic_step(uint64_t input_bytes, uint32_t lanes, uint32_t least_batch)
{
    enum { SHORTEST = 32, LONGEST = 256, FIRST_DOUBLING = 1 << 19 };
    uint64_t growth = 1;
    while (input_bytes / (growth * growth) >= FIRST_DOUBLING) {
        growth *= 2;
    }
    uint64_t step = least_batch * growth / lanes;
    step = step > SHORTEST ? step : SHORTEST;
    return (uint32_t)(step < LONGEST ? step : LONGEST);
}

/* Steps between two updates of the hidden matrices by orthogonalised momentum, which costs as much as many
 * symbols. */
static uint32_t automatic_muon_every(uint32_t symbols_of_step)
{
    enum { SYMBOLS = 1024 };
    return symbols_of_step < SYMBOLS ? SYMBOLS / symbols_of_step : 1;
}

/* A lane is a shard, so that ranks and threads have work early; many lanes go two and two, which halves
 * the number of gradient vectors a rank adds. */
static uint32_t automatic_shards(uint32_t lanes)
{
    enum { SINGLE = 16 };
    if (lanes <= SINGLE) {
        return lanes;
    }
    return lanes / 2 > SINGLE ? lanes / 2 : SINGLE;
}

/* Lanes of a group learn from each other, and threads of a rank replay them together. Every rank of a group
 * replays all its lanes: what that costs a rank is bounded, however large the cluster. */
static uint32_t automatic_groups(uint32_t lanes, uint32_t shards)
{
    enum { GROUP_LANES = 64 };
    const uint32_t groups = (lanes + GROUP_LANES - 1) / GROUP_LANES;
    return groups < shards ? groups : shards;
}

/* Lines of a group's counter table: as many as wanted, at most 2^most, and 2^26 (4 GiB) in all groups
 * together. */
static uint32_t automatic_table_bits(uint64_t wanted, uint32_t groups, uint32_t most)
{
    enum { LEAST_BITS = 12, ALL_BITS = 26 };
    uint32_t share = ALL_BITS - ock_bits_for(groups, 0, ALL_BITS - LEAST_BITS);
    return ock_bits_for(wanted, LEAST_BITS, share < most ? share : most);
}

uint64_t ock_plan_steps(const ock_plan *plan)
{
    uint64_t positions = ock_lane_positions(&plan->map);
    return positions / plan->config.step + (positions % plan->config.step != 0);
}

/* Steps between two marks; 0 is a plan that was not made by ock_plan_make. */
static uint64_t steps_of_mark(const ock_plan *plan)
{
    uint32_t every = plan->config.mark_steps;
    return every > 0 && every < OCK_MARK_AT_END ? every : ock_plan_steps(plan);
}

uint64_t ock_plan_mark_number(const ock_plan *plan, uint64_t step)
{
    uint64_t every = steps_of_mark(plan);
    return step == 0 ? 0 : (step - 1) / every + 1;
}

uint64_t ock_plan_marks(const ock_plan *plan)
{
    return ock_plan_mark_number(plan, ock_plan_steps(plan));
}

uint64_t ock_plan_mark_step(const ock_plan *plan, uint64_t number)
{
    uint64_t every = steps_of_mark(plan), steps = ock_plan_steps(plan);
    return number < ock_plan_marks(plan) ? number * every : steps;
}

/* A digest costs a look at the whole state, and 32 bytes: one for every half megabyte, sixteen from eight on,
 * more only for inputs that take very long. */
static uint32_t automatic_mark_steps(const ock_plan *plan)
{
    enum { SHORT = 500000, FEW = 16, LONG = 4000000 };
    uint64_t bytes = plan->map.bytes, steps = ock_plan_steps(plan);
    uint64_t marks = bytes / SHORT < FEW ? bytes / SHORT : FEW;
    if (bytes / LONG > FEW) {
        marks = bytes / LONG < OCK_MAX_MARKS ? bytes / LONG : OCK_MAX_MARKS;
    }
    uint64_t every = marks > 0 ? steps / marks + (steps % marks != 0) : steps;
    return every > 0 ? (uint32_t)(every < OCK_MARK_AT_END ? every : OCK_MARK_AT_END) : 1;
}

static ock_status check_marks(const ock_plan *plan)
{
    if (ock_plan_marks(plan) <= OCK_MAX_MARKS) {
        return OCK_OK;
    }
    return ock_fail(OCK_ENVIRONMENT,
                    "mark_steps %" PRIu32 " makes %" PRIu64 " digests of the state, more than %d",
                    plan->config.mark_steps, ock_plan_marks(plan), (int)OCK_MAX_MARKS);
}

bool ock_config_is_complete(const ock_config *c)
{
    return c->mark_steps != 0 && c->step != 0 && c->layers != OCK_LAYERS_BY_LENGTH &&
           c->ngram_bits != 0 && c->table_bits != 0 && c->match_bits != 0 &&
           (c->optimiser != OCK_MUON || c->muon_every != 0);
}

/* Bytes that are learned from: the input without its repeats, and what is studied of the priors. */
static ock_status count_bytes(uint64_t input_bytes, const ock_wishes *wishes, uint64_t *learned)
{
    const ock_prior_names *priors = &wishes->priors;
    uint64_t sum = input_bytes;
    bool possible = wishes->left_out <= input_bytes;
    *learned = input_bytes - wishes->left_out;
    for (uint32_t i = 0; i < priors->count && possible; i++) {
        possible =
            priors->of[i].studied <= priors->of[i].bytes && priors->of[i].bytes <= UINT64_MAX - sum;
        sum += priors->of[i].bytes;
        *learned += priors->of[i].studied;
    }
    return possible ? OCK_OK : ock_fail(OCK_ENVIRONMENT, "input and priors together are too long");
}

/* The cut into lanes, shards and groups. */
static void choose_map(uint64_t rest_bytes, uint64_t all_bytes, const ock_wishes *wishes,
                       ock_lane_map *map)
{
    map->bytes = rest_bytes;
    map->lanes = wishes->lanes != 0
                     ? wishes->lanes
                     : automatic_lanes(all_bytes, levels.lane_growth[place_of(wishes->level)]);
    map->shards = wishes->shards != 0 ? wishes->shards : automatic_shards(map->lanes);
    map->groups = automatic_groups(map->lanes, map->shards);
}

/* What the configuration leaves to the length of all that is learned from. */
static void choose_sizes(uint64_t all_bytes, const ock_lane_map *map, uint32_t level, ock_config *c)
{
    const uint64_t group_bytes = all_bytes / map->groups;
    const size_t at = place_of(level);
    const bool is_long = all_bytes >= LONG_INPUT;
    if (c->step == 0) {
        c->step = automatic_step(all_bytes, map->lanes, levels.batch[at]);
    }
    if (c->layers == OCK_LAYERS_BY_LENGTH) {
        c->layers = levels.layers[is_long][at];
    }
    if (c->ngram_bits == 0) {
        c->ngram_bits = ock_bits_for(all_bytes / 4, 10, levels.ngram_bits[at]);
    }
    if (c->table_bits == 0) {
        c->table_bits = automatic_table_bits(group_bytes * levels.byte_lines[at], map->groups,
                                             levels.table_bits[is_long][at]);
    }
    if (c->optimiser == OCK_MUON && c->muon_every == 0) {
        c->muon_every = automatic_muon_every(c->step * map->lanes);
    }
    if (c->match_bits == 0) {
        c->match_bits = ock_bits_for(group_bytes, 12, 24);
    }
}

ock_status ock_plan_make(uint64_t input_bytes, const ock_wishes *wishes, ock_plan *plan)
{
    ock_config *c = &plan->config;
    uint64_t all_bytes = 0;
    ock_status status = count_bytes(input_bytes, wishes, &all_bytes);
    if (status != OCK_OK) {
        return status;
    }
    plan->level = wishes->level;
    plan->input_bytes = input_bytes;
    plan->priors = wishes->priors;
    *c = wishes->config;
    choose_map(input_bytes - wishes->left_out, all_bytes, wishes, &plan->map);
    choose_sizes(all_bytes, &plan->map, wishes->level, c);
    status = ock_config_check(c, OCK_ENVIRONMENT);
    if (status == OCK_OK) {
        status = ock_lane_map_check(&plan->map);
    }
    if (status == OCK_OK && c->mark_steps == 0) {
        c->mark_steps = automatic_mark_steps(plan);
    }
    return status != OCK_OK ? status : check_marks(plan);
}
