/* SPDX-License-Identifier: MIT */
/* harness.c - processes, folders and inputs of the whole-program tests. */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMEOUT_SECONDS = 300, COMMAND_BYTES = 4096, PATH_BYTES = 512, OUTPUT_LIMIT = 1 << 24 };

static const char small_model[] = "-q --set width=96 --set order_max=4 --lanes 8 --shards 5";

static const char *alice;
static bool has_launcher;
static char base[PATH_BYTES - 128]; /* the case's folder; commands run in base/work */
static char captured[2][PATH_BYTES];
static ock_outcome outcome;

/* ---- start ---- */

int ock_harness_start(void **state)
{
    char launcher[COMMAND_BYTES] = "";
    int count;
    char *const *arguments = ock_case_arguments(&count);

    (void)state;
    if (count < 2) {
        fprintf(stderr, "usage: program_NAME [--only CASE] PROGRAM ALICE29 [LAUNCHER ...]\n");
        return -1;
    }
    alice = arguments[1];
    has_launcher = count > 2;
    for (int i = 2; i < count; i++) {
        const size_t used = strlen(launcher);
        snprintf(launcher + used, sizeof launcher - used, "%s ", arguments[i]);
    }
    if (setenv("OCKHAM", arguments[0], 1) != 0 || setenv("SMALL", small_model, 1) != 0 ||
        setenv("MPIRUN", launcher, 1) != 0 || unsetenv("OCKHAM_ISA") != 0) {
        return -1;
    }
    return 0;
}

int ock_rank_limit(void)
{
    return has_launcher ? 8 : 1;
}

const char *ock_on_ranks(int ranks)
{
    static char texts[2][32];
    static int last;
    last = !last;
    snprintf(texts[last], sizeof texts[last], ock_rank_limit() > 1 ? "$MPIRUN %d" : "", ranks);
    return texts[last];
}

void ock_need_mpi(void)
{
    if (has_launcher) {
        return;
    }
    ock_skip("it needs several ranks, and this build has no MPI");
}

void ock_need_strace(void)
{
    if (system("strace -qq -o /dev/null true 2>/dev/null") != 0) {
        ock_skip("no strace here, or it may not trace");
    }
}

bool ock_long_tests(void)
{
    const char *wish = getenv("OCKHAM_TEST_LONG");
    return wish != NULL && strcmp(wish, "1") == 0;
}

int ock_folder_new(void **state)
{
    const char *parent = getenv("TMPDIR");
    char work[PATH_BYTES];

    (void)state;
    snprintf(base, sizeof base, "%s/ockham-test.XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(base) == NULL) {
        return -1;
    }
    snprintf(work, sizeof work, "%s/work", base);
    snprintf(captured[0], PATH_BYTES, "%s/stdout", base);
    snprintf(captured[1], PATH_BYTES, "%s/stderr", base);
    return mkdir(work, 0777);
}

static void release_outcome(void)
{
    free(outcome.out);
    free(outcome.err);
    outcome = (ock_outcome){0};
}

int ock_folder_remove(void **state)
{
    char command[COMMAND_BYTES];

    (void)state;
    release_outcome();
    snprintf(command, sizeof command, "chmod -R u+rwX '%s' && rm -rf '%s'", base, base);
    return system(command) == 0 ? 0 : -1;
}

const char *ock_path(const char *name)
{
    static char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/work/%s", base, name);
    return path;
}

/* ---- commands ---- */

/* A folder or descriptor that the child cannot get ends it with a code no test expects. */
static void become(const char *command)
{
    const int out = open(captured[0], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = open(captured[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int in = open("/dev/null", O_RDONLY);

    if (setpgid(0, 0) == 0 && chdir(ock_path("")) == 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 &&
        dup2(err, 2) == 2) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    }
    _exit(125);
}

static int wait_for(pid_t child)
{
    const struct timespec pause = {0, 5 * 1000 * 1000};
    struct timespec start, now;
    int status = 0;

    clock_gettime(CLOCK_MONOTONIC, &start);
    while (waitpid(child, &status, WNOHANG) == 0) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec - start.tv_sec > TIMEOUT_SECONDS) {
            (void)kill(-child, SIGKILL);
            (void)waitpid(child, &status, 0);
            return 128 + SIGKILL;
        }
        nanosleep(&pause, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A whole file, NUL behind it; NULL when it cannot be had. */
static char *slurp(const char *path, size_t limit, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    char *data = NULL;
    struct stat about;

    *bytes = 0;
    if (file != NULL && fstat(fileno(file), &about) == 0) {
        const size_t wanted = (size_t)about.st_size < limit ? (size_t)about.st_size : limit;
        data = malloc(wanted + 1);
        if (data != NULL) {
            *bytes = fread(data, 1, wanted, file);
            data[*bytes] = '\0';
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return data;
}

static void run(const char *command)
{
    release_outcome();
    const pid_t child = fork();
    if (child == 0) {
        become(command);
    }
    outcome.exit_code = child < 0 ? 126 : wait_for(child);
    outcome.out = slurp(captured[0], OUTPUT_LIMIT, &outcome.out_bytes);
    outcome.err = slurp(captured[1], OUTPUT_LIMIT, &outcome.err_bytes);
}

const ock_outcome *ock_expect_at(const char *file, int line, int exit_code, const char *format, ...)
{
    char command[COMMAND_BYTES];
    va_list arguments;

    va_start(arguments, format);
    const int length = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof command - 1);
    run(command);
    if (outcome.out == NULL || outcome.err == NULL || outcome.exit_code != exit_code) {
        fprintf(stderr, "%s:%d: %s\nexit code %d, expected %d; standard error:\n%s\n", file, line,
                command, outcome.exit_code, exit_code, outcome.err != NULL ? outcome.err : "");
        _fail(file, line);
    }
    return &outcome;
}

/* ---- assertions ---- */

void ock_assert_says_at(const char *file, int line, const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        return;
    }
    fprintf(stderr, "%s:%d: expected \"%s\" within:\n%s\n", file, line, part, text);
    _fail(file, line);
}

/* Is `name` one of the words of `names`? */
static bool is_word(const char *names, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)) != NULL; at += length) {
        if ((at == names || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' ')) {
            return true;
        }
    }
    return false;
}

static size_t count_words(const char *names)
{
    size_t count = names[0] != '\0';
    for (; *names != '\0'; names++) {
        count += *names == ' ';
    }
    return count;
}

void ock_assert_folder_at(const char *file, int line, const char *names)
{
    DIR *folder = opendir(ock_path(""));
    const struct dirent *entry;
    size_t found = 0;
    bool good = folder != NULL;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        found++;
        if (!is_word(names, entry->d_name)) {
            fprintf(stderr, "%s:%d: the folder should hold \"%s\", not %s\n", file, line, names,
                    entry->d_name);
            good = false;
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    if (good && found < count_words(names)) {
        fprintf(stderr, "%s:%d: the folder should hold \"%s\", it holds only %zu of them\n", file,
                line, names, found);
        good = false;
    }
    if (!good) {
        _fail(file, line);
    }
}

void ock_assert_same_at(const char *file, int line, const char *a, const char *b)
{
    size_t a_bytes, b_bytes;
    uint8_t *a_data = ock_load(a, &a_bytes), *b_data = ock_load(b, &b_bytes);
    const bool same = a_bytes == b_bytes && memcmp(a_data, b_data, a_bytes) == 0;

    free(a_data);
    free(b_data);
    if (same) {
        return;
    }
    fprintf(stderr, "%s:%d: %s (%zu bytes) and %s (%zu bytes) differ\n", file, line, a, a_bytes, b,
            b_bytes);
    _fail(file, line);
}

/* ---- files ---- */

uint8_t *ock_load(const char *name, size_t *bytes)
{
    char *data = slurp(ock_path(name), SIZE_MAX - 1, bytes);
    if (data == NULL) {
        fail_msg("%s: cannot be read", name);
    }
    return (uint8_t *)data;
}

void ock_store(const char *name, const void *data, size_t bytes)
{
    FILE *file = fopen(ock_path(name), "wb");
    bool good = file != NULL && fwrite(data, 1, bytes, file) == bytes;

    if (file != NULL && fclose(file) != 0) {
        good = false;
    }
    if (!good) {
        fail_msg("%s: cannot be written", name);
    }
}

/* ---- inputs ---- */

/* Knuth's MMIX generator; its upper half. */
uint32_t ock_random(uint64_t *state, uint32_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*state >> 32) * limit >> 32);
}

void ock_make_alice(const char *name, size_t bytes)
{
    size_t all;
    char *text = slurp(alice, SIZE_MAX - 1, &all);

    if (text == NULL || all < bytes) {
        fail_msg("%s: cannot be read, or is too short", alice);
    }
    ock_store(name, text, bytes);
    free(text);
}

void ock_make_contract_1(const char *name)
{
    ock_expect(0, "grep -v '^#' \"$(dirname '%s')\"/unsupported-contract1.txt | base64 -d >%s",
               alice, name);
}

void ock_make_phrases(const char *name, size_t bytes)
{
    static const char *const words[] = {"the ",   "lane ", "of ",  "a ", "shard", "\n",
                                        "steps ", ". ",    "rank", "s ", "and ",  "so ",
                                        "forth ", "12",    "7",    ", "};
    char *text = malloc(bytes + 16);
    uint64_t state = 1;
    size_t used = 0;

    assert_non_null(text);
    while (used < bytes) {
        used += (size_t)sprintf(text + used, "%s", words[ock_random(&state, 16)]);
    }
    ock_store(name, text, bytes);
    free(text);
}

void ock_make_random(const char *name, size_t bytes)
{
    uint8_t *data = malloc(bytes + 1);
    uint64_t state = 2;

    assert_non_null(data);
    for (size_t i = 0; i < bytes; i++) {
        data[i] = (uint8_t)ock_random(&state, 256);
    }
    ock_store(name, data, bytes);
    free(data);
}

void ock_make_zeros(const char *name, size_t bytes)
{
    uint8_t *data = calloc(bytes + 1, 1);

    assert_non_null(data);
    ock_store(name, data, bytes);
    free(data);
}
