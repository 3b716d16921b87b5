/* audit_bisect.c - audit bisect: two runs that should agree, and where they do not any more.
 *
 * Of each run is at hand what it left: a file or a log, which have digests of its states, or a
 * checkpoint, which has a state and the digests before it. Digests name the span of steps in which the
 * runs parted; two states of one step name the tensor. */
#include "audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_replay.h"
#include "digest.h"
#include "plan_file.h"
#include "run_identity.h"
#include "state_compare.h"

typedef enum kind { OF_FILE, OF_LOG, OF_CHECKPOINT } kind;

/* One of the two runs. */
typedef struct trail {
    const char *path;
    kind kind;
    ock_plan plan;   /* of a file and of a checkpoint */
    uint64_t step;   /* of a checkpoint */
    ock_mark *marks; /* (count) rank 0: by step, ascending; `number` is not set */
    size_t count, room;
} trail;

typedef struct bisection {
    const ock_session *session;
    ock_comm *comm;
    trail trails[2];
    ock_codec *codec;       /* of checkpoints */
    ock_checkpoint *source; /* rank 0, while it is read */
    /* rank 0: what was found */
    uint64_t agreed; /* the last step both have a mark of, and the same */
    uint64_t parted; /* the first at which they differ; 0: none */
    size_t compared; /* marks and states */
} bisection;

static bool is_root(const bisection *b)
{
    return ock_comm_rank(b->comm) == 0;
}

/* ---- what the runs left; rank 0 ---- */

/* A log may tell of a step twice, when the run was resumed: the later line counts. */
static ock_status add_mark(trail *t, uint64_t step, const uint8_t *digest)
{
    while (t->count > 0 && t->marks[t->count - 1].step >= step)
        t->count--;
    if (t->count == t->room) {
        size_t room = t->room > 0 ? 2 * t->room : 64;
        ock_mark *larger = realloc(t->marks, room * sizeof *larger);
        if (larger == NULL)
            return ock_fail_memory(room * sizeof *larger, "the digests of a run");
        t->marks = larger;
        t->room = room;
    }
    t->marks[t->count].step = step;
    memcpy(t->marks[t->count++].digest, digest, OCK_MARK_BYTES);
    return OCK_OK;
}

static ock_status read_file(trail *t)
{
    ock_container *container = NULL;
    ock_status status = ock_container_open(t->path, OCK_CONTRACT_VERSION, &container);
    if (status == OCK_OK)
        status = ock_plan_load(ock_container_about(container), &t->plan);
    for (uint64_t i = 0; status == OCK_OK && i < ock_plan_marks(&t->plan); i++)
        status = add_mark(t, ock_plan_mark_step(&t->plan, i + 1),
                          ock_container_about(container)->marks[i]);
    ock_container_close(container);
    return status;
}

/* A line of the log: one of a mark is taken, others are passed over. */
static ock_status read_line(trail *t, const char *line)
{
    json_t *fields = json_loads(line, 0, NULL);
    const char *event = json_string_value(json_object_get(fields, "event"));
    const char *text = json_string_value(json_object_get(fields, "digest"));
    json_int_t step = json_integer_value(json_object_get(fields, "step"));
    uint8_t digest[OCK_MARK_BYTES];
    ock_status status = OCK_OK;
    if (fields == NULL || event == NULL)
        status = ock_fail(OCK_ENVIRONMENT, "%s: is no file, checkpoint or log of ockham", t->path);
    else if (strcmp(event, "mark") == 0)
        status = step > 0 && text != NULL && ock_digest_parse(text, digest)
                     ? add_mark(t, (uint64_t)step, digest)
                     : ock_fail(OCK_ENVIRONMENT, "%s: has a mark that is none", t->path);
    json_decref(fields);
    return status;
}

static ock_status read_log(trail *t)
{
    FILE *file = fopen(t->path, "r");
    char *line = NULL;
    size_t room = 0;
    ock_status status = OCK_OK;
    if (file == NULL)
        return ock_fail(OCK_ENVIRONMENT, "%s: cannot be opened", t->path);
    while (status == OCK_OK && getline(&line, &room, file) > 0)
        status = read_line(t, line);
    free(line);
    fclose(file);
    return status;
}

static ock_status read_checkpoint(trail *t)
{
    ock_checkpoint *source = NULL;
    ock_status status = ock_checkpoint_open(t->path, &source);
    if (status == OCK_OK)
        status = ock_run_plan(ock_checkpoint_about(source)->identity, &t->plan);
    if (status == OCK_OK && ock_checkpoint_about(source)->contract != OCK_CONTRACT_VERSION)
        status = ock_fail(OCK_ENVIRONMENT, "%s: was written under contract %" PRIu32, t->path,
                          ock_checkpoint_about(source)->contract);
    if (status == OCK_OK)
        t->step = ock_audit_step_of(&t->plan, ock_checkpoint_about(source));
    ock_checkpoint_close(source);
    return status;
}

/* By the first bytes. */
static kind kind_of(const char *path)
{
    uint8_t magic[8] = {0};
    FILE *file = fopen(path, "rb");
    if (file != NULL && fread(magic, 1, sizeof magic, file) < sizeof magic)
        magic[0] = 0;
    if (file != NULL)
        fclose(file);
    if (memcmp(magic, "\x89OCK\r\n\x1a\n", sizeof magic) == 0)
        return OF_FILE;
    return memcmp(magic, "\x89OCC\r\n\x1a\n", sizeof magic) == 0 ? OF_CHECKPOINT : OF_LOG;
}

/* What is damaged can't be compared; it says nothing about where the runs part. */
static ock_status read_trail(trail *t)
{
    t->kind = kind_of(t->path);
    ock_status status = t->kind == OF_FILE  ? read_file(t)
                        : t->kind == OF_LOG ? read_log(t)
                                            : read_checkpoint(t);
    return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
}

/* ---- states ---- */

/* Collective: the codec gets the checkpoint's state; rank 0 takes its marks. */
static ock_status load(bisection *b, trail *t)
{
    ock_status status = is_root(b) ? ock_checkpoint_open(t->path, &b->source) : OCK_OK;
    status = ock_comm_agree(b->comm, status);
    if (status == OCK_OK)
        status = ock_audit_load_model(b->codec, b->source);
    t->count = 0;
    for (uint64_t i = 1; is_root(b) && status == OCK_OK && i <= ock_plan_marks(&t->plan); i++)
        if (ock_plan_mark_step(&t->plan, i) <= t->step)
            status = add_mark(t, ock_plan_mark_step(&t->plan, i), b->codec->chain.digests[i - 1]);
    ock_checkpoint_close(b->source);
    b->source = NULL;
    status = ock_comm_agree(b->comm, status);
    return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
}

static void print_difference(const bisection *b, const ock_state_difference *d)
{
    if (!d->found)
        printf("the states after step %" PRIu64 " are the same\n", b->trails[1].step);
    else
        printf("the states after step %" PRIu64 " differ first in %s (number %" PRIu32
               "), element %" PRIu64 ", byte %zu of it: %02x and %02x\n",
               b->trails[1].step, d->name, d->index, d->element, d->byte, d->ours, d->theirs);
}

/* The codec's state and that of the second run's checkpoint. Collective. */
static ock_status compare_states(void *context, ock_codec *codec)
{
    bisection *b = context;
    const trail *t = &b->trails[1];
    const ock_state_owner owner = {ock_audit_show_model, codec};
    ock_state_difference found;
    ock_status status = is_root(b) ? ock_checkpoint_open(t->path, &b->source) : OCK_OK;
    status = ock_comm_agree(b->comm, status);
    if (status == OCK_OK)
        status = ock_state_compare(b->comm, &codec->plan.map, &owner, ock_audit_read_piece,
                                   b->source, &found);
    ock_checkpoint_close(b->source);
    b->source = NULL;
    if (status != OCK_OK)
        return status == OCK_BAD_DATA ? OCK_ENVIRONMENT : status;
    if (is_root(b)) {
        print_difference(b, &found);
        b->compared++;
        if (found.found && (b->parted == 0 || b->parted > t->step))
            b->parted = t->step;
    }
    return OCK_OK;
}

/* The file is decoded up to the checkpoint's step. That its own digests differ from what comes out is
 * told on the way, and ends it. */
static ock_status replay_to_checkpoint(bisection *b)
{
    const ock_replay_wish wish = {.path = b->trails[0].path,
                                  .visit = {b->trails[1].step, compare_states, b}};
    if (is_root(b))
        printf("replaying %s up to step %" PRIu64 "\n", wish.path, wish.visit.step);
    ock_status status = ock_replay_run(b->session, &wish);
    if (status == OCK_STOPPED)
        ock_error_clear();
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
    for (int i = 0; i < 2; i++)
        if (ock_run_identity(&b->trails[i].plan, true, "", &texts[i]) != OCK_OK)
            ock_error_clear();
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
static uint64_t steps_between_marks(const trail *t)
{
    if (t->kind != OF_LOG)
        return t->plan.config.mark_steps;
    return t->count > 2 ? t->marks[1].step - t->marks[0].step : 0;
}

/* A digest is chained to the one before: other distances make other digests of the same states. */
static ock_status check_distances(const bisection *b)
{
    uint64_t first = steps_between_marks(&b->trails[0]);
    uint64_t second = steps_between_marks(&b->trails[1]);
    if (first == 0 || second == 0 || first == second)
        return OCK_OK;
    return ock_fail(OCK_ENVIRONMENT,
                    "the runs have digests every %" PRIu64 " and every %" PRIu64
                    " steps (mark_steps): they can't be compared",
                    first, second);
}

static void compare_marks(bisection *b)
{
    const trail *a = &b->trails[0], *c = &b->trails[1];
    for (size_t i = 0, j = 0; i < a->count && j < c->count;) {
        const ock_mark *first = &a->marks[i], *second = &c->marks[j];
        if (first->step == second->step) {
            b->compared++;
            bool same = memcmp(first->digest, second->digest, OCK_MARK_BYTES) == 0;
            if (!same || i + 1 == a->count || j + 1 == c->count ||
                memcmp(a->marks[i + 1].digest, c->marks[j + 1].digest, OCK_MARK_BYTES) != 0)
                ock_audit_print_mark(first->step, first->digest, second->digest, a->path, c->path);
            if (!same) {
                b->parted = first->step;
                return;
            }
            b->agreed = first->step;
        }
        bool second_is_next = second->step <= first->step;
        i += first->step <= second->step;
        j += second_is_next;
    }
}

/* What would tell more than is at hand. */
static void tell_missing(const bisection *b, bool states)
{
    if (b->parted > b->agreed + 1)
        printf("missing for the step itself: both runs' logs or files with a digest every step "
               "(--set mark_steps=1)\n");
    if (!states)
        printf("missing for the tensor: a checkpoint of each run at one step, %" PRIu64
               " or soon after\n",
               b->parted);
}

static ock_status conclude(const bisection *b, bool states)
{
    if (b->parted == 0 && b->compared == 0)
        return ock_fail(OCK_ENVIRONMENT,
                        "the runs have no digest and no state of the same step to compare");
    if (b->parted == 0)
        return OCK_OK;
    printf("the runs part in steps %" PRIu64 " to %" PRIu64 "\n", b->agreed + 1, b->parted);
    tell_missing(b, states);
    return ock_fail(OCK_BAD_DATA, "the runs part in steps %" PRIu64 " to %" PRIu64, b->agreed + 1,
                    b->parted);
}

/* ---- together ---- */

/* All ranks learn of what kind the runs' traces are. */
static ock_status read_both(bisection *b)
{
    ock_status status = OCK_OK;
    for (int i = 0; i < 2 && is_root(b) && status == OCK_OK; i++)
        status = read_trail(&b->trails[i]);
    status = ock_comm_agree(b->comm, status);
    for (int i = 0; i < 2 && status == OCK_OK; i++) {
        trail *t = &b->trails[i];
        status = ock_comm_bcast(b->comm, &t->kind, sizeof t->kind);
        if (status == OCK_OK)
            status = ock_comm_bcast(b->comm, &t->plan, sizeof t->plan);
        if (status == OCK_OK)
            status = ock_comm_bcast(b->comm, &t->step, sizeof t->step);
    }
    return status;
}

/* A checkpoint is the second of the two, or both are. */
static void order(bisection *b)
{
    if (b->trails[0].kind != OF_CHECKPOINT || b->trails[1].kind == OF_CHECKPOINT)
        return;
    trail first = b->trails[0];
    b->trails[0] = b->trails[1];
    b->trails[1] = first;
}

/* The marks of checkpoints lie behind their states. The first run's is loaded last, and stays. */
static ock_status load_checkpoints(bisection *b)
{
    ock_status status = ock_codec_new(b->comm, b->session->kernels, &b->trails[1].plan, &b->codec);
    for (int i = 1; i >= 0 && status == OCK_OK; i--)
        if (b->trails[i].kind == OF_CHECKPOINT)
            status = load(b, &b->trails[i]);
    return status;
}

static ock_status compare_what_there_is(bisection *b)
{
    trail *first = &b->trails[0], *second = &b->trails[1];
    bool states = second->kind == OF_CHECKPOINT;
    bool plans = first->kind != OF_LOG && second->kind != OF_LOG;
    bool same = !plans || same_plan(&first->plan, &second->plan);
    ock_status status = OCK_OK;
    if (!same && is_root(b))
        tell_options(b);
    status = ock_comm_agree(b->comm, is_root(b) ? check_distances(b) : OCK_OK);
    if (status == OCK_OK && states && same)
        status = load_checkpoints(b);
    if (status != OCK_OK)
        return status;
    if (is_root(b))
        compare_marks(b);
    bool both = first->kind == OF_CHECKPOINT && first->step == second->step;
    states = states && same && (first->kind == OF_FILE || both);
    if (states && both)
        status = compare_states(b, b->codec);
    ock_codec_free(b->codec);
    b->codec = NULL;
    if (status == OCK_OK && states && !both)
        status = replay_to_checkpoint(b);
    if (status != OCK_OK)
        return status;
    return ock_comm_agree(b->comm, is_root(b) ? conclude(b, states) : OCK_OK);
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
    free(b.trails[0].marks);
    free(b.trails[1].marks);
    if (ock_comm_rank(session->comm) == 0)
        status = ock_audit_verdict(status);
    return status;
}
