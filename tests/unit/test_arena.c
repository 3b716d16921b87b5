/* SPDX-License-Identifier: MIT */
/* test_arena.c - blocks are aligned, zeroed and apart; what cannot be had is
 * refused with its name. What a run takes is counted, whichever of its threads takes it. */
#include "model_fixture.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/memory.h"

enum { ALIGNMENT = 64 };

static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, 100000, 3 << 20};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void assert_zero(const uint8_t *block, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (block[i] != 0) {
            fail_msg("byte %zu of %zu is %u", i, bytes, block[i]);
        }
    }
}

static void blocks_are_aligned_and_zero(void **state)
{
    (void)state;
    ock_arena arena;
    ock_arena_init(&arena, NULL);
    for (size_t i = 0; i < SIZES; i++) {
        void *block = NULL;
        assert_int_equal(ock_arena_take(&arena, sizes[i], 1, "a test", &block), OCK_OK);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % ALIGNMENT, 0);
        assert_zero(block, sizes[i]);
        memset(block, 0xA5, sizes[i]); /* what a later block must not show */
    }
    ock_arena_free(&arena);
}

static void blocks_do_not_overlap(void **state)
{
    (void)state;
    uint8_t *blocks[SIZES];
    ock_arena arena;
    ock_arena_init(&arena, NULL);
    for (size_t i = 0; i < SIZES; i++) {
        assert_int_equal(ock_arena_take(&arena, sizes[i], 1, "a test", (void **)&blocks[i]),
                         OCK_OK);
        memset(blocks[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < SIZES; i++) {
        for (size_t k = 0; k < sizes[i]; k++) {
            if (blocks[i][k] != i + 1) {
                fail_msg("block %zu holds %u at %zu", i, blocks[i][k], k);
            }
        }
    }
    ock_arena_free(&arena);
}

static void bytes_are_counted(void **state)
{
    (void)state;
    ock_arena arena;
    void *block;
    ock_arena_init(&arena, NULL);
    assert_int_equal(arena.bytes, 0);
    assert_int_equal(ock_arena_take(&arena, 3, 40, "a test", &block), OCK_OK);
    assert_int_equal(ock_arena_take(&arena, 0, 8, "a test", &block), OCK_OK);
    assert_int_equal(ock_arena_take(&arena, 10, 1, "a test", &block), OCK_OK);
    assert_int_equal(arena.bytes, 130);
    ock_arena_free(&arena);
    assert_int_equal(arena.bytes, 0);
    assert_null(arena.blocks);
    ock_arena_free(&arena); /* an empty arena may be freed */
}

/* No product that wraps round, and nothing no machine has; the arena stays usable. */
static void impossible_sizes_are_refused(void **state)
{
    static const struct {
        size_t count, size;
    } cases[] = {
        {SIZE_MAX, 2}, {2, SIZE_MAX},     {SIZE_MAX / 2 + 2, 2}, {(size_t)1 << 32, (size_t)1 << 32},
        {SIZE_MAX, 1}, {SIZE_MAX / 2, 1}, {(size_t)1 << 61, 1},  {SIZE_MAX - 63, 1}};
    (void)state;
    ock_arena arena;
    ock_arena_init(&arena, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        void *block = &arena;
        ock_error_clear();
        assert_int_equal(
            ock_arena_take(&arena, cases[i].count, cases[i].size, "the quick table", &block),
            OCK_ENVIRONMENT);
        assert_null(block);
        assert_non_null(strstr(ock_error_text(), "the quick table"));
        assert_int_equal(arena.bytes, 0);
    }
    ock_error_clear();
    void *block = NULL;
    assert_int_equal(ock_arena_take(&arena, 5, 5, "a test", &block), OCK_OK);
    assert_non_null(block);
    ock_arena_free(&arena);
}

/* Several blocks in one call; the first that cannot be had ends it. */
static void parts_come_in_order(void **state)
{
    (void)state;
    ock_arena arena;
    ock_arena_init(&arena, NULL);
    uint32_t *numbers = NULL;
    uint8_t *bytes = NULL, *impossible = bytes, *after = bytes;
    const ock_arena_part good[] = {{&numbers, 7, sizeof *numbers}, {&bytes, 3, 1}};
    assert_int_equal(ock_arena_take_parts(&arena, good, OCK_PARTS(good), "a test"), OCK_OK);
    assert_int_equal(arena.bytes, 7 * sizeof *numbers + 3);
    assert_true(numbers != NULL && bytes != NULL);
    numbers[6] = bytes[2] = 1;
    const ock_arena_part bad[] = {{&bytes, 3, 1}, {&impossible, SIZE_MAX, 2}, {&after, 1, 1}};
    assert_int_equal(ock_arena_take_parts(&arena, bad, OCK_PARTS(bad), "the third table"),
                     OCK_ENVIRONMENT);
    assert_non_null(strstr(ock_error_text(), "the third table"));
    assert_null(impossible);
    assert_null(after);
    assert_int_equal(ock_arena_take_parts(&arena, NULL, 0, "nothing"), OCK_OK);
    ock_error_clear();
    ock_arena_free(&arena);
}

/* Whatever comes above the limit is refused and counts nothing; what is freed can be taken again. */
static void the_limit_holds(void **state)
{
    (void)state;
    ock_arena arena;
    void *block;
    ock_memory memory;
    ock_memory_init(&memory, 8 << 20);
    ock_arena_init(&arena, &memory);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(ock_arena_take(&arena, 3 << 20, 1, "a test", &block), OCK_OK);
        assert_int_equal(ock_arena_take(&arena, 5 << 20, 1, "the rest", &block), OCK_ENVIRONMENT);
        assert_null(block);
        assert_non_null(strstr(ock_error_text(), "the rest"));
        assert_non_null(strstr(ock_error_text(), "8388608"));
        ock_error_clear();
        assert_int_equal(ock_arena_take(&arena, 2 << 20, 1, "a test", &block), OCK_OK);
        ock_arena_free(&arena);
    }
    assert_int_equal(ock_memory_take(&memory, UINT64_MAX, "overflow"), OCK_ENVIRONMENT);
    assert_true(memory.taken == 0);
    ock_error_clear();
    ock_memory_init(&memory, 0);
    assert_int_equal(ock_memory_take(&memory, UINT64_MAX / 2, "no limit"), OCK_OK);
    ock_memory_give(&memory, UINT64_MAX / 2);
    assert_int_equal(ock_memory_take(NULL, UINT64_MAX, "no count"), OCK_OK);
    ock_memory_give(NULL, UINT64_MAX);
}

/* What one run takes is no other's. */
static void every_run_has_its_own(void **state)
{
    ock_arena arenas[2];
    ock_memory memories[2];
    void *block;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ock_memory_init(&memories[i], 4 << 20);
        ock_arena_init(&arenas[i], &memories[i]);
        assert_int_equal(ock_arena_take(&arenas[i], 3 << 20, 1, "a test", &block), OCK_OK);
    }
    assert_int_equal(ock_arena_take(&arenas[0], 3 << 20, 1, "a test", &block), OCK_ENVIRONMENT);
    ock_error_clear();
    ock_arena_free(&arenas[1]);
    assert_int_equal(ock_arena_take(&arenas[0], 3 << 20, 1, "a test", &block), OCK_ENVIRONMENT);
    ock_error_clear();
    ock_arena_free(&arenas[0]);
    assert_int_equal(ock_arena_take(&arenas[0], 3 << 20, 1, "a test", &block), OCK_OK);
    ock_arena_free(&arenas[0]);
    assert_true(memories[0].taken == 0 && memories[1].taken == 0);
}

enum { WORKERS = 4, ROUNDS = 20000, SHARE = 3 };

/* Takes and gives in turn; counts what was refused. */
static void *take_and_give(void *argument)
{
    ock_memory *memory = argument;
    uintptr_t refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
        if (ock_memory_take(memory, SHARE, "a share") == OCK_OK) {
            if (atomic_load(&memory->taken) > memory->limit) {
                return (void *)UINTPTR_MAX;
            }
            ock_memory_give(memory, SHARE);
        } else {
            refused++;
            ock_error_clear();
        }
    }
    return (void *)refused;
}

/* Threads of one run lose no byte of its account, and together never pass its limit. */
static void threads_share_an_account(void **state)
{
    ock_memory memory;
    pthread_t workers[WORKERS];
    (void)state;
    for (int limit = SHARE; limit <= WORKERS * SHARE; limit += SHARE) {
        ock_memory_init(&memory, (uint64_t)limit);
        for (size_t i = 0; i < WORKERS; i++) {
            assert_int_equal(pthread_create(&workers[i], NULL, take_and_give, &memory), 0);
        }
        for (size_t i = 0; i < WORKERS; i++) {
            void *refused;
            assert_int_equal(pthread_join(workers[i], &refused), 0);
            assert_true((uintptr_t)refused != UINTPTR_MAX);
            assert_true(limit < WORKERS * SHARE || (uintptr_t)refused == 0);
        }
        assert_true(memory.taken == 0);
    }
}

static void the_machine_has_memory(void **state)
{
    (void)state;
    assert_true(ock_memory_of_machine() > 64 << 20);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(every_run_has_its_own),
        cmocka_unit_test(threads_share_an_account),
        cmocka_unit_test(the_machine_has_memory),
        cmocka_unit_test(blocks_are_aligned_and_zero),
        cmocka_unit_test(blocks_do_not_overlap),
        cmocka_unit_test(bytes_are_counted),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(parts_come_in_order),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
