/* SPDX-License-Identifier: MIT */
/* test_poison.c - one rank's number stops being a number: every rank ends its training at the same
 * step, with the same status and a message that names rank and update.
 *
 * Usage: under the launcher, on two ranks or more. */
#include "../unit/model_fixture.h"

#include <math.h>

#include "mpi/process/process.h"
#include "network/network.h"

enum { LANES = 4, SHARDS = 4, GOOD_STEPS = 3 };

static ock_comm *comm;
static int victim; /* the last rank that owns a shard */

typedef struct specimen {
    ock_plan plan;
    ock_network *network;
    ock_history history;
} specimen;

static void make(specimen *s)
{
    memset(s, 0, sizeof *s);
    s->plan.config = fixture_config();
    s->plan.map = (ock_lane_map){10000, LANES, SHARDS, 1};
    s->history = (ock_history){LANES, s->plan.config.step, NULL};
    s->history.rows = fixture_memory(LANES, OCK_MAX_ORDER + s->plan.config.step);
    assert_int_equal(ock_network_new(comm, NULL, fixture_kernels(), &s->plan, &s->network), OCK_OK);
}

static ock_status step(specimen *s)
{
    for (size_t lane = 0; lane < LANES; lane++) {
        for (size_t t = 0; t < s->plan.config.step; t++) {
            *ock_history_at(&s->history, lane, t) = (uint8_t)(lane * 31 + t * 7);
        }
    }
    const ock_worker alone = ock_worker_alone();
    ock_network_predict(s->network, &alone, &s->history, (ock_span){0, s->plan.config.step});
    const ock_status status = ock_network_train(s->network, NULL, &s->history);
    ock_history_advance(&s->history);
    return status;
}

/* The first number of the tensor named. */
static ock_status poison(void *name, const ock_state_part *part)
{
    if (strcmp(part->name, name) == 0 && part->data != NULL) {
        *(float *)part->data = NAN;
    }
    return OCK_OK;
}

static void stops_all_ranks(char *tensor)
{
    specimen s;
    ock_status status = OCK_OK;
    int steps = 0;
    char text[OCK_ERROR_TEXT_BYTES];

    make(&s);
    for (; steps < GOOD_STEPS + 5 && status == OCK_OK; steps++) {
        ock_state_visitor visitor = {poison, tensor, OCK_OK, ""};
        if (steps == GOOD_STEPS && ock_comm_rank(comm) == victim) {
            ock_network_state(s.network, &visitor);
            ock_network_restored(s.network);
        }
        status = step(&s);
    }
    assert_int_equal(status, OCK_INTERNAL);
    assert_int_equal(steps, GOOD_STEPS + 1);
    snprintf(text, sizeof text, "%s", ock_error_text());
    assert_non_null(strstr(text, "not finite"));
    assert_non_null(strstr(text, "update 4"));
    /* Everyone has rank 0's text. */
    char first[OCK_ERROR_TEXT_BYTES];
    memcpy(first, text, sizeof first);
    assert_int_equal(ock_comm_bcast(comm, first, sizeof first), OCK_OK);
    assert_string_equal(first, text);
    ock_error_clear();
    ock_network_free(s.network);
    free(s.history.rows);
}

/* By way of the gradient it reaches every slice of the sum. */
static void a_parameter_of_one_rank(void **state)
{
    (void)state;
    stops_all_ranks("network.parameters");
}

/* Only the rank that owns the slice can see it. */
static void a_moment_of_one_rank(void **state)
{
    (void)state;
    stops_all_ranks("optimiser.v");
}

static int start(void **state)
{
    (void)state;
    ock_fpenv_set();
    if (ock_comm_start(NULL, NULL, &comm) != OCK_OK) {
        return -1;
    }
    ock_fpenv_set();
    victim = ock_comm_size(comm) < SHARDS ? ock_comm_size(comm) - 1 : SHARDS - 1;
    return 0;
}

static int finish(void **state)
{
    (void)state;
    ock_comm_finish(comm);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_of_one_rank),
        cmocka_unit_test(a_moment_of_one_rank),
    };
    return ock_run_cases(argc, argv, tests, start, finish);
}
