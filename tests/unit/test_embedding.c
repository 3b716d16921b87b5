/* SPDX-License-Identifier: MIT */
/* test_embedding.c - which rows a lookup reads, that an update changes those alone, and that the
 * order of updates is one that matters and that no number of threads changes. */
#include "team_fixture.h"

#include "network/embedding.h"

enum { WIDTH = 96, ORDERS = 3, SLICE = WIDTH / ORDERS, BITS = 10, ROWS = ORDERS << BITS };
enum { SLICES = ORDERS + OCK_FEATURES, WIDEST = SLICES * SLICE };

typedef struct specimen {
    ock_arena arena;
    ock_embedding embedding;
    size_t slices, width; /* WIDTH, and SLICE for each feature */
} specimen;

static void make_with(specimen *s, uint32_t features)
{
    ock_config config = fixture_config();
    s->slices = ORDERS + features;
    s->width = s->slices * SLICE;
    config.width = (uint32_t)s->width;
    config.order_min = 2;
    config.order_max = 4;
    config.features = features;
    config.ngram_bits = BITS;
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    ock_arena_init(&s->arena, NULL);
    assert_int_equal(ock_embedding_init(&s->embedding, fixture_kernels(), &config, &s->arena),
                     OCK_OK);
}

static void make(specimen *s)
{
    make_with(s, 0);
}

/* The update of a position, by this thread alone. */
static void update(ock_embedding *embedding, const uint8_t *next, const float *gradient)
{
    const ock_worker alone = ock_worker_alone();
    size_t rows[OCK_MAX_SLICES];
    ock_embedding_rows(embedding, next, rows);
    ock_embedding_prefetch_update(embedding, &alone, rows);
    ock_embedding_update(embedding, &alone, next, rows, gradient);
}

/* `text` as the newest symbols of a lane's past, zeros before it: the pointer behind it, good until
 * the fourth call after this one. */
static const uint8_t *past(const char *text)
{
    enum { PASTS = 4, TEXT = 32 };
    static uint8_t pasts[PASTS][OCK_MAX_ORDER + TEXT];
    static size_t calls;
    uint8_t *bytes = pasts[calls++ % PASTS];
    size_t length = strnlen(text, TEXT + 1); /* not copied with its end */
    assert_true(length <= TEXT);
    memset(bytes, 0, OCK_MAX_ORDER);
    memcpy(bytes + OCK_MAX_ORDER, text, length);
    return bytes + OCK_MAX_ORDER + length;
}

static void assert_equal_tables(const ock_embedding *a, const ock_embedding *b)
{
    assert_memory_equal(a->byte_rows, b->byte_rows, 256 * WIDTH * sizeof(float));
    assert_memory_equal(a->byte_accumulators, b->byte_accumulators, 256 * sizeof(float));
    assert_memory_equal(a->rows, b->rows, ROWS * SLICE * sizeof(float));
    assert_memory_equal(a->accumulators, b->accumulators, ROWS * sizeof(float));
}

static bool same_tables(const ock_embedding *a, const ock_embedding *b)
{
    return memcmp(a->byte_rows, b->byte_rows, 256 * WIDTH * sizeof(float)) == 0 &&
           memcmp(a->rows, b->rows, ROWS * SLICE * sizeof(float)) == 0;
}

/* Fresh n-gram rows are zero: the byte's row alone comes out, with its keyed random numbers. */
static void fresh_lookup(void **state)
{
    specimen s;
    float x[WIDTH];
    (void)state;
    make(&s);
    ock_embedding_lookup(&s.embedding, past("0123456789abcdefg"), x);
    assert_memory_equal(x, s.embedding.byte_rows + 'g' * WIDTH, sizeof x);
    for (size_t i = 0; i < 256 * WIDTH; i++) {
        assert_true(s.embedding.byte_rows[i] >= -0.1f && s.embedding.byte_rows[i] <= 0.1f);
    }
    ock_embedding_prefetch(&s.embedding, past("0123456789abcdefg"));
    ock_arena_free(&s.arena);
}

/* Changed rows of an update: the byte's, and one in each slice's part of the table. */
static void assert_rows_changed(const specimen *s, const specimen *fresh, uint8_t byte)
{
    for (size_t row = 0; row < 256; row++) {
        bool changed = memcmp(s->embedding.byte_rows + row * s->width,
                              fresh->embedding.byte_rows + row * s->width, s->width * 4) != 0;
        assert_int_equal(changed, row == byte);
        assert_int_equal(s->embedding.byte_accumulators[row] != 0, row == byte);
    }
    for (size_t slice = 0; slice < s->slices; slice++) {
        size_t changed = 0;
        for (size_t row = slice << BITS; row < (slice + 1) << BITS; row++) {
            bool differs = memcmp(s->embedding.rows + row * SLICE,
                                  fresh->embedding.rows + row * SLICE, SLICE * 4) != 0;
            assert_int_equal(differs, s->embedding.accumulators[row] != 0);
            changed += differs;
        }
        assert_int_equal(changed, 1);
    }
}

static void update_changes_only_its_rows(void **state)
{
    (void)state;
    for (uint32_t features = 0; features <= OCK_FEATURES; features++) {
        specimen s, fresh;
        float gradient[WIDEST], before[WIDEST], after[WIDEST];
        make_with(&s, features);
        make_with(&fresh, features);
        fixture_fill(gradient, s.width, 1.0f, 1);
        const uint8_t *next = past("the quick brown fo");
        ock_embedding_lookup(&s.embedding, next, before);
        ock_embedding_prefetch(&s.embedding, next);
        update(&s.embedding, next, gradient);
        assert_rows_changed(&s, &fresh, 'o');
        ock_embedding_lookup(&s.embedding, next, after);
        for (size_t i = 0; i < s.width; i++) { /* against the gradient, in every element */
            assert_true(gradient[i] == 0 || (after[i] < before[i]) == (gradient[i] > 0));
        }
        ock_arena_free(&s.arena);
        ock_arena_free(&fresh.arena);
    }
}

/* The symbols an order looks at choose its row; older ones do not. */
static void orders_see_their_symbols_only(void **state)
{
    static const struct {
        const char *other;
        size_t shared; /* orders whose row is the same: the first ones */
    } cases[] = {{"0123456789abcdefgh", 3}, {"################efgh", 3}, {"0123456789abcd#fgh", 2},
                 {"0123456789abcde#gh", 1}, {"0123456789abcdef#h", 0},   {"0123456789abcdefg#", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        specimen s;
        float gradient[WIDTH], x[WIDTH], zero[SLICE] = {0};
        make(&s);
        fixture_fill(gradient, WIDTH, 1.0f, 2);
        update(&s.embedding, past("0123456789abcdefgh"), gradient);
        memset(s.embedding.byte_rows, 0, 256 * WIDTH * sizeof(float));
        ock_embedding_lookup(&s.embedding, past(cases[i].other), x);
        for (size_t order = 0; order < ORDERS; order++) {
            assert_int_equal(memcmp(x + order * SLICE, zero, sizeof zero) != 0,
                             order < cases[i].shared);
        }
        ock_arena_free(&s.arena);
    }
}

/* ---- features ---- */

/* The row of each slice that stands for the symbols before `next`, counted in the slice. */
static void rows_read(specimen *s, const uint8_t *next, size_t row[SLICES])
{
    float gradient[WIDEST];
    for (size_t i = 0; i < s->width; i++) {
        gradient[i] = 1.0f;
    }
    memset(s->embedding.accumulators, 0, (s->slices << BITS) * sizeof(float));
    update(&s->embedding, next, gradient);
    for (size_t slice = 0; slice < s->slices; slice++) {
        const float *accumulators = s->embedding.accumulators + (slice << BITS);
        for (row[slice] = 0; accumulators[row[slice]] == 0;) {
            assert_true(++row[slice] < 1 << BITS);
        }
    }
}

/* Which features have the same row after both, a bit each. */
static unsigned features_shared(specimen *s, const uint8_t *one, const uint8_t *other)
{
    size_t rows[2][SLICES];
    unsigned shared = 0;
    rows_read(s, one, rows[0]);
    rows_read(s, other, rows[1]);
    for (unsigned f = 0; f < OCK_FEATURES; f++) {
        shared |= (unsigned)(rows[0][ORDERS + f] == rows[1][ORDERS + f]) << f;
    }
    return shared;
}

enum {
    WORD = 1 << OCK_FEATURE_WORD,
    WORD_PREVIOUS = 1 << OCK_FEATURE_WORD_PREVIOUS,
    PREVIOUS = 1 << OCK_FEATURE_PREVIOUS,
    SKIP2 = 1 << OCK_FEATURE_SKIP2,
    SKIP3 = 1 << OCK_FEATURE_SKIP3,
    TRIGRAM = 1 << OCK_FEATURE_TRIGRAM,
    ALL = (1 << OCK_FEATURES) - 1
};

static void features_see_their_symbols_only(void **state)
{
    static const struct {
        const char *one, *other;
        unsigned shared;
    } cases[] = {
        /* a letter of each word, the newest one, a word too old to be seen */
        {"alpha beta gam", "alpha beta ham", PREVIOUS},
        {"alpha beta gam", "alpha beta gan", SKIP2 | SKIP3},
        {"alpha beta gam", "alpha betb gam", WORD | SKIP2 | SKIP3},
        {"alpha beta gam", "alphb beta gam", ALL & ~TRIGRAM},
        {"eta alpha beta gam", "psi alpha beta gam", ALL},
        /* capitals: the same in words, another symbol elsewhere */
        {"alpha beta gam", "ALPHA beTa gam", ALL},
        {"alpha beta gam", "alpha beta gAm", ALL & ~(SKIP2 | SKIP3)},
        {"alpha beta gam", "alpha beta gaM", ALL & ~(WORD | PREVIOUS)},
        /* what stands between words */
        {"alpha beta gam", "alpha; 12 beta\n\n\tgam", ALL & ~SKIP3},
        {"alpha beta gam", "alphabeta gam", WORD | SKIP2 | SKIP3},
        {"alpha beta gam", "alpha betagam", SKIP2},
        /* no word so far */
        {"alpha beta ", "alpha beta.", ALL & ~(WORD | PREVIOUS)},
        {"alpha beta ", "alpha zeta ", WORD | SKIP2 | SKIP3},
        {"alpha beta ", "alphb beta ", ALL & ~TRIGRAM},
        /* the order of words */
        {"beta alpha rho", "alpha beta rho", WORD | SKIP2 | SKIP3},
        {"rho rho pi", "rho pi rho", 0},
        /* digits and the symbols next to letters in ASCII end a word; those from 128 on do not */
        {"beta ga7x", "beta bb7x", WORD},
        {"beta ga[x", "beta bb[x", WORD},
        {"beta ga@x", "beta bb@x", WORD},
        {"beta ga{x", "beta bb{x", WORD},
        {"beta ga`x", "beta bb`x", WORD},
        {"beta ga\x80x", "beta bb\x80x", PREVIOUS},
        {"beta ga\xFFx", "beta bb\xFFx", PREVIOUS},
        /* no letters between the skipped symbols: the second, third, fourth and fifth newest */
        {"12345678", "123456#8", ALL & ~(SKIP2 | SKIP3)},
        {"12345678", "12345#78", ALL & ~(SKIP2 | SKIP3)},
        {"12345678", "1234#678", ALL & ~SKIP3},
        {"12345678", "123#5678", ALL},
        {"12345678", "1234567#", ALL & ~(WORD | PREVIOUS)},
    };
    specimen s;
    (void)state;
    make_with(&s, OCK_FEATURES);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned shared = features_shared(&s, past(cases[i].one), past(cases[i].other));
        if (shared != cases[i].shared) {
            fail_msg("\"%s\" and \"%s\" share 0x%02x, not 0x%02x", cases[i].one, cases[i].other,
                     shared, cases[i].shared);
        }
    }
    ock_arena_free(&s.arena);
}

/* A letter, or another symbol, at every one of the newest OCK_MAX_ORDER places and one more. */
static void features_end_with_the_past(void **state)
{
    enum { PLACES = OCK_MAX_ORDER + 1 };
    static const char *const endings[] = {"", " ", " b", " b c"}; /* of words since then */
    static const unsigned last[] = {WORD | WORD_PREVIOUS | TRIGRAM,
                                    WORD_PREVIOUS | PREVIOUS | TRIGRAM,
                                    WORD_PREVIOUS | PREVIOUS | TRIGRAM, TRIGRAM};
    specimen s;
    (void)state;
    make_with(&s, OCK_FEATURES);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        uint8_t text[PLACES], other[PLACES];
        size_t length = strlen(endings[i]);
        memset(text, 'a', PLACES);
        memcpy(text + PLACES - length, endings[i], length);
        memcpy(other, text, PLACES);
        other[0] = 'z'; /* beyond it */
        assert_int_equal(features_shared(&s, text + PLACES, other + PLACES), ALL);
        other[0] = ' ';
        assert_int_equal(features_shared(&s, text + PLACES, other + PLACES), ALL);
        other[1] = 'z'; /* the oldest one within */
        assert_int_equal(features_shared(&s, text + PLACES, other + PLACES), ALL & ~last[i]);
    }
    ock_arena_free(&s.arena);
}

/* No letters anywhere: the search for words ends in time. (A sanitizer sees what is read.) */
static void nothing_older_is_read(void **state)
{
    specimen s;
    uint8_t *text = fixture_memory(OCK_MAX_ORDER, 1);
    float x[WIDEST];
    (void)state;
    make_with(&s, OCK_FEATURES);
    for (int symbol = 0; symbol < 256; symbol++) {
        memset(text, symbol, OCK_MAX_ORDER);
        ock_embedding_lookup(&s.embedding, text + OCK_MAX_ORDER, x);
        assert_memory_equal(x, s.embedding.byte_rows + (size_t)symbol * s.width,
                            s.width * sizeof *x);
    }
    free(text);
    ock_arena_free(&s.arena);
}

/* With features or without, with few or many: the slices before them read the same rows. */
static void features_leave_the_others_alone(void **state)
{
    static const char *const texts[] = {"alpha beta gam", "0123456789", "", "One two", "\n\nabc. "};
    specimen most;
    (void)state;
    make_with(&most, OCK_FEATURES);
    for (uint32_t features = 0; features < OCK_FEATURES; features++) {
        specimen s;
        make_with(&s, features);
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            size_t rows[SLICES], all[SLICES];
            rows_read(&s, past(texts[i]), rows);
            rows_read(&most, past(texts[i]), all);
            assert_memory_equal(rows, all, s.slices * sizeof rows[0]);
        }
        ock_arena_free(&s.arena);
    }
    ock_arena_free(&most.arena);
}

/* ---- updates ---- */

/* One row-wise Adagrad step by hand: accumulator and row, bit for bit. */
static void update_is_adagrad(void **state)
{
    const ock_kernels *kernels = fixture_kernels();
    specimen s;
    float gradient[2][WIDTH], row[WIDTH], accumulator = 0;
    (void)state;
    make(&s);
    const uint8_t *next = past("the quick brown fo");
    memcpy(row, s.embedding.byte_rows + 'o' * WIDTH, sizeof row);
    for (uint64_t i = 0; i < 2; i++) {
        fixture_fill(gradient[i], WIDTH, 1.0f, 3 + i);
        update(&s.embedding, next, gradient[i]);
        accumulator += kernels->dot(WIDTH, gradient[i], gradient[i]) * (1.0f / WIDTH);
        kernels->axpy(WIDTH, -(s.embedding.byte_rate / (__builtin_sqrtf(accumulator) + 1e-8f)),
                      gradient[i], row);
        assert_memory_equal(&s.embedding.byte_accumulators['o'], &accumulator, sizeof accumulator);
        assert_memory_equal(s.embedding.byte_rows + 'o' * WIDTH, row, sizeof row);
    }
    ock_arena_free(&s.arena);
}

static void update_all(specimen *s, const char *const texts[], const size_t order[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float gradient[WIDTH];
        fixture_fill(gradient, WIDTH, 1.0f, 10 + order[i]);
        update(&s->embedding, past(texts[order[i]]), gradient);
    }
}

/* Occurrences of the same rows in the same order give the same bits; in another order they do not
 * (the control without which the first half would prove nothing). */
static void order_of_updates(void **state)
{
    static const char *const texts[] = {"the quick brown fo", "a slow and bold fo",
                                        "0123456789abcdefgh"};
    specimen a, b, other;
    (void)state;
    make(&a);
    make(&b);
    make(&other);
    update_all(&a, texts, (const size_t[]){0, 1, 2, 0, 1}, 5);
    update_all(&b, texts, (const size_t[]){0, 1, 2}, 3);
    update_all(&b, texts, (const size_t[]){0, 1}, 2);
    assert_equal_tables(&a.embedding, &b.embedding);
    update_all(&other, texts, (const size_t[]){1, 0, 2, 0, 1}, 5);
    assert_false(same_tables(&a.embedding, &other.embedding));
    ock_arena_free(&a.arena);
    ock_arena_free(&b.arena);
    ock_arena_free(&other.arena);
}

/* ---- threads ---- */

enum { UPDATES = 400 };

typedef struct thread_results {
    float byte_rows[256 * WIDEST], byte_accumulators[256];
    float rows[(SLICES << BITS) * SLICE], accumulators[SLICES << BITS];
} thread_results;

typedef struct job {
    specimen s;
    size_t swapped;  /* this update and the next one change places; UPDATES: none */
    size_t left_out; /* the member that does nothing; SIZE_MAX: none */
    size_t rows[UPDATES][OCK_MAX_SLICES];
    float gradients[UPDATES][WIDEST];
    uint8_t text[OCK_MAX_ORDER + UPDATES];
} job;

static const uint8_t *next_of(const job *j, size_t i)
{
    return j->text + OCK_MAX_ORDER + i;
}

static void update_by_member(void *context, const ock_worker *me)
{
    job *j = context;
    for (size_t i = 0; i < UPDATES && me->index != j->left_out; i++) {
        const size_t k = i == j->swapped ? i + 1 : i == j->swapped + 1 ? i - 1 : i;
        ock_embedding_prefetch_update(&j->s.embedding, me, j->rows[k]);
        ock_embedding_update(&j->s.embedding, me, next_of(j, k), j->rows[k], j->gradients[k]);
    }
}

static void work(size_t swapped, size_t left_out, ock_team *team, thread_results *r)
{
    job *j = fixture_memory(1, sizeof *j);
    j->swapped = swapped;
    j->left_out = left_out;
    make_with(&j->s, OCK_FEATURES);
    fixture_text(j->text, sizeof j->text, 1);
    j->text[OCK_MAX_ORDER + 100] =
        j->text[OCK_MAX_ORDER + 99]; /* updates 100 and 101: one byte row */
    for (size_t i = 0; i < UPDATES; i++) {
        ock_embedding_rows(&j->s.embedding, next_of(j, i), j->rows[i]);
        fixture_fill(j->gradients[i], WIDEST, 1.0f, 20 + i);
    }
    ock_team_run(team, update_by_member, j);
    memcpy(r->byte_rows, j->s.embedding.byte_rows, sizeof r->byte_rows);
    memcpy(r->byte_accumulators, j->s.embedding.byte_accumulators, sizeof r->byte_accumulators);
    memcpy(r->rows, j->s.embedding.rows, sizeof r->rows);
    memcpy(r->accumulators, j->s.embedding.accumulators, sizeof r->accumulators);
    ock_arena_free(&j->s.arena);
    free(j);
}

static void work_in_threads(const void *wish, ock_team *team, void *result)
{
    (void)wish;
    work(UPDATES, SIZE_MAX, team, result);
}

/* Many updates, of a few rows again and again. */
static void threads_change_no_bit(void **state)
{
    (void)state;
    fixture_same_on_teams(work_in_threads, NULL, sizeof(thread_results), "updates");
}

/* Two updates that change places, or a member's part that is left out, are seen. */
static void comparisons_see_a_bit(void **state)
{
    thread_results *usual = fixture_memory(1, sizeof *usual);
    thread_results *other = fixture_memory(1, sizeof *other);
    ock_team *team = fixture_team(3);
    (void)state;
    work(UPDATES, SIZE_MAX, NULL, usual);
    work(100, SIZE_MAX, NULL, other);
    assert_memory_not_equal(usual, other, sizeof *usual);
    for (size_t member = 0; member < 3; member++) {
        work(UPDATES, member, team, other);
        assert_memory_not_equal(usual->rows, other->rows, sizeof usual->rows);
        assert_memory_not_equal(usual->byte_rows, other->byte_rows, sizeof usual->byte_rows);
    }
    ock_team_free(team);
    free(usual);
    free(other);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fresh_lookup),
        cmocka_unit_test(update_changes_only_its_rows),
        cmocka_unit_test(orders_see_their_symbols_only),
        cmocka_unit_test(features_see_their_symbols_only),
        cmocka_unit_test(features_end_with_the_past),
        cmocka_unit_test(nothing_older_is_read),
        cmocka_unit_test(features_leave_the_others_alone),
        cmocka_unit_test(update_is_adagrad),
        cmocka_unit_test(order_of_updates),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(comparisons_see_a_bit),
    };
    return ock_run_cases(argc, argv, tests, fixture_set_up, NULL);
}
