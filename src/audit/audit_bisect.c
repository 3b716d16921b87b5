/* SPDX-License-Identifier: MIT */
/* audit_bisect.c - audit bisect: two runs that should agree, and where they do not any more.
 *
 * Digests name the span of steps in which the runs parted. Within it a run that left a file is replayed
 * with a digest after each step, which names the step; two states of one step name the tensor. What was
 * compared goes into one list, and the span is what the list tells (audit_compare.h). */
#include "audit/audit_bisect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/run.h"
#include "archive/run_identity.h"
#include "audit/audit_common.h"
#include "audit/audit_compare.h"
#include "audit/audit_replay.h"
#include "audit/audit_trail.h"
#include "state/state_compare.h"

typedef struct bisection {
    const ock_run_settings *run;
    const ock_report *report;
    ock_comm *comm;
    const char *from;
    ock_trail trails[2];
    ock_codec *codec;       /* of checkpoints */
    ock_checkpoint *source; /* rank 0, while it is read */
    /* rank 0 */
    ock_comparisons compared;
    ock_digests *collected; /* the trail's whose file is replayed */
} bisection;

static bool is_root(const bisection *b)
{
    return ock_comm_rank(b->comm) == 0;
}

static ock_parting parting_of(const bisection *b)
{
    return ock_parting_of(b->compared.at, b->compared.count);
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

static void report_difference(const bisection *b, const ock_state_difference *d)
{
    if (!d->found) {
        ock_report_line(b->report, OCK_REPORT_RESULT,
                        "the states after step %" PRIu64 " are the same", b->trails[1].step);
        return;
    }
    ock_report_line(b->report, OCK_REPORT_RESULT,
                    "the states after step %" PRIu64 " differ first in %s (number %" PRIu32
                    "), element %" PRIu64 ", byte %zu of it: %02x and %02x",
                    b->trails[1].step, d->name, d->index, d->element, d->byte, d->ours, d->theirs);
}

/* The codec's state and that of the second run's checkpoint. Collective. */
static ock_status compare_states(bisection *b, ock_codec *codec)
{
    const ock_trail *t = &b->trails[1];
    const ock_state_owner owner = {ock_audit_show_model, codec};
    ock_state_difference difference;
    ock_status status = is_root(b) ? ock_checkpoint_open(t->path, &b->source) : OCK_OK;
    status = ock_comm_agree(b->comm, status);
    if (status == OCK_OK) {
        status = ock_state_compare(b->comm, &codec->plan.map, &owner, ock_audit_read_piece,
                                   b->source, &difference);
    }
    ock_checkpoint_close(b->source);
    b->source = NULL;
    if (status != OCK_OK) {
        return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
    }
    if (is_root(b)) {
        report_difference(b, &difference);
        status = ock_comparisons_add(&b->compared, t->step, !difference.found);
    }
    return ock_comm_agree(b->comm, status);
}

/* A checkpoint is made after its step's mark, and holds it; a replay is visited before. */
static ock_status visit_states(void *context, ock_codec *codec)
{
    ock_mark mark;
    bool made;
    ock_status status = ock_codec_due_mark(codec, &made, &mark);
    if (status == OCK_OK) {
        status = compare_states(context, codec);
    }
    return status != OCK_OK ? status : ock_fail(OCK_STOPPED, "replayed");
}

/* The file is decoded up to the checkpoint's step. That its own digests differ from what comes out is
 * told on the way, and ends it. Collective. */
static ock_status replay_to_checkpoint(bisection *b)
{
    const ock_replay_wish wish = {.path = b->trails[0].path,
                                  .from = b->from,
                                  .first_step = b->trails[1].step,
                                  .visit = {b->trails[1].step, 0, visit_states, b}};
    ock_report_line(b->report, OCK_REPORT_RESULT, "replaying %s up to step %" PRIu64, wish.path,
                    wish.first_step);
    ock_status status = ock_replay_run(b->run, &wish);
    if (status != OCK_STOPPED) {
        return status;
    }
    ock_error_clear();
    return OCK_OK;
}

/* The marks of checkpoints lie after their states. The first run's is loaded last, and stays.
 * Collective. */
static ock_status load_checkpoints(bisection *b)
{
    ock_status status = ock_run_codec_new(b->run, &b->trails[1].plan, NULL, &b->codec);
    for (int i = 1; i >= 0 && status == OCK_OK; i--) {
        if (b->trails[i].kind == OCK_TRAIL_CHECKPOINT) {
            status = load(b, &b->trails[i]);
        }
    }
    return status;
}

/* ---- digests; rank 0 ---- */

static const ock_mark *mark_after(const ock_digests *list, uint64_t step)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->at[i].step == step) {
            return &list->at[i];
        }
    }
    return NULL;
}

static void report_mark(const bisection *b, const ock_digests *first, const ock_digests *second,
                        uint64_t step)
{
    const ock_mark *x = mark_after(first, step), *y = mark_after(second, step);
    if (x != NULL && y != NULL) {
        ock_audit_report_mark(b->report, step, x->digest, y->digest, b->trails[0].path,
                              b->trails[1].path);
    }
}

/* Reports the last digests that agree, and the first that differ. */
static ock_status compare_lists(bisection *b, const ock_digests *first, const ock_digests *second)
{
    const size_t before = b->compared.count;
    ock_status status = ock_comparisons_merge(&b->compared, first, second);
    if (status != OCK_OK || b->compared.count == before) {
        return status;
    }
    const ock_parting span = ock_parting_of(b->compared.at + before, b->compared.count - before);
    report_mark(b, first, second, span.agreed);
    report_mark(b, first, second, span.parted);
    return OCK_OK;
}

/* 0: not known. A log tells of two neighbouring marks; its last one may follow sooner. */
static uint64_t steps_between_marks(const ock_trail *t)
{
    if (t->kind != OCK_TRAIL_LOG) {
        return t->plan.config.mark_steps;
    }
    return t->marks.count > 2 ? t->marks.at[1].step - t->marks.at[0].step : 0;
}

/* A digest is chained to the one before: other distances make other digests of the same states. Digests
 * of states by themselves can be compared always. */
static ock_status compare_digests(bisection *b)
{
    const ock_trail *first = &b->trails[0], *second = &b->trails[1];
    const uint64_t distances[2] = {steps_between_marks(first), steps_between_marks(second)};
    const bool chained_alike =
        distances[0] == 0 || distances[1] == 0 || distances[0] == distances[1];
    const bool have_states = first->states.count > 0 && second->states.count > 0;
    if (!chained_alike && !have_states) {
        return ock_fail(OCK_ENVIRONMENT,
                        "the runs have digests every %" PRIu64 " and every %" PRIu64
                        " steps (mark_steps): they cannot be compared",
                        distances[0], distances[1]);
    }
    ock_status status = chained_alike ? compare_lists(b, &first->marks, &second->marks) : OCK_OK;
    return status != OCK_OK ? status : compare_lists(b, &first->states, &second->states);
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
static ock_status replay_span(bisection *b, ock_trail *t, const ock_replays *replays,
                              bool *reproduced)
{
    const ock_replay_wish wish = {.path = t->path,
                                  .from = b->from,
                                  .first_step = replays->first,
                                  .last_step = replays->last,
                                  .visit = {replays->first, replays->last, collect, b}};
    b->collected = &t->states;
    ock_report_line(b->report, OCK_REPORT_RESULT,
                    "replaying %s, with a digest after each step from %" PRIu64 " to %" PRIu64,
                    t->path, replays->first, replays->last);
    ock_status status = ock_replay_run(b->run, &wish);
    *reproduced = status == OCK_OK || status == OCK_STOPPED;
    if (status == OCK_ENVIRONMENT) {
        ock_report_line(b->report, OCK_REPORT_RESULT, "it cannot be replayed: %s",
                        ock_error_text());
    }
    if (status == OCK_INTERNAL) {
        return status;
    }
    ock_error_clear();
    return OCK_OK;
}

/* Rank 0, after replays. If this machine does not reproduce a run, the fault is on that machine or on this
 * one, and only digests made on that machine can tell which. Next to a log of the other run, the digests of
 * such a replay are correct up to the step at which they part from the log; of two files both must be
 * reproduced. */
static ock_status compare_replayed(bisection *b, const ock_replays *replays,
                                   const bool reproduced[2])
{
    const bool two_files = replays->wanted[0] && replays->wanted[1];
    for (int i = 0; i < 2; i++) {
        if (!reproduced[i]) {
            ock_report_line(b->report, OCK_REPORT_RESULT,
                            "%s: this machine computes different states than the one that made it",
                            b->trails[i].path);
        }
    }
    return two_files && !(reproduced[0] && reproduced[1])
               ? OCK_OK
               : compare_lists(b, &b->trails[0].states, &b->trails[1].states);
}

/* Rank 0 decides what is replayed, all ranks do it. Collective. */
static ock_status narrow(bisection *b)
{
    ock_replays replays = {0};
    bool reproduced[2] = {true, true};
    if (is_root(b)) {
        replays = ock_replays_for(b->trails, parting_of(b));
    }
    ock_status status = ock_comm_bcast(b->comm, &replays, sizeof replays);
    for (int i = 0; i < 2 && status == OCK_OK; i++) {
        if (replays.wanted[i]) {
            status = replay_span(b, &b->trails[i], &replays, &reproduced[i]);
        }
    }
    if (status != OCK_OK || replays.last == 0) {
        return status;
    }
    return ock_comm_agree(b->comm, is_root(b) ? compare_replayed(b, &replays, reproduced) : OCK_OK);
}

/* ---- the answer; rank 0 ---- */

/* What would tell more than is at hand. */
static void report_missing(const bisection *b, ock_parting span, bool states)
{
    if (span.parted > span.agreed + 1) {
        ock_report_line(b->report, OCK_REPORT_RESULT,
                        "to find the step, log these steps on the machine of each run "
                        "(audit replay FILE --steps %" PRIu64 ":%" PRIu64 " --each-step --log LOG)",
                        span.agreed + 1, span.parted);
    }
    if (!states) {
        ock_report_line(b->report, OCK_REPORT_RESULT,
                        "to find the tensor, make a checkpoint of each run at one step, %" PRIu64
                        " or soon after",
                        span.parted);
    }
}

/* states: two of one step were compared. */
static ock_status conclude(const bisection *b, bool states)
{
    const ock_parting span = parting_of(b);
    char where[64];
    if (b->compared.count == 0) {
        return ock_fail(OCK_ENVIRONMENT,
                        "the runs have no digest and no state of the same step to compare");
    }
    if (span.parted == 0) {
        return OCK_OK;
    }
    if (span.parted == span.agreed + 1) {
        snprintf(where, sizeof where, "step %" PRIu64, span.parted);
    } else {
        snprintf(where, sizeof where, "steps %" PRIu64 " to %" PRIu64, span.agreed + 1,
                 span.parted);
    }
    ock_report_line(b->report, OCK_REPORT_RESULT, "the runs part in %s", where);
    report_missing(b, span, states);
    return ock_fail(OCK_BAD_DATA, "the runs part in %s", where);
}

/* ---- what can be compared ---- */

static bool same_plan(const ock_plan *a, const ock_plan *b)
{
    return ock_config_same(&a->config, &b->config) && a->input_bytes == b->input_bytes &&
           a->map.bytes == b->map.bytes && a->map.lanes == b->map.lanes &&
           a->map.shards == b->map.shards && a->map.groups == b->map.groups &&
           a->priors.count == b->priors.count &&
           memcmp(a->priors.of, b->priors.of, a->priors.count * sizeof a->priors.of[0]) == 0;
}

/* A log does not say with which options its run was made. */
static bool may_have_same_options(const bisection *b)
{
    const ock_trail *first = &b->trails[0], *second = &b->trails[1];
    return first->kind == OCK_TRAIL_LOG || second->kind == OCK_TRAIL_LOG ||
           same_plan(&first->plan, &second->plan);
}

static const char *or_none(const char *line)
{
    return line[0] != '\0' ? line : "none";
}

/* Rank 0: runs with other options part at once, whatever their states. */
static void report_options(const bisection *b)
{
    char *texts[2] = {NULL, NULL}, lines[2][96];
    for (int i = 0; i < 2; i++) {
        const ock_run_identity run = {.plan = b->trails[i].plan}; /* whatever it works on */
        if (ock_run_identity_write(&run, &texts[i]) != OCK_OK) {
            ock_error_clear();
        }
    }
    if (texts[0] != NULL && texts[1] != NULL) {
        ock_first_difference(texts[0], texts[1], lines);
        ock_report_line(b->report, OCK_REPORT_RESULT,
                        "the runs have different options: %s in %s, %s in %s", or_none(lines[0]),
                        b->trails[0].path, or_none(lines[1]), b->trails[1].path);
    }
    free(texts[0]);
    free(texts[1]);
}

/* Two states of the same step are available: from two checkpoints, or from a checkpoint and what the other
 * run's file comes to. */
static bool have_states(const bisection *b)
{
    const ock_trail *first = &b->trails[0], *second = &b->trails[1];
    return second->kind == OCK_TRAIL_CHECKPOINT &&
           (first->kind == OCK_TRAIL_FILE ||
            (first->kind == OCK_TRAIL_CHECKPOINT && first->step == second->step));
}

/* Where there are states they are compared; else what more can be learned from digests is. The memory of
 * the checkpoints' codec is given back before a replay. Collective. */
static ock_status look_closer(bisection *b)
{
    ock_status status = OCK_OK;
    if (have_states(b) && b->trails[0].kind == OCK_TRAIL_CHECKPOINT) {
        status = compare_states(b, b->codec);
    }
    ock_codec_free(b->codec);
    b->codec = NULL;
    if (status == OCK_OK && !have_states(b)) {
        status = narrow(b);
    }
    if (status == OCK_OK && have_states(b) && b->trails[0].kind == OCK_TRAIL_FILE) {
        status = replay_to_checkpoint(b);
    }
    return status;
}

/* ---- the story ---- */

/* All ranks learn of what kind the runs' trails are. */
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

/* Runs with the same options: checkpoints, digests, and a closer look. Collective. */
static ock_status compare_alike(bisection *b)
{
    ock_status status = b->trails[1].kind == OCK_TRAIL_CHECKPOINT ? load_checkpoints(b) : OCK_OK;
    if (status == OCK_OK) {
        status = ock_comm_agree(b->comm, is_root(b) ? compare_digests(b) : OCK_OK);
    }
    return status != OCK_OK ? status : look_closer(b);
}

/* Runs with other options, which say how far they part in digests, if at all. Collective. */
static ock_status compare_unlike(bisection *b)
{
    if (is_root(b)) {
        report_options(b);
    }
    return ock_comm_agree(b->comm, is_root(b) ? compare_digests(b) : OCK_OK);
}

static ock_status compare(bisection *b)
{
    order(b);
    const bool alike = may_have_same_options(b);
    ock_status status = alike ? compare_alike(b) : compare_unlike(b);
    if (status != OCK_OK) {
        return status;
    }
    return ock_comm_agree(b->comm, is_root(b) ? conclude(b, alike && have_states(b)) : OCK_OK);
}

ock_status ock_audit_bisect(const ock_run_settings *run, const char *first, const char *second,
                            const char *from)
{
    bisection b = {.run = run,
                   .report = run->report,
                   .comm = run->comm,
                   .from = from,
                   .trails = {{.path = first}, {.path = second}}};
    ock_status status = read_both(&b);
    if (status == OCK_OK) {
        status = compare(&b);
    }
    ock_codec_free(b.codec);
    ock_trail_free(&b.trails[0]);
    ock_trail_free(&b.trails[1]);
    free(b.compared.at);
    return ock_audit_verdict(run->report, status);
}
