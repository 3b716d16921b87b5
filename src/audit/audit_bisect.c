/* audit_bisect.c - audit bisect: two runs that should agree, and where they do not any more.
 *
 * Digests name the span of steps in which the runs parted. Within it a run that left a file is replayed
 * with a digest after each step, which names the step; two states of one step name the tensor. */
#include "audit/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/run_identity.h"
#include "audit/audit_replay.h"
#include "audit/audit_trail.h"
#include "state/state_compare.h"

typedef struct bisection {
    const ock_session *session;
    ock_comm *comm;
    ock_trail trails[2];
    ock_codec *codec;       /* of checkpoints */
    ock_checkpoint *source; /* rank 0, while it is read */
    /* rank 0: what was found */
    uint64_t agreed;        /* the last step after which they are known to be the same */
    uint64_t parted;        /* the first after which they differ; 0: none */
    size_t compared;        /* digests and states */
    ock_digests *collected; /* the trail's whose file is replayed */
} bisection;

static bool is_root(const bisection *b)
{
    return ock_comm_rank(b->comm) == 0;
}

/* ---- states ---- */

/* Collective: the codec gets the checkpoint's state; rank 0 takes its marks. */
static ock_status load(bisection *b, ock_trail *t)
{
    ock_status status = is_root(b) ? ock_checkpoint_open(t->path, &b->source) : OCK_OK;
    status = ock_comm_agree(b->comm, status);
    if (status == OCK_OK) {
        status = ock_audit_load_model(b->codec, b->source);
    }
    t->marks.count = 0;
    for (uint64_t i = 1; is_root(b) && status == OCK_OK && i <= ock_plan_marks(&t->plan); i++) {
        if (ock_plan_mark_step(&t->plan, i) <= t->step) {
            status = ock_digests_add(&t->marks, ock_plan_mark_step(&t->plan, i),
                                     b->codec->chain.digests[i - 1]);
        }
    }
    ock_checkpoint_close(b->source);
    b->source = NULL;
    status = ock_comm_agree(b->comm, status);
    return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
}

static void print_difference(const bisection *b, const ock_state_difference *d)
{
    if (!d->found) {
        printf("the states after step %" PRIu64 " are the same\n", b->trails[1].step);
    } else {
        printf("the states after step %" PRIu64 " differ first in %s (number %" PRIu32
               "), element %" PRIu64 ", byte %zu of it: %02x and %02x\n",
               b->trails[1].step, d->name, d->index, d->element, d->byte, d->ours, d->theirs);
    }
}

/* The codec's state and that of the second run's checkpoint. Collective. */
static ock_status compare_states(bisection *b, ock_codec *codec)
{
    const ock_trail *t = &b->trails[1];
    const ock_state_owner owner = {ock_audit_show_model, codec};
    ock_state_difference found;
    ock_status status = is_root(b) ? ock_checkpoint_open(t->path, &b->source) : OCK_OK;
    status = ock_comm_agree(b->comm, status);
    if (status == OCK_OK) {
        status = ock_state_compare(b->comm, &codec->plan.map, &owner, ock_audit_read_piece,
                                   b->source, &found);
    }
    ock_checkpoint_close(b->source);
    b->source = NULL;
    if (status != OCK_OK) {
        return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
    }
    if (is_root(b)) {
        print_difference(b, &found);
        b->compared++;
        if (found.found && (b->parted == 0 || b->parted > t->step)) {
            b->parted = t->step;
        }
        if (!found.found && b->agreed < t->step) {
            b->agreed = t->step;
        }
    }
    return OCK_OK;
}

static ock_status visit_states(void *context, ock_codec *codec)
{
    ock_status status = compare_states(context, codec);
    return status != OCK_OK ? status : ock_fail(OCK_STOPPED, "replayed");
}

/* The file is decoded up to the checkpoint's step. That its own digests differ from what comes out is
 * told on the way, and ends it. */
static ock_status replay_to_checkpoint(bisection *b)
{
    const ock_replay_wish wish = {.path = b->trails[0].path,
                                  .from = b->session->options->from,
                                  .first_step = b->trails[1].step,
                                  .visit = {b->trails[1].step, 0, visit_states, b}};
    if (is_root(b)) {
        printf("replaying %s up to step %" PRIu64 "\n", wish.path, wish.first_step);
    }
    ock_status status = ock_replay_run(b->session, &wish);
    if (status == OCK_STOPPED) {
        ock_error_clear();
    }
    return status == OCK_STOPPED ? OCK_OK : status;
}

static bool same_plan(const ock_plan *a, const ock_plan *b)
{
    return memcmp(&a->config, &b->config, sizeof a->config) == 0 &&
           a->map.input_bytes == b->map.input_bytes && a->map.lanes == b->map.lanes &&
           a->map.shards == b->map.shards && a->map.groups == b->map.groups;
}

/* Rank 0: runs with other options part at once, whatever their states. */
static void tell_options(const bisection *b)
{
    char *texts[2] = {NULL, NULL}, lines[2][96];
    for (int i = 0; i < 2; i++) {
        if (ock_run_identity(&b->trails[i].plan, true, "", &texts[i]) != OCK_OK) {
            ock_error_clear();
        }
    }
    if (texts[0] != NULL && texts[1] != NULL) {
        ock_first_difference(texts[0], texts[1], lines);
        printf("the runs have other options: %s in %s, %s in %s\n", lines[0], b->trails[0].path,
               lines[1], b->trails[1].path);
    }
    free(texts[0]);
    free(texts[1]);
}

/* ---- digests; rank 0 ---- */

/* 0: not known. A log tells of two neighbouring marks; its last one may follow sooner. */
static uint64_t steps_between_marks(const ock_trail *t)
{
    if (t->kind != OCK_TRAIL_LOG) {
        return t->plan.config.mark_steps;
    }
    return t->marks.count > 2 ? t->marks.at[1].step - t->marks.at[0].step : 0;
}

static bool have_states(const bisection *b)
{
    return b->trails[0].states.count > 0 && b->trails[1].states.count > 0;
}

/* Narrows the span. Prints the last digests that agree, and the first that differ. */
static void compare_lists(bisection *b, const ock_digests *first, const ock_digests *second)
{
    for (size_t i = 0, j = 0; i < first->count && j < second->count;) {
        const ock_mark *x = &first->at[i], *y = &second->at[j];
        if (x->step == y->step) {
            b->compared++;
            bool same = memcmp(x->digest, y->digest, OCK_MARK_BYTES) == 0;
            if (!same || i + 1 == first->count || j + 1 == second->count ||
                memcmp(first->at[i + 1].digest, second->at[j + 1].digest, OCK_MARK_BYTES) != 0) {
                ock_audit_print_mark(x->step, x->digest, y->digest, b->trails[0].path,
                                     b->trails[1].path);
            }
            if (!same && (b->parted == 0 || b->parted > x->step)) {
                b->parted = x->step;
            }
            if (!same) {
                return;
            }
            if (b->agreed < x->step) {
                b->agreed = x->step;
            }
        }
        bool second_is_next = y->step <= x->step;
        i += x->step <= y->step;
        j += second_is_next;
    }
}

/* A digest is chained to the one before: other distances make other digests of the same states. */
static ock_status compare_digests(bisection *b)
{
    uint64_t first = steps_between_marks(&b->trails[0]);
    uint64_t second = steps_between_marks(&b->trails[1]);
    if (first == 0 || second == 0 || first == second) {
        compare_lists(b, &b->trails[0].marks, &b->trails[1].marks);
    } else if (!have_states(b)) {
        return ock_fail(OCK_ENVIRONMENT,
                        "the runs have digests every %" PRIu64 " and every %" PRIu64
                        " steps (mark_steps): they can't be compared",
                        first, second);
    }
    compare_lists(b, &b->trails[0].states, &b->trails[1].states);
    return OCK_OK;
}

/* ---- a digest after each step of the span ---- */

static ock_status collect(void *context, ock_codec *codec)
{
    bisection *b = context;
    uint8_t digest[OCK_MARK_BYTES];
    ock_status status = ock_codec_digest(codec, digest);
    if (status == OCK_OK && is_root(b)) {
        status = ock_digests_add(b->collected, ock_codec_step(codec), digest);
    }
    return ock_comm_agree(b->comm, status);
}

/* *reproduced: up to the end of the span this machine gets the states of the run that made the file.
 * Collective; nothing but a fault of this machine is a failure. */
static ock_status replay_span(bisection *b, ock_trail *t, bool *reproduced)
{
    const ock_replay_wish wish = {.path = t->path,
                                  .from = b->session->options->from,
                                  .first_step = b->agreed + 1,
                                  .last_step = b->parted,
                                  .visit = {b->agreed + 1, b->parted, collect, b}};
    b->collected = &t->states;
    if (is_root(b)) {
        printf("replaying %s, with a digest after each step from %" PRIu64 " to %" PRIu64 "\n",
               t->path, wish.first_step, wish.last_step);
    }
    fflush(stdout);
    ock_status status = ock_replay_run(b->session, &wish);
    *reproduced = status == OCK_OK || status == OCK_STOPPED;
    if (status == OCK_ENVIRONMENT && is_root(b)) {
        printf("it can't be replayed: %s\n", ock_error_text());
    }
    if (status == OCK_INTERNAL) {
        return status;
    }
    ock_error_clear();
    return OCK_OK;
}

/* A run that this machine doesn't reproduce went wrong there, or here; where, only digests made there
 * can tell. */
static void tell_not_reproduced(const ock_trail *t)
{
    printf("%s: this machine comes to other states than the one that made it\n", t->path);
}

/* Where a file and a log with a digest after each step are at hand, the file is replayed, which may well
 * end in states that are not the run's: they are right up to where it parts from the log. Of two files
 * both are, and both must be reproduced. Collective. */
static ock_status narrow(bisection *b)
{
    uint64_t span[2] = {b->agreed, b->parted};
    uint8_t known[2] = {b->trails[0].states.count > 0, b->trails[1].states.count > 0};
    bool reproduced[2] = {true, true}, of_files = true;
    ock_status status = ock_comm_bcast(b->comm, span, sizeof span);
    if (status == OCK_OK) {
        status = ock_comm_bcast(b->comm, known, sizeof known);
    }
    b->agreed = span[0];
    b->parted = span[1];
    for (int i = 0; i < 2; i++) {
        of_files = of_files && (known[i] || b->trails[i].kind == OCK_TRAIL_FILE);
    }
    if (status != OCK_OK || !of_files || (known[0] && known[1]) || b->parted <= b->agreed + 1) {
        return status;
    }
    for (int i = 0; i < 2 && status == OCK_OK; i++) {
        if (!known[i]) {
            status = replay_span(b, &b->trails[i], &reproduced[i]);
        }
    }
    if (status != OCK_OK || !is_root(b)) {
        return status;
    }
    for (int i = 0; i < 2; i++) {
        if (!reproduced[i]) {
            tell_not_reproduced(&b->trails[i]);
        }
    }
    if (known[0] || known[1] || (reproduced[0] && reproduced[1])) {
        compare_lists(b, &b->trails[0].states, &b->trails[1].states);
    }
    return OCK_OK;
}

/* ---- the answer; rank 0 ---- */

/* What would tell more than is at hand. */
static void tell_missing(const bisection *b, bool states)
{
    if (b->parted > b->agreed + 1) {
        printf("missing for the step itself: what each run's machine logs of these steps (audit "
               "replay "
               "FILE --steps %" PRIu64 ":%" PRIu64 " --each-step --log LOG)\n",
               b->agreed + 1, b->parted);
    }
    if (!states) {
        printf("missing for the tensor: a checkpoint of each run at one step, %" PRIu64
               " or soon after\n",
               b->parted);
    }
}

static ock_status conclude(const bisection *b, bool states)
{
    char where[64];
    if (b->parted == 0 && b->compared == 0) {
        return ock_fail(OCK_ENVIRONMENT,
                        "the runs have no digest and no state of the same step to compare");
    }
    if (b->parted == 0) {
        return OCK_OK;
    }
    if (b->parted == b->agreed + 1) {
        snprintf(where, sizeof where, "step %" PRIu64, b->parted);
    } else {
        snprintf(where, sizeof where, "steps %" PRIu64 " to %" PRIu64, b->agreed + 1, b->parted);
    }
    printf("the runs part in %s\n", where);
    tell_missing(b, states);
    return ock_fail(OCK_BAD_DATA, "the runs part in %s", where);
}

/* ---- together ---- */

/* All ranks learn of what kind the runs' traces are. */
static ock_status read_both(bisection *b)
{
    ock_status status = OCK_OK;
    for (int i = 0; i < 2 && is_root(b) && status == OCK_OK; i++) {
        status = ock_trail_read(&b->trails[i]);
    }
    status = ock_comm_agree(b->comm, status);
    for (int i = 0; i < 2 && status == OCK_OK; i++) {
        ock_trail *t = &b->trails[i];
        status = ock_comm_bcast(b->comm, &t->kind, sizeof t->kind);
        if (status == OCK_OK) {
            status = ock_comm_bcast(b->comm, &t->plan, sizeof t->plan);
        }
        if (status == OCK_OK) {
            status = ock_comm_bcast(b->comm, &t->step, sizeof t->step);
        }
    }
    return status;
}

/* A checkpoint is the second of the two, or both are. */
static void order(bisection *b)
{
    if (b->trails[0].kind != OCK_TRAIL_CHECKPOINT || b->trails[1].kind == OCK_TRAIL_CHECKPOINT) {
        return;
    }
    ock_trail first = b->trails[0];
    b->trails[0] = b->trails[1];
    b->trails[1] = first;
}

/* The marks of checkpoints lie behind their states. The first run's is loaded last, and stays. */
static ock_status load_checkpoints(bisection *b)
{
    ock_status status = ock_codec_new(b->comm, b->session->memory, b->session->kernels,
                                      &b->trails[1].plan, &b->codec);
    for (int i = 1; i >= 0 && status == OCK_OK; i--) {
        if (b->trails[i].kind == OCK_TRAIL_CHECKPOINT) {
            status = load(b, &b->trails[i]);
        }
    }
    return status;
}

/* Collective. Where two states of one step can be had, they are compared: of two checkpoints, or of a
 * checkpoint and what the other run's file comes to; else what can be learned from digests is. */
static ock_status look_closer(bisection *b, bool states)
{
    ock_status status = OCK_OK;
    if (states && b->trails[0].kind == OCK_TRAIL_CHECKPOINT) {
        status = compare_states(b, b->codec);
    }
    ock_codec_free(b->codec);
    b->codec = NULL;
    if (status == OCK_OK && !states) {
        status = narrow(b);
    }
    if (status == OCK_OK && states && b->trails[0].kind == OCK_TRAIL_FILE) {
        status = replay_to_checkpoint(b);
    }
    return status;
}

static ock_status compare_what_there_is(bisection *b)
{
    const ock_trail *first = &b->trails[0], *second = &b->trails[1];
    bool states = second->kind == OCK_TRAIL_CHECKPOINT;
    bool plans = first->kind != OCK_TRAIL_LOG && second->kind != OCK_TRAIL_LOG;
    bool same = !plans || same_plan(&first->plan, &second->plan);
    ock_status status = OCK_OK;
    if (!same && is_root(b)) {
        tell_options(b);
    }
    if (states && same) {
        status = load_checkpoints(b);
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(b->comm, is_root(b) ? compare_digests(b) : OCK_OK);
    }
    if (status != OCK_OK) {
        return status;
    }
    bool at_one_step = first->kind == OCK_TRAIL_CHECKPOINT && first->step == second->step;
    states = states && same && (first->kind == OCK_TRAIL_FILE || at_one_step);
    if (same) {
        status = look_closer(b, states);
    }
    return status != OCK_OK ? status
                            : ock_comm_agree(b->comm, is_root(b) ? conclude(b, states) : OCK_OK);
}

ock_status ock_audit_bisect(const ock_session *session)
{
    bisection b = {.session = session, .comm = session->comm};
    b.trails[0].path = session->options->input;
    b.trails[1].path = session->options->second;
    ock_status status = read_both(&b);
    if (status == OCK_OK) {
        order(&b);
        status = compare_what_there_is(&b);
    }
    ock_codec_free(b.codec);
    ock_trail_free(&b.trails[0]);
    ock_trail_free(&b.trails[1]);
    if (ock_comm_rank(session->comm) == 0) {
        status = ock_audit_verdict(status);
    }
    return status;
}
