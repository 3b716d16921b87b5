/* SPDX-License-Identifier: MIT */
/* test_layer_kernels.c - the kernels of layers: every backend against the specification, by memcmp. */
#include "kernel_twins.h"

/* ---- a case: what it reads, and in twins what it writes ---- */

enum { MOST = 9, SIDES = 2 };

typedef struct trial {
    const ock_kernels *sides[SIDES]; /* the specification and a variant */
    size_t read_count, written_count;
    const float *read[MOST];
    twin written[MOST];
    const char *names[MOST];
} trial;

static trial trial_of(const ock_kernels *variant)
{
    return (trial){.sides = {spec, variant}};
}

static const float *reads(trial *t, size_t n, uint32_t tensor, float (*value)(uint32_t, size_t))
{
    assert_true(t->read_count < MOST);
    return t->read[t->read_count++] = input(n, tensor, value);
}

static const twin *writes(trial *t, const char *name, size_t n, uint32_t tensor,
                          float (*value)(uint32_t, size_t))
{
    assert_true(t->written_count < MOST);
    t->names[t->written_count] = name;
    t->written[t->written_count] = twin_new(n, tensor, value);
    return &t->written[t->written_count++];
}

static float *of(const twin *t, size_t side)
{
    return side == 0 ? t->spec : t->variant;
}

/* What both sides wrote is the same; everything is given back. */
static void end(const trial *t)
{
    for (size_t i = 0; i < t->written_count; i++) {
        twin_equal(t->written[i], t->names[i], t->sides[1]);
    }
    for (size_t i = 0; i < t->read_count; i++) {
        free_input(t->read[i]);
    }
}

/* Of every variant, n from `first` to `last`. */
static void for_sizes(void (*one)(const ock_kernels *variant, size_t n), size_t first, size_t last,
                      size_t step)
{
    for (size_t v = 0; v < variant_count; v++) {
        for (size_t n = first; n <= last; n += step) {
            one(variants[v], n);
        }
    }
}

/* ---- gated recurrence ---- */

static void recurrence_case(const ock_kernels *variant, size_t n)
{
    trial t = trial_of(variant);
    const ock_recurrence shape = {n, n, reads(&t, 4 * n, 111, ordinary)};
    const float *before = reads(&t, n, 112, number), *dout = reads(&t, n, 113, number);
    const twin *gates = writes(&t, "recur gates", 3 * n, 114, number);
    const twin *state = writes(&t, "recur state", n, 115, number);
    const twin *out = writes(&t, "recur out", n, 116, number);
    const twin *carry = writes(&t, "recur_backward carry", n, 117, number);
    const twin *dgates = writes(&t, "recur_backward dgates", 3 * n, 118, number);
    const twin *dvectors = writes(&t, "recur_backward dvectors", 4 * n, 119, number);
    for (size_t s = 0; s < SIDES; s++) {
        const ock_kernels *k = t.sides[s];
        k->recur(&shape, of(gates, s), before, of(state, s), of(out, s));
        k->recur_backward(&shape, of(gates, s), before, of(state, s), dout, of(carry, s),
                          of(dgates, s), of(dvectors, s));
    }
    end(&t);
}

static void recurrence_equals_scalar(void **state)
{
    (void)state;
    for_sizes(recurrence_case, 16, 400, 16);
}

/* ---- long short-term memory ---- */

static void lstm_case(const ock_kernels *variant, size_t n)
{
    trial t = trial_of(variant);
    const float *before = reads(&t, n, 122, number), *dout = reads(&t, n, 123, number);
    const ock_recurrence shape = {n, n, reads(&t, 4 * n, 121, ordinary)};
    const twin *gates = writes(&t, "lstm gates", 4 * n, 124, number);
    const twin *cell = writes(&t, "lstm cell", n, 125, number);
    const twin *squashed = writes(&t, "lstm squashed", n, 126, number);
    const twin *out = writes(&t, "lstm out", n, 127, number);
    const twin *carry = writes(&t, "lstm_backward carry", n, 128, number);
    const twin *dgates = writes(&t, "lstm_backward dgates", 4 * n, 129, number);
    const twin *dbias = writes(&t, "lstm_backward dbias", 4 * n, 130, number);
    for (size_t s = 0; s < SIDES; s++) {
        const ock_kernels *k = t.sides[s];
        k->lstm(&shape, of(gates, s), before, of(cell, s), of(squashed, s), of(out, s));
        k->lstm_backward(&shape, of(gates, s), before, of(squashed, s), dout, of(carry, s),
                         of(dgates, s), of(dbias, s));
    }
    end(&t);
}

static void lstm_equals_scalar(void **state)
{
    (void)state;
    for_sizes(lstm_case, 16, 400, 48);
}

/* ---- state space ---- */

static void scan_case(const ock_kernels *variant, size_t n, size_t states)
{
    const size_t all = states * n;
    trial t = trial_of(variant);
    const float *b = reads(&t, states, 133, ordinary), *c = reads(&t, states, 134, ordinary);
    const float *before = reads(&t, all, 136, ordinary), *dout = reads(&t, n, 135, ordinary);
    float *rates = (float *)(uintptr_t)reads(&t, all, 132, ordinary);
    const ock_state_space shape = {n, n, states, reads(&t, 2 * n, 131, ordinary), rates};
    const twin *gates = writes(&t, "scan gates", 3 * n, 137, number);
    const twin *state = writes(&t, "scan state", all, 138, number);
    const twin *sum = writes(&t, "scan sum", n, 139, number);
    const twin *out = writes(&t, "scan out", n, 145, number);
    const twin *carry = writes(&t, "scan_backward carry", all, 140, ordinary);
    const twin *dgates = writes(&t, "scan_backward dgates", 3 * n, 141, number);
    const twin *dsum = writes(&t, "scan_backward dsum", n, 142, number);
    const twin *dinputs = writes(&t, "scan_backward dinputs", all, 143, number);
    const twin *dvectors = writes(&t, "scan_backward dvectors", 2 * n + all, 144, number);
    for (size_t i = 0; i < all; i++) {
        rates[i] = rates[i] * rates[i]; /* never negative */
    }
    for (size_t s = 0; s < SIDES; s++) {
        const ock_kernels *k = t.sides[s];
        k->scan(&shape, of(gates, s), b, c, before, of(state, s), of(sum, s), of(out, s));
        k->scan_backward(&shape, of(gates, s), b, c, before, of(sum, s), dout, of(carry, s),
                         of(dgates, s), of(dsum, s), of(dinputs, s), of(dvectors, s));
    }
    end(&t);
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

static void relu2_case(const ock_kernels *variant, size_t n)
{
    trial t = trial_of(variant);
    const float *x = reads(&t, n, 11, number), *y = reads(&t, n, 12, number);
    const twin *out = writes(&t, "relu2", n, 15, number);
    const twin *dh = writes(&t, "relu2_backward", n, 16, number);
    const twin *in_place = writes(&t, "relu2_backward in place", n, 17, number);
    for (size_t s = 0; s < SIDES; s++) {
        const ock_kernels *k = t.sides[s];
        k->relu2(n, x, of(out, s));
        k->relu2_backward(n, x, y, of(dh, s));
        k->relu2_backward(n, x, of(in_place, s), of(in_place, s));
    }
    end(&t);
}

static void relu2_equals_scalar(void **state)
{
    (void)state;
    for_sizes(relu2_case, 1, 49, 1);
}

/* ---- attention ---- */

static void attention_case(const ock_kernels *variant, size_t heads, size_t width, size_t count)
{
    const size_t columns = heads * width, stride = columns + 16 * (count % 3);
    const size_t padded = (count + 15) / 16 * 16, weight_stride = padded + 16 * (count % 2);
    const size_t memory = count * stride, weights = heads * weight_stride;
    const size_t bias_stride = count + 5, first = count / 3;
    trial t = trial_of(variant);
    const float *q = reads(&t, columns, 71, ordinary), *keys = reads(&t, memory, 72, ordinary);
    const float *values = reads(&t, memory, 73, number);
    const float *dout = reads(&t, columns, 74, ordinary);
    const float *bias = reads(&t, heads * bias_stride, 75, ordinary);
    const ock_attention shape = {heads, width, count,       stride,
                                 0.3f,  bias,  bias_stride, weight_stride};
    const twin *weight = writes(&t, "attention weight", weights, 76, ordinary);
    const twin *out = writes(&t, "attention out", columns, 77, ordinary);
    const twin *dq = writes(&t, "attention_backward dq", columns, 78, ordinary);
    const twin *dkeys = writes(&t, "attention_backward dkeys", memory, 79, number);
    const twin *dvalues = writes(&t, "attention_backward dvalues", memory, 80, number);
    const twin *dbias = writes(&t, "attention_backward dbias", heads * bias_stride, 81, number);
    float *scratch = malloc(weight_stride * sizeof(float));
    assert_non_null(scratch);
    for (size_t s = 0; s < SIDES; s++) {
        const ock_kernels *k = t.sides[s];
        k->attention(&shape, q, keys, values, of(weight, s), of(out, s));
        k->attention_backward(&shape, first, q, keys, values, of(weight, s), dout, of(dq, s),
                              of(dkeys, s), of(dvalues, s), of(dbias, s), scratch);
    }
    free(scratch);
    end(&t);
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
        cmocka_unit_test(recurrence_equals_scalar), cmocka_unit_test(lstm_equals_scalar),
        cmocka_unit_test(scan_equals_scalar),       cmocka_unit_test(relu2_equals_scalar),
        cmocka_unit_test(attention_equals_scalar),
    };
    return ock_run_cases(argc, argv, tests, find_variants, NULL);
}
