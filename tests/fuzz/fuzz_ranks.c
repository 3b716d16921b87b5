/* SPDX-License-Identifier: MIT */
/* fuzz_ranks.c - what several ranks make of a damaged file, or of a checkpoint that they load: they replay it
 * (audit_replay.h), and end alike. An input is a list of changes to one of three good files, which then
 * gets a right seal, as whoever makes a file can make it. The fuzzer is rank 0; others follow it.
 *
 * Usage: under the launcher, fuzz_ranks FILE CHECKPOINT CHECKPOINT [OPTION OF THE FUZZER]... */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit_replay.h"
#include "fuzz.h"
#include "io/container/container.h"
#include "io/file/log.h"
#include "io/hdf5/user_block.h"
#include "mpi/process/process.h"
#include "numeric/fpenv.h"
#include "shelf.h"

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t bytes));

enum { FILES = 3, CHANGE_BYTES = 5 };

typedef struct specimen {
    uint8_t *good, *now;
    size_t bytes;
    int fd;
    char path[32];
} specimen;

static ock_comm *comm;
static const ock_kernels *kernels;
static ock_log *no_log;
/* rank 0 */
static specimen files[FILES];
static uint8_t plan_digest[OCK_DIGEST_BYTES];

/* ---- files; rank 0 ---- */

static void rewrite(const specimen *s, const uint8_t *bytes, size_t count)
{
    hold(ftruncate(s->fd, 0) == 0 && pwrite(s->fd, bytes, count, 0) == (ssize_t)count);
}

static void load(specimen *s, const char *name)
{
    struct stat found;
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    hold(fd >= 0 && fstat(fd, &found) == 0);
    s->bytes = (size_t)found.st_size;
    s->good = malloc(s->bytes);
    s->now = malloc(s->bytes);
    hold(s->good != NULL && s->now != NULL && read(fd, s->good, s->bytes) == found.st_size);
    (void)close(fd);
    s->fd = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(s->path, sizeof s->path, "/proc/self/fd/%d", s->fd);
    rewrite(s, s->good, s->bytes);
}

static void learn_plan_digest(void)
{
    ock_container *container = NULL;
    hold(ock_container_open(files[0].path, OCK_CONTRACT_VERSION, &container) == OCK_OK);
    memcpy(plan_digest, ock_container_about(container)->plan_digest, sizeof plan_digest);
    ock_container_close(container);
}

/* A change: where (3 bytes), what is done there, with which byte. */
static size_t change(const specimen *s, size_t count, const uint8_t *data)
{
    const size_t at = (data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16) % count;
    switch (data[3] % 4) {
    case 0:
        s->now[at] = data[4];
        return count;
    case 1:
        s->now[at] = (uint8_t)(s->now[at] ^ 1U << data[4] % 8);
        return count;
    case 2:
        memset(s->now + at, data[4], count - at < 8 ? count - at : 8);
        return count;
    default:
        return data[4] == 0 && at > 0 ? at : count;
    }
}

/* Whether anything is other than it was. */
static bool damage(const specimen *s, const uint8_t *data, size_t bytes)
{
    const bool is_file = s == files;
    const ock_seal seal = {is_file ? OCK_FILE_CONTAINER : OCK_FILE_CHECKPOINT, OCK_FORMAT_PLAIN,
                           OCK_CONTRACT_VERSION, is_file ? plan_digest : ock_no_plan_digest};
    size_t count = s->bytes;
    uint64_t sealed = 0;
    memcpy(s->now, s->good, count);
    for (size_t at = 0; at + CHANGE_BYTES <= bytes; at += CHANGE_BYTES) {
        count = change(s, count, data + at);
    }
    rewrite(s, s->now, count);
    if (ock_seal_write(s->fd, s->path, &seal, &sealed) != OCK_OK) {
        ock_error_clear();
    }
    return count != s->bytes || memcmp(s->now, s->good, count) != 0;
}

/* ---- all ranks ---- */

/* The same status and the same message everywhere. Collective. */
static void compare_ends(ock_status status)
{
    struct {
        ock_status status;
        char text[OCK_ERROR_TEXT_BYTES];
    } first = {.status = status};
    snprintf(first.text, sizeof first.text, "%s", ock_error_text());
    hold(ock_comm_bcast(comm, &first, sizeof first) == OCK_OK);
    hold(first.status == status && strcmp(first.text, ock_error_text()) == 0);
    hold(status == OCK_OK || first.text[0] != '\0');
}

/* which: 0 the file is damaged, else the checkpoint it is replayed from. Collective. */
static ock_status replay(int which)
{
    static const ock_program program = {"", "", ""};
    ock_memory memory;
    ock_memory_init(&memory, (uint64_t)1 << 30);
    const ock_run_settings run = {.comm = comm,
                                  .memory = &memory,
                                  .kernels = kernels,
                                  .log = no_log,
                                  .program = &program,
                                  .input = "fuzzed"};
    const ock_replay_wish wish = {.path = files[0].path,
                                  .from = which > 0 ? files[which].path : NULL};
    ock_fpenv_set();
    const ock_status status = ock_replay_run(&run, &wish);
    compare_ends(status);
    ock_error_clear();
    return status;
}

static int test_one(const uint8_t *data, size_t bytes)
{
    if (bytes < 1) {
        return 0;
    }
    int which = data[0] % FILES;
    const bool damaged = damage(&files[which], data + 1, bytes - 1);
    hold(ock_comm_bcast(comm, &which, sizeof which) == OCK_OK);
    const ock_status status = replay(which);
    hold(damaged || status == OCK_OK);
    rewrite(&files[which], files[which].good, files[which].bytes);
    return 0;
}

static void end(void)
{
    int which = -1;
    hold(ock_comm_bcast(comm, &which, sizeof which) == OCK_OK);
    ock_comm_finish(comm);
}

static void follow(void)
{
    for (int which = 0;;) {
        hold(ock_comm_bcast(comm, &which, sizeof which) == OCK_OK);
        if (which < 0) {
            return;
        }
        (void)replay(which);
    }
}

int main(int argc, char **argv)
{
    hold(argc > FILES && ock_comm_start(&argc, &argv, &comm) == OCK_OK);
    hold(ock_kernels_select(NULL, &kernels) == OCK_OK);
    hold(ock_log_open(NULL, &no_log) == OCK_OK);
    if (ock_comm_rank(comm) != 0) {
        follow();
        ock_comm_finish(comm);
        return 0;
    }
    for (int i = 0; i < FILES; i++) {
        load(&files[i], argv[1 + i]);
    }
    learn_plan_digest();
    hold(atexit(end) == 0);
    argv[FILES] = argv[0];
    argc -= FILES;
    argv += FILES;
    return LLVMFuzzerRunDriver(&argc, &argv, test_one);
}
