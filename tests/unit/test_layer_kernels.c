/* SPDX-License-Identifier: MIT */
/* test_layer_kernels.c - the kernels of layers: every backend against the specification, by memcmp. */
#include "kernel_twins.h"

/* ---- what a case reads, given back at its end ---- */

enum { MOST_INPUTS = 8 };

typedef struct inputs {
    const float *of[MOST_INPUTS];
    size_t count;
} inputs;

static const float *take(inputs *taken, size_t n, uint32_t tensor, float (*value)(uint32_t, size_t))
{
    assert_true(taken->count < MOST_INPUTS);
    return taken->of[taken->count++] = input(n, tensor, value);
}

static void give_back(const inputs *taken)
{
    for (size_t i = 0; i < taken->count; i++) {
        free_input(taken->of[i]);
    }
}

/* ---- long short-term memory ---- */

static void lstm_case(const ock_kernels *k, size_t n)
{
    inputs in = {.count = 0};
    const float *before = take(&in, n, 122, number), *dout = take(&in, n, 123, number);
    const ock_recurrence shape = {n, n, take(&in, 4 * n, 121, ordinary)};
    twin gates = twin_new(4 * n, 124, number), cell = twin_new(n, 125, number);
    twin squashed = twin_new(n, 126, number), out = twin_new(n, 127, number);
    twin carry = twin_new(n, 128, number), dgates = twin_new(4 * n, 129, number);
    twin dbias = twin_new(4 * n, 130, number);
    spec->lstm(&shape, gates.spec, before, cell.spec, squashed.spec, out.spec);
    k->lstm(&shape, gates.variant, before, cell.variant, squashed.variant, out.variant);
    spec->lstm_backward(&shape, gates.spec, before, squashed.spec, dout, carry.spec, dgates.spec,
                        dbias.spec);
    k->lstm_backward(&shape, gates.variant, before, squashed.variant, dout, carry.variant,
                     dgates.variant, dbias.variant);
    twin_equal(gates, "lstm gates", k);
    twin_equal(cell, "lstm cell", k);
    twin_equal(squashed, "lstm squashed", k);
    twin_equal(out, "lstm out", k);
    twin_equal(carry, "lstm_backward carry", k);
    twin_equal(dgates, "lstm_backward dgates", k);
    twin_equal(dbias, "lstm_backward dbias", k);
    give_back(&in);
}

static void lstm_equals_scalar(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 16; n <= 400; n += 48) {
            lstm_case(variants[v], n);
        }
    }
}

/* ---- state space ---- */

static void scan_backward_case(const ock_kernels *k, const ock_state_space *shape, inputs *in,
                               const twin *gates, const float *before, const twin *sum)
{
    const size_t n = shape->n, all = shape->states * n;
    const float *b = take(in, shape->states, 133, ordinary);
    const float *c = take(in, shape->states, 134, ordinary), *dout = take(in, n, 135, ordinary);
    twin carry = twin_new(all, 140, ordinary), dgates = twin_new(3 * n, 141, number);
    twin dsum = twin_new(n, 142, number), dinputs = twin_new(all, 143, number);
    twin dvectors = twin_new(2 * n + all, 144, number);
    spec->scan_backward(shape, gates->spec, b, c, before, sum->spec, dout, carry.spec, dgates.spec,
                        dsum.spec, dinputs.spec, dvectors.spec);
    k->scan_backward(shape, gates->variant, b, c, before, sum->variant, dout, carry.variant,
                     dgates.variant, dsum.variant, dinputs.variant, dvectors.variant);
    twin_equal(carry, "scan_backward carry", k);
    twin_equal(dgates, "scan_backward dgates", k);
    twin_equal(dsum, "scan_backward dsum", k);
    twin_equal(dinputs, "scan_backward dinputs", k);
    twin_equal(dvectors, "scan_backward dvectors", k);
}

static void scan_case(const ock_kernels *k, size_t n, size_t states)
{
    inputs in = {.count = 0};
    const float *b = take(&in, states, 133, ordinary), *c = take(&in, states, 134, ordinary);
    const float *before = take(&in, states * n, 136, ordinary);
    float *rates = (float *)(uintptr_t)take(&in, states * n, 132, ordinary);
    const ock_state_space shape = {n, n, states, take(&in, 2 * n, 131, ordinary), rates};
    twin gates = twin_new(3 * n, 137, number), state = twin_new(states * n, 138, number);
    twin sum = twin_new(n, 139, number), out = twin_new(n, 145, number);
    for (size_t i = 0; i < states * n; i++) {
        rates[i] = rates[i] * rates[i]; /* never negative */
    }
    spec->scan(&shape, gates.spec, b, c, before, state.spec, sum.spec, out.spec);
    k->scan(&shape, gates.variant, b, c, before, state.variant, sum.variant, out.variant);
    scan_backward_case(k, &shape, &in, &gates, before, &sum);
    twin_equal(gates, "scan gates", k);
    twin_equal(state, "scan state", k);
    twin_equal(sum, "scan sum", k);
    twin_equal(out, "scan out", k);
    give_back(&in);
}

static void scan_equals_scalar(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 16; n <= 208; n += 64) {
            scan_case(variants[v], n, 16);
            scan_case(variants[v], n, 3);
        }
    }
}

/* ---- feed-forward ---- */

static void relu2_case(const ock_kernels *k, size_t n)
{
    inputs in = {.count = 0};
    const float *x = take(&in, n, 11, number), *y = take(&in, n, 12, number);
    twin t = twin_new(n, 15, number);
    spec->relu2(n, x, t.spec);
    k->relu2(n, x, t.variant);
    twin_equal(t, "relu2", k);
    t = twin_new(n, 16, number);
    spec->relu2_backward(n, x, y, t.spec);
    k->relu2_backward(n, x, y, t.variant);
    twin_equal(t, "relu2_backward", k);
    t = twin_new(n, 17, number);
    spec->relu2_backward(n, x, t.spec, t.spec);
    k->relu2_backward(n, x, t.variant, t.variant);
    twin_equal(t, "relu2_backward in place", k);
    give_back(&in);
}

static void relu2_equals_scalar(void **state)
{
    (void)state;
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = 1; n < 50; n++) {
            relu2_case(variants[v], n);
        }
    }
}

/* ---- attention ---- */

static void attention_case(const ock_kernels *k, size_t heads, size_t width, size_t count)
{
    const size_t columns = heads * width, stride = columns + 16 * (count % 3);
    const size_t padded = (count + 15) / 16 * 16, weight_stride = padded + 16 * (count % 2);
    const size_t memory = count * stride, weights = heads * weight_stride;
    const size_t bias_stride = count + 5, first = count / 3;
    inputs in = {.count = 0};
    const float *q = take(&in, columns, 71, ordinary), *keys = take(&in, memory, 72, ordinary);
    const float *values = take(&in, memory, 73, number);
    const float *dout = take(&in, columns, 74, ordinary);
    const float *bias = take(&in, heads * bias_stride, 75, ordinary);
    const ock_attention shape = {heads, width, count,       stride,
                                 0.3f,  bias,  bias_stride, weight_stride};
    twin weight = twin_new(weights, 76, ordinary), out = twin_new(columns, 77, ordinary);
    twin dq = twin_new(columns, 78, ordinary), dkeys = twin_new(memory, 79, number);
    twin dvalues = twin_new(memory, 80, number), dbias = twin_new(heads * bias_stride, 81, number);
    float *scratch = malloc(weight_stride * sizeof(float));
    assert_non_null(scratch);
    spec->attention(&shape, q, keys, values, weight.spec, out.spec);
    k->attention(&shape, q, keys, values, weight.variant, out.variant);
    spec->attention_backward(&shape, first, q, keys, values, weight.spec, dout, dq.spec, dkeys.spec,
                             dvalues.spec, dbias.spec, scratch);
    k->attention_backward(&shape, first, q, keys, values, weight.variant, dout, dq.variant,
                          dkeys.variant, dvalues.variant, dbias.variant, scratch);
    twin_equal(weight, "attention weight", k);
    twin_equal(out, "attention out", k);
    twin_equal(dq, "attention_backward dq", k);
    twin_equal(dkeys, "attention_backward dkeys", k);
    twin_equal(dvalues, "attention_backward dvalues", k);
    twin_equal(dbias, "attention_backward dbias", k);
    free(scratch);
    give_back(&in);
}

static void attention_equals_scalar(void **state)
{
    (void)state;
    static const size_t widths[] = {16, 32, 48, 64, 80};
    static const size_t heads[] = {1, 2, 5};
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t i = 0; i < 15; i++) {
            for (size_t count = 1; count < 36; count += 1 + i % 3) {
                attention_case(variants[v], heads[i / 5], widths[i % 5], count);
            }
            attention_case(variants[v], heads[i / 5], widths[i % 5], 192 + i);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lstm_equals_scalar),
        cmocka_unit_test(scan_equals_scalar),
        cmocka_unit_test(relu2_equals_scalar),
        cmocka_unit_test(attention_equals_scalar),
    };
    return ock_run_cases(argc, argv, tests, find_variants, NULL);
}
