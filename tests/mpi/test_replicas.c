/* SPDX-License-Identifier: MIT */
/* test_replicas.c - digests of the state on several ranks: the same on any number of them, and a
 * replica that differs on one rank ends the run on all, naming the rank.
 *
 * Usage: mpirun -n RANKS test_replicas */
#include "../unit/model_fixture.h"

#include "codec/codec.h"
#include "mpi/process/process.h"

enum { LANES = 6, STEPS = 4, T = 8, BYTES = LANES * STEPS * T };

static ock_comm *comm;

/* A port that brings the same made-up symbols to every rank and codes nothing. */
static ock_status begin_step(void *context, ock_codec *codec, ock_step *step)
{
    (void)context;
    for (size_t lane = 0; lane < LANES; lane++) {
        for (size_t t = 0; t < step->count; t++) {
            *ock_history_at(&codec->history, lane, t) =
                (uint8_t)('a' + fixture_bits(lane, step->position + t) % 4);
        }
    }
    return OCK_OK;
}

static ock_status finish_position(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                  ock_status mine)
{
    (void)context;
    (void)codec;
    (void)step;
    (void)t;
    return mine;
}

static ock_status finish_step(void *context, ock_codec *codec, ock_step *step)
{
    (void)context;
    (void)codec;
    (void)step;
    return OCK_OK;
}

static const ock_port port = {
    .begin_step = begin_step, .finish_position = finish_position, .finish_step = finish_step};

/* A bit of the first part of this name that is flipped on one rank after the third step. */
typedef struct damage {
    int rank;
    const char *name;
    bool done;
} damage;

static ock_status flip(void *context, const ock_state_part *part)
{
    damage *d = context;
    if (!d->done && part->data != NULL && strcmp(part->name, d->name) == 0) {
        ((uint8_t *)part->data)[part->element * part->count / 2] ^= 0x10;
        d->done = true;
    }
    return OCK_OK;
}

static void perhaps_flip(void *context, const ock_codec *codec)
{
    damage *d = context;
    ock_state_visitor visitor = {.visit = flip, .context = d};
    if (d->rank == ock_comm_rank(comm) && ock_codec_step(codec) == 3) {
        ock_codec_shared_state((ock_codec *)(uintptr_t)codec, &visitor);
    }
}

static ock_status last_mark(void *context, const ock_mark *mark)
{
    *(ock_mark *)context = *mark;
    return OCK_OK;
}

static ock_status run(damage *d, ock_mark *mark)
{
    ock_plan plan = {.map = {BYTES, LANES, LANES, 1},
                     .input_bytes = BYTES,
                     .level = 5,
                     .config = fixture_config()};
    ock_codec *codec;
    plan.config.mark_steps = 1;
    plan.config.step = T;
    ock_error_clear();
    assert_int_equal(ock_codec_new(comm, NULL, fixture_kernels(), &plan, &codec), OCK_OK);
    codec->report = perhaps_flip;
    codec->report_context = d;
    codec->marked = last_mark;
    codec->marked_context = mark;
    ock_status status = ock_codec_run(codec, &port);
    ock_codec_free(codec);
    return status;
}

/* The digest of a run in one process; a golden value. */
static void digests_depend_on_no_ranks(void **state)
{
    static const char *const wanted =
        "8780773ccd416f3476974b48440a843f8df9ffeb7cafc3d5ba338a052b383dcf";
    damage none = {.rank = -1};
    ock_mark mark;
    char text[65] = "";
    (void)state;
    assert_int_equal(run(&none, &mark), OCK_OK);
    if (ock_comm_rank(comm) != 0) {
        return;
    }
    for (size_t i = 0; i < sizeof mark.digest; i++) {
        snprintf(text + 2 * i, 3, "%02x", mark.digest[i]);
    }
    assert_true(mark.step == STEPS);
    assert_string_equal(text, wanted);
}

static void assert_named(int rank, const char *name)
{
    damage d = {.rank = rank, .name = name};
    ock_mark mark = {.step = 0};
    char blamed[64];
    assert_int_equal(run(&d, &mark), OCK_INTERNAL);
    if (ock_comm_size(comm) > 2) {
        snprintf(blamed, sizeof blamed, "step 3: rank %d holds a different replica of %s ", rank,
                 name);
    } else {
        snprintf(blamed, sizeof blamed, "step 3: rank 0 and rank 1 hold different replicas of %s ",
                 name);
    }
    if (strstr(ock_error_text(), blamed) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", ock_error_text(), blamed);
    }
    if (ock_comm_rank(comm) == 0) {
        assert_true(mark.step == 2); /* the marks before were made */
    }
}

static void a_replica_that_differs_is_named(void **state)
{
    static const char *const names[] = {"counters", "match.rings", "network.parameters",
                                        "contexts.hash", "regular.length"};
    (void)state;
    for (int rank = 0; rank < ock_comm_size(comm) && ock_comm_size(comm) > 1; rank++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            assert_named(rank, names[i]);
        }
    }
}

static int start(void **state)
{
    if (ock_comm_start(NULL, NULL, &comm) != OCK_OK) {
        fprintf(stderr, "%s\n", ock_error_text());
        return -1;
    }
    return fixture_set_up(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_depend_on_no_ranks),
        cmocka_unit_test(a_replica_that_differs_is_named),
    };
    const int code = ock_run_cases(argc, argv, tests, start, NULL);
    if (code != 0 && comm != NULL) {
        ock_comm_abort(code);
    }
    ock_comm_finish(comm);
    return code;
}
