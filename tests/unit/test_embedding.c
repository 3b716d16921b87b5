/* test_embedding.c - which rows a lookup reads, that an update changes those alone, and that the
 * order of updates is one that matters. */
#include "model_fixture.h"

#include "embedding.h"

enum { WIDTH = 96, ORDERS = 3, SLICE = WIDTH / ORDERS, BITS = 10, ROWS = ORDERS << BITS };

typedef struct specimen {
    ock_arena arena;
    ock_embedding embedding;
} specimen;

static void make(specimen *s)
{
    ock_config config = fixture_config();
    config.width = WIDTH;
    config.order_min = 2;
    config.order_max = 4;
    config.ngram_bits = BITS;
    assert_int_equal(ock_config_check(&config, OCK_ENVIRONMENT), OCK_OK);
    ock_arena_init(&s->arena);
    assert_int_equal(ock_embedding_init(&s->embedding, fixture_kernels(), &config, &s->arena),
                     OCK_OK);
}

/* `text` as the newest symbols of a lane's past, zeros before it: the pointer behind it, good until
 * the fourth call after this one. */
static const uint8_t *past(const char *text)
{
    enum { PASTS = 4, TEXT = 32 };
    static uint8_t pasts[PASTS][OCK_MAX_ORDER + TEXT];
    static size_t calls;
    uint8_t *bytes = pasts[calls++ % PASTS];
    size_t length = strlen(text);
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
    for (size_t i = 0; i < 256 * WIDTH; i++)
        assert_true(s.embedding.byte_rows[i] >= -0.1f && s.embedding.byte_rows[i] <= 0.1f);
    ock_embedding_prefetch(&s.embedding, past("0123456789abcdefg"));
    ock_arena_free(&s.arena);
}

/* Changed rows of an update: the byte's, and one in each order's part of the table. */
static void assert_rows_changed(const specimen *s, const specimen *fresh, uint8_t byte)
{
    for (size_t row = 0; row < 256; row++) {
        bool changed = memcmp(s->embedding.byte_rows + row * WIDTH,
                              fresh->embedding.byte_rows + row * WIDTH, WIDTH * 4) != 0;
        assert_int_equal(changed, row == byte);
        assert_int_equal(s->embedding.byte_accumulators[row] != 0, row == byte);
    }
    for (size_t order = 0; order < ORDERS; order++) {
        size_t changed = 0;
        for (size_t row = order << BITS; row < (order + 1) << BITS; row++) {
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
    specimen s, fresh;
    float gradient[WIDTH], before[WIDTH], after[WIDTH];
    (void)state;
    make(&s);
    make(&fresh);
    fixture_fill(gradient, WIDTH, 1.0f, 1);
    const uint8_t *next = past("the quick brown fo");
    ock_embedding_lookup(&s.embedding, next, before);
    ock_embedding_update(&s.embedding, next, gradient);
    assert_rows_changed(&s, &fresh, 'o');
    ock_embedding_lookup(&s.embedding, next, after);
    for (size_t i = 0; i < WIDTH; i++) /* against the gradient, in every element */
        assert_true(gradient[i] == 0 || (after[i] < before[i]) == (gradient[i] > 0));
    ock_arena_free(&s.arena);
    ock_arena_free(&fresh.arena);
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
        ock_embedding_update(&s.embedding, past("0123456789abcdefgh"), gradient);
        memset(s.embedding.byte_rows, 0, 256 * WIDTH * sizeof(float));
        ock_embedding_lookup(&s.embedding, past(cases[i].other), x);
        for (size_t order = 0; order < ORDERS; order++)
            assert_int_equal(memcmp(x + order * SLICE, zero, sizeof zero) != 0,
                             order < cases[i].shared);
        ock_arena_free(&s.arena);
    }
}

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
        ock_embedding_update(&s.embedding, next, gradient[i]);
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
        ock_embedding_update(&s->embedding, past(texts[order[i]]), gradient);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fresh_lookup),
        cmocka_unit_test(update_changes_only_its_rows),
        cmocka_unit_test(orders_see_their_symbols_only),
        cmocka_unit_test(update_is_adagrad),
        cmocka_unit_test(order_of_updates),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, NULL);
}
