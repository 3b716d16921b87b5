/* test_tensors.c - panel-form matrices: start values by (seed, tensor, index), transposition, and
 * the products against plain loops in double. */
#include "model_fixture.h"

#include "network/tensors.h"

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
    ock_tensor_transpose(a, INPUTS, OUTPUTS, b);
    for (size_t k = 0; k < INPUTS; k++) {
        for (size_t n = 0; n < OUTPUTS; n++) {
            assert_memory_equal(&a[panel_at(INPUTS, k, n)], &b[panel_at(OUTPUTS, n, k)], 4);
        }
    }
    ock_tensor_transpose(b, OUTPUTS, INPUTS, c);
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
    ock_tensor_apply(kernels, weights, IN, OUT, rows, x, y, add);
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
    ock_tensor_gradient(kernels, IN, OUT, rows, x, dy, gradient, add);
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_start),
        cmocka_unit_test(random_keys),
        cmocka_unit_test(transposition),
        cmocka_unit_test(products_on_rows),
        cmocka_unit_test(gradients_of_row_ranges),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
