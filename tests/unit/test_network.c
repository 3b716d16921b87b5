/* SPDX-License-Identifier: MIT */
/* test_network.c - the network as a whole, on one rank: it learns, its bits are fixed and do not
 * depend on backend, direction or threads, and numbers that are no numbers stop it. */
#include "comm_fixture.h"
#include "team_fixture.h"

#include <math.h>

#include "network/head.h"
#include "network/network.h"

enum { LANES = 3, MAX_STEP = 16 };

typedef struct specimen {
    ock_plan plan;
    ock_network *network;
    ock_team *team; /* does the work; NULL: this thread alone */
    ock_history history;
    size_t symbols; /* a lane has read */
    bool drowsy;    /* a part of the lanes sleeps in every step, sometimes all */
} specimen;

static void make_lanes(specimen *s, const ock_config *config, const ock_kernels *kernels,
                       uint32_t lanes, uint32_t shards)
{
    memset(s, 0, sizeof *s);
    s->plan.config = *config;
    s->plan.map = (ock_lane_map){10000, lanes, shards, 1};
    assert_true(config->step <= MAX_STEP);
    s->history = (ock_history){lanes, config->step, NULL};
    s->history.rows = fixture_memory(lanes, OCK_MAX_ORDER + config->step);
    assert_int_equal(ock_network_new(comm, NULL, kernels, &s->plan, &s->network), OCK_OK);
}

static void make(specimen *s, const ock_config *config, const ock_kernels *kernels)
{
    make_lanes(s, config, kernels, LANES, 2);
}

static void discard(specimen *s)
{
    ock_network_free(s->network);
    free(s->history.rows);
}

static bool sleeps(const specimen *s, size_t lane)
{
    const size_t step = s->symbols / s->plan.config.step;
    return s->drowsy && (step % 4 == 2 || (step + lane) % 3 == 0);
}

static void choose_lanes(specimen *s)
{
    ock_network_sleep(s->network);
    for (size_t lane = 0; lane < s->history.lanes; lane++) {
        if (!sleeps(s, lane)) {
            ock_network_wake(s->network, lane);
        }
    }
}

typedef struct prediction {
    const specimen *s;
    ock_span span;
} prediction;

static void do_predict(void *context, const ock_worker *me)
{
    const prediction *p = context;
    ock_network_predict(p->s->network, me, &p->s->history, p->span);
}

static void predict(specimen *s, ock_span span)
{
    prediction p = {s, span};
    ock_team_run(s->team, do_predict, &p);
}

/* Symbol number `at` of a lane: the lanes read the same text from different places. */
static uint8_t symbol_at(size_t lane, size_t at)
{
    static const char text[] =
        "All happy ranks are alike; each unhappy rank waits in its own way. ";
    return (uint8_t)text[(at + 20 * lane) % (sizeof text - 1)];
}

/* The encoder's way: all symbols are known, one call. */
static void predict_at_once(specimen *s)
{
    size_t step = s->plan.config.step;
    choose_lanes(s);
    for (size_t lane = 0; lane < s->history.lanes; lane++) {
        for (size_t t = 0; t < step; t++) {
            *ock_history_at(&s->history, lane, t) = symbol_at(lane, s->symbols + t);
        }
    }
    predict(s, (ock_span){0, step});
}

/* The decoder's: a position's symbol is known after its prediction. */
static void predict_one_by_one(specimen *s)
{
    choose_lanes(s);
    for (size_t t = 0; t < s->plan.config.step; t++) {
        predict(s, (ock_span){t, 1});
        for (size_t lane = 0; lane < s->history.lanes; lane++) {
            *ock_history_at(&s->history, lane, t) = symbol_at(lane, s->symbols + t);
        }
    }
}

static ock_status train(specimen *s)
{
    ock_status status = ock_network_train(s->network, s->team, &s->history);
    ock_history_advance(&s->history);
    s->symbols += s->plan.config.step;
    return status;
}

/* Bits a symbol costs, mean over the step just predicted. */
static double step_cost(const specimen *s)
{
    double bits = 0;
    for (size_t lane = 0; lane < s->history.lanes; lane++) {
        for (size_t t = 0; t < s->plan.config.step; t++) {
            const float *tree = ock_network_tree(s->network, lane, t);
            uint8_t symbol = *ock_history_at(&s->history, lane, t);
            bits -= log2((double)tree[OCK_SYMBOLS + symbol] / (double)tree[1]);
        }
    }
    return bits / (double)(s->history.lanes * s->plan.config.step);
}

static uint64_t hash_step(const specimen *s, uint64_t hash)
{
    for (size_t lane = 0; lane < s->history.lanes; lane++) {
        for (size_t t = 0; t < s->plan.config.step; t++) {
            const float *tree = ock_network_tree(s->network, lane, t);
            assert_true((tree == NULL) == sleeps(s, lane));
            if (tree != NULL) {
                hash = fixture_hash(tree + 1, (OCK_TREE_NODES - 1) * sizeof(float), hash);
            }
        }
    }
    return hash;
}

/* Orthogonalised momentum moves blocks of two sizes every second step. */
static void use(ock_config *config, uint32_t optimiser)
{
    config->optimiser = optimiser;
    config->momentum = 0.9f;
    config->muon_gain = 0.5f;
    config->muon_block = 64;
    config->muon_every = 2;
    config->muon_turns = 5;
}

/* A text of 67 symbols repeated: from 8 bits to less than half a bit a symbol, for every stack. */
static void learns_a_repeated_text(void **state)
{
    static const struct {
        uint32_t layers, step;
        float beta1;
        ock_layer_choice layer;
        uint32_t optimiser;
    } cases[] = {
        {0, 8, 0.0f, OCK_LAYER_RECURRENT, OCK_ADAM},   {1, 8, 0.0f, OCK_LAYER_RECURRENT, OCK_ADAM},
        {2, 16, 0.0f, OCK_LAYER_RECURRENT, OCK_ADAM},  {1, 5, 0.9f, OCK_LAYER_RECURRENT, OCK_ADAM},
        {2, 8, 0.0f, OCK_LAYER_NONE, OCK_MUON},        {1, 8, 0.0f, OCK_LAYER_LSTM, OCK_ADAM},
        {1, 8, 0.0f, OCK_LAYER_TRANSFORMER, OCK_ADAM}, {1, 8, 0.0f, OCK_LAYER_SSM, OCK_ADAM},
        {2, 8, 0.0f, OCK_LAYER_RECURRENT, OCK_MUON}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ock_config config = fixture_config();
        config.layers = cases[i].layers;
        config.layer = (uint32_t)cases[i].layer;
        config.step = cases[i].step;
        config.beta1 = cases[i].beta1;
        use(&config, cases[i].optimiser);
        specimen s;
        make(&s, &config, fixture_kernels());
        double first = 0, last = 0;
        for (size_t k = 0; k < 1600 / config.step; k++) {
            predict_at_once(&s);
            last = step_cost(&s);
            first = k == 0 ? last : first;
            assert_int_equal(train(&s), OCK_OK);
        }
        print_message("%u layers (%s), step %u: %.3f bits at first, %.3f at last\n", config.layers,
                      ock_layer_name(config.layer), config.step, first, last);
        assert_true(first > 7.5 && first < 8.5);
        assert_true(last < first / 16);
        discard(&s);
    }
}

static ock_config golden_config(void)
{
    ock_config config = fixture_config();
    config.layers = 2;
    config.width = 160;
    config.features = 3;
    config.beta1 = 0.5f;
    return config;
}

/* The probabilities of 40 trained steps. */
static uint64_t hash_of_training(const ock_config *config, const ock_kernels *kernels)
{
    uint64_t hash = FIXTURE_HASH_START;
    specimen s;
    make(&s, config, kernels);
    for (size_t k = 0; k < 40; k++) {
        predict_at_once(&s);
        hash = hash_step(&s, hash);
        assert_int_equal(train(&s), OCK_OK);
    }
    discard(&s);
    return hash;
}

/* The whole contract in one number: every backend, compiler and optimisation level must come to the
 * same probabilities. They change with the contract's version only. */
static void golden_bits_on_every_backend(void **state)
{
    static const uint64_t golden[] = {
        [OCK_ADAM] = 0xc6b586bbabddedbcu, [OCK_MUON] = 0xd221d4f18c99876cu};
    const ock_kernels *kernels[FIXTURE_MAX_KERNELS];
    size_t variants = fixture_all_kernels(kernels);
    (void)state;
    for (size_t i = 0; i < 2 * variants; i++) {
        ock_config config = golden_config();
        use(&config, i % 2);
        uint64_t hash = hash_of_training(&config, kernels[i / 2]);
        if (hash != golden[i % 2]) {
            fail_msg("optimiser %zu, %s: hash 0x%016llx", i % 2, kernels[i / 2]->name,
                     (unsigned long long)hash);
        }
    }
}

/* Another seed, another rate or another order of the same symbols is another hash: the number above
 * is sensitive to what it should be. */
static void bits_follow_the_numbers(void **state)
{
    uint64_t hashes[5];
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        ock_config config = golden_config();
        use(&config, i >= 3 ? OCK_MUON : OCK_ADAM);
        config.seed += i == 1;
        config.rate = i == 2 ? nextafterf(config.rate, 1.0f) : config.rate;
        config.momentum = i == 4 ? nextafterf(config.momentum, 1.0f) : config.momentum;
        hashes[i] = hash_of_training(&config, fixture_kernels());
    }
    assert_true(hashes[1] != hashes[0]);
    assert_true(hashes[2] != hashes[0]);
    assert_true(hashes[3] != hashes[0]);
    assert_true(hashes[4] != hashes[3]);
}

/* The encoder's way and the decoder's, on two backends. */
static void compare_directions(const ock_config *config, bool drowsy, const ock_kernels *encoding,
                               const ock_kernels *decoding)
{
    specimen encoder, decoder;
    make(&encoder, config, encoding);
    make(&decoder, config, decoding);
    encoder.drowsy = decoder.drowsy = drowsy;
    for (size_t k = 0; k < 12; k++) {
        predict_at_once(&encoder);
        predict_one_by_one(&decoder);
        assert_true(hash_step(&encoder, FIXTURE_HASH_START) ==
                    hash_step(&decoder, FIXTURE_HASH_START));
        assert_int_equal(train(&encoder), OCK_OK);
        assert_int_equal(train(&decoder), OCK_OK);
    }
    discard(&encoder);
    discard(&decoder);
}

static void directions_agree(void **state)
{
    static const uint32_t steps[] = {1, 2, 7, 16};
    const ock_kernels *kernels[FIXTURE_MAX_KERNELS];
    size_t variants = fixture_all_kernels(kernels);
    (void)state;
    for (size_t i = 0; i < 4 * 4;
         i++) { /* layers: none, one and two, and one of the other optimiser */
        ock_config config = fixture_config();
        config.step = steps[i % 4];
        config.layers = i < 12 ? (uint32_t)i / 4 : 1;
        use(&config, i < 12 ? OCK_ADAM : OCK_MUON);
        for (size_t k = 0; k < variants * variants; k++) {
            compare_directions(&config, k % 2 == 1, kernels[k / variants], kernels[k % variants]);
        }
    }
}

/* Of other kinds of layers. */
static void directions_agree_whatever_the_layer(void **state)
{
    (void)state;
    for (uint32_t layer = 0; layer < OCK_LAYER_CHOICES; layer++) {
        ock_config config = fixture_config();
        config.step = 7;
        config.layers = 2;
        config.layer = layer;
        compare_directions(&config, false, fixture_kernels(), &ock_kernels_scalar);
        compare_directions(&config, true, &ock_kernels_scalar, fixture_kernels());
    }
}

/* ---- lanes that sleep ---- */

/* What the one lane awake gets is what it gets alone: no other lane is predicted or learned from. */
static void sleep_with(ock_layer_choice layer)
{
    enum { AWAKE = 1, STEPS = 12 };
    ock_config config = fixture_config();
    specimen among, alone;
    config.layer = (uint32_t)layer;
    make_lanes(&among, &config, fixture_kernels(), LANES, LANES);
    make_lanes(&alone, &config, fixture_kernels(), 1, 1);
    alone.symbols = 20 * AWAKE; /* the lane's place in the text */
    for (size_t k = 0; k < STEPS; k++) {
        const size_t bytes = (OCK_TREE_NODES - 1) * sizeof(float);
        predict_at_once(&among);
        ock_network_sleep(among.network);
        ock_network_wake(among.network, AWAKE);
        predict(&among, (ock_span){0, config.step});
        predict_at_once(&alone);
        assert_null(ock_network_tree(among.network, 0, 0));
        for (size_t t = 0; t < config.step; t++) {
            assert_memory_equal(ock_network_tree(among.network, AWAKE, t) + 1,
                                ock_network_tree(alone.network, 0, t) + 1, bytes);
        }
        assert_int_equal(train(&among), OCK_OK);
        assert_int_equal(train(&alone), OCK_OK);
    }
    discard(&among);
    discard(&alone);
}

static void sleeping_lanes_are_not_there(void **state)
{
    (void)state;
    for (int layer = 0; layer < OCK_LAYER_CHOICES; layer++) {
        sleep_with((ock_layer_choice)layer);
    }
}

/* A network whose lanes all sleep stays as it is, but for the number of its updates. */
static void it_learns_nothing_asleep(const ock_config *config)
{
    specimen s;
    uint64_t first, second;
    make(&s, config, fixture_kernels());
    for (size_t k = 0; k < 5; k++) {
        predict_at_once(&s);
        assert_int_equal(train(&s), OCK_OK);
    }
    predict_at_once(&s);
    first = hash_step(&s, FIXTURE_HASH_START);
    ock_network_sleep(s.network);
    for (size_t k = 0; k < 300; k++) {
        assert_int_equal(ock_network_train(s.network, NULL, &s.history), OCK_OK);
    }
    predict_at_once(&s);
    second = hash_step(&s, FIXTURE_HASH_START);
    assert_true(first == second);
    discard(&s);
}

static void asleep_it_learns_nothing(void **state)
{
    (void)state;
    for (uint32_t optimiser = OCK_ADAM; optimiser <= OCK_MUON; optimiser++) {
        ock_config config = fixture_config();
        use(&config, optimiser);
        it_learns_nothing_asleep(&config);
    }
}

/* ---- threads ---- */

enum { THREAD_STEPS = 6 };

typedef struct thread_wish {
    uint32_t lanes, shards, layers, step;
    bool by_position;
    bool drowsy;
    uint32_t optimiser;
    bool another; /* one symbol is another, for the control */
    ock_layer_choice layer;
} thread_wish;

/* The trees of each step, and the whole state after it: parameters, moments, embeddings, memories. */
typedef struct thread_results {
    uint64_t trees[THREAD_STEPS], states[THREAD_STEPS];
} thread_results;

static void work_in_threads(const void *context, ock_team *team, void *result)
{
    const thread_wish *wish = context;
    thread_results *r = result;
    ock_config config = fixture_config();
    specimen s;
    config.layers = wish->layers;
    config.layer = (uint32_t)wish->layer;
    config.step = wish->step;
    config.features = 1;
    config.width = 96;
    config.beta1 = 0.9f;
    use(&config, wish->optimiser);
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    make_lanes(&s, &config, fixture_kernels(), wish->lanes, wish->shards);
    s.team = team;
    s.drowsy = wish->drowsy;
    for (size_t k = 0; k < THREAD_STEPS; k++) {
        uint64_t hash = FIXTURE_HASH_START;
        ock_state_visitor visitor = {.visit = fixture_hash_part, .context = &hash};
        (wish->by_position ? predict_one_by_one : predict_at_once)(&s);
        if (wish->another && k == 1) {
            *ock_history_at(&s.history, wish->lanes - 1, wish->step - 1) ^= 1;
        }
        r->trees[k] = hash_step(&s, FIXTURE_HASH_START);
        assert_int_equal(train(&s), OCK_OK);
        ock_network_state(s.network, &visitor);
        r->states[k] = hash;
    }
    discard(&s);
}

/* One lane and eight, shards of one lane and of several, both directions. */
static void threads_change_no_bit(void **state)
{
    static const thread_wish wishes[] = {
        {.lanes = 1, .shards = 1, .layers = 1, .step = 16},
        {.lanes = 1, .shards = 1, .layers = 2, .step = 8},
        {.lanes = 8, .shards = 4, .layers = 2, .step = 8},
        {.lanes = 8, .shards = 8, .layers = 1, .step = 16},
        {.lanes = 5, .shards = 2, .layers = 0, .step = 7},
        {.lanes = 3, .shards = 3, .layers = 1, .step = 1},
        {.lanes = 7, .shards = 3, .layers = 2, .step = 8, .drowsy = true},
        {.lanes = 1, .shards = 1, .layers = 1, .step = 8, .drowsy = true},
        {.lanes = 7, .shards = 3, .layers = 1, .step = 8, .drowsy = true, .layer = OCK_LAYER_LSTM},
        {.lanes = 7, .shards = 3, .layers = 1, .step = 8, .drowsy = true, .layer = OCK_LAYER_SSM},
        {.lanes = 7,
         .shards = 3,
         .layers = 1,
         .step = 8,
         .drowsy = true,
         .layer = OCK_LAYER_TRANSFORMER},
        {.lanes = 5, .shards = 3, .layers = 2, .step = 8, .drowsy = true, .optimiser = OCK_MUON},
    };
    (void)state;
    for (size_t i = 0; i < 2 * fixture_cases(sizeof wishes / sizeof wishes[0]); i++) {
        thread_wish wish = wishes[i / 2];
        char what[64];
        wish.by_position = i % 2;
        snprintf(what, sizeof what, "case %zu, %s", i / 2, i % 2 ? "by position" : "at once");
        fixture_same_on_teams(work_in_threads, &wish, sizeof(thread_results), what);
    }
}

/* One bit of one symbol of a step is in its state and in all that follows. */
static void comparisons_see_a_bit(void **state)
{
    thread_wish wish = {.lanes = 8, .shards = 4, .layers = 1, .step = 8};
    thread_results usual, other;
    (void)state;
    work_in_threads(&wish, NULL, &usual);
    wish.another = true;
    work_in_threads(&wish, NULL, &other);
    assert_true(usual.states[0] == other.states[0] && usual.trees[1] == other.trees[1]);
    for (size_t k = 1; k < THREAD_STEPS; k++) {
        assert_true(usual.states[k] != other.states[k]);
        assert_true(k == 1 || usual.trees[k] != other.trees[k]);
    }
}

/* Trains until it fails, at most `most` steps; the number of steps that went well. */
static size_t team_steps_before_failure(const ock_config *config, size_t most, ock_team *team)
{
    specimen s;
    ock_status status = OCK_OK;
    size_t done = 0;
    make(&s, config, fixture_kernels());
    s.team = team;
    ock_error_clear();
    for (; done < most && status == OCK_OK; done += status == OCK_OK) {
        predict_at_once(&s);
        status = train(&s);
    }
    discard(&s);
    if (status != OCK_OK) {
        assert_int_equal(status, OCK_INTERNAL);
        assert_non_null(strstr(ock_error_text(), "not finite"));
    }
    ock_error_clear();
    return done;
}

/* The same, alone and by three threads. */
static size_t steps_before_failure(const ock_config *config, size_t most)
{
    ock_team *team = fixture_team(3);
    const size_t steps = team_steps_before_failure(config, most, NULL);
    assert_int_equal(team_steps_before_failure(config, most, team), steps);
    ock_team_free(team);
    return steps;
}

/* Rates no file may hold stand for whatever makes a number infinite: in a parameter at once, in an
 * embedding row by way of the next gradient. */
static void infinities_stop_it(void **state)
{
    ock_config config = fixture_config();
    (void)state;
    assert_int_equal(steps_before_failure(&config, 5), 5);
    config.rate = config.rate_end = INFINITY;
    assert_int_equal(steps_before_failure(&config, 5), 0);
    config = fixture_config();
    config.epsilon = NAN;
    assert_int_equal(steps_before_failure(&config, 5), 0);
    config = fixture_config();
    config.byte_rate = INFINITY;
    assert_true(steps_before_failure(&config, 20) < 20);
    config = fixture_config();
    config.embed_rate = NAN;
    assert_true(steps_before_failure(&config, 20) < 20);
}

/* The largest numbers --set lets through neither stop it nor make it useless to continue. */
static void absurd_rates_stay_finite(void **state)
{
    ock_config config = fixture_config();
    (void)state;
    config.layers = 2;
    config.rate = config.rate_end = 1.0f;
    config.embed_rate = config.byte_rate = 10.0f;
    config.epsilon = 1e-12f;
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    assert_int_equal(steps_before_failure(&config, 300), 300);
    use(&config, OCK_MUON);
    config.momentum = 0.9999f;
    config.muon_gain = 1000;
    config.muon_turns = 16;
    config.muon_every = 20; /* many barriers: slow on busy cores */
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    assert_int_equal(steps_before_failure(&config, 300), 300);
}

static void sizes_are_reported(void **state)
{
    const ock_config config = fixture_config();
    specimen s;
    (void)state;
    make(&s, &config, fixture_kernels());
    size_t layer = ock_layer_parameter_count(&config);
    assert_int_equal(ock_network_parameters(s.network),
                     config.layers * layer + ock_head_parameter_count(&config));
    assert_true(ock_network_bytes(s.network) > 4 * ock_network_parameters(s.network));
    discard(&s);
    ock_network_free(NULL);
}

static int set_up(void **state)
{
    if (fixture_comm_set_up(state) != 0) {
        return -1;
    }
    return ock_fpenv_check("starting message passing") == OCK_OK ? 0 : -1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns_a_repeated_text),
        cmocka_unit_test(golden_bits_on_every_backend),
        cmocka_unit_test(bits_follow_the_numbers),
        cmocka_unit_test(directions_agree),
        cmocka_unit_test(directions_agree_whatever_the_layer),
        cmocka_unit_test(sleeping_lanes_are_not_there),
        cmocka_unit_test(asleep_it_learns_nothing),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(comparisons_see_a_bit),
        cmocka_unit_test(infinities_stop_it),
        cmocka_unit_test(absurd_rates_stay_finite),
        cmocka_unit_test(sizes_are_reported),
    };
    return ock_run_cases(argc, argv, tests, set_up, fixture_comm_tear_down);
}
