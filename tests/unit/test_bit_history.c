/* SPDX-License-Identifier: MIT */
/* test_bit_history.c - the generated machine: valid transitions, sensible counts, golden table. */
#include "model_fixture.h"

#include "mixing/bit_history.h"

static ock_bit_history machine;

static int set_up(void **state)
{
    (void)state;
    ock_bit_history_make(&machine);
    return 0;
}

static unsigned after(unsigned s, const char *bits)
{
    for (; *bits != '\0'; bits++) {
        s = machine.next[s][*bits - '0'];
    }
    return s;
}

static void transitions_stay_inside(void **state)
{
    (void)state;
    assert_true(machine.count > 1 && machine.count <= OCK_HISTORY_STATES);
    assert_int_equal(machine.n0[0], 0);
    assert_int_equal(machine.n1[0], 0);
    for (unsigned s = 0; s < machine.count; s++) {
        for (unsigned bit = 0; bit < 2; bit++) {
            assert_true(machine.next[s][bit] < machine.count);
            assert_int_not_equal(machine.next[s][bit], 0); /* something has been seen */
        }
    }
}

/* Making it twice gives the same bytes, those of unused states too. */
static void pure_function(void **state)
{
    ock_bit_history again;
    (void)state;
    memset(&again, 0xA5, sizeof again);
    ock_bit_history_make(&again);
    assert_memory_equal(&machine.next, &again.next, sizeof machine.next);
    assert_memory_equal(&machine.n0, &again.n0, sizeof machine.n0);
    assert_memory_equal(&machine.n1, &again.n1, sizeof machine.n1);
    assert_int_equal(machine.count, again.count);
}

/* Seeing a bit never lowers its count and never raises the other's. */
static void counts_move_the_right_way(void **state)
{
    (void)state;
    for (unsigned s = 0; s < machine.count; s++) {
        unsigned zero = machine.next[s][0], one = machine.next[s][1];
        assert_true(machine.n0[zero] >= machine.n0[s]);
        assert_true(machine.n1[zero] <= machine.n1[s]);
        assert_true(machine.n1[one] >= machine.n1[s]);
        assert_true(machine.n0[one] <= machine.n0[s]);
        assert_true(machine.n0[zero] > 0 && machine.n1[one] > 0);
    }
}

/* The bits' roles are equal: the mirrored state goes to the mirrored successor. */
static void mirrored(void **state)
{
    static const char *const histories[] = {"0",      "01",      "001",     "0101101", "1110",
                                            "000001", "1011111", "0000010", "110011"};
    (void)state;
    for (size_t i = 0; i < sizeof histories / sizeof histories[0]; i++) {
        char flipped[16] = {0};
        for (size_t k = 0; histories[i][k] != '\0'; k++) {
            flipped[k] = histories[i][k] == '0' ? '1' : '0';
        }
        unsigned a = after(0, histories[i]), b = after(0, flipped);
        assert_int_equal(machine.n0[a], machine.n1[b]);
        assert_int_equal(machine.n1[a], machine.n0[b]);
    }
}

/* Small histories are remembered exactly, with their last bit. */
static void short_histories(void **state)
{
    (void)state;
    for (unsigned length = 1; length <= 3; length++) {
        for (unsigned bits = 0; bits < 1u << length; bits++) {
            unsigned s = 0, ones = 0;
            for (unsigned i = 0; i < length; i++) {
                s = machine.next[s][bits >> i & 1];
                ones += bits >> i & 1;
            }
            assert_int_equal(machine.n1[s], ones);
            assert_int_equal(machine.n0[s], length - ones);
        }
    }
    assert_int_not_equal(after(0, "01"), after(0, "10"));
}

/* A context that has always seen one bit counts far; one surprise takes most of it back. */
static void long_runs(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 2; bit++) {
        unsigned s = 0, previous = 0;
        for (unsigned i = 0; i < 200; i++) {
            s = machine.next[s][bit];
            unsigned run = bit ? machine.n1[s] : machine.n0[s];
            assert_true(run >= previous);
            assert_int_equal(bit ? machine.n0[s] : machine.n1[s], 0);
            previous = run;
        }
        assert_true(previous >= 30);
        assert_int_equal(machine.next[s][bit], s); /* the end of the run is a fixed point */
        s = machine.next[s][!bit];
        assert_int_equal(bit ? machine.n0[s] : machine.n1[s], 1);
        assert_true((bit ? machine.n1[s] : machine.n0[s]) < previous / 2);
    }
}

/* Random bits of every bias: never lost, and the counts' order tells the more frequent bit. */
static void walks_follow_the_bias(void **state)
{
    (void)state;
    for (uint64_t eighths = 1; eighths < 8; eighths++) {
        unsigned s = 0;
        long lead = 0;
        for (uint64_t i = 0; i < 4000; i++) {
            s = machine.next[s][fixture_bits(eighths, i) % 8 < eighths];
            assert_true(s > 0 && s < machine.count);
            lead += (long)machine.n1[s] - (long)machine.n0[s];
        }
        if (eighths != 4) {
            assert_int_equal(lead > 0, eighths > 4);
        }
    }
}

/* The table's bytes, unused states included, as a second program derived them from the rule. */
static void golden(void **state)
{
    uint64_t hash = fixture_hash(machine.next, sizeof machine.next, FIXTURE_HASH_START);
    (void)state;
    hash = fixture_hash(machine.n0, sizeof machine.n0, hash);
    hash = fixture_hash(machine.n1, sizeof machine.n1, hash);
    print_message("%u states, hash 0x%016llx\n", machine.count, (unsigned long long)hash);
    assert_true(hash == 0xaf0ef13dbca541aeu);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transitions_stay_inside),   cmocka_unit_test(pure_function),
        cmocka_unit_test(counts_move_the_right_way), cmocka_unit_test(mirrored),
        cmocka_unit_test(short_histories),           cmocka_unit_test(long_runs),
        cmocka_unit_test(walks_follow_the_bias),     cmocka_unit_test(golden),
    };
    return ock_run_cases(argc, argv, tests, set_up, NULL);
}
