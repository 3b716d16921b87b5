/* SPDX-License-Identifier: MIT */
/* test_mixer.c - quantised logits, adaptive maps, gated mixing and secondary estimation: each
 * learns what it should, stays in its range and touches its own context only. */
#include "model_fixture.h"

#include <math.h>

#include "mixing/mixer.h"

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* ---- logits ---- */

static void logits(void **state)
{
    enum { N = 1 << OCK_LOGIT_BITS };
    static ock_logits table;
    (void)state;
    ock_logits_make(&table);
    for (int i = 0; i < N; i++) {
        double p = (i + 0.5) / N, expected = log(p / (1 - p));
        assert_true(fabs(table.of[i] - expected) < 1e-5);
        assert_true(fabsf(table.of[i] + table.of[N - 1 - i]) < 1e-5f);
        assert_true(i == 0 || table.of[i] > table.of[i - 1]);
    }
    assert_true(table.of[OCK_NO_OPINION] == 0.0f);
}

/* ---- adaptive maps ---- */

static double p_of(ock_map_cell cell)
{
    return (cell >> 10) / 0x1p22;
}

static void map_starts_where_the_counts_say(void **state)
{
    (void)state;
    for (uint32_t ones = 0; ones < 60; ones++) {
        for (uint32_t zeros = 0; zeros < 60; zeros++) {
            ock_map_cell cell = ock_map_cell_start(ones, zeros);
            double expected = (ones + 0.5) / (ones + zeros + 1.0);
            assert_true(fabs(p_of(cell) - expected) < 1e-6);
            assert_int_equal(cell & 1023, 0);
            assert_int_equal(ock_map_p12(cell), (unsigned)(p_of(cell) * 4096));
        }
    }
}

/* From every start, long runs of either bit: the probability moves the right way and never arrives
 * at 0 or 1, the count stops at the limit. */
static void map_stays_in_range(void **state)
{
    static const uint32_t limits[] = {2, 30, 255, 1020, 1023};
    static ock_map_rates rates;
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        for (unsigned bit = 0; bit < 2; bit++) {
            ock_map_rates_make(&rates, limits[i]);
            ock_map_cell cell = ock_map_cell_start(bit ? 0 : 250, bit ? 250 : 0);
            for (uint32_t n = 0; n < 30000; n++) {
                ock_map_cell before = cell;
                ock_map_update(&rates, &cell, bit);
                assert_true(bit ? cell >> 10 >= before >> 10 : cell >> 10 <= before >> 10);
                assert_true(cell >> 10 > 0 && cell >> 10 < (1u << 22) - 1);
                assert_int_equal(cell & 1023, n + 1 < limits[i] ? n + 1 : limits[i]);
            }
            assert_true(bit ? p_of(cell) > 0.99 : p_of(cell) < 0.01);
        }
    }
}

static void map_converges(void **state)
{
    static ock_map_rates rates;
    (void)state;
    ock_map_rates_make(&rates, 1020);
    for (uint64_t eighths = 1; eighths < 8; eighths++) {
        ock_map_cell cell = ock_map_cell_start(0, 0);
        for (uint64_t i = 0; i < 6000; i++) {
            ock_map_update(&rates, &cell, fixture_bits(eighths, i) % 8 < eighths);
        }
        assert_true(fabs(p_of(cell) - (double)eighths / 8) < 0.03);
    }
}

/* ---- gated mixing ---- */

enum { CONTEXTS = 3, FINAL_CONTEXTS = 2, IN_USE = 4, SETS = 9 };

typedef struct specimen {
    ock_arena arena;
    ock_mixer mixer;
    const ock_kernels *kernels;
} specimen;

static const ock_mixer_choice context_zero;
static const ock_mixer_rates rates = {0.02f, 0.02f, 1.0f, 0.002f};

static void make_sets(specimen *s, size_t sets)
{
    ock_mixer_shape shape = {.inputs = IN_USE, .shared = IN_USE, .sets = sets};
    memset(s, 0, sizeof *s);
    ock_arena_init(&s->arena, NULL);
    for (size_t i = 0; i < sets; i++) {
        shape.contexts[i] = CONTEXTS;
    }
    for (size_t i = 0; i < OCK_MIX_FINALS; i++) {
        shape.final_contexts[i] = FINAL_CONTEXTS;
    }
    s->kernels = fixture_kernels();
    assert_int_equal(ock_mixer_init(&s->mixer, &shape, &s->arena), OCK_OK);
}

static void make(specimen *s)
{
    make_sets(s, SETS);
}

/* One bit with the given inputs; -> the logit before it was known. */
static float learn(specimen *s, const ock_mixer_choice *choice, const float *inputs, unsigned bit)
{
    memcpy(s->mixer.input, inputs, IN_USE * sizeof *inputs);
    float logit = ock_mixer_predict(&s->mixer, s->kernels, choice);
    ock_mixer_update(&s->mixer, s->kernels, bit, &rates);
    return logit;
}

static double cost(float logit, unsigned bit)
{
    return -log2(bit ? sigmoid(logit) : 1 - sigmoid(logit));
}

static void mixer_learns_a_bias(void **state)
{
    static const float inputs[IN_USE] = {1.0f, 0.0f, 0.0f, 0.0f};
    (void)state;
    for (uint64_t eighths = 1; eighths < 8; eighths++) {
        enum { ROUNDS = 6000, MEASURED = 3000 };
        specimen s;
        double sum = 0;
        make(&s);
        for (uint64_t i = 0; i < ROUNDS; i++) {
            float logit = learn(&s, &context_zero, inputs, fixture_bits(eighths, i) % 8 < eighths);
            sum += i >= ROUNDS - MEASURED ? sigmoid(logit) : 0;
        }
        assert_true(fabs(sum / MEASURED - (double)eighths / 8) < 0.04);
        ock_arena_free(&s.arena);
    }
}

/* One input tells the bit in 19 of 20 cases, one lies as often, two are noise: the cost falls
 * towards the entropy, 0.286 bits, and the inputs' part in it is seen when they are silenced. */
static void mixer_weighs_inputs(void **state)
{
    enum { ROUNDS = 6000, MEASURED = 2000 };
    specimen s;
    double bits = 0, first = 0;
    (void)state;
    make(&s);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        unsigned bit = fixture_bits(1, i) >> 20 & 1;
        float truth = (bit != 0) == (fixture_bits(2, i) % 20 != 0) ? 1.0f : -1.0f;
        float inputs[IN_USE] = {truth, 2.0f * fixture_float(3, i), -0.5f * truth,
                                2.0f * fixture_float(4, i)};
        double spent = cost(learn(&s, &context_zero, inputs, bit), bit);
        first += i < 100 ? spent / 100 : 0;
        bits += i >= ROUNDS - MEASURED ? spent / MEASURED : 0;
    }
    assert_true(bits < 0.36);
    assert_true(bits < first);
    memset(s.mixer.input, 0, sizeof s.mixer.input);
    assert_true(fabsf(ock_mixer_predict(&s.mixer, s.kernels, &context_zero)) < 1e-6f);
    ock_arena_free(&s.arena);
}

/* A bit changes one weight vector in each set, and one of the last mixer's. */
static void mixer_touches_its_contexts_only(void **state)
{
    specimen s, fresh;
    ock_mixer_choice choice;
    static const float inputs[IN_USE] = {1.0f, -2.0f, 0.5f, 3.0f};
    (void)state;
    make(&s);
    make(&fresh);
    for (size_t i = 0; i < SETS; i++) {
        choice.context[i] = i % CONTEXTS;
    }
    for (size_t i = 0; i < OCK_MIX_FINALS; i++) {
        choice.final_context[i] = (i + 1) % FINAL_CONTEXTS;
    }
    learn(&s, &choice, inputs, 0);
    for (size_t i = 0; i < SETS; i++) {
        for (size_t c = 0; c < CONTEXTS; c++) {
            int differs =
                memcmp(s.mixer.weights[i] + c * s.mixer.width,
                       fresh.mixer.weights[i] + c * s.mixer.width, s.mixer.width * sizeof(float));
            assert_int_equal(differs != 0, c == choice.context[i]);
        }
    }
    for (size_t i = 0; i < OCK_MIX_FINALS; i++) {
        for (size_t c = 0; c < FINAL_CONTEXTS; c++) {
            int differs = memcmp(s.mixer.final_weights[i] + c * s.mixer.final_width,
                                 fresh.mixer.final_weights[i] + c * s.mixer.final_width,
                                 s.mixer.final_width * sizeof(float));
            assert_int_equal(differs != 0, c == choice.final_context[i]);
        }
    }
    ock_arena_free(&s.arena);
    ock_arena_free(&fresh.arena);
}

/* Sets that are not in use have no say and no memory. */
static void sets_in_use(void **state)
{
    static const float inputs[IN_USE] = {1.0f, -2.0f, 0.5f, 3.0f};
    static const size_t counts[] = {1, 2, SETS, OCK_MIX_SETS};
    size_t bytes = 0;
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        specimen s;
        make_sets(&s, counts[i]);
        assert_true(s.arena.bytes > bytes);
        bytes = s.arena.bytes;
        float logit = learn(&s, &context_zero, inputs, 1);
        assert_true(fabsf(logit - 2.5f * 3.0f / IN_USE) < 1e-4f); /* equal weights, of 3 in all */
        for (size_t k = 0; k < s.mixer.final_width; k++) {
            assert_int_equal(s.mixer.middle[k] != 0.0f, k < counts[i]);
        }
        assert_true(learn(&s, &context_zero, inputs, 1) > logit);
        ock_arena_free(&s.arena);
    }
}

/* ---- the rate of a weight vector falls with its visits ---- */

/* rate(v) = 1/4 + 1/2 / (1 + v) */
static const ock_mixer_rates falling = {0.75f, 0.25f, 1.0f, 0.0f};

/* One bit on weights that are all zero, so that p is 1/2: the step of the first weight of `set`,
 * whose input is 1. */
static float step_from_zero(specimen *s, const ock_mixer_choice *choice, size_t set, unsigned bit)
{
    for (size_t i = 0; i < SETS; i++) {
        memset(s->mixer.weights[i], 0, CONTEXTS * s->mixer.width * sizeof(float));
    }
    s->mixer.input[0] = 1.0f;
    (void)ock_mixer_predict(&s->mixer, s->kernels, choice);
    ock_mixer_update(&s->mixer, s->kernels, bit, &falling);
    return s->mixer.weights[set][choice->context[set] * s->mixer.width];
}

static ock_mixer_choice everywhere(size_t context)
{
    ock_mixer_choice choice = {.context = {0}};
    for (size_t i = 0; i < SETS; i++) {
        choice.context[i] = context;
    }
    return choice;
}

/* Numbers that binary fractions hold exactly: rate(v) (bit - 1/2). */
static void first_steps_by_hand(void **state)
{
    static const struct {
        uint32_t visits;
        unsigned bit;
        float step;
    } cases[] = {{0, 1, 0.375f},   {0, 0, -0.375f},    {1, 1, 0.25f},       {3, 0, -0.1875f},
                 {7, 1, 0.15625f}, {15, 1, 0.140625f}, {31, 0, -0.1328125f}};
    specimen s;
    (void)state;
    make(&s);
    for (size_t set = 0; set < SETS; set++) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            size_t context = (set + i) % CONTEXTS;
            const ock_mixer_choice choice = everywhere(context);
            s.mixer.visits[set][context] = cases[i].visits;
            float step = step_from_zero(&s, &choice, set, cases[i].bit);
            assert_memory_equal(&step, &cases[i].step, sizeof step);
            assert_int_equal(s.mixer.visits[set][context], cases[i].visits + 1);
        }
    }
    ock_arena_free(&s.arena);
}

/* Vectors chosen at random: each one's step follows from its own visits, in its own set; the others
 * wait. */
static void rates_follow_own_visits(void **state)
{
    uint32_t visits[SETS][CONTEXTS] = {{0}};
    specimen s;
    (void)state;
    make(&s);
    for (uint64_t round = 0; round < 300; round++) {
        ock_mixer_choice choice = {.context = {0}};
        for (size_t i = 0; i < SETS; i++) { /* the first context often, the last seldom */
            choice.context[i] = fixture_bits(i, round) % 16 < 12 ? 0 : 1 + (round % 16 == i);
        }
        size_t set = round % SETS;
        uint32_t seen = visits[set][choice.context[set]];
        float expected = 0.5f * (0.25f + 0.5f / (1.0f + (float)seen));
        assert_true(step_from_zero(&s, &choice, set, 1) == expected);
        for (size_t i = 0; i < SETS; i++) {
            visits[i][choice.context[i]]++;
            assert_memory_equal(s.mixer.visits[i], visits[i], sizeof visits[i]);
        }
    }
    ock_arena_free(&s.arena);
}

/* The counter stops at its largest value, and does not begin again with a high rate. */
static void visits_saturate(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    const ock_mixer_choice choice = everywhere(1);
    for (size_t i = 0; i < SETS; i++) {
        s.mixer.visits[i][1] = UINT32_MAX - 1;
    }
    for (size_t round = 0; round < 3; round++) {
        assert_true(step_from_zero(&s, &choice, 2, 1) == 0.125f);
        for (size_t i = 0; i < SETS; i++) {
            assert_true(s.mixer.visits[i][1] == UINT32_MAX && s.mixer.visits[i][0] == 0);
        }
    }
    ock_arena_free(&s.arena);
}

/* `steps` stretches the fall; where start and end are equal it changes nothing. The last mixers
 * have a rate of their own. Bit for bit, from the weights before. */
static void one_update_by_hand(void **state)
{
    static const ock_mixer_rates cases[] = {{0.02f, 0.002f, 2000.0f, 0.001f},
                                            {0.02f, 0.002f, 1.0f, 0.0f},
                                            {0.002f, 0.02f, 3.0f, 0.5f},
                                            {0.01f, 0.01f, 7.0f, 0.25f}};
    static const float inputs[IN_USE] = {1.5f, -0.25f, 0.7f, 3.0f};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        specimen s;
        make(&s);
        memcpy(s.mixer.input, inputs, sizeof inputs);
        for (uint32_t visits = 0; visits < 20; visits++) {
            float expected[SETS][IN_USE], last[OCK_MIX_FINALS][SETS];
            unsigned bit = visits % 3 != 0;
            (void)ock_mixer_predict(&s.mixer, s.kernels, &context_zero);
            float rate = cases[c].end +
                         (cases[c].start - cases[c].end) / (1.0f + (float)visits / cases[c].steps);
            for (size_t i = 0; i < SETS; i++) {
                for (size_t k = 0; k < IN_USE; k++) {
                    expected[i][k] =
                        fmaf(rate * ((float)bit - s.mixer.p[i]), inputs[k], s.mixer.weights[i][k]);
                }
            }
            for (size_t f = 0; f < OCK_MIX_FINALS; f++) {
                for (size_t i = 0; i < SETS; i++) {
                    last[f][i] = fmaf(cases[c].last * ((float)bit - ock_mixer_p_last(&s.mixer)[f]),
                                      s.mixer.middle[i], s.mixer.final_weights[f][i]);
                }
            }
            ock_mixer_update(&s.mixer, s.kernels, bit, &cases[c]);
            for (size_t i = 0; i < SETS; i++) {
                assert_memory_equal(s.mixer.weights[i], expected[i], sizeof expected[i]);
            }
            for (size_t f = 0; f < OCK_MIX_FINALS; f++) {
                assert_memory_equal(s.mixer.final_weights[f], last[f], sizeof last[f]);
            }
        }
        ock_arena_free(&s.arena);
    }
}

/* Extreme opinions: the logit stays finite and leaves the unlikely bit a
 * chance that can be coded. */
static void mixer_is_bounded(void **state)
{
    static const float scales[] = {10.0f, 1e10f, 1e30f};
    (void)state;
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            specimen s;
            float x = (float)sign * scales[i], inputs[IN_USE] = {x, x, x, x};
            make(&s);
            memcpy(s.mixer.input, inputs, sizeof inputs);
            float logit = ock_mixer_predict(&s.mixer, s.kernels, &context_zero);
            assert_true(isfinite(logit) && (logit > 0) == (sign > 0));
            float p = ock_mixer_probability(&s.mixer);
            assert_true(p >= 0x1p-24f && p <= 1 - 0x1p-24f);
            ock_arena_free(&s.arena);
        }
    }
}

/* No clamp may turn "not a number" into a number: the coding stage looks for it in the result. */
static void mixer_passes_nan_on(void **state)
{
    specimen s;
    (void)state;
    make(&s);
    s.mixer.input[1] = NAN;
    assert_true(isnan(ock_mixer_predict(&s.mixer, s.kernels, &context_zero)));
    assert_true(isnan(ock_mixer_probability(&s.mixer)));
    ock_arena_free(&s.arena);
}

/* ---- secondary estimation ---- */

static ock_map_rates apm_rates;

static void make_apm(ock_apm *apm, ock_arena *arena)
{
    ock_arena_init(arena, NULL);
    ock_map_rates_make(&apm_rates, OCK_APM_LIMIT);
    assert_int_equal(ock_apm_init(apm, CONTEXTS, arena), OCK_OK);
}

/* At the start it is the identity, as well as a broken line can be; monotone, within its ends. */
static void apm_starts_as_identity(void **state)
{
    ock_arena arena;
    ock_apm apm;
    (void)state;
    make_apm(&apm, &arena);
    for (size_t c = 0; c < CONTEXTS; c++) {
        float previous = 0;
        for (int i = -320; i <= 320; i++) {
            float logit = (float)i / 16;
            float p = ock_apm_predict(&apm, c, logit);
            double clamped = logit > 8 ? 8 : logit < -8 ? -8 : logit;
            assert_true(fabs(p - sigmoid(clamped)) < 0.015);
            assert_true(p >= previous && p > 0 && p < 1);
            previous = p;
        }
    }
    ock_arena_free(&arena);
}

/* Every logit, the largest included, reads two cells of its own context, and p lies between them; one that is
 * no number reads some of them. */
static void apm_interpolates(void **state)
{
    static const float extremes[] = {-1e30f, -INFINITY, 1e30f, INFINITY, 0.0f,
                                     -0.0f,  8.0f,      -8.0f, NAN,      -NAN};
    enum { EXTREMES = sizeof extremes / sizeof extremes[0] };
    ock_arena arena;
    ock_apm apm;
    (void)state;
    make_apm(&apm, &arena);
    for (size_t i = 0; i < (size_t)CONTEXTS * OCK_APM_STEPS; i++) {
        apm.cells[i] = (ock_map_cell)fixture_bits(1, i);
    }
    for (size_t i = 0; i < 3000; i++) {
        size_t context = i % CONTEXTS;
        float logit = i < EXTREMES ? extremes[i] : 12.0f * fixture_float(2, i);
        float p = ock_apm_predict(&apm, context, logit);
        ptrdiff_t cell = apm.low - (apm.cells + context * OCK_APM_STEPS);
        double one = p_of(apm.low[0]), other = p_of(apm.low[1]);
        assert_true(cell >= 0 && cell + 1 < OCK_APM_STEPS);
        assert_true(isnan(logit) || (apm.weight >= 0 && apm.weight <= 1));
        assert_true(isnan(logit) || (p >= fmin(one, other) - 1e-6 && p <= fmax(one, other) + 1e-6));
    }
    ock_arena_free(&arena);
}

/* An update moves the prediction towards the bit, in this context alone, and never out of [0, 1]. */
static void apm_learns(void **state)
{
    ock_arena arena;
    ock_apm apm;
    (void)state;
    make_apm(&apm, &arena);
    ock_map_cell others[OCK_APM_STEPS];
    memcpy(others, apm.cells + OCK_APM_STEPS, sizeof others);
    for (uint64_t i = 0; i < 20000; i++) {
        float logit = 10.0f * fixture_float(3, i);
        unsigned bit = i / 1000 % 2; /* long runs: cells are driven to both ends */
        float before = ock_apm_predict(&apm, 0, logit);
        ock_apm_update(&apm, &apm_rates, bit);
        float p = ock_apm_predict(&apm, 0, logit);
        assert_true(bit ? p >= before : p <= before);
        assert_true(p >= 0 && p <= 1);
    }
    assert_memory_equal(apm.cells + OCK_APM_STEPS, others, sizeof others);
    assert_memory_equal(apm.cells + 2 * OCK_APM_STEPS, others, sizeof others);
    ock_arena_free(&arena);
}

/* The nearer of the two cells is the one that learns, as an adaptive map does. */
static void apm_updates_the_nearer_cell(void **state)
{
    ock_arena arena;
    ock_apm apm;
    (void)state;
    make_apm(&apm, &arena);
    for (uint64_t i = 0; i < 2000; i++) {
        const unsigned bit = fixture_bits(5, i) & 1;
        (void)ock_apm_predict(&apm, i % CONTEXTS, 9.0f * fixture_float(6, i));
        const size_t nearer = apm.weight >= 0.5f;
        const ock_map_cell other = apm.low[1 - nearer];
        ock_map_cell expected = apm.low[nearer];
        ock_map_update(&apm_rates, &expected, bit);
        ock_apm_update(&apm, &apm_rates, bit);
        assert_int_equal(apm.low[nearer], expected);
        assert_int_equal(apm.low[1 - nearer], other);
    }
    ock_arena_free(&arena);
}

/* A mixer that is always too sure, more or less: secondary estimation finds the true frequency, 3/4. */
static void apm_corrects(void **state)
{
    ock_arena arena;
    ock_apm apm;
    double sum = 0;
    (void)state;
    make_apm(&apm, &arena);
    for (uint64_t i = 0; i < 6000; i++) {
        float p = ock_apm_predict(&apm, 1, 5.0f + fixture_float(7, i));
        sum += i >= 3000 ? p : 0;
        ock_apm_update(&apm, &apm_rates, fixture_bits(4, i) % 4 != 0);
    }
    assert_true(fabs(sum / 3000 - 0.75) < 0.03);
    ock_arena_free(&arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits),
        cmocka_unit_test(map_starts_where_the_counts_say),
        cmocka_unit_test(map_stays_in_range),
        cmocka_unit_test(map_converges),
        cmocka_unit_test(mixer_learns_a_bias),
        cmocka_unit_test(mixer_weighs_inputs),
        cmocka_unit_test(mixer_touches_its_contexts_only),
        cmocka_unit_test(sets_in_use),
        cmocka_unit_test(first_steps_by_hand),
        cmocka_unit_test(rates_follow_own_visits),
        cmocka_unit_test(visits_saturate),
        cmocka_unit_test(one_update_by_hand),
        cmocka_unit_test(mixer_is_bounded),
        cmocka_unit_test(mixer_passes_nan_on),
        cmocka_unit_test(apm_starts_as_identity),
        cmocka_unit_test(apm_interpolates),
        cmocka_unit_test(apm_learns),
        cmocka_unit_test(apm_updates_the_nearer_cell),
        cmocka_unit_test(apm_corrects),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
