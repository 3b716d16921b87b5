/* SPDX-License-Identifier: MIT */
/* codec.c - predict, code, train. Start reading here. */
#include "codec/codec.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "codec/codec_private.h"

static size_t own_lanes(const ock_codec *c)
{
    return ock_range_length(c->share.lanes);
}

static ock_status allocate(ock_codec *c)
{
    size_t step = c->plan.config.step;
    c->history.lanes = c->plan.map.lanes;
    c->history.step = step;
    ock_status status = ock_arena_take(&c->arena, c->history.lanes, OCK_MAX_ORDER + step,
                                       "the symbols of a step", (void **)&c->history.rows);
    if (status == OCK_OK) {
        status = ock_arena_take(&c->arena, own_lanes(c) * step, sizeof *c->choices,
                                "the choices of a step", (void **)&c->choices);
    }
    if (status == OCK_OK) {
        status = ock_arena_take(&c->arena, own_lanes(c), sizeof *c->costs, "the costs of lanes",
                                (void **)&c->costs);
    }
    for (size_t lane = 0; lane < own_lanes(c) && status == OCK_OK; lane++) {
        ock_lane_cost_start(&c->costs[lane]);
    }
    if (status == OCK_OK) {
        status = ock_regular_init(&c->regular, c->history.lanes,
                                  c->plan.config.mixing != 0 ? c->plan.config.light_after : 0,
                                  &c->arena);
    }
    if (status == OCK_OK && c->plan.config.network != 0) {
        status = ock_network_new(c->comm, c->arena.memory, c->kernels, &c->plan, &c->network);
    }
    if (status == OCK_OK && c->plan.config.mixing != 0) {
        status = ock_mixing_new(c->arena.memory, c->kernels, &c->plan, &c->share, &c->mixing);
    }
    if (status == OCK_OK) {
        status = ock_chain_init(&c->chain, c->comm, &c->plan);
    }
    return status;
}

ock_status ock_codec_new(ock_comm *comm, ock_memory *memory, const ock_kernels *kernels,
                         const ock_plan *plan, ock_codec **codec)
{
    ock_codec *c = calloc(1, sizeof *c);
    ock_status status = OCK_OK;
    if (c == NULL) {
        status = ock_fail_memory(sizeof *c, "the codec");
    } else {
        c->comm = comm;
        c->kernels = kernels;
        c->plan = *plan;
        c->share = ock_share_of(&plan->map, ock_comm_size(comm), ock_comm_rank(comm));
        ock_arena_init(&c->arena, memory);
        status = allocate(c);
    }
    status = ock_comm_agree(comm, status);
    if (status != OCK_OK) {
        ock_codec_free(c);
        c = NULL;
    }
    *codec = c;
    return status;
}

void ock_codec_free(ock_codec *c)
{
    if (c == NULL) {
        return;
    }
    ock_network_free(c->network);
    ock_mixing_free(c->mixing);
    ock_chain_free(&c->chain);
    ock_arena_free(&c->arena);
    free(c);
}

void ock_codec_use_team(ock_codec *c, ock_team *team)
{
    c->team = team;
    c->chain.team = team;
    ock_team_use(team, ock_team_size(team));
    ock_governor_start(&c->governor, ock_team_size(team), ock_team_cores());
}

bool ock_codec_trains(const ock_codec *c, const ock_step *step)
{
    return step->count == c->plan.config.step &&
           ock_lanes_active(step->map, step->position + step->count - 1) == step->map->lanes;
}

/* The network has the step to itself where it is all there is; else it sleeps in lanes whose symbols the mixing
 * stage has known all but surely, and of numbers, which it has nothing to say about (PREDICTOR.md). */
static void wake_network(ock_codec *c)
{
    const float below = c->mixing != NULL ? c->plan.config.sleep_below : 0.0f;
    const int64_t limit = (int64_t)(below * (float)OCK_COST_BIT);
    ock_network_sleep(c->network);
    for (size_t lane = 0; lane < own_lanes(c); lane++) {
        const bool numbers = below > 0.0f && ock_mixing_has_numbers(c->mixing, lane);
        if (c->costs[lane].quick >= limit && !numbers) {
            ock_network_wake(c->network, lane);
        }
    }
}

static ock_status code_step(ock_codec *c, const ock_port *port, ock_step *step)
{
    if (c->network != NULL) {
        wake_network(c);
    }
    ock_status status =
        port->decode ? ock_decode_positions(c, port, step) : ock_encode_positions(c, port, step);
    if (status == OCK_OK) {
        status = port->finish_step(port->context, c, step);
    }
    if (status == OCK_OK && c->network != NULL && ock_codec_trains(c, step)) {
        status = ock_network_train(c->network, c->team, &c->history);
    }
    return status;
}

/* Every lane repeats, as all ranks knew it would. */
static ock_status skip_step(ock_codec *c, const ock_port *port, ock_step *step)
{
    if (port->decode) {
        ock_regular_fill(&c->regular, &c->history);
    }
    if (c->mixing != NULL) {
        ock_mixing_skip(c->mixing, &c->history);
    }
    return port->finish_step(port->context, c, step);
}

/* The step at a position of the map's lanes, before its end. */
static ock_step step_at(const ock_codec *c, const ock_lane_map *map, uint64_t position)
{
    uint64_t left = ock_lane_positions(map) - position;
    ock_step step = {.map = map, .position = position, .count = c->plan.config.step};
    step.count = left < step.count ? (size_t)left : step.count;
    step.expected = ock_codec_trains(c, &step) && ock_regular_expected(&c->regular);
    return step;
}

/* Codes the step, and learns from it how many threads to use: where cores are busy with other work, fewer
 * are faster. */
static ock_status govern_step(ock_codec *c, const ock_port *port, ock_step *step)
{
    const double begun = ock_clock_seconds();
    ock_status status = code_step(c, port, step);
    if (ock_team_size(c->team) > 1) {
        ock_team_use(c->team,
                     ock_governor_use(&c->governor, ock_clock_seconds() - begun, step->count));
    }
    return status;
}

static ock_status run_step(ock_codec *c, const ock_port *port, ock_step *step)
{
    ock_status status = port->begin_step(port->context, c, step);
    if (status == OCK_OK) {
        status = step->light ? skip_step(c, port, step) : govern_step(c, port, step);
    }
    if (step->expected) {
        ock_regular_answered(&c->regular, step->light);
    }
    ock_regular_learn(&c->regular, &c->history);
    ock_history_advance(&c->history);
    ock_comm_progress(c->comm);
    return status;
}

/* ---- the run ---- */

/* Rank 0's decision for the step that comes; the port spreads it. */
static ock_order decide(const ock_codec *c)
{
    bool asked = c->keeping != NULL && ock_comm_rank(c->comm) == 0;
    return asked ? c->keeping->decide(c->keeping->context, c) : OCK_ORDER_NONE;
}

bool ock_codec_is_asked(const ock_codec *c)
{
    return c->keeping != NULL && c->keeping->asked != NULL &&
           c->keeping->asked(c->keeping->context);
}

/* After the last step there is nothing to keep. */
static ock_status obey(ock_codec *c, ock_order order)
{
    bool over = c->position >= ock_lane_positions(&c->plan.map);
    if (over || c->keeping == NULL || order == OCK_ORDER_NONE) {
        return OCK_OK;
    }
    return c->keeping->obey(c->keeping->context, c, order);
}

static void show_shared(void *context, ock_state_visitor *visitor)
{
    ock_codec_shared_state(context, visitor);
}

ock_status ock_codec_digest(ock_codec *c, uint8_t digest[OCK_MARK_BYTES])
{
    const ock_state_owner owner = {show_shared, c};
    return ock_chain_digest(&c->chain, ock_codec_step(c), &owner, digest);
}

ock_status ock_codec_due_mark(ock_codec *c, bool *made, ock_mark *mark)
{
    const ock_state_owner owner = {show_shared, c};
    *made = ock_chain_is_due(&c->chain, ock_codec_step(c));
    return *made ? ock_chain_mark(&c->chain, ock_codec_step(c), &owner, mark) : OCK_OK;
}

/* A digest of the state, where one is due, is told. */
static ock_status mark(ock_codec *c)
{
    ock_mark mark;
    bool made;
    ock_status status = ock_codec_due_mark(c, &made, &mark);
    if (status != OCK_OK || !made) {
        return status;
    }
    bool told = c->marked != NULL && ock_comm_rank(c->comm) == 0;
    return ock_comm_agree(c->comm, told ? c->marked(c->marked_context, &mark) : OCK_OK);
}

/* What is due between this step of the input and the next one. */
static ock_status end_step(ock_codec *c, ock_order order)
{
    ock_status status = c->stepped != NULL ? c->stepped(c->stepped_context, c) : OCK_OK;
    if (status == OCK_OK) {
        status = mark(c);
    }
    return status != OCK_OK ? status : obey(c, order);
}

ock_status ock_codec_run(ock_codec *c, const ock_port *port)
{
    const ock_lane_map *map = &c->plan.map;
    ock_status status = OCK_OK;
    c->port = *port;
    if (c->mixing != NULL) {
        ock_mixing_lay(c->mixing, c->laid, c->position);
    }
    while (c->position < ock_lane_positions(map) && status == OCK_OK) {
        ock_step step = step_at(c, map, c->position);
        step.order = decide(c);
        status = run_step(c, port, &step);
        c->position += step.count;
        if (c->report != NULL) {
            c->report(c->report_context, c);
        }
        if (status == OCK_OK) {
            status = end_step(c, step.order);
        }
    }
    return status != OCK_OK ? status : ock_comm_agree(c->comm, ock_check_members(c));
}

ock_status ock_codec_study(ock_codec *c, const ock_port *port, uint64_t bytes)
{
    ock_lane_map map = c->plan.map;
    ock_status status = OCK_OK;
    map.bytes = bytes;
    for (uint64_t at = 0; at < ock_lane_positions(&map) && status == OCK_OK;) {
        ock_step step = step_at(c, &map, at);
        status = run_step(c, port, &step);
        at += step.count;
    }
    return status != OCK_OK ? status : ock_comm_agree(c->comm, ock_check_members(c));
}

size_t ock_step_symbols(const ock_step *step, uint32_t lane)
{
    uint64_t length = ock_lane_length(step->map, lane);
    uint64_t left = step->position < length ? length - step->position : 0;
    return left < step->count ? (size_t)left : step->count;
}

uint64_t ock_codec_step(const ock_codec *c)
{
    uint64_t positions = ock_lane_positions(&c->plan.map);
    uint64_t done = c->position < positions ? c->position : positions;
    return (done + c->plan.config.step - 1) / c->plan.config.step;
}

uint64_t ock_codec_symbols_done(const ock_codec *c)
{
    const ock_lane_map *map = &c->plan.map;
    uint64_t shortest = map->bytes / map->lanes, longer = map->bytes % map->lanes;
    if (c->position > shortest) {
        return shortest * map->lanes + longer;
    }
    return c->position * map->lanes;
}

/* ---- state ---- */

static void show_costs(ock_codec *c, ock_state_visitor *visitor)
{
    enum { MEANS = sizeof(ock_lane_cost) / sizeof(int64_t) };
    for (size_t lane = 0; lane < c->plan.map.lanes; lane++) {
        bool held = lane >= c->share.lanes.begin && lane < c->share.lanes.end;
        int64_t *means = held ? &c->costs[lane - c->share.lanes.begin].slow : NULL;
        ock_state_show(visitor, &(ock_state_part){"costs", OCK_HELD_BY_LANE, (uint32_t)lane,
                                                  sizeof *means, MEANS, means});
    }
}

/* What digests are made of, but for the coders. */
static void show_model(ock_codec *c, ock_state_visitor *visitor)
{
    ock_state_show_replica(visitor, "position", sizeof c->position, 1, &c->position);
    for (size_t lane = 0; lane < c->history.lanes; lane++) {
        ock_state_show_replica(visitor, "history", 1, OCK_MAX_ORDER,
                               ock_history_at(&c->history, lane, 0) - OCK_MAX_ORDER);
    }
    show_costs(c, visitor);
    ock_regular_state(&c->regular, visitor);
    if (c->network != NULL) {
        ock_network_state(c->network, visitor);
    }
    if (c->mixing != NULL) {
        ock_mixing_state(c->mixing, visitor);
    }
}

void ock_codec_model_state(ock_codec *c, ock_state_visitor *visitor)
{
    show_model(c, visitor);
    ock_chain_state(&c->chain, visitor);
}

void ock_codec_state(ock_codec *c, const ock_port *port, ock_state_visitor *visitor)
{
    ock_codec_model_state(c, visitor);
    port->state(port->context, visitor);
}

void ock_codec_shared_state(ock_codec *c, ock_state_visitor *visitor)
{
    show_model(c, visitor);
    if (c->port.shared != NULL) {
        c->port.shared(c->port.context, visitor);
    }
}

static ock_status check_costs(const ock_codec *c)
{
    for (size_t lane = 0; lane < own_lanes(c); lane++) {
        if (!ock_lane_cost_is_sound(&c->costs[lane])) {
            return ock_fail(OCK_BAD_DATA, "the state of lane %zu is impossible: its cost",
                            c->share.lanes.begin + lane);
        }
    }
    return OCK_OK;
}

ock_status ock_codec_restored(ock_codec *c, const ock_port *port)
{
    ock_status status = check_costs(c);
    if (status == OCK_OK && c->network != NULL) {
        ock_network_restored(c->network);
    }
    if (status == OCK_OK && !ock_regular_is_sound(&c->regular)) {
        status = ock_fail(OCK_BAD_DATA, "the state is impossible: the periods of lanes");
    }
    if (status == OCK_OK && c->position >= ock_lane_positions(&c->plan.map)) {
        status = ock_fail(OCK_BAD_DATA, "the state's position lies beyond the input's end");
    }
    if (status == OCK_OK && c->mixing != NULL) {
        status = ock_mixing_check(c->mixing);
    }
    if (status == OCK_OK && ock_comm_rank(c->comm) == 0) {
        status = port->saving->check(port->context);
    }
    return status;
}
