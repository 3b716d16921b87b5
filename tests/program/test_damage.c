/* SPDX-License-Identifier: MIT */
/* test_damage.c - a file that is not what the program wrote is refused with exit code 2, and
 * nothing is left behind: flipped bits, cut files, strangers, and forgeries with a valid seal.
 *
 * Usage: test_damage PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "forgery.h"

enum { INPUT_BYTES = 2003, PLACES = 200, SAMPLE = 40 };

/* in and in.ock, in a fresh folder. */
static int make_file(void **state)
{
    const int failed = ock_folder_new(state);
    if (failed) {
        return failed;
    }
    ock_make_alice("in", INPUT_BYTES);
    ock_expect(0, "$OCKHAM compress $SMALL --shards 3 in");
    return 0;
}

/* bad.ock as it stands is refused by info, by test and (`thorough`) by decompress. */
static void refuse(bool coding_too, bool thorough)
{
    ock_assert_says(ock_expect(2, "$OCKHAM info bad.ock")->err, "bad.ock");
    if (coding_too) {
        ock_expect(2, "$OCKHAM test -q bad.ock");
    }
    if (thorough) {
        ock_expect(2, "$OCKHAM decompress -q bad.ock -o out");
    }
    ock_assert_folder("in in.ock bad.ock");
}

/* The container's check is the same in all commands, and info is the quickest. */
static bool sampled(int place)
{
    return ock_long_tests() || place < SAMPLE;
}

static void test_flipped_bits(void **state)
{
    size_t bytes;
    uint8_t *data = ock_load("in.ock", &bytes);
    uint64_t random = 3;
    (void)state;
    for (int i = 0; i < PLACES; i++) {
        const uint32_t bit = ock_random(&random, (uint32_t)bytes * 8);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ock_store("bad.ock", data, bytes);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        refuse(sampled(i), i < 5);
    }
    free(data);
}

static void test_cut_files(void **state)
{
    size_t bytes;
    uint8_t *data = ock_load("in.ock", &bytes);
    uint64_t random = 4;
    (void)state;
    for (int i = 0; i < PLACES; i++) {
        const size_t cut = i == 0 ? 0 : i == 1 ? bytes - 1 : ock_random(&random, (uint32_t)bytes);
        ock_store("bad.ock", data, cut);
        refuse(sampled(i), i < 5);
    }
    free(data);
}

static void test_longer_files_and_strangers(void **state)
{
    (void)state;
    ock_expect(0, "{ cat in.ock; printf x; } >bad.ock");
    refuse(true, true);
    ock_expect(0, "cat in.ock in.ock >bad.ock");
    refuse(true, true);
    ock_expect(0, "tail -c +513 in.ock >bad.ock"); /* HDF5 without the block in front */
    refuse(true, true);
    ock_expect(0, "cp in bad.ock");
    refuse(true, true);
    ock_expect(0, "head -c 100000 /dev/zero >bad.ock");
    refuse(true, true);
}

/* ---- forgeries: sealed by the library that seals real files ---- */

/* The tools above change nothing by themselves. */
static void test_forger_is_faithful(void **state)
{
    ock_forgery f;
    (void)state;
    ock_take_apart("in.ock", &f);
    ock_put_together("copy.ock", &f);
    ock_forgery_free(&f);
    ock_assert_same("in.ock", "copy.ock");
}

/* Behind a command that restores: a forgery may be found out by what it says (2), or by the state that
 * it leads to (3). */
#define EITHER "; code=$?; test $code = 3 && exit 2; exit $code"

static void refuse_restoring(const char *what)
{
    print_message("%s\n", what);
    const ock_outcome *result = ock_expect(2, "$OCKHAM decompress -q bad.ock -o out" EITHER);
    ock_assert_says(result->err, "ockham: ");
    assert_int_equal(ock_expect(2, "$OCKHAM decompress -q -c bad.ock" EITHER)->out_bytes, 0);
    ock_assert_folder("in in.ock bad.ock");
}

static void refuse_forgery(const char *what)
{
    refuse_restoring(what);
    ock_expect(2, "$OCKHAM test -q bad.ock" EITHER);
}

/* The last byte of a lane is left alone: the coder ends a lane with any number in the final
 * interval, so another last byte may well mean the same data. */
static void test_altered_transcript(void **state)
{
    const int rounds = ock_long_tests() ? PLACES : 12;
    uint64_t random = 5;
    (void)state;
    for (int i = 0; i < rounds; i++) {
        ock_forgery f;
        ock_take_apart("in.ock", &f);
        const uint32_t lane = (uint32_t)i % f.info.lanes;
        const uint32_t last = (uint32_t)f.info.lane_bytes[lane] - 1;
        const uint32_t at = i == 0 ? 0 : i == 1 ? last - 1 : ock_random(&random, last);
        f.lanes[lane][at] ^= (uint8_t)(1 << ock_random(&random, 8));
        ock_put_together("bad.ock", &f);
        ock_forgery_free(&f);
        refuse_forgery("a flipped bit in the transcript");
    }
}

static void swap_lanes(ock_forgery *f)
{
    uint8_t *first = f->lanes[0];
    const uint64_t bytes = f->info.lane_bytes[0];
    f->lanes[0] = f->lanes[1];
    f->info.lane_bytes[0] = f->info.lane_bytes[1];
    f->lanes[1] = first;
    f->info.lane_bytes[1] = bytes;
}

static void shorten_lane(ock_forgery *f)
{
    f->info.lane_bytes[3] -= 2;
}

static void empty_lane(ock_forgery *f)
{
    f->info.lane_bytes[3] = 0;
}

static void lengthen_lane(ock_forgery *f)
{
    f->info.lane_bytes[3] += 2;
}

static void lengthen_input(ock_forgery *f)
{
    f->info.rest_bytes = ++f->info.input_bytes;
}

static void shorten_input(ock_forgery *f)
{
    f->info.rest_bytes = --f->info.input_bytes;
}

static void claim_huge_input(ock_forgery *f)
{
    f->info.rest_bytes = f->info.input_bytes = UINT64_C(1) << 62;
}

static void change_lane_digest(ock_forgery *f)
{
    f->info.lane_digests[7][0] ^= 1;
}

static void change_whole_digest(ock_forgery *f)
{
    f->info.input_digest[0] ^= 1;
}

static void change_mark(ock_forgery *f)
{
    f->info.marks[0][31] ^= 0x80;
}

static void change_shards(ock_forgery *f)
{
    f->info.shards--;
}

static void change_step(ock_forgery *f)
{
    f->info.step--;
}

static void change_seed(ock_forgery *f)
{
    ock_claim(f, "seed=2");
}

static void change_rate(ock_forgery *f)
{
    ock_claim(f, "rate=0x3b000001");
}

static void claim_other_step(ock_forgery *f)
{
    ock_claim(f, "step=8");
}

static void change_seed_alone(ock_forgery *f)
{
    memmove(f->info.config_text + 7, f->info.config_text, strlen(f->info.config_text) + 1);
    memcpy(f->info.config_text, "seed=2\n", 7);
}

static void put_nan_into_config(ock_forgery *f)
{
    strcat(f->info.config_text, "rate=0x7fc00000\n");
}

static void put_word_into_config(ock_forgery *f)
{
    strcat(f->info.config_text, "features=x\n");
}

static void append_to_config(ock_forgery *f)
{
    strcat(f->info.config_text, "surprise=1\n");
}

static void cut_config(ock_forgery *f)
{
    f->info.config_text[strlen(f->info.config_text) - 1] = '\0';
}

static void empty_config(ock_forgery *f)
{
    f->info.config_text[0] = '\0';
}

static void test_other_forgeries(void **state)
{
    static const struct {
        const char *name;
        void (*apply)(ock_forgery *f);
    } changes[] = {
        {"two lanes swapped", swap_lanes},
        {"a lane two bytes shorter", shorten_lane},
        {"a lane emptied", empty_lane},
        {"a lane two bytes longer", lengthen_lane},
        {"an input one byte longer", lengthen_input},
        {"an input one byte shorter", shorten_input},
        {"an impossibly long input", claim_huge_input},
        {"another lane digest", change_lane_digest},
        {"another digest of the whole", change_whole_digest},
        {"another number of shards", change_shards},
        {"another step than in the configuration", change_step},
        {"another digest of the state", change_mark},
        {"another seed", change_seed},
        {"another seed than in the digest of the plan", change_seed_alone},
        {"another step", claim_other_step},
        {"another learning rate", change_rate},
        {"no number in the configuration", put_nan_into_config},
        {"no integer in the configuration", put_word_into_config},
        {"an unknown line in the configuration", append_to_config},
        {"a configuration cut short", cut_config},
        {"no configuration", empty_config},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ock_forgery f;
        ock_take_apart("in.ock", &f);
        changes[i].apply(&f);
        ock_put_together("bad.ock", &f);
        ock_forgery_free(&f);
        refuse_forgery(changes[i].name);
    }
}

/* Lanes are decoded side by side, so the digest of the whole can be compared only where the whole
 * is written: test compares those of the lanes. */
static void test_another_input_digest(void **state)
{
    ock_forgery f;
    (void)state;
    ock_take_apart("in.ock", &f);
    f.info.input_digest[31] ^= 1;
    ock_put_together("bad.ock", &f);
    ock_forgery_free(&f);
    refuse_restoring("another input digest");
}

static void test_another_contract(void **state)
{
    ock_forgery f;
    (void)state;
    ock_take_apart("in.ock", &f);
    f.info.contract = 77;
    ock_put_together("bad.ock", &f);
    ock_forgery_free(&f);
    ock_assert_says(ock_expect(2, "$OCKHAM info bad.ock")->err, "contract 77");
    refuse_forgery("another contract");
}

/* It is sound, and the refusal names what reads it. */
static void test_a_file_of_contract_1(void **state)
{
    static const char *const commands[] = {"decompress -q old.ock -o out", "test -q old.ock",
                                           "info old.ock", "-l old.ock", "audit verify old.ock"};
    (void)state;
    ock_make_contract_1("old.ock");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const ock_outcome *result = ock_expect(2, "$OCKHAM %s", commands[i]);
        ock_assert_says(result->err, "old.ock: was written under contract 1;");
        ock_assert_says(result->err, "use an ockham whose --version says contract 1\n");
    }
    assert_int_equal(ock_expect(2, "$OCKHAM -dc old.ock")->out_bytes, 0);
    ock_assert_folder("in in.ock old.ock");
}

/* All ranks end with the same code, soon, and say it once. */
static void test_damage_under_launcher(void **state)
{
    ock_forgery f;
    (void)state;
    ock_need_mpi();
    ock_take_apart("in.ock", &f);
    f.lanes[6][f.info.lane_bytes[6] / 2] ^= 0x10;
    ock_put_together("bad.ock", &f);
    ock_forgery_free(&f);
    const ock_outcome *result =
        ock_expect(2, "$MPIRUN 3 $OCKHAM decompress -q bad.ock -o out" EITHER);
    ock_assert_says(result->err, "ockham: ");
    assert_null(strstr(strstr(result->err, "ockham: ") + 1, "ockham: "));
    ock_expect(2, "$MPIRUN 3 $OCKHAM test -q bad.ock" EITHER);
    ock_expect(0, "head -c -100 in.ock >bad.ock");
    ock_expect(2, "$MPIRUN 3 $OCKHAM decompress -q bad.ock -o out");
    ock_assert_folder("in in.ock bad.ock");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_flipped_bits, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_cut_files, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_longer_files_and_strangers, make_file,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_forger_is_faithful, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_altered_transcript, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_other_forgeries, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_another_input_digest, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_another_contract, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_a_file_of_contract_1, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_damage_under_launcher, make_file, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
