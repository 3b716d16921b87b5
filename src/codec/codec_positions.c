/* SPDX-License-Identifier: MIT */
/* codec_positions.c - how a team of threads shares the positions of a step. */
#include "codec/codec_private.h"

#include <pthread.h>

#include "mixing/plain.h"
#include "numeric/fpenv.h"

/* A step, as the team goes through it. */
typedef struct course {
    ock_codec *c;
    const ock_port *port;
    const ock_step *step;
    size_t t;       /* the position at work, of a decoder */
    bool predicted; /* the network has been asked for it already */
    /* The failure at the lowest position and lane: which one is told is no matter of time. */
    pthread_mutex_t mutex; /* of what follows */
    bool failed;
    uint64_t where; /* position << 32 | lane */
    ock_status status;
    ock_error error;
} course;

static course course_of(ock_codec *c, const ock_port *port, const ock_step *step)
{
    return (course){.c = c, .port = port, .step = step, .mutex = PTHREAD_MUTEX_INITIALIZER};
}

/* ---- one symbol ---- */

/* The model's choice of one symbol of one own lane. */
static ock_status ask_model(ock_codec *c, size_t lane, size_t t, ock_choice *choice)
{
    const float *tree = c->network != NULL ? ock_network_tree(c->network, lane, t) : NULL;
    if (c->mixing == NULL) {
        return ock_plain_code(tree, choice);
    }
    return ock_mixing_code(c->mixing, lane, tree, choice);
}

/* The same, or the bypass in its place; then the model learns the symbol all the same. */
static ock_status code_symbol(ock_codec *c, bool decode, size_t lane, size_t t)
{
    ock_choice *choice = &c->choices[lane * c->plan.config.step + t];
    ock_lane_cost *cost = &c->costs[lane];
    bool bypassed = ock_bypass_is_on(cost);
    choice->decode = decode && !bypassed;
    if (!decode) {
        choice->symbol = *ock_history_at(&c->history, c->share.lanes.begin + lane, t);
    } else if (bypassed) {
        choice->symbol = ock_bypass_symbol(choice->target);
    }
    ock_status status = ask_model(c, lane, t, choice);
    if (status != OCK_OK) {
        return status;
    }
    ock_lane_cost_learn(cost, choice->interval);
    if (bypassed) {
        choice->interval = ock_bypass_interval(choice->symbol);
    }
    return OCK_OK;
}

/* ---- one position ---- */

static size_t active_lanes(const ock_step *step, size_t t)
{
    return ock_lanes_active(step->map, step->position + t);
}

/* Its message is its thread's: it is left for the caller's. */
static void note_failure(course *w, size_t t, size_t lane, ock_status status)
{
    const uint64_t where = (uint64_t)t << 32 | lane;
    ock_error error;
    ock_error_take(&error);
    (void)pthread_mutex_lock(&w->mutex);
    if (!w->failed || where < w->where) {
        w->failed = true;
        w->where = where;
        w->status = status;
        w->error = error;
    }
    (void)pthread_mutex_unlock(&w->mutex);
}

/* After a run of the team. */
static ock_status outcome(const course *w)
{
    if (!w->failed) {
        return OCK_OK;
    }
    ock_error_give(&w->error);
    return w->status;
}

static void check_member(void *context, const ock_worker *me)
{
    ock_status status = ock_fpenv_check("coding");
    if (status != OCK_OK) {
        note_failure(context, 0, me->index, status);
    }
}

ock_status ock_check_members(ock_codec *c)
{
    course w = course_of(c, NULL, NULL);
    ock_team_run(c->team, check_member, &w);
    return outcome(&w);
}

/* Position t, in the member's lanes. */
static void code_lanes(course *w, const ock_worker *me, size_t t)
{
    ock_codec *c = w->c;
    const ock_range lanes = ock_share_part(&c->plan.map, &c->share, me->count, me->index);
    const size_t active = active_lanes(w->step, t);
    for (size_t lane = lanes.begin; lane < lanes.end && lane < active; lane++) {
        ock_status status = code_symbol(c, w->port->decode, lane - c->share.lanes.begin, t);
        if (status != OCK_OK) {
            note_failure(w, t, lane, status);
            return;
        }
    }
}

static void prepare(course *w, const ock_worker *me, size_t t)
{
    if (w->c->mixing != NULL) {
        ock_mixing_prepare(w->c->mixing, me, t, active_lanes(w->step, t));
    }
}

static void replay(course *w, const ock_worker *me, size_t t)
{
    if (w->c->mixing != NULL) {
        ock_mixing_replay(w->c->mixing, me, &w->c->history, t, active_lanes(w->step, t));
    }
}

static void begin(course *w, const ock_worker *me)
{
    if (w->c->mixing != NULL) {
        ock_mixing_begin_step(w->c->mixing, me, 0);
    }
}

/* The tables' state is whole again. */
static void end(course *w, const ock_worker *me)
{
    if (w->c->mixing != NULL) {
        ock_mixing_end_step(w->c->mixing, me, w->step->count - 1);
    }
}

/* ---- encoder ---- */

static void code_positions(course *w, const ock_worker *me)
{
    begin(w, me);
    for (size_t t = 0; t < w->step->count; t++) {
        code_lanes(w, me, t);
        prepare(w, me, t);
        ock_team_barrier(me);
        replay(w, me, t);
        ock_team_barrier(me);
    }
    end(w, me);
}

/* Members that have no lanes to code take the step's gradients meanwhile: its symbols and predictions are all
 * known. */
static void encode(void *context, const ock_worker *me)
{
    course *w = context;
    ock_codec *c = w->c;
    const size_t coders = ock_range_length(c->share.shards);
    const bool trained = c->network != NULL && ock_codec_trains(c, w->step);
    if (c->network != NULL) {
        ock_network_predict(c->network, me, &c->history, (ock_span){0, c->plan.config.step});
        ock_team_barrier(me);
    }
    if (!trained || coders == 0 || coders >= me->count) {
        code_positions(w, me);
        return;
    }
    const ock_worker mine = ock_team_crew(me, coders);
    if (me->index < coders) {
        code_positions(w, &mine);
    } else {
        ock_network_differentiate(c->network, &mine, &c->history);
    }
}

ock_status ock_encode_positions(ock_codec *c, const ock_port *port, const ock_step *step)
{
    course w = course_of(c, port, step);
    ock_team_run(c->team, encode, &w);
    return port->finish_position(port->context, c, step, step->count - 1, outcome(&w));
}

/* ---- decoder ---- */

/* The position's symbols are known only after it: those of the one before are replayed first, after the
 * network's prediction, in which all members have waited for each other. */
static void decode(void *context, const ock_worker *me)
{
    course *w = context;
    ock_codec *c = w->c;
    if (w->t == 0) {
        begin(w, me);
    } else {
        prepare(w, me, w->t - 1);
    }
    if (c->network != NULL && ock_network_awake(c->network) > 0 && !w->predicted) {
        ock_network_predict(c->network, me, &c->history, (ock_span){w->t, 1});
    } else {
        ock_team_barrier(me);
    }
    if (w->t > 0) {
        replay(w, me, w->t - 1);
    }
    ock_team_barrier(me);
    code_lanes(w, me, w->t);
}

static void predict_next(void *context, const ock_worker *me)
{
    course *w = context;
    ock_network_predict(w->c->network, me, &w->c->history, (ock_span){w->t + 1, 1});
}

/* The position's choices are made: sends them, and finishes it. The network needs own lanes' symbols alone:
 * it is asked for the next position while the answer of rank 0 is on its way. Rank 0 is waited for. */
static ock_status finish_decoding(course *w)
{
    ock_codec *c = w->c;
    const ock_port *port = w->port;
    const ock_status mine = outcome(w);
    ock_status status = OCK_OK;
    w->predicted = false;
    if (port->start_position != NULL) {
        status = port->start_position(port->context, c, w->step, w->t, mine);
        w->predicted = status == OCK_OK && mine == OCK_OK && c->network != NULL &&
                       ock_comm_rank(c->comm) != 0 && w->t + 1 < w->step->count;
    }
    if (w->predicted) {
        ock_team_run(c->team, predict_next, w);
    }
    return status == OCK_OK ? port->finish_position(port->context, c, w->step, w->t, mine) : status;
}

static void end_decoding(void *context, const ock_worker *me)
{
    course *w = context;
    prepare(w, me, w->step->count - 1);
    ock_team_barrier(me);
    replay(w, me, w->step->count - 1);
    ock_team_barrier(me);
    end(w, me);
}

ock_status ock_decode_positions(ock_codec *c, const ock_port *port, const ock_step *step)
{
    course w = course_of(c, port, step);
    ock_status status = OCK_OK;
    for (w.t = 0; w.t < step->count && status == OCK_OK; w.t++) {
        ock_team_run(c->team, decode, &w);
        status = finish_decoding(&w);
    }
    if (status == OCK_OK) {
        ock_team_run(c->team, end_decoding, &w);
    }
    return status;
}
