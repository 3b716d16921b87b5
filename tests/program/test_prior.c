/* SPDX-License-Identifier: MIT */
/* test_prior.c - what is learned beforehand: it shortens the file, the file names it, and nobody
 * decodes without it.
 *
 * Usage: test_prior PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES = 12000, OVERHEAD = 1600 /* of a container, more than there is */ };

static size_t size_of(const char *name)
{
    size_t bytes;
    free(ock_load(name, &bytes));
    return bytes;
}

/* The sample's beginning, its continuation, and something else. */
static void make_inputs(void)
{
    ock_make_alice("all", 2 * BYTES);
    ock_expect(0, "head -c %d all >first && tail -c %d all >second && rm all", BYTES, BYTES);
    ock_make_phrases("phrases", BYTES);
}

static void a_prior_shortens_the_file(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM compress -q second -o alone.ock");
    ock_expect(0, "$OCKHAM compress -q --prior first second -o informed.ock");
    ock_expect(0, "$OCKHAM compress -q --prior second second -o told.ock");
    ock_expect(0, "$OCKHAM compress -q --prior phrases second -o misled.ock");
    assert_true(size_of("informed.ock") + 300 < size_of("alone.ock"));
    assert_true(size_of("told.ock") < OVERHEAD);
    assert_true(size_of("misled.ock") + 100 > size_of("alone.ock"));
}

/* A number of the first file that mdl tells of. */
static long long number(const char *name, const char *arguments)
{
    const char *at = strstr(ock_expect(0, "$OCKHAM mdl --json %s", arguments)->out, name);
    assert_non_null(at);
    return strtoll(at + strlen(name) + strlen("\": "), NULL, 10);
}

static long long sum_of(const char *arguments)
{
    return number("sum_bits", arguments);
}

/* With the data itself as its prior the file shrinks to almost nothing, and the sum does not. */
static void a_prior_is_counted(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM compress -q second -o alone.ock");
    ock_expect(0, "$OCKHAM compress -q --prior second second -o told.ock");
    long long alone = sum_of("alone.ock"), raw = sum_of("told.ock");
    long long described = sum_of("told.ock --prior alone.ock");
    long long known = sum_of("told.ock --prior-known");
    assert_true(described >= alone);
    assert_true(described == known + number("data_bits", "alone.ock"));
    assert_true(raw == known + 8LL * BYTES);
    assert_true(known < alone);
    ock_assert_says(ock_expect(1, "$OCKHAM mdl alone.ock --prior told.ock")->err, "prior itself");
    ock_assert_says(ock_expect(0, "$OCKHAM audit replay --prior second told.ock")->out, "MATCH");
    ock_expect(1, "$OCKHAM audit replay told.ock");
}

static void any_order_and_ranks_restore(void **state)
{
    static const char *const priors = "--prior first --prior phrases";
    (void)state;
    make_inputs();
    for (int ranks = 1; ranks <= (ock_rank_limit() < 3 ? 1 : 3); ranks++) {
        ock_expect(0, "%s%s $OCKHAM compress $SMALL -q %s second -o made",
                   ranks > 1 ? "$MPIRUN " : "",
                   ranks == 2   ? "2"
                   : ranks == 3 ? "3"
                                : "",
                   priors);
        if (ranks == 1) {
            ock_expect(0, "cp made made.1");
        }
        ock_assert_same("made", "made.1");
        ock_expect(0, "%s%s $OCKHAM decompress -q --prior phrases --prior first made -o back",
                   ranks > 1 ? "$MPIRUN " : "",
                   ranks == 2   ? "3"
                   : ranks == 3 ? "2"
                                : "");
        ock_assert_same("back", "second");
        ock_expect(0, "rm made back");
    }
    ock_expect(0, "$OCKHAM compress $SMALL -q --verify %s second -o made", priors);
    ock_assert_same("made", "made.1");
    ock_expect(0, "$OCKHAM test -q %s made", priors);
}

static void others_are_refused(void **state)
{
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM compress $SMALL -q --prior first second -o made");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress made -o back")->err,
                    "cannot be decoded without its prior of 12000 bytes");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress --prior phrases made -o back")->err,
                    "cannot be decoded without its prior");
    ock_assert_says(
        ock_expect(1, "$OCKHAM decompress --prior first --prior phrases made -o back")->err,
        "phrases: is not a prior of made");
    ock_assert_says(ock_expect(1, "$OCKHAM decompress --prior gone made -o back")->err, "gone");
    ock_assert_says(ock_expect(1, "$OCKHAM compress --prior gone second -o back")->err, "gone");
    ock_assert_folder("first second phrases made");
}

/* Resumed after the priors were studied; another prior is another run. */
static void a_run_with_priors_is_resumed(void **state)
{
    static const char *const keep = "--checkpoint D --checkpoint-every 20 --resume";
    (void)state;
    make_inputs();
    ock_expect(0, "$OCKHAM compress $SMALL -q --prior first second -o wanted");
    ock_expect(0, "mkdir D && touch D/halt");
    ock_expect(75, "$OCKHAM compress $SMALL -q %s --prior first second -o made", keep);
    ock_expect(0, "rm -f D/halt");
    ock_expect(1, "$OCKHAM compress $SMALL -q %s --prior phrases second -o made", keep);
    ock_expect(0, "$OCKHAM compress $SMALL -q %s --prior first second -o made", keep);
    ock_assert_same("made", "wanted");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_prior_shortens_the_file, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(a_prior_is_counted, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(any_order_and_ranks_restore, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(others_are_refused, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(a_run_with_priors_is_resumed, ock_folder_new,
                                        ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
