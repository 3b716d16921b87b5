/* SPDX-License-Identifier: MIT */
/* test_library.c - libockham_mpi on the ranks of a communicator: the bytes of one rank alone, and one result
 * for all. */
#include "cases.h"

#include <ockham_mpi.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 1500 };

static uint8_t input[BYTES], made[4 * BYTES], alone[4 * BYTES], back[BYTES];

static int rank_of(MPI_Comm communicator)
{
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    return rank;
}

static ockham *new_handle(int together)
{
    static const char *const options[][2] = {
        {"set", "width=96"}, {"set", "order_max=4"}, {"lanes", "5"}, {"shards", "4"}};
    ockham *handle = ockham_new();
    assert_non_null(handle);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        assert_int_equal(ockham_set(handle, options[i][0], options[i][1]), OCKHAM_OK);
    }
    if (together) {
        assert_int_equal(ockham_use_communicator(handle, MPI_COMM_WORLD), OCKHAM_OK);
    }
    return handle;
}

static void make_input(void)
{
    for (size_t i = 0; i < BYTES; i++) {
        input[i] = (uint8_t)("of ranks and lanes "[i % 19] + (i % 101 == 0));
    }
}

static int cancel(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    return 2 * done > total;
}

static void ranks_change_no_byte(void **state)
{
    const int root = rank_of(MPI_COMM_WORLD) == 0;
    size_t bytes = 0, alone_bytes = 0, back_bytes = 0;
    (void)state;
    make_input();
    ockham *handle = new_handle(1), *single = new_handle(0);
    assert_int_equal(ockham_set(handle, "verify", "1"), OCKHAM_OK);
    assert_int_equal(ockham_compress(handle, root ? input : NULL, BYTES, root ? made : NULL,
                                     sizeof made, &bytes),
                     OCKHAM_OK);
    assert_int_equal(ockham_decompress(handle, root ? made : NULL, bytes, root ? back : NULL,
                                       sizeof back, &back_bytes),
                     OCKHAM_OK);
    if (root) {
        assert_int_equal(ockham_compress(single, input, BYTES, alone, sizeof alone, &alone_bytes),
                         OCKHAM_OK);
        assert_int_equal(bytes, alone_bytes);
        assert_memory_equal(made, alone, bytes);
        assert_int_equal(back_bytes, BYTES);
        assert_memory_equal(back, input, BYTES);
    }
    ockham_free(handle);
    ockham_free(single);
}

static void a_failure_is_everyones(void **state)
{
    size_t bytes = 0;
    (void)state;
    make_input();
    ockham *handle = new_handle(1);
    assert_int_equal(ockham_compress(handle, input, BYTES, made, 100, &bytes), OCKHAM_NO_ROOM);
    assert_int_equal(ockham_decompress(handle, input, BYTES, back, BYTES, NULL), OCKHAM_BAD_DATA);
    assert_string_not_equal(ockham_error(handle), "");
    ockham_watch(handle, cancel, NULL);
    assert_int_equal(ockham_compress(handle, input, BYTES, made, sizeof made, &bytes),
                     OCKHAM_CANCELLED);
    ockham_watch(handle, NULL, NULL);
    assert_int_equal(ockham_compress(handle, input, BYTES, made, sizeof made, &bytes), OCKHAM_OK);
    ockham_free(handle);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranks_change_no_byte),
                                       cmocka_unit_test(a_failure_is_everyones)};
    int provided = 0;
    if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
        return 1;
    }
    const int failed = ock_run_cases(argc, argv, tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
