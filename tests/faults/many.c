/* SPDX-License-Identifier: MIT */
/* many.c - injects faults by the hundred thousand, and looks for silent ones: exit code 0 with another
 * result than the right one, a result with another exit code, a failure without a message, a crash.
 *
 * Usage: many [--seed N] [--only CASE] [--jobs N] [--seconds N] FOLDER COUNT ALICE29
 *
 * A case is a number: seed and case decide everything that happens in it, so each can be run again by
 * itself, and --only says what it is. After --seconds no other is begun. FOLDER is made, and removed again. Exit code 0: nothing was wrong. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/hdf5/user_block.h"
#include "many.h"
#include "plan/config.h"

/* ---- what the program is asked to do ---- */

#define TINY                                                                                       \
    "-1", "-q", "--set", "table_bits=10", "--set", "match_bits=10", "--set", "contexts=2",         \
        "--set", "step=16"
#define NETWORK                                                                                    \
    "-q", "--set", "width=32", "--set", "layers=1", "--set", "order_max=2", "--set",               \
        "ngram_bits=8", "--set", "features=0", "--set", "table_bits=10", "--set", "match_bits=10", \
        "--set", "contexts=2"
#define KEPT "--checkpoint", "D", "--checkpoint-every", "6", "--resume"
#define PROGRAM "ockham"

typedef enum result { RESULT_NONE, RESULT_FILE, RESULT_TREE } result;

typedef struct subject {
    const char *name;
    const char *arguments[40];
    result result;
    const char *wanted; /* the file that "made" must become */
    const char
        *damaged; /* the compressed file that it reads, of a subject that restores or tests */
    bool kept, decodes;
} subject;

enum {
    COMPRESS,
    COMPRESS_NEW,
    COMPRESS_NETWORK,
    COMPRESS_VERIFIED,
    COMPRESS_TREE,
    COMPRESS_KEPT,
    DECOMPRESS,
    DECOMPRESS_ONE_LANE,
    DECOMPRESS_NETWORK,
    DECOMPRESS_TREE,
    DECOMPRESS_KEPT,
    EXTRACT,
    TEST,
    SUBJECTS
};

static const subject subjects[SUBJECTS] = {
    [COMPRESS] = {"compress, replacing",
                  {PROGRAM, "compress", TINY, "--lanes", "2", "--shards", "1", "-f", "in", "-o",
                   "made"},
                  RESULT_FILE,
                  "two.ock",
                  NULL,
                  false,
                  false},
    [COMPRESS_NEW] = {"compress",
                      {PROGRAM, "compress", TINY, "--lanes", "2", "--shards", "1", "in", "-o",
                       "made"},
                      RESULT_FILE,
                      "two.ock",
                      NULL,
                      false,
                      false},
    [COMPRESS_NETWORK] = {"compress with a network",
                          {PROGRAM, "compress", NETWORK, "in", "-o", "made"},
                          RESULT_FILE,
                          "network.ock",
                          NULL,
                          false,
                          false},
    [COMPRESS_VERIFIED] = {"compress --verify",
                           {PROGRAM, "compress", TINY, "--lanes", "2", "--shards", "1", "--verify",
                            "in", "-o", "made"},
                           RESULT_FILE,
                           "two.ock",
                           NULL,
                           false,
                           false},
    [COMPRESS_TREE] = {"compress a tree",
                       {PROGRAM, "compress", TINY, "t", "-o", "made"},
                       RESULT_FILE,
                       "tree.ock",
                       NULL,
                       false,
                       false},
    [COMPRESS_KEPT] = {"compress with checkpoints",
                       {PROGRAM, "compress", TINY, "--lanes", "2", "--shards", "1", "-f", "in",
                        "-o", "made", KEPT},
                       RESULT_FILE,
                       "two.ock",
                       NULL,
                       true,
                       false},
    [DECOMPRESS] = {"decompress, replacing",
                    {PROGRAM, "decompress", "-q", "-f", "two.ock", "-o", "made"},
                    RESULT_FILE,
                    "in",
                    "two.ock",
                    false,
                    true},
    [DECOMPRESS_ONE_LANE] = {"decompress one lane",
                             {PROGRAM, "decompress", "-q", "one.ock", "-o", "made"},
                             RESULT_FILE,
                             "in",
                             "one.ock",
                             false,
                             true},
    [DECOMPRESS_NETWORK] = {"decompress with a network",
                            {PROGRAM, "decompress", "-q", "network.ock", "-o", "made"},
                            RESULT_FILE,
                            "in",
                            "network.ock",
                            false,
                            true},
    [DECOMPRESS_TREE] = {"decompress a tree",
                         {PROGRAM, "decompress", "-q", "tree.ock", "-o", "made"},
                         RESULT_TREE,
                         NULL,
                         "tree.ock",
                         false,
                         true},
    [DECOMPRESS_KEPT] = {"decompress with checkpoints",
                         {PROGRAM, "decompress", "-q", "-f", "two.ock", "-o", "made", KEPT},
                         RESULT_FILE,
                         "in",
                         "two.ock",
                         true,
                         true},
    [EXTRACT] = {"extract a file",
                 {PROGRAM, "decompress", "-q", "tree.ock", "--extract", "b/c", "-o", "made"},
                 RESULT_FILE,
                 "t/b/c",
                 "tree.ock",
                 false,
                 true},
    [TEST] =
        {"test", {PROGRAM, "test", "-q", "two.ock"}, RESULT_NONE, NULL, "two.ock", false, true},
};

static const char *const tree_files[] = {"a", "b/c", "b/d", "e"};
enum { TREE_FILES = sizeof tree_files / sizeof tree_files[0], INPUT_BYTES = 600 };

/* Of an undisturbed run of each. */
static fault undisturbed[SUBJECTS];

static bool replaces(const subject *s)
{
    for (size_t i = 0; s->arguments[i] != NULL; i++) {
        if (strcmp(s->arguments[i], "-f") == 0) {
            return true;
        }
    }
    return false;
}

/* ---- a case ---- */

typedef enum kind {
    KIND_FLIPPED,
    KIND_CUT,
    KIND_SEALED,
    KIND_CHECKPOINT,
    KIND_SEALED_CHECKPOINT,
    KIND_MEMORY,
    KIND_FAILED,
    KIND_SHORT,
    KIND_MISREAD,
    KIND_KILLED,
    KINDS
} kind;

/* How many of a hundred cases. */
static const struct {
    const char *name;
    unsigned share;
} kinds[KINDS] = {
    [KIND_FLIPPED] = {"flipped bits in .ock files", 14},
    [KIND_CUT] = {"cut, longer, zeroed, mixed .ock files", 8},
    [KIND_SEALED] = {"altered bytes in .ock files, transcripts above all, with a valid seal", 20},
    [KIND_CHECKPOINT] = {"damaged checkpoints, transcripts and outputs, resumed", 8},
    [KIND_SEALED_CHECKPOINT] = {"altered bytes in checkpoints with a valid seal, resumed", 6},
    [KIND_MEMORY] = {"flipped bits in memory", 16},
    [KIND_FAILED] = {"failing system calls", 16},
    [KIND_SHORT] = {"reads and writes that do half", 3},
    [KIND_MISREAD] = {"flipped bits in what is read", 3},
    [KIND_KILLED] = {"killed at any system call, resumed or repeated", 6},
};

typedef struct tally {
    long cases, injected, right, refused, ended, late, wrong;
} tally;

typedef struct test_case {
    uint64_t number, random;
    kind kind;
    const subject *subject;
    char what[256];   /* for people */
    bool once_more;   /* without the fault the same command must end well */
    bool must_refuse; /* what it reads is damaged, and nothing could hide it */
    tally *tally;
} test_case;

static uint64_t seed = 1;
static bool telling;

static uint64_t pick(test_case *c, uint64_t limit)
{
    return many_random(&c->random, limit);
}

static void wrong(test_case *c, const char *why, const outcome *o)
{
    c->tally->wrong++;
    (void)fprintf(stderr,
                  "many: WRONG: seed %llu, case %llu: %s: %s, %s: %s (exit code %d, \"%s\")\n",
                  (unsigned long long)seed, (unsigned long long)c->number, kinds[c->kind].name,
                  c->subject->name, c->what, why, o->code, many_said());
}

/* ---- judging ---- */

typedef enum found { FOUND_OLD, FOUND_NEW, FOUND_OTHER } found;

static bool tree_is_right(void)
{
    for (size_t i = 0; i < TREE_FILES; i++) {
        char original[64], made[64];
        (void)snprintf(original, sizeof original, "t/%s", tree_files[i]);
        (void)snprintf(made, sizeof made, "made/%s", tree_files[i]);
        const bytes wanted = many_load(original);
        const bool same = many_same(made, wanted);
        free(wanted.data);
        if (!same) {
            return false;
        }
    }
    char target[8] = "";
    return readlink("made/l", target, sizeof target) == 1 && target[0] == 'a';
}

static bool file_is(const char *name)
{
    const bytes wanted = many_load(name);
    const bool same = many_same("made", wanted);
    free(wanted.data);
    return same;
}

/* A file that differs from the usual one, and is as good: it decodes to the input. */
static bool decodes_to_input(const subject *s)
{
    static const char *const again[] = {PROGRAM, "decompress", "-q", "made.ock",
                                        "-o",    "again",      NULL};
    if (s->decodes || s->result != RESULT_FILE || s == &subjects[COMPRESS_TREE] ||
        rename("made", "made.ock") != 0) {
        return false;
    }
    many_remove("again");
    const outcome o = many_run(again, NULL);
    const bytes input = many_load("in");
    const bool good = o.code == 0 && many_same("again", input);
    free(input.data);
    many_remove("again");
    many_remove("made.ock");
    return good;
}

static found look(const subject *s)
{
    struct stat there;
    if (s->result == RESULT_NONE) {
        return lstat("made", &there) != 0 ? FOUND_OLD : FOUND_OTHER;
    }
    if (lstat("made", &there) != 0) {
        return replaces(s) ? FOUND_OTHER : FOUND_OLD;
    }
    if (s->result == RESULT_TREE ? tree_is_right() : file_is(s->wanted)) {
        return FOUND_NEW;
    }
    if (replaces(s) && file_is("before")) {
        return FOUND_OLD;
    }
    return decodes_to_input(s) ? FOUND_NEW : FOUND_OTHER;
}

static bool may_leave(const test_case *c, const outcome *o)
{
    return o->code > 127 || o->code == MANY_LATE ||
           (c->kind == KIND_FAILED && fault_now->call == CALL_UNLINK) || c->kind == KIND_MEMORY;
}

static void judge(test_case *c, const outcome *o)
{
    const subject *s = c->subject;
    const bool crashed = o->code > 127 || o->code == MANY_LATE;
    const found now = look(s);
    const char *left = many_left_behind();
    if (now == FOUND_OTHER) {
        wrong(c,
              o->code == 0 ? "SILENT: exit code 0 with another result than the right one"
                           : "neither the old nor the correct result is there",
              o);
    } else if (o->code == 0 && s->result != RESULT_NONE && now != FOUND_NEW) {
        wrong(c, "SILENT: exit code 0 without the correct result", o);
    } else if (o->code == 0 && c->must_refuse) {
        wrong(c, "SILENT: accepted what is damaged", o);
    } else if (o->code > 0 && !crashed && s->result != RESULT_NONE && now == FOUND_NEW) {
        wrong(c, "the result is there, and the exit code says otherwise", o);
    } else if (o->code > 0 && !crashed && !o->said) {
        wrong(c, "SILENT: failed without a message", o);
    } else if (crashed && c->kind != KIND_MEMORY && c->kind != KIND_KILLED) {
        wrong(c, "crashed, or came to no end", o);
    } else if (left != NULL && !may_leave(c, o)) {
        wrong(c, "a temporary file was left", o);
    }
    c->tally->right += o->code == 0;
    c->tally->refused += o->code > 0 && !crashed;
    c->tally->ended += crashed && o->code != MANY_LATE;
    c->tally->late += o->code == MANY_LATE;
}

static void remove_left(void)
{
    for (const char *left = many_left_behind(); left != NULL; left = many_left_behind()) {
        many_remove(left);
    }
}

static void begin(const test_case *c)
{
    many_remove("made");
    many_remove("D");
    remove_left();
    if (replaces(c->subject)) {
        const bytes before = many_load("before");
        many_store("made", before.data, before.count);
        free(before.data);
    }
}

/* What was killed, or has failed, is started again in the same folder. */
static void repeat(test_case *c)
{
    const outcome o = many_run(c->subject->arguments, NULL);
    if (o.code != 0 || (c->subject->result != RESULT_NONE && look(c->subject) != FOUND_NEW)) {
        wrong(c, "could not be repeated or resumed without the fault", &o);
    }
}

static void run(test_case *c, const char *const *arguments, const fault *f)
{
    const outcome o = many_run(arguments, f);
    c->tally->injected += f == NULL || o.injected;
    if (telling) {
        (void)printf("case %llu: %s: %s, %s: exit code %d, \"%s\"%s\n",
                     (unsigned long long)c->number, kinds[c->kind].name, c->subject->name, c->what,
                     o.code, many_said(), f == NULL || o.injected ? "" : ", not reached");
    }
    judge(c, &o);
    remove_left();
    if (c->once_more && o.code != 0) {
        repeat(c);
    }
}

/* ---- damaged files ---- */

static void flip(test_case *c, bytes *b, size_t from)
{
    const size_t at = from + pick(c, b->count - from);
    b->data[at] ^= (uint8_t)(1U << pick(c, 8));
}

static const char *flip_some(test_case *c, bytes *b, size_t from)
{
    const uint64_t count = pick(c, 3) == 0 ? 2 + pick(c, 15) : 1;
    for (uint64_t i = 0; i < count; i++) {
        flip(c, b, from);
    }
    return count == 1 ? "a bit" : "bits";
}

static const char *cut_some(test_case *c, bytes *b, const bytes *other)
{
    const size_t block = 1 + pick(c, 512), at = pick(c, b->count),
                 count = at + block < b->count ? block : b->count - at;
    switch (pick(c, 5)) {
    case 0:
        b->count = at;
        return "cut";
    case 1:
        b->data[b->count++] = (uint8_t)pick(c, 256);
        return "longer";
    case 2:
        memset(b->data + at, (int)pick(c, 2) * 255, count);
        return "a block overwritten";
    case 3:
        memmove(b->data + at, b->data + at + count, b->count - at - count);
        b->count -= count;
        return "a block left out";
    default:
        memcpy(b->data + at, other->data, count < other->count ? count : other->count);
        return "a block of another file";
    }
}

/* The transcripts are what most of a small file is not: half of the alterations go there. */
static const char *alter_sealed(test_case *c, bytes *b)
{
    if (pick(c, 2) == 0) {
        return flip_some(c, b, OCK_HEAD_AT);
    }
    const size_t last = b->count - 1, from = b->count * 3 / 4;
    b->data[from + pick(c, last - from)] = (uint8_t)pick(c, 256);
    return "a byte of the last quarter";
}

/* Seals the file as it is now, as what `original` is. */
static void seal(const char *name, const char *original, bool checkpoint)
{
    uint8_t plan[OCK_DIGEST_BYTES] = {0};
    uint32_t format = OCK_FORMAT_PLAIN, contract = OCK_CONTRACT_VERSION;
    uint64_t count = 0;
    const int from = open(original, O_RDONLY), to = open(name, O_RDWR);
    ock_status status = checkpoint
                            ? ock_checkpoint_check_seal(from, original, &contract, &count)
                            : ock_user_block_check(from, original, contract, &format, plan, &count);
    const ock_seal sealed = {checkpoint ? OCK_FILE_CHECKPOINT : OCK_FILE_CONTAINER, format,
                             contract, checkpoint ? ock_no_plan_digest : plan};
    if (status == OCK_OK) {
        status = ock_seal_write(to, name, &sealed, &count);
    }
    if (status != OCK_OK || close(from) != 0 || close(to) != 0) {
        (void)fprintf(stderr, "many: %s\n", ock_error_text());
        many_give_up("a seal");
    }
}

/* The command, of "bad.ock" in place of its file. */
static void on_bad_file(const subject *s, const char *arguments[40])
{
    for (size_t i = 0; i < 40; i++) {
        const char *word = s->arguments[i];
        arguments[i] = word != NULL && strcmp(word, s->damaged) == 0 ? "bad.ock" : word;
    }
}

static void run_damaged(test_case *c)
{
    static const int restoring[] = {
        DECOMPRESS, DECOMPRESS_ONE_LANE, DECOMPRESS_NETWORK, DECOMPRESS_TREE, EXTRACT, TEST};
    const char *arguments[40], *how = "";
    c->subject = &subjects[restoring[pick(c, c->kind == KIND_SEALED ? 5 : 6)]];
    bytes original = many_load(c->subject->damaged), other = many_load("other.ock");
    bytes damaged = {malloc(original.count + 1), original.count};
    if (damaged.data == NULL) {
        many_give_up("memory");
    }
    do {
        damaged.count = original.count;
        memcpy(damaged.data, original.data, original.count);
        how = c->kind == KIND_FLIPPED ? flip_some(c, &damaged, 0)
              : c->kind == KIND_CUT   ? cut_some(c, &damaged, &other)
                                      : alter_sealed(c, &damaged);
    } while (damaged.count == original.count &&
             memcmp(damaged.data, original.data, original.count) == 0);
    c->must_refuse = c->kind != KIND_SEALED;
    (void)snprintf(c->what, sizeof c->what, "%s", how);
    many_store("bad.ock", damaged.data, damaged.count);
    if (c->kind == KIND_SEALED) {
        seal("bad.ock", c->subject->damaged, false);
    }
    free(damaged.data);
    free(original.data);
    free(other.data);
    begin(c);
    on_bad_file(c->subject, arguments);
    run(c, arguments, NULL);
}

/* ---- checkpoints ---- */

/* The folders of runs that were killed in the middle, and what the newest files there are. */
static const char *const kept_folders[2] = {"kept.compress", "kept.decompress"};

static void run_checkpoint(test_case *c)
{
    static const char *const files[] = {"newest", "before", "produced"};
    const bool sealed = c->kind == KIND_SEALED_CHECKPOINT;
    /* The file of a forged checkpoint of an encoder is found out by who decodes it, and so with --verify. */
    const int direction = (int)pick(c, 2);
    const uint64_t which = sealed ? 0 : pick(c, 3);
    const char *arguments[40], *how = "";
    char name[64], path[128], original[128], link[128];
    c->subject = &subjects[direction == 0 ? COMPRESS_KEPT : DECOMPRESS_KEPT];
    begin(c);
    many_copy_folder(kept_folders[direction], "D");
    (void)snprintf(link, sizeof link, "%s/.%s", kept_folders[direction], files[which]);
    const ssize_t length = readlink(link, name, sizeof name - 1);
    if (length <= 0) {
        many_give_up(link);
    }
    name[length] = '\0';
    (void)snprintf(path, sizeof path, "D/%s", name);
    (void)snprintf(original, sizeof original, "%s/%s", kept_folders[direction], name);
    bytes b = many_load(path), other = many_load("other.ock");
    how = sealed            ? flip_some(c, &b, OCK_USER_BLOCK_BYTES)
          : pick(c, 2) == 0 ? flip_some(c, &b, 0)
                            : cut_some(c, &b, &other);
    many_store(path, b.data, b.count);
    free(b.data);
    free(other.data);
    if (sealed) {
        seal(path, original, true);
    }
    (void)snprintf(c->what, sizeof c->what, "%s of the %s", how, files[which]);
    memcpy(arguments, c->subject->arguments, sizeof arguments);
    for (size_t i = 0; sealed && direction == 0 && i < 39; i++) {
        if (arguments[i] == NULL) {
            arguments[i] = "--verify";
            break;
        }
    }
    run(c, arguments, NULL);
}

/* ---- faults within a run ---- */

static const char *const call_names[CALLS] = {"open",  "read",  "pread",    "write",  "pwrite",
                                              "close", "flush", "truncate", "rename", "unlink",
                                              "link",  "mkdir", "chmod",    "mmap"};

/* A kind of call that the subject makes, of those in the list. */
static bool pick_call(test_case *c, const call *list, size_t count, fault *f)
{
    const fault *usual = &undisturbed[c->subject - subjects];
    for (int tries = 0; tries < 32; tries++) {
        f->call = list[pick(c, count)];
        if (usual->count[f->call] > 0) {
            f->at = 1 + (long)pick(c, (uint64_t)usual->count[f->call]);
            (void)snprintf(c->what, sizeof c->what, "%s %ld of %ld", call_names[f->call], f->at,
                           usual->count[f->call]);
            return true;
        }
    }
    return false;
}

/* An error is one that the call may have. */
static int pick_error(test_case *c, call which)
{
    static const int errors[] = {EIO, ENOSPC, ENOMEM, EINTR};
    return which == CALL_MMAP ? ENOMEM : errors[pick(c, sizeof errors / sizeof errors[0])];
}

static void run_failed(test_case *c)
{
    static const call all[] = {CALL_OPEN,  CALL_READ,  CALL_PREAD,    CALL_WRITE,  CALL_PWRITE,
                               CALL_CLOSE, CALL_FLUSH, CALL_TRUNCATE, CALL_RENAME, CALL_UNLINK,
                               CALL_LINK,  CALL_MKDIR, CALL_CHMOD,    CALL_MMAP};
    static const call transfers[] = {CALL_READ, CALL_PREAD, CALL_WRITE, CALL_PWRITE};
    fault f = {.effect = c->kind == KIND_FAILED  ? EFFECT_FAIL
                         : c->kind == KIND_SHORT ? EFFECT_SHORT
                                                 : EFFECT_FLIP};
    c->subject = &subjects[pick(c, SUBJECTS)];
    f.random = pick(c, UINT64_MAX);
    /* Of what a compressor reads wrongly itself, only a second reading can tell: with --verify that is so. */
    if (c->kind == KIND_MISREAD && !c->subject->decodes) {
        c->subject = &subjects[COMPRESS_VERIFIED];
    }
    const bool there = c->kind == KIND_FAILED
                           ? pick_call(c, all, sizeof all / sizeof all[0], &f)
                           : pick_call(c, transfers, c->kind == KIND_SHORT ? 4 : 2, &f);
    f.error = pick_error(c, f.call);
    if (!there) {
        c->tally->cases--; /* nothing of the kind to hit */
        return;
    }
    if (f.effect == EFFECT_FAIL) {
        (void)snprintf(c->what + strlen(c->what), 64, " fails with %s", strerror(f.error));
    }
    /* Checkpoints hold what was made of a misread transcript: it is found out at the end, not healed. */
    c->once_more = c->kind != KIND_MISREAD || !c->subject->kept;
    begin(c);
    run(c, c->subject->arguments, &f);
}

static void run_killed(test_case *c)
{
    c->subject = &subjects[pick(c, 2) == 0   ? (int)pick(c, SUBJECTS)
                           : pick(c, 2) == 0 ? COMPRESS_KEPT
                                             : DECOMPRESS_KEPT];
    const fault *usual = &undisturbed[c->subject - subjects];
    const fault f = {
        .effect = EFFECT_KILL, .call = CALLS, .at = 1 + (long)pick(c, (uint64_t)usual->calls)};
    (void)snprintf(c->what, sizeof c->what, "at call %ld of %ld", f.at, usual->calls);
    c->once_more = replaces(c->subject) || c->subject->kept || c->subject->result == RESULT_NONE;
    begin(c);
    run(c, c->subject->arguments, &f);
}

/* What a faulty memory makes of a compressed file, only decoding it can tell. */
static void run_memory(test_case *c)
{
    static const int chosen[] = {
        COMPRESS_VERIFIED, DECOMPRESS, DECOMPRESS_ONE_LANE, DECOMPRESS_NETWORK, DECOMPRESS_TREE,
        DECOMPRESS_KEPT,   EXTRACT};
    c->subject = &subjects[chosen[pick(c, sizeof chosen / sizeof chosen[0])]];
    const fault *usual = &undisturbed[c->subject - subjects];
    const long moments = usual->coded + usual->calls;
    const fault f = {.effect = EFFECT_MEMORY,
                     .symbols = usual->coded,
                     .at = 1 + (long)pick(c, (uint64_t)moments),
                     .random = pick(c, UINT64_MAX)};
    (void)snprintf(c->what, sizeof c->what, "at moment %ld of %ld", f.at, moments);
    begin(c);
    run(c, c->subject->arguments, &f);
}

/* ---- all of them ---- */

static void run_case(uint64_t number, tally all[KINDS])
{
    static void (*const runs[KINDS])(test_case *) = {
        run_damaged, run_damaged, run_damaged, run_checkpoint, run_checkpoint,
        run_memory,  run_failed,  run_failed,  run_failed,     run_killed};
    test_case c = {.number = number, .random = seed * 0xD1342543DE82EF95U + number};
    uint64_t share = pick(&c, 100);
    while (share >= kinds[c.kind].share) {
        share -= kinds[c.kind++].share;
    }
    c.tally = &all[c.kind];
    c.tally->cases++;
    runs[c.kind](&c);
}

/* ---- what they work on ---- */

static void must(const char *const *arguments)
{
    const outcome o = many_run(arguments, NULL);
    if (o.code != 0) {
        (void)fprintf(stderr, "many: %s %s: exit code %d, %s\n", arguments[0], arguments[1], o.code,
                      many_said());
        exit(1);
    }
}

static void make_inputs(const char *alice)
{
    static const size_t lengths[TREE_FILES] = {200, 100, 0, 150};
    const bytes text = many_load(alice);
    size_t at = INPUT_BYTES;
    many_store("in", text.data, INPUT_BYTES);
    many_store("before", text.data + 5000, 300);
    many_store("other", text.data + 9000, INPUT_BYTES);
    if (mkdir("t", 0700) != 0 || mkdir("t/b", 0700) != 0 || symlink("a", "t/l") != 0) {
        many_give_up("t");
    }
    for (size_t i = 0; i < TREE_FILES; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "t/%s", tree_files[i]);
        many_store(path, text.data + at, lengths[i]);
        at += lengths[i];
    }
    free(text.data);
}

static void make_files(void)
{
    static const char *const two[] = {PROGRAM, "compress", TINY, "--lanes", "2", "--shards",
                                      "1",     "in",       "-o", "two.ock", NULL};
    static const char *const one[] = {PROGRAM, "compress", TINY,      "--lanes", "1",
                                      "in",    "-o",       "one.ock", NULL};
    static const char *const network[] = {PROGRAM, "compress",    NETWORK, "in",
                                          "-o",    "network.ock", NULL};
    static const char *const tree[] = {PROGRAM, "compress", TINY, "t", "-o", "tree.ock", NULL};
    static const char *const other[] = {PROGRAM, "compress", TINY, "--lanes",   "2", "--shards",
                                        "1",     "other",    "-o", "other.ock", NULL};
    must(two);
    must(one);
    must(network);
    must(tree);
    must(other);
}

/* Notes how many calls of each kind an undisturbed run makes, which must end well. */
static void count_calls(void)
{
    tally nothing = {0};
    for (size_t i = 0; i < SUBJECTS; i++) {
        test_case c = {.subject = &subjects[i], .tally = &nothing, .what = "undisturbed"};
        begin(&c);
        const outcome o = many_run(subjects[i].arguments, NULL);
        undisturbed[i] = *fault_now;
        judge(&c, &o);
        if (nothing.wrong > 0 || o.code != 0) {
            (void)fprintf(stderr, "many: %s, undisturbed: exit code %d, %s\n", subjects[i].name,
                          o.code, many_said());
            exit(1);
        }
    }
}

/* The two newest generations and what was produced, as links beside them whose names are fixed. */
static void name_kept(const char *folder, const char *produced)
{
    char path[128], name[32];
    long newest = 0;
    for (long number = 1; number < 10000; number++) {
        (void)snprintf(path, sizeof path, "%s/%010ld.ockc", folder, number);
        newest = access(path, F_OK) == 0 ? number : newest;
    }
    for (long back = 0; back < 2; back++) {
        (void)snprintf(path, sizeof path, "%s/.%s", folder, back == 0 ? "newest" : "before");
        (void)snprintf(name, sizeof name, "%010ld.ockc", newest - back);
        if (symlink(name, path) != 0) {
            many_give_up(path);
        }
    }
    (void)snprintf(path, sizeof path, "%s/.produced", folder);
    if (newest < 2 || symlink(produced, path) != 0) {
        many_give_up("no two checkpoints");
    }
}

/* Runs that are killed when most is done. */
static void make_kept(void)
{
    static const int kept[2] = {COMPRESS_KEPT, DECOMPRESS_KEPT};
    tally nothing = {0};
    for (int i = 0; i < 2; i++) {
        test_case c = {.subject = &subjects[kept[i]], .tally = &nothing};
        const long *count = undisturbed[kept[i]].count;
        const call naming = count[CALL_LINK] > count[CALL_RENAME] ? CALL_LINK : CALL_RENAME;
        const fault f = {.effect = EFFECT_KILL, .call = naming, .at = count[naming] - 1};
        begin(&c);
        (void)many_run(c.subject->arguments, &f);
        if (rename("D", kept_folders[i]) != 0) {
            many_give_up("D");
        }
        name_kept(kept_folders[i], i == 0 ? "transcript" : "output");
    }
}

static void enter(const char *folder, int job)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%d", folder, job);
    if (mkdir(path, 0700) != 0 || chdir(path) != 0) {
        many_give_up(path);
    }
}

static void prepare(const char *alice)
{
    fault_now =
        mmap(NULL, sizeof *fault_now, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fault_now == MAP_FAILED) {
        many_give_up("shared memory");
    }
    memset(fault_now, 0, sizeof *fault_now);
    make_inputs(alice);
    make_files();
    count_calls();
    make_kept();
}

/* ---- the command ---- */

typedef struct wish {
    const char *folder, *alice;
    uint64_t count;
    long only; /* -1: all */
    int jobs;
    time_t end; /* no case begins later; 0: all do */
} wish;

/* A job has every `jobs`th case, and a folder of its own. */
static _Noreturn void work(const wish *w, int job, tally all[KINDS])
{
    enter(w->folder, job);
    prepare(w->alice);
    for (uint64_t i = (uint64_t)job; i < w->count && (w->end == 0 || time(NULL) < w->end);
         i += (uint64_t)w->jobs) {
        run_case(i, all);
    }
    exit(0);
}

static bool work_together(const wish *w, tally *shared)
{
    bool good = true;
    for (int job = 0; job < w->jobs; job++) {
        const pid_t child = fork();
        if (child == 0) {
            work(w, job, shared + (size_t)job * KINDS);
        }
        good = good && child > 0;
    }
    for (int job = 0; job < w->jobs; job++) {
        int status = 0;
        good = wait(&status) > 0 && status == 0 && good;
    }
    return good;
}

/* One row a kind, and one of all. */
static tally tell(const wish *w, const tally *shared)
{
    tally all = {0};
    for (size_t k = 0; k < KINDS; k++) {
        tally one = {0};
        for (int job = 0; job < w->jobs; job++) {
            const tally *t = &shared[(size_t)job * KINDS + k];
            one.injected += t->injected;
            one.right += t->right;
            one.refused += t->refused;
            one.ended += t->ended;
            one.late += t->late;
            one.wrong += t->wrong;
        }
        (void)printf("many: %s: %ld; %ld correct result, %ld failed with a message, %ld ended by a "
                     "signal, %ld "
                     "did not end, %ld wrong\n",
                     kinds[k].name, one.injected, one.right, one.refused, one.ended, one.late,
                     one.wrong);
        all.injected += one.injected;
        all.wrong += one.wrong;
    }
    return all;
}

static bool take_options(int argc, char **argv, wish *w)
{
    int at = 1;
    for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
        const unsigned long long number = strtoull(argv[at + 1], NULL, 10);
        if (strcmp(argv[at], "--seed") == 0) {
            seed = number;
        } else if (strcmp(argv[at], "--only") == 0) {
            w->only = (long)number;
        } else if (strcmp(argv[at], "--jobs") == 0 && number > 0 && number <= 64) {
            w->jobs = (int)number;
        } else if (strcmp(argv[at], "--seconds") == 0) {
            w->end = time(NULL) + (time_t)number;
        } else {
            return false;
        }
    }
    if (argc - at != 3) {
        return false;
    }
    w->folder = argv[at];
    w->count = strtoull(argv[at + 1], NULL, 10);
    w->alice = argv[at + 2];
    return true;
}

static int run_only(const wish *w, tally *shared)
{
    telling = true;
    enter(w->folder, 0);
    prepare(w->alice);
    run_case((uint64_t)w->only, shared);
    return chdir("/") == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    wish w = {.only = -1, .jobs = 1};
    const time_t begun = time(NULL);
    if (!take_options(argc, argv, &w) || setenv("OCKHAM_THREADS", "1", 1) != 0) {
        (void)fprintf(
            stderr,
            "usage: many [--seed N] [--only CASE] [--jobs N] [--seconds N] FOLDER COUNT ALICE29\n");
        return 2;
    }
    const size_t room = (size_t)w.jobs * KINDS * sizeof(tally);
    tally *shared = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || mkdir(w.folder, 0700) != 0) {
        many_give_up(w.folder);
    }
    w.folder = realpath(w.folder, NULL);
    w.alice = realpath(w.alice, NULL);
    if (w.folder == NULL || w.alice == NULL) {
        many_give_up("FOLDER or ALICE29");
    }
    const bool good = w.only >= 0 ? run_only(&w, shared) == 0 : work_together(&w, shared);
    const tally all = tell(&w, shared);
    many_remove(w.folder);
    (void)printf("many: %ld faults injected, %ld wrong, seed %llu, %ld s\n", all.injected,
                 all.wrong, (unsigned long long)seed, (long)(time(NULL) - begun));
    return good && all.wrong == 0 ? 0 : 1;
}
