/* SPDX-License-Identifier: MIT */
/* test_transfer.c - the state as one stream at rank 0: every kind of part, longer than a piece, comes from whoever
 * holds it and goes to whoever must, and nobody needs memory for what others hold.
 *
 * Usage: mpirun -n RANKS test_transfer */
#include "cases.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpi/process/process.h"
#include "mpi/slice.h"
#include "state/state_transfer.h"

enum { LANES = 4, SHARDS = 3, GROUPS = 2, ELEMENT = 4, COUNT = 600001, BYTES = ELEMENT * COUNT };

static const ock_lane_map map = {1000, LANES, SHARDS, GROUPS};
static ock_comm *comm;

/* Which parts there are. */
static const struct {
    ock_holder holder;
    uint32_t index;
} kinds[] = {
    {OCK_HELD_BY_ALL, 0},   {OCK_HELD_BY_WORKERS, 0}, {OCK_HELD_BY_SLICE, 0},
    {OCK_HELD_BY_LANE, 0},  {OCK_HELD_BY_LANE, 1},    {OCK_HELD_BY_LANE, 2},
    {OCK_HELD_BY_LANE, 3},  {OCK_HELD_BY_SHARD, 0},   {OCK_HELD_BY_SHARD, 1},
    {OCK_HELD_BY_SHARD, 2}, {OCK_HELD_BY_GROUP, 0},   {OCK_HELD_BY_GROUP, 1},
    {OCK_HELD_BY_ROOT, 0},
};
enum { PARTS = sizeof kinds / sizeof kinds[0] };

/* This rank's share of the state. */
typedef struct memory {
    uint8_t *data[PARTS];            /* NULL: others hold it */
    size_t begin[PARTS], end[PARTS]; /* bytes of the part that are in it */
} memory;

static uint8_t content(size_t part, size_t at)
{
    return (uint8_t)((at * 2654435761u >> 13) + 31 * part + at);
}

static ock_state_part part_of(const memory *m, size_t i)
{
    return (ock_state_part){"part", kinds[i].holder, kinds[i].index, ELEMENT, COUNT, m->data[i]};
}

static void show(void *context, ock_state_visitor *visitor)
{
    for (size_t i = 0; i < PARTS; i++) {
        const ock_state_part part = part_of(context, i);
        ock_state_show(visitor, &part);
    }
}

static void allocate(memory *m)
{
    const int rank = ock_comm_rank(comm), ranks = ock_comm_size(comm);
    const ock_share share = ock_share_of(&map, ranks, rank);
    *m = (memory){{NULL}, {0}, {0}};
    for (size_t i = 0; i < PARTS; i++) {
        const ock_state_part part = part_of(m, i);
        if (part.holder == OCK_HELD_BY_SLICE) {
            const ock_range slice = ock_slice(COUNT, ranks, rank);
            m->begin[i] = ELEMENT * slice.begin;
            m->end[i] = ELEMENT * slice.end;
        } else if (part.holder == OCK_HELD_BY_WORKERS || ock_state_is_held(&share, rank, &part)) {
            m->end[i] = BYTES;
        }
        if (m->begin[i] < m->end[i]) {
            m->data[i] = calloc(1, m->end[i] - m->begin[i]);
            assert_non_null(m->data[i]);
        }
    }
}

static void release(memory *m)
{
    for (size_t i = 0; i < PARTS; i++) {
        free(m->data[i]);
    }
}

/* Where a stream stands, and whether all that came was right. */
typedef struct stream {
    size_t part, at;
    bool right;
} stream;

static void move_on(stream *s, size_t count)
{
    s->at += count;
    if (s->at == BYTES) {
        s->at = 0;
        s->part++;
    }
}

static ock_status compare(void *context, void *bytes, size_t count)
{
    stream *s = context;
    const uint8_t *came = bytes;
    for (size_t i = 0; i < count; i++) {
        s->right = s->right && came[i] == content(s->part, s->at + i);
    }
    move_on(s, count);
    return OCK_OK;
}

static ock_status deliver(void *context, void *bytes, size_t count)
{
    stream *s = context;
    uint8_t *to = bytes;
    for (size_t i = 0; i < count; i++) {
        to[i] = content(s->part, s->at + i);
    }
    move_on(s, count);
    return OCK_OK;
}

static void saved_from_its_holders(void **state)
{
    memory m;
    stream s = {.right = true};
    const ock_state_owner owner = {show, &m};
    (void)state;
    allocate(&m);
    for (size_t i = 0; i < PARTS; i++) {
        for (size_t at = m.begin[i]; at < m.end[i]; at++) {
            m.data[i][at - m.begin[i]] = content(i, at);
        }
    }
    assert_int_equal(ock_state_save(comm, &map, &owner, compare, &s), OCK_OK);
    assert_int_equal(s.part, ock_comm_rank(comm) == 0 ? PARTS : 0);
    assert_true(s.right);
    release(&m);
}

static void loaded_by_its_holders(void **state)
{
    memory m;
    stream s = {.right = true};
    const ock_state_owner owner = {show, &m};
    size_t wrong = 0;
    (void)state;
    allocate(&m);
    assert_int_equal(ock_state_load(comm, &map, &owner, deliver, &s), OCK_OK);
    for (size_t i = 0; i < PARTS; i++) {
        for (size_t at = m.begin[i]; at < m.end[i]; at++) {
            wrong += m.data[i][at - m.begin[i]] != content(i, at);
        }
    }
    assert_int_equal(wrong, 0);
    release(&m);
}

static int start(void **state)
{
    (void)state;
    if (ock_comm_start(NULL, NULL, &comm) != OCK_OK) {
        fprintf(stderr, "%s\n", ock_error_text());
        return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saved_from_its_holders),
        cmocka_unit_test(loaded_by_its_holders),
    };
    const int code = ock_run_cases(argc, argv, tests, start, NULL);
    if (code != 0 && comm != NULL) {
        ock_comm_abort(code);
    }
    ock_comm_finish(comm);
    return code;
}
