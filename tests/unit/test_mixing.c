/* SPDX-License-Identifier: MIT */
/* test_mixing.c - the mixing stage: a decoder finds symbol and interval again; ranks that each own
 * some of the shards get, lane by lane, the intervals of one rank that owns them all (what a shard
 * owns and what every rank replays is right); threads change no bit of it; and it compresses. */
#include "team_fixture.h"

#include <math.h>
#include <stdatomic.h>

#include "mixing/mixing.h"
#include "network/head.h"

enum { STEP = 8, MAX_RANKS = 6, MAX_LANES = 8, MAX_POSITIONS = 2048 };

/* A run: what it is cut into, on how many ranks, and what is done differently for a control. */
typedef struct scenario {
    ock_lane_map map;
    int ranks;
    bool network;   /* the experts include (made-up) trees of a network */
    bool decode;    /* targets are drawn from `expected`'s intervals */
    bool forgetful; /* rank 1 misses the last lane's symbol of one position */
    bool
        in_steps; /* whole steps at once, the members of a team (NULL: this thread) together; one rank */
    ock_team *team;
    uint32_t contexts;         /* 0: the fixture's number */
    uint32_t sets;             /* 0: few */
    uint32_t easy_after;       /* 0: the fixture's number */
    bool never_easy, repeated; /* every lane's second half is its first */
    bool bases;                /* they are of nucleic acids, with repeats of both strands */
    size_t idle;    /* this member counts nothing in one position; 0: none (and never number 0) */
    size_t skipped; /* this step is one in which nothing is learned; 0: none */
    const struct trace *expected;
} scenario;

typedef struct trace {
    ock_interval interval[MAX_LANES][MAX_POSITIONS];
    uint8_t symbol[MAX_LANES][MAX_POSITIONS];
    uint64_t state; /* a hash of all of the stage's state at the end; only of runs in steps */
} trace;

typedef struct rank {
    ock_share share;
    ock_mixing *mixing;
} rank;

static const ock_kernels *kernels;
static uint8_t text[MAX_LANES][MAX_POSITIONS], bases[MAX_LANES][MAX_POSITIONS];

/* Pieces of the same gene, of either strand, in which some are other ones. */
static uint8_t base_of(uint64_t lane, size_t position)
{
    enum { PIECE = 50, GENE = 200 };
    const uint64_t piece = fixture_bits(20 + lane, position / PIECE);
    const size_t from = (size_t)(piece >> 8) % (GENE - PIECE), in = position % PIECE;
    const bool turned = piece & 1;
    const uint64_t other = fixture_bits(40 + lane, position);
    const uint64_t gene = fixture_bits(60, turned ? from + PIECE - 1 - in : from + in);
    const uint64_t code = (gene + (other % 16 == 0)) & 3;
    return (uint8_t) "ACGT"[turned ? 3 - code : code];
}

/* Lanes share words, so that what one has read helps another. */
static int set_up(void **state)
{
    fixture_set_up(state);
    kernels = fixture_kernels();
    for (uint64_t lane = 0; lane < MAX_LANES; lane++) {
        fixture_text(text[lane], MAX_POSITIONS, lane);
        for (size_t i = 0; i < MAX_POSITIONS; i++) {
            bases[lane][i] = base_of(lane, i);
        }
    }
    return 0;
}

static ock_plan plan_of(const scenario *run)
{
    ock_plan plan = {.map = run->map, .level = 5, .config = fixture_config()};
    plan.config.step = STEP;
    plan.config.table_bits = 9; /* small enough for evictions */
    plan.config.match_bits = 10;
    plan.config.contexts = run->contexts != 0 ? run->contexts : plan.config.contexts;
    plan.config.sets = run->sets != 0 ? run->sets : 3;
    plan.config.easy_after = run->easy_after != 0 ? run->easy_after : plan.config.easy_after;
    plan.config.easy_after = run->never_easy ? 0 : plan.config.easy_after;
    assert_int_equal(ock_lane_map_check(&plan.map), OCK_OK);
    assert_true(plan.map.lanes <= MAX_LANES && ock_lane_positions(&plan.map) <= MAX_POSITIONS);
    return plan;
}

static uint8_t symbol_of(const scenario *run, size_t lane, size_t position)
{
    const size_t half = (size_t)ock_lane_length(&run->map, (uint32_t)lane) / 2;
    const size_t at = run->repeated && position >= half ? position - half : position;
    return run->bases ? bases[lane][at] : text[lane][at];
}

/* A tree of bit probabilities that leans towards the symbol, more or less. */
static void make_tree(uint64_t lane, uint64_t position, uint8_t symbol, float tree[OCK_TREE_NODES])
{
    uint64_t key = lane * MAX_POSITIONS + position;
    for (size_t s = 0; s < OCK_SYMBOLS; s++) {
        tree[OCK_SYMBOLS + s] = 0x1p-20f + (fixture_float(key, s) + 1.0f) * 0.1f;
    }
    tree[OCK_SYMBOLS + symbol] += (float)(fixture_bits(key, 0) % 20);
    for (size_t i = OCK_SYMBOLS - 1; i >= 1; i--) {
        tree[i] = tree[2 * i] + tree[2 * i + 1];
    }
    tree[0] = 0;
}

/* Whether it went well; doesn't assert: threads call it. */
static bool code(const scenario *run, const rank *owner, size_t lane, size_t position, trace *made)
{
    float tree[OCK_TREE_NODES];
    const uint8_t symbol = symbol_of(run, lane, position);
    ock_choice choice = {.decode = run->decode, .symbol = symbol};
    if (run->decode) {
        ock_interval interval = run->expected->interval[lane][position];
        uint64_t draw = fixture_bits(lane, position);
        uint32_t last = interval.width - 1;
        choice.target = interval.low + (draw % 3 == 0   ? 0
                                        : draw % 3 == 1 ? last
                                                        : (uint32_t)((draw >> 8) % interval.width));
        choice.symbol = 0;
    }
    make_tree(lane, position, symbol, tree);
    const ock_status status = ock_mixing_code(owner->mixing, lane - owner->share.lanes.begin,
                                              run->network ? tree : NULL, &choice);
    made->interval[lane][position] = choice.interval;
    made->symbol[lane][position] = choice.symbol;
    return status == OCK_OK && choice.interval.width >= 1;
}

/* All ranks code their own lanes of a position, then replay everybody's symbols. */
static void run_position(const scenario *run, const rank *ranks, const ock_history *history,
                         size_t position, trace *made)
{
    size_t active = ock_lanes_active(&run->map, position), t = position % STEP;
    for (int r = 0; r < run->ranks; r++) {
        for (size_t lane = ranks[r].share.lanes.begin; lane < ranks[r].share.lanes.end; lane++) {
            if (lane < active) {
                assert_true(code(run, &ranks[r], lane, position, made));
            }
        }
    }
    for (size_t lane = 0; lane < active; lane++) {
        *ock_history_at(history, lane, t) = made->symbol[lane][position];
    }
    for (int r = 0; r < run->ranks; r++) {
        ock_mixing_learn(ranks[r].mixing, history, t,
                         active - (run->forgetful && r == 1 && position == 40));
    }
}

/* ---- a step at once, by a team ---- */

typedef struct team_step {
    const scenario *run;
    const rank *owner; /* of all lanes */
    const ock_history *history;
    size_t position, count;
    trace *made;
    atomic_bool failed;
} team_step;

/* A position of the lanes of the member's shards. */
static void code_shards(team_step *s, const ock_worker *me, size_t t)
{
    const ock_range shards = ock_team_part(me, s->run->map.shards);
    const size_t active = ock_lanes_active(&s->run->map, s->position + t);
    const size_t end = ock_shard_first_lane(&s->run->map, (uint32_t)shards.end);
    size_t lane = ock_shard_first_lane(&s->run->map, (uint32_t)shards.begin);
    for (; lane < end && lane < active; lane++) {
        if (!code(s->run, s->owner, lane, s->position + t, s->made)) {
            atomic_store(&s->failed, true);
        }
        *ock_history_at(s->history, lane, t) = s->made->symbol[lane][s->position + t];
    }
}

static void go_through_step(void *context, const ock_worker *me)
{
    team_step *s = context;
    ock_mixing *mixing = s->owner->mixing;
    ock_mixing_begin_step(mixing, me, 0);
    for (size_t t = 0; t < s->count; t++) {
        const bool idle = s->run->idle > 0 && me->index == s->run->idle && s->position + t == 40;
        code_shards(s, me, t);
        ock_mixing_prepare(mixing, me, t, ock_lanes_active(&s->run->map, s->position + t));
        ock_team_barrier(me);
        if (!idle) {
            ock_mixing_replay(mixing, me, s->history, t,
                              ock_lanes_active(&s->run->map, s->position + t));
        }
        ock_team_barrier(me);
    }
    ock_mixing_end_step(mixing, me, s->count - 1);
}

static void run_step(const scenario *run, const rank *owner, const ock_history *history,
                     size_t position, trace *made)
{
    const size_t left = (size_t)ock_lane_positions(&run->map) - position;
    team_step s = {run, owner, history, position, left < STEP ? left : STEP, made, false};
    if (run->skipped > 0 && position == run->skipped * STEP) {
        for (size_t lane = 0; lane < run->map.lanes; lane++) {
            memset(ock_history_at(history, lane, 0), (int)lane, STEP);
        }
        ock_mixing_skip(owner->mixing, history);
    } else {
        ock_team_run(run->team, go_through_step, &s);
    }
    assert_false(atomic_load(&s.failed));
    ock_history_advance(history);
}

static uint64_t hash_of_state(ock_mixing *mixing)
{
    uint64_t hash = FIXTURE_HASH_START;
    ock_state_visitor visitor = {.visit = fixture_hash_part, .context = &hash};
    ock_mixing_state(mixing, &visitor);
    return hash;
}

/* The whole input. What is not coded stays zero in the trace. */
static trace *perform(const scenario *run)
{
    const ock_plan plan = plan_of(run);
    rank ranks[MAX_RANKS];
    trace *made = fixture_memory(1, sizeof *made);
    ock_history history = {run->map.lanes, STEP, NULL};
    history.rows = fixture_memory(run->map.lanes, OCK_MAX_ORDER + STEP);
    for (int r = 0; r < run->ranks; r++) {
        ranks[r].share = ock_share_of(&plan.map, run->ranks, r);
        assert_int_equal(ock_mixing_new(NULL, kernels, &plan, &ranks[r].share, &ranks[r].mixing),
                         OCK_OK);
    }
    for (size_t position = 0; position < ock_lane_positions(&run->map) && run->in_steps;
         position += STEP) {
        run_step(run, &ranks[0], &history, position, made);
    }
    for (size_t position = 0; position < ock_lane_positions(&run->map) && !run->in_steps;
         position++) {
        run_position(run, ranks, &history, position, made);
        if (position % STEP == STEP - 1) {
            ock_history_advance(&history);
        }
    }
    made->state = run->in_steps ? hash_of_state(ranks[0].mixing) : 0;
    for (int r = 0; r < run->ranks; r++) {
        ock_mixing_free(ranks[r].mixing);
    }
    free(history.rows);
    return made;
}

static bool same_intervals(const trace *a, const trace *b)
{
    return memcmp(a->interval, b->interval, sizeof a->interval) == 0;
}

static double bits_per_symbol(const trace *made, const ock_lane_map *map, uint64_t from)
{
    double bits = 0, symbols = 0;
    for (uint32_t lane = 0; lane < map->lanes; lane++) {
        for (uint64_t i = from; i < ock_lane_length(map, lane); i++) {
            symbols++;
            bits += (double)ock_code_length_q24(made->interval[lane][i]) / (1 << 24);
        }
    }
    return bits / symbols;
}

static const ock_lane_map maps[] = {
    {1000, 1, 1, 1}, {997, 2, 2, 1},  {1003, 5, 3, 1}, {1004, 5, 3, 2},
    {1201, 8, 4, 4}, {1207, 8, 4, 1}, {3, 4, 2, 1}, /* the last lane is empty */
};
enum { MAPS = sizeof maps / sizeof maps[0] };

static void ranks_agree(void **state)
{
    static const int counts[] = {2, 3, MAX_RANKS};
    (void)state;
    for (size_t m = 0; m < MAPS; m++) {
        scenario one = {.map = maps[m], .ranks = 1, .network = m % 2};
        trace *expected = perform(&one);
        for (size_t c = 0; c < 3; c++) {
            scenario several = one;
            several.ranks = counts[c]; /* more than shards: some own nothing */
            trace *made = perform(&several);
            if (!same_intervals(made, expected)) {
                fail_msg("map %zu: %d ranks get other intervals", m, counts[c]);
            }
            assert_memory_equal(made->symbol, expected->symbol, sizeof made->symbol);
            free(made);
        }
        free(expected);
    }
}

/* Of bases, of which each is counted on both strands: ranks agree, a decoder finds them; copies are worth something. */
static void bases_on_ranks(void **state)
{
    static const ock_lane_map cuts[] = {{3000, 3, 3, 1}, {3000, 4, 4, 2}, {1500, 1, 1, 1}};
    (void)state;
    for (size_t m = 0; m < 3; m++) {
        scenario run = {.map = cuts[m], .ranks = 1, .contexts = 16, .bases = true};
        trace *expected = perform(&run);
        assert_true(bits_per_symbol(expected, &run.map, 500) < 1.6);
        run.decode = true;
        run.expected = expected;
        for (run.ranks = 1; run.ranks <= 3; run.ranks++) {
            trace *made = perform(&run);
            assert_true(same_intervals(made, expected));
            for (uint32_t lane = 0; lane < run.map.lanes; lane++) {
                assert_memory_equal(made->symbol[lane], bases[lane],
                                    ock_lane_length(&run.map, lane));
            }
            free(made);
        }
        free(expected);
    }
}

static void decoder_finds_symbols_and_intervals(void **state)
{
    (void)state;
    for (size_t m = 0; m < MAPS; m++) {
        for (int ranks = 1; ranks <= 2; ranks++) {
            scenario encode = {.map = maps[m], .ranks = 1, .network = m % 2 == 0};
            trace *expected = perform(&encode);
            scenario decode = encode;
            decode.decode = true;
            decode.ranks = ranks;
            decode.expected = expected;
            trace *made = perform(&decode);
            assert_true(same_intervals(made, expected));
            for (uint32_t lane = 0; lane < maps[m].lanes; lane++) {
                assert_memory_equal(made->symbol[lane], text[lane],
                                    ock_lane_length(&maps[m], lane));
            }
            free(made);
            free(expected);
        }
    }
}

/* ---- threads ---- */

#ifdef __SANITIZE_THREAD__
enum { MANY_THREADS = 3 }; /* team_fixture.h */
#else
enum { MANY_THREADS = 256 };
#endif

static void work_in_threads(const void *wish, ock_team *team, void *result)
{
    scenario run = *(const scenario *)wish;
    run.team = team;
    trace *made = perform(&run);
    memcpy(result, made, sizeof *made);
    free(made);
}

/* More members than a byte has names for. */
static void many_threads_change_no_bit(void **state)
{
    const scenario wish = {.map = {40, 2, 2, 1}, .contexts = 4, .ranks = 1, .in_steps = true};
    static trace made[2];
    ock_team *team = fixture_team(MANY_THREADS);
    (void)state;
    work_in_threads(&wish, NULL, &made[0]);
    work_in_threads(&wish, team, &made[1]);
    ock_team_free(team);
    assert_memory_equal(&made[0], &made[1], sizeof made[0]);
}

/* Groups and shards of several lanes and of one, lanes that end within a step, a step that is skipped;
 * intervals, symbols, and the state of all tables, maps, mixers and matches. */
static void threads_change_no_bit(void **state)
{
    static const scenario wishes[] = {
        {.map = {91, 5, 2, 2}, .contexts = 4, .network = true},
        {.map = {100, 1, 1, 1}, .contexts = 4},
        {.map = {301, 8, 4, 1}, .contexts = 4, .skipped = 2},
        {.map = {203, 8, 8, 2}, .contexts = 4, .network = true},
        {.map = {103, 5, 3, 3}, .contexts = 4},
        {.map = {60, 2, 2, 1}, .network = true},
        {.map = {3, 4, 2, 1}, .contexts = 4}, /* the last lane is empty */
        {.map = {203, 3, 2, 1}, .contexts = 4, .easy_after = 13, .repeated = true},
        {.map = {1003, 3, 2, 1}, .contexts = 16, .bases = true},
    };
    (void)state;
    for (size_t i = 0; i < fixture_cases(sizeof wishes / sizeof wishes[0]); i++) {
        char what[64];
        scenario wish = wishes[i];
        wish.ranks = 1;
        wish.in_steps = true;
        snprintf(what, sizeof what, "encoding, case %zu", i);
        fixture_same_on_teams(work_in_threads, &wish, sizeof(trace), what);
        trace *expected = perform(&wish);
        if (wish.skipped == 0) { /* a position by itself comes to the same */
            scenario single = wish;
            single.in_steps = false;
            trace *made = perform(&single);
            assert_true(same_intervals(made, expected));
            free(made);
        }
        wish.decode = true;
        wish.expected = expected;
        snprintf(what, sizeof what, "decoding, case %zu", i);
        fixture_same_on_teams(work_in_threads, &wish, sizeof(trace), what);
        trace *decoded = perform(&wish);
        assert_memory_equal(decoded, expected, sizeof *decoded); /* the state, too */
        free(decoded);
        free(expected);
    }
}

/* One member that doesn't count one position of its part is seen, in the state and in what follows. */
static void comparisons_see_a_member(void **state)
{
    const scenario usual = {.map = {801, 8, 8, 1},
                            .ranks = 1,
                            .in_steps = true,
                            .contexts = 4,
                            .team = fixture_team(3)};
    trace *expected = perform(&usual);
    (void)state;
    for (size_t member = 1; member < 3; member++) {
        scenario other = usual;
        other.idle = member;
        trace *made = perform(&other);
        assert_true(made->state != expected->state);
        assert_false(same_intervals(made, expected));
        free(made);
    }
    trace *again = perform(&usual);
    assert_memory_equal(again, expected, sizeof *again);
    free(again);
    free(expected);
    ock_team_free(usual.team);
}

/* What would go unseen above is seen: one symbol that one rank did not replay, a network heard or
 * not, tables shared or apart. */
static void intervals_are_sensitive(void **state)
{
    const scenario usual = {.map = {1201, 8, 4, 1}, .ranks = 2};
    scenario others[] = {usual, usual, usual, usual};
    (void)state;
    others[0].forgetful = true;
    others[1].network = true;
    others[2].map.groups = 2;
    others[3].map.shards = 2;
    trace *expected = perform(&usual);
    for (size_t i = 0; i < 4; i++) {
        trace *made = perform(&others[i]);
        assert_false(same_intervals(made, expected));
        free(made);
    }
    trace *again = perform(&usual);
    assert_true(same_intervals(again, expected));
    free(again);
    free(expected);
}

/* Tables are shared: eight lanes of like text cost less together than in groups of their own. */
static void sharing_helps(void **state)
{
    scenario together = {.map = {1600, 8, 4, 1}, .ranks = 1};
    scenario apart = {.map = {1600, 8, 4, 4}, .ranks = 1};
    (void)state;
    trace *a = perform(&together), *b = perform(&apart);
    double one = bits_per_symbol(a, &together.map, 0), four = bits_per_symbol(b, &apart.map, 0);
    print_message("one group %.3f bits a symbol, four groups %.3f\n", one, four);
    assert_true(one < four);
    free(a);
    free(b);
}

static void compresses(void **state)
{
    const scenario words = {.map = {2000, 1, 1, 1}, .ranks = 1};
    const scenario network = {.map = {2000, 1, 1, 1}, .ranks = 1, .network = true};
    (void)state;
    trace *a = perform(&words), *b = perform(&network);
    double early = bits_per_symbol(a, &words.map, 0), late = bits_per_symbol(a, &words.map, 1000);
    double helped = bits_per_symbol(b, &words.map, 1000);
    print_message("%.3f bits a symbol in all, %.3f in the second half, %.3f with a network\n",
                  early, late, helped);
    assert_true(early < 5.0);
    assert_true(late < early);
    assert_true(helped < late);
    free(a);
    free(b);
}

/* ---- easy symbols ---- */

/* Symbols that a long match expects are found again, with the same intervals, by any number of ranks and with
 * all sets and contexts that there are for the others. */
static void easy_symbols_are_decoded(void **state)
{
    static const scenario wishes[] = {
        {.map = {1600, 1, 1, 1}, .easy_after = 1},
        {.map = {1600, 1, 1, 1}, .easy_after = 32, .sets = 14},
        {.map = {1600, 2, 2, 1}, .easy_after = 13, .contexts = 17},
        {.map = {1600, 5, 3, 2}, .easy_after = 20, .contexts = 2, .network = true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        scenario wish = wishes[i];
        wish.ranks = 1;
        wish.repeated = true;
        trace *expected = perform(&wish);
        wish.ranks = 2;
        trace *made = perform(&wish);
        assert_true(same_intervals(made, expected));
        free(made);
        wish.decode = true;
        wish.expected = expected;
        made = perform(&wish);
        assert_true(same_intervals(made, expected));
        assert_memory_equal(made->symbol, expected->symbol, sizeof made->symbol);
        for (uint32_t lane = 0; lane < wish.map.lanes; lane++) {
            for (size_t at = 0; at < ock_lane_length(&wish.map, lane); at++) {
                assert_int_equal(made->symbol[lane][at], symbol_of(&wish, lane, at));
            }
        }
        free(made);
        free(expected);
    }
}

/* The first position whose interval is another one. */
static size_t first_difference(const trace *a, const trace *b)
{
    size_t at = 0;
    while (at < MAX_POSITIONS &&
           memcmp(&a->interval[0][at], &b->interval[0][at], sizeof a->interval[0][at]) == 0) {
        at++;
    }
    return at;
}

/* When the next symbol is easy changes intervals, from the first such symbol on: the longer the match has to be,
 * the later; never, where no match is so long. */
static void easy_after_changes_intervals(void **state)
{
    static const uint32_t lengths[] = {40, 60, 100};
    scenario wish = {.map = {1600, 1, 1, 1}, .ranks = 1, .repeated = true, .never_easy = true};
    trace *never = perform(&wish);
    size_t before = 0;
    (void)state;
    wish.never_easy = false;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        wish.easy_after = lengths[i];
        trace *made = perform(&wish);
        const size_t at = first_difference(made, never);
        assert_in_range(at, 800 + lengths[i], 900 + lengths[i]);
        assert_int_equal(at - before, i > 0 ? lengths[i] - lengths[i - 1] : at);
        before = at;
        free(made);
    }
    wish.easy_after = 801;
    trace *made = perform(&wish);
    assert_true(same_intervals(made, never));
    free(made);
    free(never);
}

/* A repeat is cheap, easy or not. */
static void easy_symbols_are_cheap(void **state)
{
    scenario wish = {.map = {1600, 1, 1, 1}, .ranks = 1, .repeated = true, .easy_after = 16};
    (void)state;
    for (int never = 0; never < 2; never++) {
        wish.never_easy = never != 0;
        trace *made = perform(&wish);
        const double bits = bits_per_symbol(made, &wish.map, 1000);
        print_message("%.3f bits a symbol of the repeat, %s easy\n", bits,
                      never ? "never" : "soon");
        assert_true(bits < 0.5);
        free(made);
    }
}

/* ---- light steps ---- */

/* A step of the only lane; learned, or skipped. */
static void take_step(ock_mixing *mixing, const ock_history *history, const char *symbols,
                      bool skipped)
{
    assert_int_equal(strlen(symbols), STEP);
    memcpy(ock_history_at(history, 0, 0), symbols, STEP);
    for (size_t t = 0; t < STEP && !skipped; t++) {
        ock_choice choice = {.symbol = (uint8_t)symbols[t]};
        assert_int_equal(ock_mixing_code(mixing, 0, NULL, &choice), OCK_OK);
        ock_mixing_learn(mixing, history, t, 1);
    }
    if (skipped) {
        ock_mixing_skip(mixing, history);
    }
    ock_history_advance(history);
}

/* Bits that an x costs after `skipped`, where it used to follow "key verb". */
static double cost_after(const ock_config *config, const char *skipped)
{
    const ock_plan plan = {.map = {1000, 1, 1, 1}, .level = 5, .config = *config};
    const ock_share share = ock_share_of(&plan.map, 1, 0);
    ock_history history = {1, STEP, fixture_memory(1, OCK_MAX_ORDER + STEP)};
    ock_choice choice = {.symbol = 'x'};
    ock_mixing *mixing;
    assert_int_equal(ock_mixing_new(NULL, kernels, &plan, &share, &mixing), OCK_OK);
    for (int i = 0; i < 20; i++) {
        take_step(mixing, &history, "key verb", false);
        take_step(mixing, &history, "x, then ", false);
        take_step(mixing, &history, "no nouns", false);
        take_step(mixing, &history, "y, then ", false);
    }
    take_step(mixing, &history, "12345678", false);
    take_step(mixing, &history, skipped, true);
    assert_int_equal(ock_mixing_code(mixing, 0, NULL, &choice), OCK_OK);
    ock_mixing_free(mixing);
    free(history.rows);
    return (double)ock_code_length_q24(choice.interval) / (1 << 24);
}

/* Nobody learns from skipped symbols, but they are the past of what follows: for the contexts, and,
 * where there are none but order 0, for the matches. */
static void skipped_symbols_are_the_past(void **state)
{
    (void)state;
    for (int matches = 0; matches < 2; matches++) {
        ock_config config = fixture_config();
        config.step = STEP;
        config.contexts = matches ? 1 : config.contexts;
        config.sets = 3;
        config.match_min = matches ? 5 : 32;
        config.match_long = 32;
        double known = cost_after(&config, "key verb"), other = cost_after(&config, "no nouns");
        double usual = cost_after(&config, "........");
        print_message("by %s: %.3f bits, after another past %.3f, after none %.3f\n",
                      matches ? "matches" : "contexts", known, other, usual);
        assert_true(known < 2);
        assert_true(other > 4 && usual > 4);
    }
}

/* A tree that is not a number anywhere on the symbol's path: an error, not a wild address. */
static void nan_is_an_internal_error(void **state)
{
    static const float bad[] = {NAN, -NAN, INFINITY, 0.0f};
    const scenario usual = {.map = {100, 1, 1, 1}, .ranks = 1};
    const ock_plan plan = plan_of(&usual);
    const ock_share share = ock_share_of(&plan.map, 1, 0);
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (int decode = 0; decode < 2; decode++) {
            float tree[OCK_TREE_NODES];
            ock_choice choice = {.decode = decode, .symbol = 'x', .target = 12345};
            ock_mixing *mixing;
            assert_int_equal(ock_mixing_new(NULL, kernels, &plan, &share, &mixing), OCK_OK);
            for (size_t k = 0; k < OCK_TREE_NODES; k++) {
                tree[k] = bad[i];
            }
            assert_int_equal(ock_mixing_code(mixing, 0, tree, &choice), OCK_INTERNAL);
            assert_true(strlen(ock_error_text()) > 0);
            ock_error_clear();
            ock_mixing_free(mixing);
        }
    }
}

static void a_rank_without_shards(void **state)
{
    const scenario usual = {.map = {100, 2, 2, 1}, .ranks = 3};
    const ock_plan plan = plan_of(&usual);
    const ock_share share = ock_share_of(&plan.map, 3, 0);
    ock_mixing *mixing;
    (void)state;
    assert_int_equal(share.lanes.begin, share.lanes.end);
    assert_int_equal(ock_mixing_new(NULL, kernels, &plan, &share, &mixing), OCK_OK);
    assert_true(ock_mixing_bytes(mixing) < 1 << 16); /* no tables for nothing */
    ock_mixing_free(mixing);
    ock_mixing_free(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_agree),
        cmocka_unit_test(decoder_finds_symbols_and_intervals),
        cmocka_unit_test(bases_on_ranks),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(many_threads_change_no_bit),
        cmocka_unit_test(comparisons_see_a_member),
        cmocka_unit_test(intervals_are_sensitive),
        cmocka_unit_test(sharing_helps),
        cmocka_unit_test(compresses),
        cmocka_unit_test(easy_symbols_are_decoded),
        cmocka_unit_test(easy_after_changes_intervals),
        cmocka_unit_test(easy_symbols_are_cheap),
        cmocka_unit_test(skipped_symbols_are_the_past),
        cmocka_unit_test(nan_is_an_internal_error),
        cmocka_unit_test(a_rank_without_shards),
    };
    return ock_run_cases(argc, argv, tests, set_up, NULL);
}
