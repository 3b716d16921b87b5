/* SPDX-License-Identifier: MIT */
/* test_far.c - what stood 1,000 bytes before decides a byte: a state-space layer finds out, though gradients reach back a step
 * only, and neither an LSTM nor attention with a window does. tests/bench/far.sh measures it at 20,000 bytes.
 *
 * Usage: test_far PROGRAM ALICE29 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "measure/trace_format.h"

enum { SECTIONS = 200, KEY = 54, DISTANCE = 1000, SECTION = KEY + DISTANCE + 1 };

/* Sections: one of two words again and again, dots, a question mark, the answer that goes with the word. Broken: a
 * random one. */
static void make_flags(const char *name, bool broken)
{
    static char text[SECTIONS * SECTION];
    uint64_t state = 1, other = 2;
    for (size_t s = 0; s < SECTIONS; s++) {
        char *at = text + s * SECTION;
        const bool amber = ock_random(&state, 2) == 0, lie = ock_random(&other, 2) == 0;
        memset(at, '.', SECTION);
        for (size_t i = 0; i < KEY; i++) {
            at[i] = (amber ? "amber " : "ivory ")[i % 6];
        }
        for (size_t i = 0; i < 3; i++) {
            at[SECTION - 3 + i] = ((broken ? lie : amber) ? "?A\n" : "?I\n")[i];
        }
    }
    ock_store(name, text, sizeof text);
}

/* Percent of the answers in the file's last half that cost less than half a bit. */
static unsigned known(const char *name, const char *layer)
{
    size_t bytes, count = 0;
    ock_expect(0,
               "$OCKHAM compress --lanes 1 -T 1 --set mixing=0 --set layers=1 --set layer=%s --set "
               "width=64 "
               "--set order_max=3 --set features=0 --set beta2=0.9999 --set repeats=0 "
               "--set light_after=0 --set sleep_below=0 -f %s -o out.ock --trace-bytes costs",
               layer, name);
    uint8_t *trace = ock_load("costs", &bytes);
    assert_int_equal(bytes, OCK_TRACE_HEAD_BYTES + OCK_TRACE_COST_BYTES * SECTIONS * SECTION);
    for (size_t s = SECTIONS / 2; s < SECTIONS; s++) {
        const size_t answer = (s + 1) * SECTION - 2;
        count += ock_get_le(trace + OCK_TRACE_HEAD_BYTES + OCK_TRACE_COST_BYTES * answer,
                            OCK_TRACE_COST_BYTES) < OCK_TRACE_BIT / 2;
    }
    free(trace);
    return (unsigned)(100 * count / (SECTIONS - SECTIONS / 2));
}

static void test_state_space_finds(void **state)
{
    (void)state;
    make_flags("flags", false);
    make_flags("broken", true);
    const unsigned ssm = known("flags", "ssm"), lstm = known("flags", "lstm"),
                   transformer = known("flags", "transformer"), broken = known("broken", "ssm");
    print_message("known: state space %u %%, LSTM %u %%, transformer %u %%, broken %u %%\n", ssm,
                  lstm, transformer, broken);
    assert_true(ssm > 60);
    assert_true(lstm < 30);
    assert_true(transformer < 30);
    assert_true(broken < 30);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_state_space_finds, ock_folder_new, ock_folder_remove)};
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
