/* SPDX-License-Identifier: MIT */
/* test_layer.c - every kind of layer: gradients against finite differences of a reference in double, with memory
 * from former steps in play; equal bits for a step at once and position by position, for a lane among
 * others and alone, and on any number of threads. */
#include "layer_reference.h"
#include "team_fixture.h"

typedef struct layer_shape {
    const reference_kind *kind;
    uint32_t lanes, step, width;
} layer_shape;

/* Of each kind; the last has steps of one position. The window of attention is 7: more than a step, and less. */
#define SHAPES_OF(kind)                                                                            \
    {&reference_kinds[kind], 2, 5, 32}, {&reference_kinds[kind], 1, 9, 64},                        \
        {&reference_kinds[kind], 3, 4, 64},                                                        \
    {                                                                                              \
        &reference_kinds[kind], 3, 1, 32                                                           \
    }
static const layer_shape shapes[] = {SHAPES_OF(0), SHAPES_OF(1), SHAPES_OF(2), SHAPES_OF(3)};
enum { SHAPES = sizeof shapes / sizeof shapes[0], STEPS = 5, SHAPES_OF_KIND = 4 };
_Static_assert((int)SHAPES == (int)REFERENCE_KINDS * (int)SHAPES_OF_KIND, "of each kind");

typedef struct specimen {
    const reference_kind *kind;
    ock_config config;
    ock_arena arena;
    ock_layer *layer;
    ock_team *team;        /* does the work; NULL: this thread alone */
    size_t lanes, numbers; /* of x */
    size_t count;          /* of parameters */
    float *parameters, *gradient, *x, *dx;
} specimen;

static ock_config config_of(const layer_shape *shape)
{
    ock_config config = fixture_config();
    config.step = shape->step;
    config.width = shape->width;
    config.order_max = config.order_min;
    config.layer = (uint32_t)shape->kind->layer;
    config.window = REFERENCE_WINDOW;
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    return config;
}

/* ---- the layer's calls, by the specimen's team ---- */

typedef struct call {
    specimen *s;
    ock_span span;
    ock_shard_lanes lanes;
    float *gradient;
    bool add;
} call;

static void do_refresh(void *context, const ock_worker *me)
{
    const call *c = context;
    ock_layer_refresh(c->s->layer, me);
}

static void refresh(specimen *s)
{
    call c = {.s = s};
    ock_team_run(s->team, do_refresh, &c);
}

static void do_forward(void *context, const ock_worker *me)
{
    const call *c = context;
    ock_layer_forward(c->s->layer, me, c->span, c->s->x);
}

static void forward(specimen *s, ock_span span)
{
    call c = {.s = s, .span = span};
    ock_team_run(s->team, do_forward, &c);
}

static void do_backward(void *context, const ock_worker *me)
{
    const call *c = context;
    ock_layer_backward(c->s->layer, me, c->s->dx);
}

static void backward(specimen *s)
{
    call c = {.s = s};
    ock_team_run(s->team, do_backward, &c);
}

static void do_gradient(void *context, const ock_worker *me)
{
    const call *c = context;
    ock_layer_gradient(c->s->layer, me, c->lanes, c->gradient, c->add);
}

static void gradient(specimen *s, ock_shard_lanes lanes, float *sum, bool add)
{
    call c = {.s = s, .lanes = lanes, .gradient = sum, .add = add};
    ock_team_run(s->team, do_gradient, &c);
}

static void do_end_step(void *context, const ock_worker *me)
{
    const call *c = context;
    ock_layer_end_step(c->s->layer, me);
}

static void end_step(specimen *s)
{
    call c = {.s = s};
    ock_team_run(s->team, do_end_step, &c);
}

/* Nowhere zero: initial zeros would hide whole paths of the gradient. */
static void set_parameters(specimen *s, uint64_t stream)
{
    fixture_fill(s->parameters, s->count, 0.3f, stream);
    refresh(s);
}

static void make(specimen *s, const layer_shape *shape, size_t lanes, const ock_kernels *kernels)
{
    memset(s, 0, sizeof *s);
    s->kind = shape->kind;
    s->config = config_of(shape);
    s->lanes = lanes;
    s->numbers = lanes * shape->step * shape->width;
    s->count = ock_layer_parameter_count(&s->config);
    assert_int_equal(s->count % 16, 0);
    assert_int_equal(s->count, reference_count(s->kind, &s->config));
    s->parameters = fixture_memory(s->count, sizeof(float));
    s->gradient = fixture_memory(s->count, sizeof(float));
    s->x = fixture_memory(s->numbers, sizeof(float));
    s->dx = fixture_memory(s->numbers, sizeof(float));
    ock_arena_init(&s->arena, NULL);
    ock_site site = {kernels, &s->config, &s->arena, lanes, 0, s->parameters, NULL};
    assert_int_equal(ock_layer_create(&site, &s->layer), OCK_OK);
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
    enum { SAMPLES = 12 };
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
    forward(s, (ock_span){0, s->config.step});
    memcpy(c, s->dx, s->numbers * sizeof *c);
    loss(k->r, c, k->x, k->output, s->numbers);
    for (size_t i = 0; i < s->numbers; i++) {
        if (!(fabs(s->x[i] - k->output[i]) < 1e-4 * (1 + fabs(k->output[i])))) {
            fail_msg("output %zu: %g instead of %g", i, (double)s->x[i], k->output[i]);
        }
    }
    backward(s);
    gradient(s, (ock_shard_lanes){0, 0, s->lanes}, s->gradient, false);
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

/* Several steps with other parameters in each: the state before a step was computed with the old ones,
 * and is a constant to the gradient. */
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
            end_step(&s);
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
        end_step(&s);
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
    for (size_t i = 0; i < SHAPES; i += SHAPES_OF_KIND) {
        reject_wrong_gradients(&shapes[i]);
    }
}

/* ---- equal bits ---- */

static void descend(specimen *s)
{
    for (size_t i = 0; i < s->count; i++) {
        s->parameters[i] -= 1e-3f * s->gradient[i];
    }
}

static void train(specimen *s)
{
    backward(s);
    gradient(s, (ock_shard_lanes){0, 0, s->lanes}, s->gradient, false);
    descend(s);
    refresh(s);
    end_step(s);
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
            forward(&batch, (ock_span){0, shape->step});
            for (size_t t = 0; t < shape->step; t++) {
                forward(&single, (ock_span){t, 1});
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
            forward(&whole, (ock_span){0, shapes[i].step});
            forward(&part, (ock_span){0, shapes[i].step});
            assert_same_lanes(&whole, &part, FIRST, whole.x, part.x);
            backward(&whole);
            backward(&part);
            assert_same_lanes(&whole, &part, FIRST, whole.dx, part.dx);
            gradient(&whole, (ock_shard_lanes){1, FIRST, PART}, whole.gradient, false);
            gradient(&part, (ock_shard_lanes){0, 0, PART}, part.gradient, false);
            assert_memory_equal(whole.gradient, part.gradient, whole.count * sizeof(float));
            end_step(&whole);
            end_step(&part);
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
        forward(&one, (ock_span){0, shapes[i].step});
        forward(&two, (ock_span){0, shapes[i].step});
        backward(&one);
        backward(&two);
        float *first = fixture_memory(one.count, sizeof(float));
        fixture_fill(one.gradient, one.count, 1e9f, 3); /* what "set" must not see */
        gradient(&one, (ock_shard_lanes){0, 0, 2}, one.gradient, false);
        gradient(&one, (ock_shard_lanes){1, 2, 1}, one.gradient, true);
        gradient(&two, (ock_shard_lanes){0, 0, 2}, first, false);
        gradient(&two, (ock_shard_lanes){1, 2, 1}, two.gradient, false);
        for (size_t p = 0; p < two.count; p++) {
            first[p] += two.gradient[p];
        }
        assert_memory_equal(one.gradient, first, one.count * sizeof(float));
        free(first);
        discard(&one);
        discard(&two);
    }
}

/* ---- threads ---- */

/* Enough for the largest shape: outputs at once and by positions, gradients of input and parameters, and
 * the outputs of what was trained, of every step. */
enum { THREAD_STEPS = 2, MOST_NUMBERS = 8 * 9 * 64, MOST_PARAMETERS = 64 * 64 * 10 };

typedef struct thread_results {
    float at_once[THREAD_STEPS][MOST_NUMBERS], by_position[THREAD_STEPS][MOST_NUMBERS];
    float dx[THREAD_STEPS][MOST_NUMBERS];
    float gradients[THREAD_STEPS][MOST_PARAMETERS];
} thread_results;

typedef struct thread_wish {
    const layer_shape *shape;
    size_t lanes;
    bool another; /* an input that differs in one bit, for the control */
} thread_wish;

/* Two shards: the first sets the gradient, the second adds to it. */
static void gradient_of_shards(specimen *s)
{
    const size_t half = (s->lanes + 1) / 2;
    gradient(s, (ock_shard_lanes){0, 0, half}, s->gradient, false);
    if (half < s->lanes) {
        gradient(s, (ock_shard_lanes){1, half, s->lanes - half}, s->gradient, true);
    }
}

static void thread_step(specimen *batch, specimen *single, uint64_t step, thread_results *r)
{
    const size_t bytes = batch->numbers * sizeof(float);
    forward(batch, (ock_span){0, batch->config.step});
    for (size_t t = 0; t < single->config.step; t++) {
        forward(single, (ock_span){t, 1});
    }
    memcpy(r->at_once[step], batch->x, bytes);
    memcpy(r->by_position[step], single->x, bytes);
    backward(batch);
    gradient_of_shards(batch);
    memcpy(r->dx[step], batch->dx, bytes);
    memcpy(r->gradients[step], batch->gradient, batch->count * sizeof(float));
    descend(batch);
    memcpy(single->parameters, batch->parameters, batch->count * sizeof(float));
    refresh(batch);
    refresh(single);
    end_step(batch);
    end_step(single);
}

static void work_in_threads(const void *context, ock_team *team, void *result)
{
    const thread_wish *wish = context;
    thread_results *r = result;
    specimen batch, single;
    make(&batch, wish->shape, wish->lanes, fixture_kernels());
    make(&single, wish->shape, wish->lanes, fixture_kernels());
    assert_true(batch.numbers <= MOST_NUMBERS && batch.count <= MOST_PARAMETERS);
    batch.team = single.team = team;
    refresh(&batch);
    refresh(&single);
    for (uint64_t step = 0; step < THREAD_STEPS; step++) {
        set_input(&batch, step, 0);
        batch.x[batch.numbers - 1] += wish->another ? 0x1p-20f : 0.0f;
        memcpy(single.x, batch.x, batch.numbers * sizeof(float));
        thread_step(&batch, &single, step, r);
        assert_memory_equal(r->at_once[step], r->by_position[step], sizeof r->at_once[step]);
    }
    discard(&batch);
    discard(&single);
}

/* One lane and eight: fewer rows and lanes than threads, and more. */
static void threads_change_no_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        const size_t lanes[] = {1, 8};
        for (size_t k = 0; k < sizeof lanes / sizeof lanes[0]; k++) {
            const thread_wish wish = {&shapes[i], lanes[k], false};
            char what[64];
            snprintf(what, sizeof what, "shape %zu, %zu lanes", i, lanes[k]);
            fixture_same_on_teams(work_in_threads, &wish, sizeof(thread_results), what);
        }
    }
}

/* What is compared above is all there is: the smallest difference in one number is seen in each. */
static void comparisons_see_a_bit(void **state)
{
    thread_wish wish = {&shapes[0], 3, false};
    thread_results *usual = fixture_memory(1, sizeof *usual);
    thread_results *other = fixture_memory(1, sizeof *other);
    (void)state;
    work_in_threads(&wish, NULL, usual);
    wish.another = true;
    work_in_threads(&wish, NULL, other);
    assert_memory_not_equal(usual->at_once, other->at_once, sizeof usual->at_once);
    assert_memory_not_equal(usual->by_position, other->by_position, sizeof usual->by_position);
    assert_memory_not_equal(usual->dx, other->dx, sizeof usual->dx);
    assert_memory_not_equal(usual->gradients, other->gradients, sizeof usual->gradients);
    free(usual);
    free(other);
}

/* ---- start values ---- */

/* A new layer is the identity, and the same on every rank; its random keys are its own. */
static void start_as_identity(const layer_shape *shape)
{
    specimen s;
    make(&s, shape, 2, fixture_kernels());
    float *again = fixture_memory(s.count, sizeof(float));
    fixture_fill(s.parameters, s.count, 1.0f, 9); /* what the memory held must not matter */
    ock_layer_initialise(&s.config, 16, s.parameters);
    ock_layer_initialise(&s.config, 16, again);
    assert_memory_equal(s.parameters, again, s.count * sizeof(float));
    ock_layer_initialise(&s.config, 24, again);
    assert_memory_not_equal(s.parameters, again, s.count * sizeof(float));
    refresh(&s);
    set_input(&s, 0, 0);
    float *before = fixture_memory(s.numbers, sizeof(float));
    memcpy(before, s.x, s.numbers * sizeof(float));
    forward(&s, (ock_span){0, s.config.step});
    assert_memory_equal(s.x, before, s.numbers * sizeof(float));
    free(before);
    free(again);
    discard(&s);
}

static void starts_as_identity(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i += SHAPES_OF_KIND) {
        start_as_identity(&shapes[i]);
    }
}

/* A rank without shards has a layer of no lanes; nothing is touched. */
static void no_lanes(void **state)
{
    const ock_worker alone = ock_worker_alone();
    (void)state;
    for (size_t i = 0; i < SHAPES; i += SHAPES_OF_KIND) {
        specimen s;
        make(&s, &shapes[i], 1, fixture_kernels());
        ock_layer *empty;
        ock_site site = {fixture_kernels(), &s.config, &s.arena, 0, 0, s.parameters, NULL};
        assert_int_equal(ock_layer_create(&site, &empty), OCK_OK);
        ock_layer_refresh(empty, &alone);
        ock_layer_forward(empty, &alone, (ock_span){0, s.config.step}, s.x);
        ock_layer_end_step(empty, &alone);
        discard(&s);
    }
}

/* ---- golden bits ---- */

static uint64_t hash_floats(const float *x, size_t count, uint64_t hash)
{
    return fixture_hash(x, count * sizeof *x, hash);
}

/* Outputs and gradients of three trained steps; they change only with the contract's version. */
static void bits_are_golden(void **state)
{
    static const uint64_t golden[REFERENCE_KINDS] = {0x69eb3daca2e586ecu, 0x5233c3676e790dd4u,
                                                     0x2ab8b1c9978dac4eu, 0xb141eadf60272b3fu};
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < REFERENCE_KINDS; i++) {
        specimen s;
        uint64_t hash = FIXTURE_HASH_START;
        make(&s, &shapes[i * SHAPES_OF_KIND], 2, fixture_kernels());
        for (uint64_t step = 0; step < 3; step++) {
            set_input(&s, step, 0);
            forward(&s, (ock_span){0, s.config.step});
            hash = hash_floats(s.x, s.numbers, hash);
            train(&s);
            hash = hash_floats(s.dx, s.numbers, hash);
            hash = hash_floats(s.gradient, s.count, hash);
        }
        discard(&s);
        if (hash != golden[i]) {
            print_message("kind %zu: the results have the hash %#llx\n", i,
                          (unsigned long long)hash);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_slopes),
        cmocka_unit_test(wrong_gradients_are_rejected),
        cmocka_unit_test(step_at_once_equals_positions),
        cmocka_unit_test(lanes_do_not_touch_each_other),
        cmocka_unit_test(gradient_set_and_add),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(comparisons_see_a_bit),
        cmocka_unit_test(starts_as_identity),
        cmocka_unit_test(no_lanes),
        cmocka_unit_test(bits_are_golden),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
