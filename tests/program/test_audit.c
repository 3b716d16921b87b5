/* SPDX-License-Identifier: MIT */
/* test_audit.c - the audit commands: what they say of good files, of files altered in one place, and
 * of two runs.
 *
 * Usage: test_audit PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/binding.h"
#include "codec/codec.h"
#include "codec/port_decode.h"
#include "forgery.h"
#include "io/file/output.h"

/* A mark every four steps, so that steps and marks are told apart. */
#define MODEL "$SMALL --set step=16 --set table_bits=12 --set match_bits=12 --set contexts=12"
enum { INPUT_BYTES = 6000, STEPS = (INPUT_BYTES / 8 + 15) / 16, EVERY = 4 };

static int make_file(void **state)
{
    const int failed = ock_folder_new(state);
    if (failed) {
        return failed;
    }
    ock_make_alice("in", INPUT_BYTES);
    ock_expect(0, "$OCKHAM compress " MODEL " --set mark_steps=%d in", EVERY);
    return 0;
}

/* The last line of standard output is the word. */
static void assert_verdict(const ock_outcome *result, const char *word)
{
    char line[32];
    const size_t length = (size_t)snprintf(line, sizeof line, "%s\n", word);
    if (result->out_bytes < length || strcmp(result->out + result->out_bytes - length, line) != 0 ||
        (result->out_bytes > length && result->out[result->out_bytes - length - 1] != '\n')) {
        fail_msg("expected %s at the end of:\n%s", word, result->out);
    }
}

static size_t lines_with(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

/* ---- good files ---- */

static void test_verify(void **state)
{
    (void)state;
    const ock_outcome *result = ock_expect(0, "$OCKHAM audit verify in.ock");
    assert_verdict(result, "MATCH");
    assert_int_equal(lines_with(result->out, "state after step "), (STEPS + EVERY - 1) / EVERY);
    ock_expect(0, "head -c 3000 in.ock >bad.ock");
    assert_verdict(ock_expect(2, "$OCKHAM audit verify bad.ock"), "MISMATCH");
    assert_verdict(ock_expect(1, "$OCKHAM audit verify none.ock"), "INCOMPLETE");
    ock_assert_folder("in in.ock bad.ock");
}

static void replay_on(int ranks, const char *isa, const char *options, size_t marks)
{
    const ock_outcome *result =
        ranks > 1
            ? ock_expect(0, "%s $MPIRUN %d $OCKHAM audit replay -q %s in.ock", isa, ranks, options)
            : ock_expect(0, "%s $OCKHAM audit replay -q %s in.ock", isa, options);
    assert_verdict(result, "MATCH");
    assert_int_equal(lines_with(result->out, ": the same\n"), marks);
    assert_null(strstr(result->out, "DIFFERENT"));
}

/* On every instruction set of this machine. */
static void replay_everywhere(const char *options, size_t marks)
{
    static const char *const sets[] = {"OCKHAM_ISA=scalar", "OCKHAM_ISA=avx2", "OCKHAM_ISA=avx512",
                                       "OCKHAM_ISA=neon"};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        const char *name = strchr(sets[i], '=') + 1;
        if (ock_expect(0, "%s $OCKHAM --version | grep -qx 'instruction set %s' || echo none",
                       sets[i], name)
                ->out_bytes) {
            ock_leave_out("this machine has no kernels %s", name);
        } else {
            replay_on(1, sets[i], options, marks);
        }
    }
}

static void test_replay(void **state)
{
    const size_t marks = (STEPS + EVERY - 1) / EVERY;
    (void)state;
    replay_everywhere("", marks);
    replay_on(1, "", "--input in", marks);
    replay_on(1, "", "--steps 5:9", 2);
    replay_on(1, "", "--steps 8:8", 1);
    replay_on(1, "", "--steps 46:", 1);
    for (int ranks = 2; ranks <= 3 && ranks <= ock_rank_limit(); ranks++) {
        replay_on(ranks, "", "", marks);
        replay_on(ranks, "", "--input in --steps 1:8", 2);
    }
    ock_assert_folder("in in.ock");
}

/* A checkpoint C after step 6, in either direction. */
static void make_checkpoint(const char *command)
{
    ock_expect(0,
               "$OCKHAM %s --checkpoint D --checkpoint-every 6 --keep-checkpoints 2>/dev/null && "
               "mv D/0000000001.ockc C && rm -r D out",
               command);
}

/* All checkpoints of a run stay, and nothing else of it; any span can be replayed from them. */
static void test_kept_checkpoints(void **state)
{
    (void)state;
    ock_expect(0, "$OCKHAM compress " MODEL " --set mark_steps=4 -f in --checkpoint D "
                  "--checkpoint-every 15 --keep-checkpoints && test \"$(ls -C -w 99 D)\" = "
                  "\"0000000001.ockc  0000000002.ockc  0000000003.ockc\"");
    static const int spans[][2] = {{16, 15}, {30, 15}, {31, 30}, {46, 45}};
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        char said[64];
        const ock_outcome *result = ock_expect(
            0, "$OCKHAM audit replay -q --from D --steps %d:%d in.ock", spans[i][0], spans[i][0]);
        assert_verdict(result, "MATCH");
        snprintf(said, sizeof said, "started after step %d ", spans[i][1]);
        ock_assert_says(result->out, said);
    }
    ock_expect(1, "$OCKHAM compress " MODEL " in -o out --checkpoint D");
    ock_expect(1, "$OCKHAM compress " MODEL " in -o out --keep-checkpoints");
}

/* A span from either direction's checkpoint, on 1, 2 and 3 ranks, decoding and encoding, and on every
 * instruction set. */
static void test_replay_from_checkpoint(void **state)
{
    (void)state;
    make_checkpoint("compress " MODEL " --set mark_steps=4 in -o out");
    const ock_outcome *result = ock_expect(0, "$OCKHAM audit replay -q --from C in.ock");
    assert_verdict(result, "MATCH");
    ock_assert_says(result->out, "started after step 6 ");
    replay_everywhere("--from C --steps 9:16", 2);
    for (int ranks = 1; ranks <= 3 && ranks <= ock_rank_limit(); ranks++) {
        const char *launcher = ranks == 1 ? "" : ranks == 2 ? "$MPIRUN 2" : "$MPIRUN 3";
        assert_verdict(ock_expect(0, "%s $OCKHAM audit replay -q --from C in.ock", launcher),
                       "MATCH");
        assert_verdict(
            ock_expect(0, "%s $OCKHAM audit replay -q --from C --input in in.ock", launcher),
            "MATCH");
    }
    ock_expect(0, "mkdir F && mv C F/0000000001.ockc");
    assert_verdict(ock_expect(0, "$OCKHAM audit replay -q --from F in.ock"), "MATCH");
    assert_verdict(ock_expect(1, "$OCKHAM audit replay -q --from F --steps 1:2 in.ock"),
                   "INCOMPLETE");
    ock_expect(0, "$OCKHAM compress " MODEL " --set mark_steps=5 in -o other.ock");
    assert_verdict(ock_expect(1, "$OCKHAM audit replay -q --from F other.ock"), "INCOMPLETE");
    make_checkpoint("decompress -q in.ock -o out");
    assert_verdict(ock_expect(0, "$OCKHAM audit replay -q --from C in.ock"), "MATCH");
    assert_verdict(ock_expect(1, "$OCKHAM audit replay -q --from C --input in in.ock"),
                   "INCOMPLETE");
    ock_assert_folder("in in.ock other.ock C F");
}

/* ---- altered files ---- */

/* The replay of bad.ock ends with a difference after `step`, all before it being the same. */
static void assert_parts_at(uint64_t step, const char *options)
{
    char said[96];
    const uint64_t number = (step + EVERY - 1) / EVERY;
    const ock_outcome *result = ock_expect(2, "$OCKHAM audit replay -q %s bad.ock", options);
    assert_verdict(result, "MISMATCH");
    snprintf(said, sizeof said, "after step %llu: DIFFERENT",
             (unsigned long long)(number * EVERY < STEPS ? number * EVERY : STEPS));
    ock_assert_says(result->out, said);
    assert_int_equal(lines_with(result->out, "the same\n"), number - 1);
    assert_int_equal(lines_with(result->out, "DIFFERENT"), 1);
}

static void test_altered_digest(void **state)
{
    (void)state;
    for (uint32_t mark = 0; mark < (STEPS + EVERY - 1) / EVERY; mark += 5) {
        ock_forgery f;
        ock_take_apart("in.ock", &f);
        f.info.marks[mark][mark % 32] ^= 1;
        ock_put_together("bad.ock", &f);
        ock_forgery_free(&f);
        assert_parts_at((mark + 1) * EVERY, "");
        assert_parts_at((mark + 1) * EVERY, "--input in");
        ock_expect(3, "$OCKHAM decompress -q bad.ock -o out");
        ock_expect(3, "$OCKHAM test -q bad.ock");
        ock_assert_folder("in in.ock bad.ock");
    }
}

/* The step in which the decoded symbols are other ones for the first time: decoded here, by nobody who
 * knows digests. */
static uint64_t first_other_step(void)
{
    static ock_comm *comm;
    const ock_kernels *kernels;
    ock_container *container;
    ock_output *output;
    ock_decode_port *decoder;
    ock_codec *codec;
    ock_plan plan;
    uint8_t *wanted, *made;
    size_t count, made_count;
    if (comm == NULL) {
        ock_must(ock_comm_alone(&comm));
    }
    ock_must(ock_kernels_select(NULL, &kernels));
    ock_must(ock_container_open(ock_path("bad.ock"), OCK_CONTRACT_VERSION, &container));
    ock_must(ock_plan_load(ock_container_about(container), &plan));
    ock_must(ock_output_open_growing(AT_FDCWD, ock_path("decoded"), "decoded", &output));
    const ock_lane_source transcripts = ock_bind_container(container);
    const ock_target target = ock_output_target(output);
    ock_must(ock_decode_port_new(&plan, comm, NULL, &transcripts, &target, &decoder));
    ock_must(ock_codec_new(comm, NULL, kernels, &plan, &codec));
    const ock_port port = ock_decode_port_calls(decoder);
    ock_produced produced;
    ock_status status = ock_codec_run(codec, &port);
    uint64_t ended = ock_codec_step(codec);
    (void)status; /* the end may be impossible; what came before is looked at */
    ock_error_clear();
    ock_must(port.saving->flush(port.context, codec, &produced));
    ock_codec_free(codec);
    ock_decode_port_free(decoder);
    ock_output_discard(output);
    ock_container_close(container);
    wanted = ock_load("in", &count);
    made = ock_load("decoded", &made_count);
    uint64_t first = ended;
    for (size_t lane = 0; lane < 8; lane++) {
        for (size_t t = 0; t < INPUT_BYTES / 8; t++) {
            const size_t at = lane * (INPUT_BYTES / 8) + t;
            if (at < made_count && made[at] != wanted[at] && t / 16 + 1 < first) {
                first = t / 16 + 1;
            }
        }
    }
    free(wanted);
    free(made);
    unlink(ock_path("decoded"));
    return first;
}

/* One bit of a lane's transcript. What follows can be decoded in most cases, to other symbols. */
static void test_altered_transcript(void **state)
{
    uint64_t random = 9;
    (void)state;
    for (int i = 0; i < 4; i++) {
        ock_forgery f;
        ock_take_apart("in.ock", &f);
        const uint32_t lane = ock_random(&random, 8);
        const uint32_t half = (uint32_t)f.info.lane_bytes[lane] / 2;
        f.lanes[lane][ock_random(&random, half)] ^= (uint8_t)(1 << ock_random(&random, 8));
        ock_put_together("bad.ock", &f);
        ock_forgery_free(&f);
        assert_parts_at(first_other_step(), "");
    }
}

/* The option is part of the chain's beginning: the first mark differs already. */
static void test_altered_option(void **state)
{
    static const char *const options[] = {"seed=2", "rate=0x3b000001", "light_after=16385"};
    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        ock_forgery f;
        ock_take_apart("in.ock", &f);
        ock_claim(&f, options[i]);
        ock_put_together("bad.ock", &f);
        ock_forgery_free(&f);
        assert_parts_at(1, "--input in");
        assert_verdict(ock_expect(2, "$OCKHAM audit replay -q bad.ock"), "MISMATCH");
    }
}

static void test_another_corpus(void **state)
{
    (void)state;
    ock_expect(0, "tr a b <in >other");
    assert_verdict(ock_expect(2, "$OCKHAM audit replay -q --input other in.ock"), "MISMATCH");
    assert_verdict(ock_expect(1, "$OCKHAM audit replay -q --input none in.ock"), "INCOMPLETE");
}

/* ---- two runs ---- */

/* Byte 90 of every lane is in step 6, and is coded with what the runs have in common. */
static void make_other_run(void)
{
    size_t bytes;
    uint8_t *data = ock_load("in", &bytes);
    data[90] ^= 1;
    ock_store("in2", data, bytes);
    free(data);
    ock_expect(0, "$OCKHAM compress " MODEL " --set mark_steps=%d --log log2 in2", EVERY);
}

static void assert_finds_step(const ock_outcome *result)
{
    assert_verdict(result, "MISMATCH");
    ock_assert_says(result->out, "the runs part in step 6\n");
    assert_null(strstr(result->out, "to find the step"));
    ock_assert_says(result->out, "to find the tensor");
}

static void test_bisect_digests(void **state)
{
    (void)state;
    make_other_run();
    ock_expect(0, "$OCKHAM test -q --log log in.ock && mv in.ock a.ock && cp a.ock b.ock");
    assert_verdict(ock_expect(0, "$OCKHAM audit bisect a.ock b.ock"), "MATCH");
    assert_verdict(ock_expect(0, "$OCKHAM audit bisect log a.ock"), "MATCH");
    static const char *const pairs[] = {"a.ock log2", "log log2", "log in2.ock"};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const ock_outcome *result = ock_expect(2, "$OCKHAM audit bisect %s", pairs[i]);
        assert_verdict(result, "MISMATCH");
        ock_assert_says(result->out, "after step 4: the same");
        ock_assert_says(result->out, "after step 8: DIFFERENT");
        ock_assert_says(result->out, "the runs part in steps 5 to 8\n");
        ock_assert_says(result->out, "to find the step");
    }
    ock_expect(0, "rm -f log log2; for i in in in2; do $OCKHAM compress " MODEL
                  " --set mark_steps=1 --log $i.log -f $i -o $i.ock || exit 1; done");
    assert_finds_step(ock_expect(2, "$OCKHAM audit bisect in.log in2.log"));
    assert_verdict(ock_expect(1, "$OCKHAM audit bisect in.ock a.ock"), "INCOMPLETE");
    assert_verdict(ock_expect(1, "$OCKHAM audit bisect in.log a.ock"), "INCOMPLETE");
    assert_verdict(ock_expect(1, "$OCKHAM audit bisect in.log in"), "INCOMPLETE");
    assert_verdict(ock_expect(1, "$OCKHAM audit bisect in.log none"), "INCOMPLETE");
}

/* With marks every fourth step: the span is replayed. */
static void test_bisect_replays(void **state)
{
    (void)state;
    make_other_run();
    assert_finds_step(ock_expect(2, "$OCKHAM audit bisect -q in.ock in2.ock"));
    if (ock_rank_limit() > 1) {
        assert_finds_step(ock_expect(2, "$MPIRUN 3 $OCKHAM audit bisect -q in.ock in2.ock"));
    }
    for (int i = 1; i <= 2; i++) {
        const char *name = i == 1 ? "in" : "in2";
        const ock_outcome *result = ock_expect(
            0, "$OCKHAM audit replay -q %s.ock --steps 5:8 --each-step --log states%d", name, i);
        assert_int_equal(lines_with(result->out, "state after step "), 4);
    }
    static const char *const pairs[] = {"in.ock states2", "states1 in2.ock", "states1 states2"};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_finds_step(ock_expect(2, "$OCKHAM audit bisect -q %s", pairs[i]));
    }
    /* they need no marks, so that another distance between marks doesn't matter */
    ock_expect(0, "$OCKHAM compress -f " MODEL " --set mark_steps=5 in2");
    ock_expect(0, "$OCKHAM audit replay -q in2.ock --each-step --log states3");
    ock_expect(1, "$OCKHAM audit bisect -q states1 in2.ock");
    assert_finds_step(ock_expect(2, "$OCKHAM audit bisect -q states1 states3"));
    assert_verdict(ock_expect(0, "$OCKHAM audit bisect -q states2 states3"), "MATCH");
    ock_expect(1, "$OCKHAM audit verify --from C in.ock");
    ock_expect(1, "$OCKHAM audit bisect --each-step in.ock in2.ock");
}

/* Copies a log; the digests from step 10 on become others. */
static void alter_digests(const char *from, const char *to)
{
    size_t bytes;
    uint8_t *log = ock_load(from, &bytes);
    for (size_t at = 0; at + 30 < bytes; at++) {
        static const char before[] = "\"step\":", behind[] = ",\"digest\":\"";
        char *end = (char *)log + at;
        if (strncmp(end, before, strlen(before)) == 0 &&
            strtoul(end + strlen(before), &end, 10) >= 10 &&
            strncmp(end, behind, strlen(behind)) == 0) {
            end[strlen(behind)] = end[strlen(behind)] == '0' ? '1' : '0';
        }
    }
    ock_store(to, log, bytes);
    free(log);
}

/* What a machine that goes wrong in step 10 of this run would leave: a file whose marks are others from
 * the third on, and a log whose digests are from that step on. Nothing here comes to them. */
static void test_bisect_foreign_states(void **state)
{
    ock_forgery f;
    (void)state;
    ock_take_apart("in.ock", &f);
    for (uint32_t mark = 2; mark < f.info.mark_count; mark++) {
        f.info.marks[mark][0] ^= 1;
    }
    ock_put_together("bad.ock", &f);
    ock_forgery_free(&f);
    const ock_outcome *result = ock_expect(2, "$OCKHAM audit bisect -q in.ock bad.ock");
    assert_verdict(result, "MISMATCH");
    ock_assert_says(result->out, "bad.ock: this machine computes different states");
    ock_assert_says(result->out, "the runs part in steps 9 to 12\n");
    ock_assert_says(result->out, "to find the step");

    ock_expect(0, "$OCKHAM audit replay -q in.ock --each-step --log good");
    alter_digests("good", "log");
    result = ock_expect(2, "$OCKHAM audit bisect -q in.ock log");
    ock_assert_says(result->out, "the runs part in step 10\n");
}

/* The other symbol is the 43rd of the 48 that a lane remembers: the first thing that differs. */
static void test_bisect_states(void **state)
{
    static const char *const pairs[] = {"in.ock C2", "C2 in.ock", "C1 C2"};
    (void)state;
    make_other_run();
    make_checkpoint("compress " MODEL " --set mark_steps=4 in -o out");
    ock_expect(0, "mv C C1");
    make_checkpoint("compress " MODEL " --set mark_steps=4 in2 -o out");
    ock_expect(0, "mv C C2");
    assert_verdict(ock_expect(0, "$OCKHAM audit bisect C2 C2"), "MATCH");
    const ock_outcome *result = ock_expect(0, "$OCKHAM audit bisect -q in2.ock C2");
    assert_verdict(result, "MATCH");
    ock_assert_says(result->out, "the states after step 6 are the same");
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        result = ock_expect(2, "$OCKHAM audit bisect -q %s", pairs[i]);
        assert_verdict(result, "MISMATCH");
        ock_assert_says(result->out, "after step 4: the same");
        ock_assert_says(result->out, "differ first in history (number 0), element 42, byte 0");
        ock_assert_says(result->out, "the runs part in steps 5 to 6");
    }
    if (ock_rank_limit() > 1) {
        assert_verdict(ock_expect(2, "$MPIRUN 3 $OCKHAM audit bisect -q C1 C2"), "MISMATCH");
    }
    make_checkpoint("decompress -q in.ock -o out");
    assert_verdict(ock_expect(0, "$OCKHAM audit bisect C C1"), "MATCH"); /* of both directions */
}

/* A checkpoint that stands at a mark holds it, and so must the replayed state that it is compared with. */
static void test_bisect_states_at_a_mark(void **state)
{
    (void)state;
    make_checkpoint("compress " MODEL " --set mark_steps=3 in -o out");
    ock_expect(0, "$OCKHAM compress " MODEL " --set mark_steps=3 -f in");
    const ock_outcome *result = ock_expect(0, "$OCKHAM audit bisect -q in.ock C");
    assert_verdict(result, "MATCH");
    ock_assert_says(result->out, "the states after step 6 are the same");
    if (ock_rank_limit() > 1) {
        assert_verdict(ock_expect(0, "$MPIRUN 3 $OCKHAM audit bisect -q in.ock C"), "MATCH");
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_verify, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_replay, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_replay_from_checkpoint, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_kept_checkpoints, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_altered_digest, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_altered_option, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_another_corpus, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_bisect_digests, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_bisect_replays, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_bisect_foreign_states, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_bisect_states, make_file, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_bisect_states_at_a_mark, make_file, ock_folder_remove),
        /* The last: it starts message passing in this process, and launchers started from then on
         * find its traces in their environment. */
        cmocka_unit_test_setup_teardown(test_altered_transcript, make_file, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
