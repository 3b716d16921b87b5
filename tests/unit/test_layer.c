/* test_layer.c - transformer and recurrent layer: gradients against finite differences of a
 * reference in double, with memory from former steps in play; equal bits for a step at once and
 * position by position, and for a lane among others and alone. */
#include "layer_reference.h"

typedef struct layer_shape {
    const reference_kind *kind;
    uint32_t lanes, step, width, heads, ff, window;
} layer_shape;

static const layer_shape shapes[] = {
    {&reference_transformer, 2, 5, 32, 2, 32, 4},  /* the window ends within the step */
    {&reference_transformer, 2, 5, 32, 2, 32, 1},  /* no memory at all */
    {&reference_transformer, 2, 5, 32, 2, 32, 40}, /* a window larger than all that is ever seen */
    {&reference_transformer, 1, 3, 32, 1, 64, 16}, /* several steps of memory, one head; windows of
                                                      one padded row exactly */
    {&reference_transformer, 3, 4, 64, 4, 32, 17}, /* and one more */
    {&reference_transformer, 2, 1, 32, 2, 96, 6},  /* steps of one position */
    {&reference_transformer, 1, 7, 64, 2, 64, 3},  /* steps longer than the window */
    {&reference_recurrent, 2, 5, 32, 2, 32, 1},    {&reference_recurrent, 1, 9, 64, 1, 32, 1},
    {&reference_recurrent, 3, 1, 32, 1, 32, 1}, /* steps of one position */
};
enum { TRANSFORMERS = 7, SHAPES = sizeof shapes / sizeof shapes[0], STEPS = 5 };

typedef struct specimen {
    const reference_kind *kind;
    const ock_layer_kind *calls; /* of the kind */
    ock_config config;
    ock_arena arena;
    ock_layer *layer;
    size_t lanes, numbers; /* of x */
    size_t count;          /* of parameters */
    float *parameters, *gradient, *x, *dx;
} specimen;

static ock_config config_of(const layer_shape *shape)
{
    ock_config config = fixture_config();
    config.step = shape->step;
    config.width = shape->width;
    config.heads = shape->heads;
    config.ff = shape->ff;
    config.window = shape->window;
    config.order_max = config.order_min;
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    return config;
}

/* Nowhere zero: initial zeros would hide whole paths of the gradient. */
static void set_parameters(specimen *s, uint64_t stream)
{
    fixture_fill(s->parameters, s->count, 0.3f, stream);
    s->calls->refresh(s->layer);
}

static void make(specimen *s, const layer_shape *shape, size_t lanes, const ock_kernels *kernels)
{
    memset(s, 0, sizeof *s);
    s->kind = shape->kind;
    s->calls = shape->kind->layer;
    s->config = config_of(shape);
    s->lanes = lanes;
    s->numbers = lanes * shape->step * shape->width;
    s->count = s->calls->parameter_count(&s->config);
    assert_int_equal(s->count % 16, 0);
    assert_int_equal(s->count, reference_count(s->kind, &s->config));
    s->parameters = fixture_memory(s->count, sizeof(float));
    s->gradient = fixture_memory(s->count, sizeof(float));
    s->x = fixture_memory(s->numbers, sizeof(float));
    s->dx = fixture_memory(s->numbers, sizeof(float));
    ock_arena_init(&s->arena, NULL);
    ock_site site = {kernels, &s->config, &s->arena, lanes, 0, s->parameters};
    assert_int_equal(s->calls->create(&site, &s->layer), OCK_OK);
    set_parameters(s, 1);
}

static void discard(specimen *s)
{
    ock_arena_free(&s->arena);
    free(s->parameters);
    free(s->gradient);
    free(s->x);
    free(s->dx);
}

/* Input of a step, for lanes [first, first + lanes of s) of a larger whole. */
static void set_input(specimen *s, uint64_t step, size_t first)
{
    size_t lane_numbers = s->numbers / s->lanes;
    for (size_t i = 0; i < s->numbers; i++) {
        s->x[i] = fixture_float(100 + step, first * lane_numbers + i);
        s->dx[i] = fixture_float(200 + step, first * lane_numbers + i);
    }
}

/* ---- gradients ---- */

/* What is differentiated: sum of dx * output, dx being the gradient handed to backward(). */
static double loss(reference *r, const float *c, const double *x, double *output, size_t numbers)
{
    double sum = 0;
    memcpy(output, x, numbers * sizeof *output);
    reference_forward(r, output);
    for (size_t i = 0; i < numbers; i++) {
        sum += c[i] * output[i];
    }
    return sum;
}

typedef struct check {
    reference *r;
    const float *c; /* weights of the loss */
    double *x, *output;
    size_t numbers, compared, wrong;
} check;

/* Compares some of `count` gradients with the slopes at `number`; counts disagreements. `factor`
 * falsifies the gradient, for the control. */
static void compare(check *k, double *number, const float *gradient, size_t count, double factor)
{
    enum { SAMPLES = 30 };
    const double eps = 1e-5;
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        square += (double)gradient[i] * gradient[i];
    }
    double typical = sqrt(square / (double)count);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        size_t at = fixture_bits(count, i) % count;
        double kept = number[at];
        number[at] = kept + eps;
        double above = loss(k->r, k->c, k->x, k->output, k->numbers);
        number[at] = kept - eps;
        double below = loss(k->r, k->c, k->x, k->output, k->numbers);
        number[at] = kept;
        double slope = (above - below) / (2 * eps);
        double error = fabs(factor * gradient[at] - slope);
        k->wrong += !(error <= 1e-4 * (fabs(slope) + typical));
        k->compared++;
    }
}

/* One step of the layer under test and of the reference, forward results compared. */
static void run_step(specimen *s, check *k, float *c)
{
    for (size_t i = 0; i < s->numbers; i++) {
        k->x[i] = s->x[i];
    }
    for (size_t i = 0; i < s->count; i++) {
        k->r->parameters[i] = s->parameters[i];
    }
    s->calls->forward(s->layer, (ock_span){0, s->config.step}, s->x);
    memcpy(c, s->dx, s->numbers * sizeof *c);
    loss(k->r, c, k->x, k->output, s->numbers);
    for (size_t i = 0; i < s->numbers; i++) {
        if (!(fabs(s->x[i] - k->output[i]) < 1e-4 * (1 + fabs(k->output[i])))) {
            fail_msg("output %zu: %g instead of %g", i, (double)s->x[i], k->output[i]);
        }
    }
    s->calls->backward(s->layer, s->dx);
    s->calls->gradient(s->layer, (ock_shard_lanes){0, 0, s->lanes}, s->gradient, false);
}

static void compare_all(specimen *s, check *k, double factor)
{
    compare(k, k->x, s->dx, s->numbers, factor);
    for (int tensor = 0; tensor < s->kind->tensors; tensor++) {
        size_t at = reference_offset(s->kind, &s->config, tensor);
        compare(k, k->r->parameters + at, s->gradient + at, s->kind->tensor(&s->config, tensor),
                factor);
    }
}

static void make_check(check *k, reference *r, const specimen *s)
{
    reference_init(r, s->kind, &s->config, s->lanes);
    *k = (check){.r = r, .numbers = s->numbers};
    k->c = fixture_memory(s->numbers, sizeof(float));
    k->x = fixture_memory(s->numbers, sizeof(double));
    k->output = fixture_memory(s->numbers, sizeof(double));
}

static void discard_check(check *k)
{
    reference_free(k->r);
    free((void *)(uintptr_t)k->c);
    free(k->x);
    free(k->output);
}

/* Several steps with other parameters in each: memory rows are those computed with the old ones,
 * and constants to the gradient. */
static void gradients_are_slopes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        specimen s;
        reference r;
        check k;
        make(&s, &shapes[i], shapes[i].lanes, fixture_kernels());
        make_check(&k, &r, &s);
        for (uint64_t step = 0; step < STEPS; step++) {
            set_parameters(&s, step);
            set_input(&s, step, 0);
            run_step(&s, &k, (float *)(uintptr_t)k.c);
            compare_all(&s, &k, 1.0);
            if (k.wrong != 0) {
                fail_msg("shape %zu step %u: %zu of %zu gradients are wrong", i, (unsigned)step,
                         k.wrong, k.compared);
            }
            s.calls->end_step(s.layer);
            reference_end_step(&r);
        }
        discard_check(&k);
        discard(&s);
    }
}

/* The check above is able to fail: a gradient 1 % off is rejected nearly everywhere, and one that
 * knows nothing of the memory in many places. */
static void reject_wrong_gradients(const layer_shape *shape)
{
    specimen s;
    reference r;
    check k;
    make(&s, shape, shape->lanes, fixture_kernels());
    make_check(&k, &r, &s);
    for (uint64_t step = 0; step < 2; step++) {
        set_input(&s, step, 0);
        run_step(&s, &k, (float *)(uintptr_t)k.c);
        s.calls->end_step(s.layer);
        if (step == 0) {
            reference_end_step(&r);
        }
    }
    compare_all(&s, &k, 1.0);
    assert_int_equal(k.wrong, 0);
    k.compared = 0;
    compare_all(&s, &k, 1.01);
    assert_true(k.wrong > k.compared / 2);
    k.compared = k.wrong = 0;
    r.forget = r.past;
    compare_all(&s, &k, 1.0);
    assert_true(k.wrong > k.compared / 4);
    discard_check(&k);
    discard(&s);
}

static void wrong_gradients_are_rejected(void **state)
{
    (void)state;
    reject_wrong_gradients(&shapes[0]);
    reject_wrong_gradients(&shapes[TRANSFORMERS]);
}

/* Biases of distances no position reaches get no gradient, the padding's included. */
static void unused_biases(void **state)
{
    (void)state;
    for (size_t i = 0; i < TRANSFORMERS; i++) {
        specimen s;
        make(&s, &shapes[i], shapes[i].lanes, fixture_kernels());
        size_t padded = (s.config.window + 15u) / 16 * 16, heads = s.config.heads;
        set_input(&s, 0, 0);
        s.calls->forward(s.layer, (ock_span){0, s.config.step}, s.x);
        s.calls->backward(s.layer, s.dx);
        s.calls->gradient(s.layer, (ock_shard_lanes){0, 0, s.lanes}, s.gradient, false);
        const float *bias = s.gradient + reference_offset(s.kind, &s.config, TENSOR_BIAS);
        for (size_t h = 0; h < heads; h++) {
            for (size_t distance = 0; distance < padded; distance++) {
                if (distance >= s.config.window || distance >= s.config.step) {
                    assert_true(bias[h * padded + distance] == 0.0f);
                }
            }
        }
        discard(&s);
    }
}

/* ---- equal bits ---- */

static void train(specimen *s)
{
    s->calls->backward(s->layer, s->dx);
    s->calls->gradient(s->layer, (ock_shard_lanes){0, 0, s->lanes}, s->gradient, false);
    for (size_t i = 0; i < s->count; i++) {
        s->parameters[i] -= 1e-3f * s->gradient[i];
    }
    s->calls->refresh(s->layer);
    s->calls->end_step(s->layer);
}

/* Encoder and decoder: the same outputs, gradients and parameters through several trained steps. */
static void step_at_once_equals_positions(void **state)
{
    const ock_kernels *kernels[FIXTURE_MAX_KERNELS];
    size_t variants = fixture_all_kernels(kernels);
    (void)state;
    for (size_t i = 0; i < SHAPES * variants; i++) {
        const layer_shape *shape = &shapes[i % SHAPES];
        specimen batch, single;
        make(&batch, shape, shape->lanes, kernels[i / SHAPES]);
        make(&single, shape, shape->lanes, kernels[0]); /* and by another backend */
        for (uint64_t step = 0; step < STEPS; step++) {
            set_input(&batch, step, 0);
            set_input(&single, step, 0);
            batch.calls->forward(batch.layer, (ock_span){0, shape->step}, batch.x);
            for (size_t t = 0; t < shape->step; t++) {
                single.calls->forward(single.layer, (ock_span){t, 1}, single.x);
            }
            assert_memory_equal(batch.x, single.x, batch.numbers * sizeof(float));
            train(&batch);
            train(&single);
            assert_memory_equal(batch.dx, single.dx, batch.numbers * sizeof(float));
            assert_memory_equal(batch.gradient, single.gradient, batch.count * sizeof(float));
        }
        discard(&batch);
        discard(&single);
    }
}

/* The numbers of lanes [first, first + part's lanes) of `whole` and those
 * of `part` are the same. */
static void assert_same_lanes(const specimen *whole, const specimen *part, size_t first,
                              const float *a, const float *b)
{
    size_t lane_numbers = whole->numbers / whole->lanes;
    assert_memory_equal(a + first * lane_numbers, b, part->numbers * sizeof(float));
}

/* A rank that owns some of the lanes computes for them what a rank that owns all of them does:
 * outputs, input gradients, and the gradient of its shard. */
static void lanes_do_not_touch_each_other(void **state)
{
    enum { LANES = 5, FIRST = 2, PART = 2 };
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        specimen whole, part;
        make(&whole, &shapes[i], LANES, fixture_kernels());
        make(&part, &shapes[i], PART, fixture_kernels());
        for (uint64_t step = 0; step < STEPS; step++) {
            set_input(&whole, step, 0);
            set_input(&part, step, FIRST);
            whole.calls->forward(whole.layer, (ock_span){0, shapes[i].step}, whole.x);
            part.calls->forward(part.layer, (ock_span){0, shapes[i].step}, part.x);
            assert_same_lanes(&whole, &part, FIRST, whole.x, part.x);
            whole.calls->backward(whole.layer, whole.dx);
            part.calls->backward(part.layer, part.dx);
            assert_same_lanes(&whole, &part, FIRST, whole.dx, part.dx);
            whole.calls->gradient(whole.layer, (ock_shard_lanes){1, FIRST, PART}, whole.gradient,
                                  false);
            part.calls->gradient(part.layer, (ock_shard_lanes){0, 0, PART}, part.gradient, false);
            assert_memory_equal(whole.gradient, part.gradient, whole.count * sizeof(float));
            whole.calls->end_step(whole.layer);
            part.calls->end_step(part.layer);
        }
        discard(&whole);
        discard(&part);
    }
}

/* Adding a shard's gradient gives the sum of the two, each computed from zero, bit for bit. */
static void gradient_set_and_add(void **state)
{
    enum { LANES = 3 };
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        specimen one, two;
        make(&one, &shapes[i], LANES, fixture_kernels());
        make(&two, &shapes[i], LANES, fixture_kernels());
        set_input(&one, 0, 0);
        set_input(&two, 0, 0);
        one.calls->forward(one.layer, (ock_span){0, shapes[i].step}, one.x);
        two.calls->forward(two.layer, (ock_span){0, shapes[i].step}, two.x);
        one.calls->backward(one.layer, one.dx);
        two.calls->backward(two.layer, two.dx);
        float *first = fixture_memory(one.count, sizeof(float));
        fixture_fill(one.gradient, one.count, 1e9f, 3); /* what "set" must not see */
        one.calls->gradient(one.layer, (ock_shard_lanes){0, 0, 2}, one.gradient, false);
        one.calls->gradient(one.layer, (ock_shard_lanes){1, 2, 1}, one.gradient, true);
        two.calls->gradient(two.layer, (ock_shard_lanes){0, 0, 2}, first, false);
        two.calls->gradient(two.layer, (ock_shard_lanes){1, 2, 1}, two.gradient, false);
        for (size_t p = 0; p < two.count; p++) {
            first[p] += two.gradient[p];
        }
        assert_memory_equal(one.gradient, first, one.count * sizeof(float));
        free(first);
        discard(&one);
        discard(&two);
    }
}

/* ---- start values ---- */

/* A new layer is the identity, and the same on every rank; its random keys are its own. */
static void start_as_identity(const layer_shape *shape)
{
    specimen s;
    make(&s, shape, 2, fixture_kernels());
    float *again = fixture_memory(s.count, sizeof(float));
    fixture_fill(s.parameters, s.count, 1.0f, 9); /* what the memory held must not matter */
    s.calls->initialise(&s.config, 16, s.parameters);
    s.calls->initialise(&s.config, 16, again);
    assert_memory_equal(s.parameters, again, s.count * sizeof(float));
    s.calls->initialise(&s.config, 24, again);
    assert_memory_not_equal(s.parameters, again, s.count * sizeof(float));
    s.calls->refresh(s.layer);
    set_input(&s, 0, 0);
    float *before = fixture_memory(s.numbers, sizeof(float));
    memcpy(before, s.x, s.numbers * sizeof(float));
    s.calls->forward(s.layer, (ock_span){0, s.config.step}, s.x);
    assert_memory_equal(s.x, before, s.numbers * sizeof(float));
    free(before);
    free(again);
    discard(&s);
}

static void starts_as_identity(void **state)
{
    (void)state;
    start_as_identity(&shapes[0]);
    start_as_identity(&shapes[TRANSFORMERS]);
}

static void make_without_lanes(const layer_shape *shape)
{
    specimen s;
    make(&s, shape, 1, fixture_kernels());
    ock_layer *empty;
    ock_site site = {fixture_kernels(), &s.config, &s.arena, 0, 0, s.parameters};
    assert_int_equal(s.calls->create(&site, &empty), OCK_OK);
    s.calls->refresh(empty);
    s.calls->forward(empty, (ock_span){0, s.config.step}, s.x);
    s.calls->end_step(empty);
    discard(&s);
}

/* A rank without shards has a layer of no lanes; nothing is touched. */
static void no_lanes(void **state)
{
    (void)state;
    make_without_lanes(&shapes[0]);
    make_without_lanes(&shapes[TRANSFORMERS]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_slopes),
        cmocka_unit_test(wrong_gradients_are_rejected),
        cmocka_unit_test(unused_biases),
        cmocka_unit_test(step_at_once_equals_positions),
        cmocka_unit_test(lanes_do_not_touch_each_other),
        cmocka_unit_test(gradient_set_and_add),
        cmocka_unit_test(starts_as_identity),
        cmocka_unit_test(no_lanes),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
