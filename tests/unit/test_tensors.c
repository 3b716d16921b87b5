/* SPDX-License-Identifier: MIT */
/* test_tensors.c - panel-form matrices: start values by (seed, tensor, index), transposition, and
 * the products against plain loops in double, and all of it by threads. */
#include "team_fixture.h"

#include "network/tensors.h"

static const ock_worker alone = {.count = 1};

static size_t panel_at(size_t inputs, size_t k, size_t n)
{
    return n / OCK_PANEL * inputs * OCK_PANEL + k * OCK_PANEL + n % OCK_PANEL;
}

/* Element (k, n) has random number k * outputs + n, wherever the panels put it. */
static void random_start(void **state)
{
    enum { INPUTS = 7, OUTPUTS = 96 };
    const float gain = 0.5f;
    float weights[INPUTS * OUTPUTS];
    double squares = 0;
    (void)state;
    ock_tensor_random(weights, INPUTS, OUTPUTS, gain, 11, 5);
    float scale = gain * 1.7320508f / __builtin_sqrtf(INPUTS);
    for (size_t k = 0; k < INPUTS; k++) {
        for (size_t n = 0; n < OUTPUTS; n++) {
            float expected = scale * ock_rng_uniform(11, 5, k * OUTPUTS + n);
            float got = weights[panel_at(INPUTS, k, n)];
            assert_memory_equal(&got, &expected, sizeof got);
            squares += (double)got * got;
        }
    }
    double variance = squares / (INPUTS * OUTPUTS), ideal = (double)gain * gain / INPUTS;
    assert_true(variance > 0.9 * ideal && variance < 1.1 * ideal);
}

/* Every key counts; the values (little-endian) are those a second program
 * computed from the rule. */
static void random_keys(void **state)
{
    enum { INPUTS = 64, OUTPUTS = 96, BYTES = INPUTS * OUTPUTS * 4 };
    float *a = fixture_memory(BYTES, 1), *b = fixture_memory(BYTES, 1);
    (void)state;
    ock_tensor_random(a, INPUTS, OUTPUTS, 1.0f, 1, 2);
    ock_tensor_random(b, INPUTS, OUTPUTS, 1.0f, 1, 2);
    assert_memory_equal(a, b, BYTES);
    assert_true(fixture_hash(a, BYTES, FIXTURE_HASH_START) == 0xe4ac75acc4024ed0u);
    ock_tensor_random(b, INPUTS, OUTPUTS, 1.0f, 1, 3);
    assert_memory_not_equal(a, b, BYTES);
    ock_tensor_random(b, INPUTS, OUTPUTS, 1.0f, 2, 2);
    assert_memory_not_equal(a, b, BYTES);
    free(a);
    free(b);
}

static void transposition(void **state)
{
    enum { INPUTS = 64, OUTPUTS = 96, COUNT = INPUTS * OUTPUTS };
    static float a[COUNT], b[COUNT], c[COUNT];
    (void)state;
    fixture_fill(a, COUNT, 1.0f, 1);
    ock_tensor_transpose(&alone, a, INPUTS, OUTPUTS, b);
    for (size_t k = 0; k < INPUTS; k++) {
        for (size_t n = 0; n < OUTPUTS; n++) {
            assert_memory_equal(&a[panel_at(INPUTS, k, n)], &b[panel_at(OUTPUTS, n, k)], 4);
        }
    }
    ock_tensor_transpose(&alone, b, OUTPUTS, INPUTS, c);
    assert_memory_equal(a, c, sizeof a);
}

static void assert_near(float got, double expected, double scale)
{
    double error = got - expected;
    if (!(error < 1e-5 * scale && error > -1e-5 * scale)) {
        fail_msg("%.9g instead of %.9g", (double)got, expected);
    }
}

enum { ROWS = 12, IN = 32, OUT = 64 };

static void apply_on_rows(const ock_kernels *kernels, ock_rows rows, bool add)
{
    static float weights[IN * OUT], x[ROWS * IN], y[ROWS * OUT], before[ROWS * OUT];
    fixture_fill(weights, IN * OUT, 1.0f, 2);
    fixture_fill(x, ROWS * IN, 1.0f, 3);
    fixture_fill(before, ROWS * OUT, 1.0f, 4);
    memcpy(y, before, sizeof y);
    ock_tensor_apply(kernels, &alone, weights, IN, OUT, rows, x, y, add);
    for (size_t row = 0; row < ROWS; row++) {
        bool chosen = row >= rows.first && (row - rows.first) % rows.step == 0 &&
                      (row - rows.first) / rows.step < rows.count;
        for (size_t n = 0; n < OUT; n++) {
            double sum = !chosen || add ? before[row * OUT + n] : 0.0;
            for (size_t k = 0; k < IN && chosen; k++) {
                sum += (double)x[row * IN + k] * weights[panel_at(IN, k, n)];
            }
            if (chosen) {
                assert_near(y[row * OUT + n], sum, 10);
            } else {
                assert_memory_equal(&y[row * OUT + n], &before[row * OUT + n], 4);
            }
        }
    }
}

static void products_on_rows(void **state)
{
    const ock_kernels *kernels = fixture_kernels();
    (void)state;
    for (int add = 0; add < 2; add++) {
        apply_on_rows(kernels, (ock_rows){0, ROWS, 1}, add);
        apply_on_rows(kernels, (ock_rows){0, 1, 1}, add);
        apply_on_rows(kernels, (ock_rows){3, 2, 4}, add);
        apply_on_rows(kernels, (ock_rows){1, 3, 5}, add);
        apply_on_rows(kernels, (ock_rows){4, 0, 1}, add);
    }
}

static void gradient_on_rows(const ock_kernels *kernels, ock_rows rows, bool add)
{
    static float x[ROWS * IN], dy[ROWS * OUT], gradient[IN * OUT], before[IN * OUT];
    fixture_fill(x, ROWS * IN, 1.0f, 5);
    fixture_fill(dy, ROWS * OUT, 1.0f, 6);
    fixture_fill(before, IN * OUT, 1.0f, 7);
    memcpy(gradient, before, sizeof gradient);
    ock_tensor_gradient(kernels, &alone, IN, OUT, rows, x, dy, gradient, add);
    for (size_t k = 0; k < IN; k++) {
        for (size_t n = 0; n < OUT; n++) {
            double sum = add ? before[panel_at(IN, k, n)] : 0.0;
            for (size_t row = rows.first; row < rows.first + rows.count; row++) {
                sum += (double)x[row * IN + k] * dy[row * OUT + n];
            }
            assert_near(gradient[panel_at(IN, k, n)], sum, 10);
        }
    }
}

static void gradients_of_row_ranges(void **state)
{
    const ock_kernels *kernels = fixture_kernels();
    (void)state;
    for (int add = 0; add < 2; add++) {
        gradient_on_rows(kernels, (ock_rows){0, ROWS, 1}, add);
        gradient_on_rows(kernels, (ock_rows){5, 4, 1}, add);
        gradient_on_rows(kernels, (ock_rows){11, 1, 1}, add);
    }
}

/* ---- threads ---- */

/* Rows and panels that the teams can't share out evenly, and that are cut by rows or by panels. */
enum { MOST_ROWS = 90, WIDE = 96, PRODUCTS = 4 };

typedef struct thread_results {
    float transposed[IN * WIDE], gradient[IN * WIDE], y[PRODUCTS][MOST_ROWS * WIDE];
} thread_results;

typedef struct thread_wish {
    size_t outputs, rows;
} thread_wish;

typedef struct job {
    const thread_wish *wish;
    const float *weights, *x, *dy;
    thread_results *r;
} job;

static void multiply(void *context, const ock_worker *me)
{
    const job *j = context;
    const size_t out = j->wish->outputs, count = j->wish->rows;
    const ock_kernels *kernels = fixture_kernels();
    const ock_rows all = {0, count, 1}, some = {1, count / 3, 3}, one = {count - 1, 1, 1};
    ock_tensor_transpose(me, j->weights, IN, out, j->r->transposed);
    ock_tensor_apply(kernels, me, j->weights, IN, out, all, j->x, j->r->y[0], false);
    ock_tensor_apply(kernels, me, j->weights, IN, out, all, j->x, j->r->y[1], true);
    ock_tensor_apply(kernels, me, j->weights, IN, out, some, j->x, j->r->y[2], false);
    ock_tensor_apply(kernels, me, j->weights, IN, out, one, j->x, j->r->y[3], false);
    ock_tensor_gradient(kernels, me, IN, out, all, j->x, j->dy, j->r->gradient, false);
    ock_team_barrier(me);
    ock_tensor_gradient(kernels, me, IN, out, (ock_rows){1, count - 1, 1}, j->x, j->dy,
                        j->r->gradient, true);
}

static void work_in_threads(const void *wish, ock_team *team, void *result)
{
    static float weights[IN * WIDE], x[MOST_ROWS * IN], dy[MOST_ROWS * WIDE];
    job j = {wish, weights, x, dy, result};
    fixture_fill(weights, IN * WIDE, 1.0f, 8);
    fixture_fill(x, MOST_ROWS * IN, 1.0f, 9);
    fixture_fill(dy, MOST_ROWS * WIDE, 1.0f, 10);
    fixture_fill(j.r->y[1], MOST_ROWS * WIDE, 1.0f, 11);
    ock_team_run(team, multiply, &j);
}

static void threads_change_no_bit(void **state)
{
    static const thread_wish wishes[] = {{32, 1}, {64, 2}, {64, 12}, {96, 3}, {96, 24}, {96, 90}};
    (void)state;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        char what[64];
        snprintf(what, sizeof what, "%zu rows, %zu outputs", wishes[i].rows, wishes[i].outputs);
        fixture_same_on_teams(work_in_threads, &wishes[i], sizeof(thread_results), what);
    }
}

/* The part of one member of two is not all of it, in any of the products. */
static void every_member_is_needed(void **state)
{
    static float weights[IN * WIDE], x[MOST_ROWS * IN], dy[MOST_ROWS * WIDE];
    static thread_results whole, part;
    const thread_wish wish = {64, 12};
    ock_team *team = fixture_team(2);
    (void)state;
    fixture_fill(weights, IN * WIDE, 1.0f, 8);
    fixture_fill(x, MOST_ROWS * IN, 1.0f, 9);
    fixture_fill(dy, MOST_ROWS * WIDE, 1.0f, 10);
    ock_team_run(team, multiply, &(job){&wish, weights, x, dy, &whole});
    ock_team_free(team);
    const ock_worker first = {.count = 2};
    ock_tensor_apply(fixture_kernels(), &first, weights, IN, 64, (ock_rows){0, 12, 1}, x, part.y[0],
                     false);
    assert_memory_not_equal(whole.y[0], part.y[0], sizeof whole.y[0]);
    ock_tensor_transpose(&first, weights, IN, 64, part.transposed);
    assert_memory_not_equal(whole.transposed, part.transposed, sizeof whole.transposed);
    ock_tensor_gradient(fixture_kernels(), &first, IN, 64, (ock_rows){0, 12, 1}, x, dy,
                        part.gradient, false);
    assert_memory_not_equal(whole.gradient, part.gradient, sizeof whole.gradient);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_start),
        cmocka_unit_test(random_keys),
        cmocka_unit_test(transposition),
        cmocka_unit_test(products_on_rows),
        cmocka_unit_test(gradients_of_row_ranges),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(every_member_is_needed),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
