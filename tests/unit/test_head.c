/* SPDX-License-Identifier: MIT */
/* test_head.c - the softmax head: its tree of sums, its gradient against finite differences of
 * -ln p, and equal bits for a step at once, position by position and on any number of threads. */
#include "team_fixture.h"

#include <math.h>

#include "network/head.h"

enum { LANES = 3, STEP = 4, WIDTH = 32, ROWS = LANES * STEP, PARAMETERS = WIDTH * OCK_SYMBOLS };

static const ock_worker alone = {.count = 1};

typedef struct specimen {
    ock_arena arena;
    ock_config config;
    ock_head head;
    float parameters[PARAMETERS], x[ROWS * WIDTH];
} specimen;

static specimen *make(size_t lanes)
{
    specimen *s = fixture_memory(1, sizeof *s);
    s->config = fixture_config();
    s->config.step = STEP;
    assert_int_equal(ock_head_parameter_count(&s->config), PARAMETERS);
    ock_arena_init(&s->arena, NULL);
    fixture_fill(s->parameters, PARAMETERS, 0.3f, 1);
    fixture_fill(s->x, ROWS * WIDTH, 1.0f, 2);
    ock_site site = {fixture_kernels(), &s->config, &s->arena, lanes, 0, s->parameters, NULL};
    assert_int_equal(ock_head_init(&s->head, &site), OCK_OK);
    ock_head_refresh(&s->head, &alone);
    return s;
}

static void discard(specimen *s)
{
    ock_arena_free(&s->arena);
    free(s);
}

static uint8_t symbol_of(size_t lane, size_t t)
{
    return (uint8_t)(fixture_bits(3, lane * STEP + t) >> 16);
}

static void aim(specimen *s, size_t lanes)
{
    for (size_t lane = 0; lane < lanes; lane++) {
        for (size_t t = 0; t < STEP; t++) {
            ock_head_target(&s->head, lane, t, symbol_of(lane, t));
        }
    }
}

/* Every node is its children's sum, exactly; the leaves are a softmax on a floor. */
static void assert_tree(const float *tree, const float *x, const float *weights)
{
    double square = 0, logit[OCK_SYMBOLS], largest = -INFINITY, total = 0;
    for (size_t i = 1; i < OCK_SYMBOLS; i++) {
        float sum = tree[2 * i] + tree[2 * i + 1];
        assert_memory_equal(&tree[i], &sum, sizeof sum);
    }
    for (size_t k = 0; k < WIDTH; k++) {
        square += (double)x[k] * x[k];
    }
    for (size_t s = 0; s < OCK_SYMBOLS; s++) {
        logit[s] = 0;
        for (size_t k = 0; k < WIDTH; k++) {
            logit[s] +=
                x[k] *
                (double)weights[s / OCK_PANEL * WIDTH * OCK_PANEL + k * OCK_PANEL + s % OCK_PANEL];
        }
        logit[s] /= sqrt(square / WIDTH + 1e-6);
        largest = fmax(largest, logit[s]);
    }
    for (size_t s = 0; s < OCK_SYMBOLS; s++) {
        total += exp(logit[s] - largest) + 0x1p-20;
    }
    for (size_t s = 0; s < OCK_SYMBOLS; s++) {
        double p = tree[OCK_SYMBOLS + s] / (double)tree[1];
        assert_true(tree[OCK_SYMBOLS + s] >= 0x1p-20f);
        assert_true(fabs(p - (exp(logit[s] - largest) + 0x1p-20) / total) < 1e-6);
    }
}

static void tree_of_sums(void **state)
{
    specimen *s = make(LANES);
    (void)state;
    ock_head_forward(&s->head, &alone, (ock_span){0, STEP}, s->x);
    for (size_t lane = 0; lane < LANES; lane++) {
        for (size_t t = 0; t < STEP; t++) {
            assert_tree(ock_head_tree(&s->head, lane, t), s->x + (lane * STEP + t) * WIDTH,
                        s->parameters);
        }
    }
    discard(s);
}

/* Logits hundreds apart: no leaf is 0, no conditional probability 0/0. */
static void floor_under_certainty(void **state)
{
    specimen *s = make(1);
    (void)state;
    for (size_t i = 0; i < PARAMETERS; i++) {
        s->parameters[i] *= 1000.0f;
    }
    ock_head_forward(&s->head, &alone, (ock_span){0, STEP}, s->x);
    const float *tree = ock_head_tree(&s->head, 0, 0);
    for (size_t i = 1; i < OCK_TREE_NODES; i++) {
        assert_true(isfinite(tree[i]) && tree[i] >= 0x1p-20f);
    }
    discard(s);
}

static void step_at_once_equals_positions(void **state)
{
    (void)state;
    for (size_t lanes = 1; lanes <= LANES; lanes++) {
        specimen *batch = make(lanes), *single = make(lanes);
        ock_head_forward(&batch->head, &alone, (ock_span){0, STEP}, batch->x);
        for (size_t t = 0; t < STEP; t++) {
            ock_head_forward(&single->head, &alone, (ock_span){t, 1}, single->x);
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            for (size_t t = 0; t < STEP; t++) {
                assert_memory_equal(ock_head_tree(&batch->head, lane, t) + 1,
                                    ock_head_tree(&single->head, lane, t) + 1,
                                    (OCK_TREE_NODES - 1) * sizeof(float));
            }
        }
        discard(batch);
        discard(single);
    }
}

/* Sum over rows of -ln p(symbol), in double, of a head with these numbers. */
static double loss(const float *x, const float *weights)
{
    double sum = 0;
    for (size_t row = 0; row < ROWS; row++) {
        double square = 0, total = 0, own = 0;
        for (size_t k = 0; k < WIDTH; k++) {
            square += (double)x[row * WIDTH + k] * x[row * WIDTH + k];
        }
        double inverse = 1 / sqrt(square / WIDTH + 1e-6);
        for (size_t s = 0; s < OCK_SYMBOLS; s++) {
            double logit = 0;
            for (size_t k = 0; k < WIDTH; k++) {
                logit +=
                    x[row * WIDTH + k] * inverse *
                    (double)
                        weights[s / OCK_PANEL * WIDTH * OCK_PANEL + k * OCK_PANEL + s % OCK_PANEL];
            }
            total += exp(logit);
            own = s == symbol_of(row / STEP, row % STEP) ? logit : own;
        }
        sum += log(total) - own;
    }
    return sum;
}

/* Central difference of the loss in *number. */
static double slope(float *number, const specimen *s)
{
    float kept = *number;
    *number = kept + 0x1p-8f;
    double above = loss(s->x, s->parameters), up = *number;
    *number = kept - 0x1p-8f;
    double below = loss(s->x, s->parameters), down = *number;
    *number = kept;
    return (above - below) / (up - down);
}

static bool agrees(double gradient, double expected)
{
    return fabs(gradient - expected) < 1e-4 + 1e-3 * fabs(expected);
}

static void gradients_are_slopes(void **state)
{
    specimen *s = make(LANES);
    static float dx[ROWS * WIDTH], gradient[PARAMETERS];
    (void)state;
    ock_head_forward(&s->head, &alone, (ock_span){0, STEP}, s->x);
    aim(s, LANES);
    ock_head_backward(&s->head, &alone, dx);
    ock_head_gradient(&s->head, &alone, (ock_shard_lanes){0, 0, LANES}, gradient, false);
    size_t rejected = 0;
    for (uint64_t i = 0; i < 100; i++) {
        size_t at = fixture_bits(4, i) % (ROWS * WIDTH), w = fixture_bits(5, i) % PARAMETERS;
        double dx_expected = slope(&s->x[at], s), dw_expected = slope(&s->parameters[w], s);
        assert_true(agrees(dx[at], dx_expected));
        assert_true(agrees(gradient[w], dw_expected));
        rejected += !agrees(dx[at] * 1.02, dx_expected); /* the control: 2 % off is seen */
    }
    assert_true(rejected > 80);
    discard(s);
}

/* A shard's gradient is that of a head which has only its lanes; adding adds. */
static void gradients_of_shards(void **state)
{
    specimen *all = make(LANES), *part = make(2);
    static float whole[PARAMETERS], by_itself[PARAMETERS], added[PARAMETERS];
    (void)state;
    ock_head_forward(&all->head, &alone, (ock_span){0, STEP}, all->x);
    aim(all, LANES);
    ock_head_gradient(&all->head, &alone, (ock_shard_lanes){0, 0, 2}, whole, false);
    ock_head_forward(&part->head, &alone, (ock_span){0, STEP}, part->x);
    aim(part, 2);
    ock_head_gradient(&part->head, &alone, (ock_shard_lanes){0, 0, 2}, by_itself, false);
    assert_memory_equal(whole, by_itself, sizeof whole);
    memcpy(added, whole, sizeof added);
    ock_head_gradient(&all->head, &alone, (ock_shard_lanes){1, 2, 1}, by_itself, false);
    ock_head_gradient(&all->head, &alone, (ock_shard_lanes){1, 2, 1}, added, true);
    for (size_t i = 0; i < PARAMETERS; i++) {
        whole[i] += by_itself[i];
    }
    assert_memory_equal(added, whole, sizeof added);
    discard(all);
    discard(part);
}

/* ---- threads ---- */

typedef struct thread_results {
    float at_once[ROWS * OCK_TREE_NODES], by_position[ROWS * OCK_TREE_NODES];
    float dx[ROWS * WIDTH], gradient[PARAMETERS];
} thread_results;

typedef struct thread_wish {
    size_t lanes;
    bool another; /* an input that differs in a bit, for the control */
} thread_wish;

typedef struct job {
    specimen *s;
    size_t lanes;
    thread_results *r;
} job;

static void keep_trees(const specimen *s, size_t lanes, float *to)
{
    for (size_t row = 0; row < lanes * STEP; row++) {
        memcpy(to + row * OCK_TREE_NODES + 1, ock_head_tree(&s->head, row / STEP, row % STEP) + 1,
               (OCK_TREE_NODES - 1) * sizeof *to);
    }
}

static void predict_by_position(void *context, const ock_worker *me)
{
    const job *j = context;
    ock_head_refresh(&j->s->head, me);
    for (size_t t = 0; t < STEP; t++) {
        ock_head_forward(&j->s->head, me, (ock_span){t, 1}, j->s->x);
    }
}

static void predict_at_once(void *context, const ock_worker *me)
{
    const job *j = context;
    ock_head_forward(&j->s->head, me, (ock_span){0, STEP}, j->s->x);
}

static void take_gradients(void *context, const ock_worker *me)
{
    const job *j = context;
    ock_head_backward(&j->s->head, me, j->r->dx);
    ock_head_gradient(&j->s->head, me, (ock_shard_lanes){0, 0, 1}, j->r->gradient, false);
    if (j->lanes > 1) {
        ock_head_gradient(&j->s->head, me, (ock_shard_lanes){1, 1, j->lanes - 1}, j->r->gradient,
                          true);
    }
}

static void work_in_threads(const void *context, ock_team *team, void *result)
{
    const thread_wish *wish = context;
    specimen *s = make(wish->lanes);
    job j = {s, wish->lanes, result};
    s->x[wish->lanes * STEP * WIDTH - 1] += wish->another ? 0x1p-12f : 0.0f;
    ock_team_run(team, predict_by_position, &j);
    keep_trees(s, wish->lanes, j.r->by_position);
    memset(s->head.tree, 0, wish->lanes * STEP * OCK_TREE_NODES * sizeof(float));
    ock_team_run(team, predict_at_once, &j);
    keep_trees(s, wish->lanes, j.r->at_once);
    aim(s, wish->lanes);
    ock_team_run(team, take_gradients, &j);
    discard(s);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    for (size_t lanes = 1; lanes <= LANES; lanes++) {
        const thread_wish wish = {lanes, false};
        fixture_same_on_teams(work_in_threads, &wish, sizeof(thread_results), "the head");
    }
}

static void comparisons_see_a_bit(void **state)
{
    thread_wish wish = {LANES, false};
    static thread_results usual, other;
    (void)state;
    work_in_threads(&wish, NULL, &usual);
    wish.another = true;
    work_in_threads(&wish, NULL, &other);
    assert_memory_not_equal(usual.at_once, other.at_once, sizeof usual.at_once);
    assert_memory_not_equal(usual.by_position, other.by_position, sizeof usual.by_position);
    assert_memory_not_equal(usual.dx, other.dx, sizeof usual.dx);
    assert_memory_not_equal(usual.gradient, other.gradient, sizeof usual.gradient);
}

static void starts_near_uniform(void **state)
{
    specimen *s = make(1);
    float again[PARAMETERS];
    (void)state;
    ock_head_initialise(&s->config, s->parameters);
    ock_head_initialise(&s->config, again);
    assert_memory_equal(s->parameters, again, sizeof again);
    ock_head_forward(&s->head, &alone, (ock_span){0, STEP}, s->x);
    const float *tree = ock_head_tree(&s->head, 0, 0);
    for (size_t i = OCK_SYMBOLS; i < OCK_TREE_NODES; i++) {
        assert_true(tree[i] / tree[1] > 0.5f / OCK_SYMBOLS &&
                    tree[i] / tree[1] < 2.0f / OCK_SYMBOLS);
    }
    discard(s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_of_sums),
        cmocka_unit_test(floor_under_certainty),
        cmocka_unit_test(step_at_once_equals_positions),
        cmocka_unit_test(gradients_are_slopes),
        cmocka_unit_test(gradients_of_shards),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(comparisons_see_a_bit),
        cmocka_unit_test(starts_near_uniform),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
