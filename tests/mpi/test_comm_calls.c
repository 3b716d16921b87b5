/* SPDX-License-Identifier: MIT */
/* test_comm_calls.c - every call of comm.h with parts of all sizes, none included, whole and cut
 * into pieces, and agreement on failures of any rank. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "mpi/comm_from.h"
#include "mpi/comm_private.h"
#include "mpi/flight.h"
#include "mpi/process/process.h"

enum { WATCHDOG_SECONDS = 20, MAX_RANKS = 16, LARGE_BYTES = 40000000, DEFAULT_CHUNK = 1 << 30 };

/* Parts of the ranks: where they lie and how long they are. */
typedef struct layout {
    size_t counts[MAX_RANKS], offsets[MAX_RANKS];
    size_t total;
} layout;

/* Equal parts, every third empty, all empty, only the last one, uneven with gaps. */
enum { SHAPES = 5 };

static size_t shape_count(int shape, int rank, int size)
{
    const size_t counts[SHAPES] = {16, rank % 3 == 0 ? 0 : 100, 0, rank == size - 1 ? 4099 : 0,
                                   (size_t)rank * 1009 + 1};
    return counts[shape];
}

static layout make_layout(int shape, int size)
{
    layout made;
    memset(&made, 0, sizeof made);
    assert_true(size <= MAX_RANKS);
    for (int rank = 0; rank < size; rank++) {
        made.counts[rank] = shape_count(shape, rank, size);
        made.offsets[rank] = made.total + (shape == 4 ? 3 : 0);
        made.total = made.offsets[rank] + made.counts[rank];
    }
    return made;
}

static unsigned char expected_byte(int rank, size_t i)
{
    return (unsigned char)((size_t)rank * 31 + i * 7 + (i >> 8) + 1);
}

static void fill(unsigned char *at, int rank, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = expected_byte(rank, i);
    }
}

static void assert_filled(const unsigned char *at, int rank, size_t bytes)
{
    size_t wrong = 0;
    for (size_t i = 0; i < bytes; i++) {
        wrong += at[i] != expected_byte(rank, i);
    }
    assert_int_equal(wrong, 0);
}

static unsigned char *blank(size_t bytes)
{
    unsigned char *made = calloc(bytes + 1, 1);
    assert_non_null(made);
    return made;
}

static void assert_bcast(ock_comm *comm, int root, size_t bytes)
{
    unsigned char *buffer = blank(bytes);
    if (ock_comm_rank(comm) == root) {
        fill(buffer, root, bytes);
    }
    assert_int_equal(ock_comm_bcast_from(comm, root, buffer, bytes), OCK_OK);
    assert_filled(buffer, root, bytes);
    assert_int_equal(buffer[bytes], 0);
    free(buffer);
}

static void test_bcast(void **state)
{
    ock_comm *comm = *state;
    static const size_t sizes[] = {0, 1, 200, 100003};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        for (int root = 0; root < ock_comm_size(comm); root++) {
            assert_bcast(comm, root, sizes[k]);
        }
    }
    int value = ock_comm_rank(comm) == 0 ? 42 : -1;
    assert_int_equal(ock_comm_bcast(comm, &value, sizeof value), OCK_OK);
    assert_int_equal(value, 42);
}

/* `in_place`: rank 0's part already lies in the common buffer. */
static void assert_gather_scatter(ock_comm *comm, const layout *parts, bool in_place)
{
    const int rank = ock_comm_rank(comm);
    const int size = ock_comm_size(comm);
    const size_t count = parts->counts[rank];
    unsigned char *all = rank == 0 ? blank(parts->total) : NULL;
    unsigned char *own = blank(count);
    unsigned char *mine = rank == 0 && in_place ? all + parts->offsets[0] : own;
    fill(mine, rank, count);
    assert_int_equal(ock_comm_gather(comm, mine, all, parts->counts, parts->offsets), OCK_OK);
    for (int r = 0; rank == 0 && r < size; r++) {
        assert_filled(all + parts->offsets[r], r, parts->counts[r]);
    }
    for (int r = 0; rank == 0 && r < size; r++) {
        fill(all + parts->offsets[r], r + 100, parts->counts[r]);
    }
    assert_int_equal(ock_comm_scatter(comm, all, mine, parts->counts, parts->offsets), OCK_OK);
    assert_filled(mine, rank + 100, count);
    free(own);
    free(all);
}

static void assert_allgather(ock_comm *comm, const layout *parts)
{
    const int rank = ock_comm_rank(comm);
    unsigned char *all = blank(parts->total);
    fill(all + parts->offsets[rank], rank, parts->counts[rank]);
    assert_int_equal(ock_comm_allgather(comm, all, parts->counts, parts->offsets), OCK_OK);
    for (int r = 0; r < ock_comm_size(comm); r++) {
        assert_filled(all + parts->offsets[r], r, parts->counts[r]);
    }
    if (parts->offsets[0] > 0) {
        assert_int_equal(all[0] | all[1] | all[2], 0); /* gaps stay as they were */
    }
    free(all);
}

static void test_parts(void **state)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        const layout parts = make_layout(shape, ock_comm_size(*state));
        assert_gather_scatter(*state, &parts, false);
        assert_gather_scatter(*state, &parts, true);
        assert_allgather(*state, &parts);
    }
}

/* Two messages to every peer, the second of them of no bytes where rank and peer are both odd. */
static void assert_exchange(ock_comm *comm, size_t bytes)
{
    ock_message sends[2 * MAX_RANKS];
    ock_message receives[2 * MAX_RANKS];
    size_t count = 0;
    const int rank = ock_comm_rank(comm);
    for (int peer = 0; peer < ock_comm_size(comm); peer++) {
        const size_t second = rank % 2 == 1 && peer % 2 == 1 ? 0 : bytes / 2 + 1;
        for (int k = 0; peer != rank && k < 2; k++, count++) {
            const size_t length = k == 0 ? bytes : second;
            sends[count] = (ock_message){peer, blank(length), length};
            receives[count] = (ock_message){peer, blank(length), length};
            fill(sends[count].data, 16 * rank + peer + 3 * k, length);
        }
    }
    assert_int_equal(ock_comm_exchange(comm, sends, count, receives, count), OCK_OK);
    for (size_t i = 0; i < count; i++) {
        const int stamp = 16 * receives[i].peer + rank + 3 * (int)(i % 2);
        assert_filled(receives[i].data, stamp, receives[i].bytes);
        free(sends[i].data);
        free(receives[i].data);
    }
}

static void test_exchange(void **state)
{
    assert_exchange(*state, 0);
    assert_exchange(*state, 16);
    assert_exchange(*state, 100000);
    assert_int_equal(ock_comm_exchange(*state, NULL, 0, NULL, 0), OCK_OK);
}

/* Round and round, so that a later call could take an earlier one's message. */
static void test_sequence(void **state)
{
    const layout parts = make_layout(0, ock_comm_size(*state));
    for (int i = 0; i < 200; i++) {
        assert_gather_scatter(*state, &parts, i % 2 == 0);
        assert_int_equal(ock_comm_agree(*state, OCK_OK), OCK_OK);
        assert_allgather(*state, &parts);
        assert_exchange(*state, 24);
    }
}

static void test_wrong_peers(void **state)
{
    char byte = 0;
    const int peers[] = {ock_comm_rank(*state), -1, ock_comm_size(*state)};
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        const ock_message message = {peers[i], &byte, 1};
        assert_int_equal(ock_comm_exchange(*state, &message, 1, NULL, 0), OCK_INTERNAL);
        assert_int_equal(ock_comm_exchange(*state, NULL, 0, &message, 1), OCK_INTERNAL);
    }
    ock_error_clear();
}

/* Rank 1 sends `sent` bytes where rank 0 expects `expected`: rank 0 must notice. */
static ock_status mismatch(ock_comm *comm, size_t sent, size_t expected)
{
    char bytes[64] = {0};
    const ock_message send = {0, bytes, sent};
    const ock_message receive = {1, bytes, expected};
    if (ock_comm_rank(comm) == 0) {
        return ock_comm_exchange(comm, NULL, 0, &receive, 1);
    }
    return ock_comm_rank(comm) == 1 ? ock_comm_exchange(comm, &send, 1, NULL, 0) : OCK_OK;
}

/* A duplicate of the whole for a test that breaks it. */
static ock_comm *duplicate(void)
{
    ock_comm *comm = NULL;
    assert_int_equal(ock_comm_from(MPI_COMM_WORLD, &comm), OCK_OK);
    assert_int_equal(ock_comm_watch(comm, WATCHDOG_SECONDS), OCK_OK);
    assert_false(ock_comm_broken(comm));
    return comm;
}

/* Every call fails at once, also those that would wait for ever, and no watchdog is needed. */
static void assert_broken(ock_comm *comm)
{
    char byte = 0;
    const size_t counts[MAX_RANKS] = {0}, offsets[MAX_RANKS] = {0};
    const ock_message message = {1, &byte, 1};
    assert_true(ock_comm_broken(comm));
    assert_int_equal(ock_comm_agree(comm, OCK_OK), OCK_ENVIRONMENT);
    assert_int_equal(ock_comm_bcast(comm, &byte, 1), OCK_ENVIRONMENT);
    assert_int_equal(ock_comm_gather(comm, &byte, &byte, counts, offsets), OCK_ENVIRONMENT);
    assert_int_equal(ock_comm_scatter(comm, &byte, &byte, counts, offsets), OCK_ENVIRONMENT);
    assert_int_equal(ock_comm_allgather(comm, &byte, counts, offsets), OCK_ENVIRONMENT);
    assert_int_equal(ock_comm_exchange(comm, NULL, 0, &message, 1), OCK_ENVIRONMENT);
    ock_flight *flight = NULL;
    assert_int_equal(ock_flight_new(comm, &flight), OCK_OK);
    assert_int_equal(ock_flight_start_agree(flight, OCK_OK), OCK_ENVIRONMENT);
    assert_int_equal(ock_flight_finish(flight), OCK_ENVIRONMENT);
    ock_flight_free(flight);
    assert_true(ock_comm_broken(comm));
}

/* Rank 0's failure breaks this communicator, on this rank, and no other. */
static void assert_mismatch(size_t sent, size_t expected, ock_status wanted, const char *text)
{
    ock_comm *comm = duplicate();
    const bool root = ock_comm_rank(comm) == 0;
    ock_error_clear();
    assert_int_equal(mismatch(comm, sent, expected), root ? wanted : OCK_OK);
    assert_true(strstr(ock_error_text(), root ? text : "") == ock_error_text());
    assert_int_equal(ock_comm_broken(comm), root);
    if (root) {
        assert_broken(comm);
    }
    ock_error_clear();
    ock_comm_free(comm);
}

static void test_wrong_lengths(void **state)
{
    if (ock_comm_size(*state) == 1) {
        return; /* nobody to disagree with */
    }
    assert_mismatch(5, 64, OCK_INTERNAL, "rank 1 sent 5 bytes where 64 were expected");
    assert_mismatch(64, 5, OCK_ENVIRONMENT, "MPI_Testany: ");
    assert_exchange(*state, 100); /* MPI goes on */
}

/* Two duplicates of one communicator and the caller's own messages on it don't meet. */
static void test_duplicates_are_apart(void **state)
{
    ock_comm *first = duplicate(), *second = duplicate();
    const int size = ock_comm_size(*state), rank = ock_comm_rank(*state);
    char foreign = 'f', got = 0;
    MPI_Request request;
    assert_int_equal(ock_comm_size(first), size);
    assert_int_equal(ock_comm_rank(second), rank);
    assert_int_equal(ock_comm_neighbours(first), ock_comm_neighbours(*state));
    /* tag 1 is one of ours too */
    assert_int_equal(
        MPI_Isend(&foreign, 1, MPI_BYTE, (rank + 1) % size, 1, MPI_COMM_WORLD, &request),
        MPI_SUCCESS);
    assert_exchange(first, 100);
    assert_exchange(second, 50);
    assert_bcast(first, size - 1, 1003);
    assert_int_equal(
        MPI_Recv(&got, 1, MPI_BYTE, (rank + size - 1) % size, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE),
        MPI_SUCCESS);
    assert_int_equal(MPI_Wait(&request, MPI_STATUS_IGNORE), MPI_SUCCESS);
    assert_int_equal(got, 'f');
    ock_comm_free(first);
    assert_exchange(second, 100);
    ock_comm_free(second);
}

static void the_handler(MPI_Comm *comm, int *code, ...)
{
    (void)comm;
    (void)code;
}

/* The caller's communicator keeps its error handler. */
static void test_the_callers_handler_stays(void **state)
{
    MPI_Comm theirs;
    MPI_Errhandler mine, found;
    ock_comm *comm = NULL;
    (void)state;
    assert_int_equal(MPI_Comm_dup(MPI_COMM_WORLD, &theirs), MPI_SUCCESS);
    assert_int_equal(MPI_Comm_create_errhandler(the_handler, &mine), MPI_SUCCESS);
    assert_int_equal(MPI_Comm_set_errhandler(theirs, mine), MPI_SUCCESS);
    assert_int_equal(ock_comm_from(theirs, &comm), OCK_OK);
    assert_exchange(comm, 100);
    ock_comm_free(comm);
    assert_int_equal(MPI_Comm_get_errhandler(theirs, &found), MPI_SUCCESS);
    assert_true(found == mine);
    MPI_Errhandler_free(&found);
    MPI_Errhandler_free(&mine);
    MPI_Comm_free(&theirs);
}

static void test_pieces(void **state)
{
    static const size_t chunks[] = {17, 100, 1000};
    for (size_t k = 0; k < sizeof chunks / sizeof chunks[0]; k++) {
        ock_comm_set_chunk(*state, chunks[k]);
        assert_bcast(*state, ock_comm_size(*state) - 1, 1003);
        assert_exchange(*state, 1003);
        for (int shape = 0; shape < SHAPES; shape++) {
            const layout parts = make_layout(shape, ock_comm_size(*state));
            assert_gather_scatter(*state, &parts, false);
            assert_allgather(*state, &parts);
        }
    }
    ock_comm_set_chunk(*state, DEFAULT_CHUNK);
}

/* ---- flights ---- */

static ock_flight *new_flight(ock_comm *comm)
{
    ock_flight *flight = NULL;
    assert_int_equal(ock_flight_new(comm, &flight), OCK_OK);
    assert_int_equal(ock_flight_finish(flight), OCK_OK); /* nothing is under way */
    return flight;
}

/* Two allgathers, a gather and an agreement under way at once, whole calls among them, finished in another
 * order on each rank. */
static void assert_flights(ock_comm *comm, const layout *parts)
{
    enum { FIRST, SECOND, GATHER, FLIGHTS };
    const int rank = ock_comm_rank(comm), size = ock_comm_size(comm);
    ock_flight *agreement = new_flight(comm), *flights[FLIGHTS];
    unsigned char *all[FLIGHTS], *own = blank(parts->counts[rank]);
    for (int i = 0; i < FLIGHTS; i++) {
        flights[i] = new_flight(comm);
        all[i] = blank(parts->total);
    }
    fill(all[FIRST] + parts->offsets[rank], rank, parts->counts[rank]);
    fill(all[SECOND] + parts->offsets[rank], rank + 50, parts->counts[rank]);
    fill(own, rank + 100, parts->counts[rank]);
    assert_int_equal(
        ock_flight_start_allgather(flights[FIRST], all[FIRST], parts->counts, parts->offsets),
        OCK_OK);
    assert_int_equal(ock_flight_start_agree(agreement, OCK_OK), OCK_OK);
    assert_allgather(comm, parts);
    assert_int_equal(
        ock_flight_start_allgather(flights[SECOND], all[SECOND], parts->counts, parts->offsets),
        OCK_OK);
    assert_int_equal(
        ock_flight_start_gather(flights[GATHER], own, all[GATHER], parts->counts, parts->offsets),
        OCK_OK);
    assert_gather_scatter(comm, parts, false);
    assert_int_equal(ock_comm_agree(comm, OCK_OK), OCK_OK);
    for (int i = 0; i < FLIGHTS; i++) {
        assert_int_equal(ock_flight_finish(flights[(i + rank) % FLIGHTS]), OCK_OK);
    }
    assert_int_equal(ock_flight_finish_agree(agreement), OCK_OK);
    for (int r = 0; r < size; r++) {
        assert_filled(all[FIRST] + parts->offsets[r], r, parts->counts[r]);
        assert_filled(all[SECOND] + parts->offsets[r], r + 50, parts->counts[r]);
        if (rank == 0) {
            assert_filled(all[GATHER] + parts->offsets[r], r + 100, parts->counts[r]);
        }
    }
    for (int i = 0; i < FLIGHTS; i++) {
        ock_flight_free(flights[i]);
        free(all[i]);
    }
    ock_flight_free(agreement);
    free(own);
}

static void test_flights(void **state)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        const layout parts = make_layout(shape, ock_comm_size(*state));
        assert_flights(*state, &parts);
        ock_comm_set_chunk(*state, 100);
        assert_flights(*state, &parts);
        ock_comm_set_chunk(*state, DEFAULT_CHUNK);
    }
}

/* What nobody has finished is waited for before its memory goes; a second start is refused. */
static void test_flight_left_under_way(void **state)
{
    const layout parts = make_layout(0, ock_comm_size(*state));
    unsigned char *all = blank(parts.total);
    ock_flight *flight = new_flight(*state);
    assert_int_equal(ock_flight_start_allgather(flight, all, parts.counts, parts.offsets), OCK_OK);
    assert_int_equal(ock_flight_start_allgather(flight, all, parts.counts, parts.offsets),
                     OCK_INTERNAL);
    ock_error_clear();
    ock_flight_free(flight);
    free(all);
    ock_flight_free(NULL);
    assert_allgather(*state, &parts);
}

/* Any one rank's failure becomes everyone's, with its text, whatever else is under way. */
static void test_flight_agree(void **state)
{
    const int rank = ock_comm_rank(*state), size = ock_comm_size(*state);
    const layout parts = make_layout(4, size);
    ock_flight *agreement = new_flight(*state), *other = new_flight(*state);
    unsigned char *all = blank(parts.total);
    fill(all + parts.offsets[rank], rank, parts.counts[rank]);
    for (int failing = 0; failing < size; failing++) {
        char text[OCK_ERROR_TEXT_BYTES] = "trouble";
        ock_error_clear();
        const ock_status mine = rank == failing ? ock_fail(OCK_BAD_DATA, "trouble") : OCK_OK;
        assert_int_equal(ock_flight_start_allgather(other, all, parts.counts, parts.offsets),
                         OCK_OK);
        assert_int_equal(ock_flight_start_agree(agreement, mine), OCK_OK);
        assert_int_equal(ock_flight_finish_agree(agreement), OCK_BAD_DATA);
        if (failing > 0) {
            snprintf(text, sizeof text, "rank %d: trouble", failing);
        }
        assert_string_equal(ock_error_text(), text);
        assert_int_equal(ock_flight_finish(other), OCK_OK);
        assert_filled(all + parts.offsets[size - 1], size - 1, parts.counts[size - 1]);
    }
    ock_error_clear();
    ock_flight_free(agreement);
    ock_flight_free(other);
    free(all);
}

/* From the last rank to rank 0 and back. */
static void assert_large(ock_comm *comm)
{
    layout parts;
    memset(&parts, 0, sizeof parts);
    parts.counts[ock_comm_size(comm) - 1] = LARGE_BYTES;
    parts.total = LARGE_BYTES;
    assert_gather_scatter(comm, &parts, false);
    assert_bcast(comm, 0, LARGE_BYTES);
}

static void test_large(void **state)
{
    assert_large(*state);
    ock_comm_set_chunk(*state, LARGE_BYTES / 3);
    assert_large(*state);
    ock_comm_set_chunk(*state, DEFAULT_CHUNK);
}

/* Ranks in `failing` (bit r: rank r) bring a failure of their own; all must hear the lowest's. */
static void assert_agreement(ock_comm *comm, unsigned failing, bool with_text)
{
    const int rank = ock_comm_rank(comm);
    int lowest = 0;
    while ((failing >> lowest & 1) == 0) {
        lowest++;
    }
    ock_error_clear();
    ock_status mine = OCK_OK;
    if ((failing >> rank & 1) != 0) {
        mine = (ock_status)(1 + rank % 3);
        mine = with_text ? ock_fail(mine, "trouble %d", rank) : mine;
    }
    char text[OCK_ERROR_TEXT_BYTES] = "";
    const size_t prefix =
        lowest == 0 ? 0 : (size_t)snprintf(text, sizeof text, "rank %d: ", lowest);
    if (with_text) {
        snprintf(text + prefix, sizeof text - prefix, "trouble %d", lowest);
    } else {
        snprintf(text + prefix, sizeof text - prefix, "failed without a message");
    }
    assert_int_equal(ock_comm_agree(comm, mine), 1 + lowest % 3);
    assert_string_equal(ock_error_text(), text);
    ock_error_clear();
}

static void test_agree(void **state)
{
    const int size = ock_comm_size(*state);
    assert_int_equal(ock_comm_agree(*state, OCK_OK), OCK_OK);
    assert_string_equal(ock_error_text(), "");
    for (int rank = 0; rank < size; rank++) {
        assert_agreement(*state, 1u << rank, true);
        assert_agreement(*state, 1u << rank, false);
        assert_agreement(*state, 1u << rank | 1u << (size - 1), true);
    }
    assert_agreement(*state, (1u << size) - 1, true);
    assert_int_equal(ock_comm_agree(*state, OCK_OK), OCK_OK);
}

/* A message of full length loses its end to the prefix, never more. */
static void test_agree_long_text(void **state)
{
    static const char end[] = ": reason";
    char longest[OCK_ERROR_TEXT_BYTES];
    memset(longest, 'x', sizeof longest);
    memcpy(longest + sizeof longest - sizeof end, end, sizeof end);
    const bool last = ock_comm_rank(*state) == ock_comm_size(*state) - 1;
    ock_error_clear();
    const ock_status mine = last ? ock_fail(OCK_BAD_DATA, "%s", longest) : OCK_OK;
    assert_int_equal(ock_comm_agree(*state, mine), OCK_BAD_DATA);
    assert_int_equal(strlen(ock_error_text()), OCK_ERROR_TEXT_BYTES - 1);
    assert_non_null(strstr(ock_error_text(), "xxxx"));
    /* what is wrong stands there, though the rank came before it */
    assert_string_equal(ock_error_text() + OCK_ERROR_TEXT_BYTES - sizeof end, end);
    ock_error_clear();
}

static int start(void **state)
{
    if (ock_comm_start(NULL, NULL, (ock_comm **)state) != OCK_OK) {
        return -1;
    }
    return ock_comm_watch(*state, WATCHDOG_SECONDS) == OCK_OK ? 0 : -1;
}

static int finish(void **state)
{
    ock_comm_finish(*state);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bcast),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_exchange),
        cmocka_unit_test(test_sequence),
        cmocka_unit_test(test_wrong_peers),
        cmocka_unit_test(test_wrong_lengths),
        cmocka_unit_test(test_duplicates_are_apart),
        cmocka_unit_test(test_the_callers_handler_stays),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_flights),
        cmocka_unit_test(test_flight_left_under_way),
        cmocka_unit_test(test_flight_agree),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_agree),
        cmocka_unit_test(test_agree_long_text),
    };
    return ock_run_cases(argc, argv, tests, start, finish);
}
