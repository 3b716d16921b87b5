/* SPDX-License-Identifier: MIT */
/* test_codec_calls.c - the codec touches no file: from memory to memory it makes no system call but for
 * memory.
 *
 * A child process takes a seccomp filter upon itself that lets through what malloc needs and the
 * process's end; any other call kills it (SIGSYS). For builds without MPI, whose threads and sockets
 * have calls of their own. Ends with 77, and says why, where no filter can be had. */
#include "comm_fixture.h"
#include "memory_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#else
#define THIS_MACHINE 0 /* which calls are allowed is not known here */
#endif

enum { GOOD = 0, WRONG = 1, NO_FILTER = 2 };

/* ---- the filter ---- */

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define END(action) BPF_STMT(BPF_RET | BPF_K, action)
#define ALLOW(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), END(SECCOMP_RET_ALLOW)

/* From now on this process may only take and give back memory, wake threads, and end. A mapping of a
 * file is a mapping with a descriptor (the fifth argument, whose low word comes first). */
static bool allow_memory_only(void)
{
    struct sock_filter filter[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0),
        END(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        ALLOW(SYS_brk),
        ALLOW(SYS_munmap),
        ALLOW(SYS_mremap),
        ALLOW(SYS_mprotect),
        ALLOW(SYS_madvise),
        ALLOW(SYS_futex), /* of pthread_once */
        ALLOW(SYS_exit_group),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0),
        END(SECCOMP_RET_KILL_PROCESS),
        LOAD(args[4]),
        ALLOW((uint32_t)-1),
        END(SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return THIS_MACHINE != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* What a child does behind the filter: GOOD or WRONG. */
typedef int deed(void *context);

/* The wait status of a child that did it. */
static int do_behind_filter(deed *what, void *context)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* Not _exit(), which in a build that counts lines writes them. */
        (void)syscall(SYS_exit_group, allow_memory_only() ? what(context) : NO_FILTER);
    }
    assert_true(waitpid(child, &status, 0) == child);
    return status;
}

static bool was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

/* ---- controls: the filter kills ---- */

static int make_call(void *context)
{
    const long *number = context;
    (void)syscall(*number, -1L, 0L, 0L, 0L, 0L, 0L);
    return GOOD;
}

static const long calls[] = {
    SYS_openat,    SYS_read,     SYS_write,    SYS_pread64,  SYS_pwrite64,   SYS_readv,
    SYS_writev,    SYS_lseek,    SYS_close,    SYS_fstat,    SYS_fsync,      SYS_fdatasync,
    SYS_ftruncate, SYS_unlinkat, SYS_renameat, SYS_linkat,   SYS_mkdirat,    SYS_faccessat,
    SYS_fcntl,     SYS_ioctl,    SYS_dup,      SYS_sendfile, SYS_getdents64, SYS_socket,
#ifdef SYS_open
    SYS_open,      SYS_creat,    SYS_stat,     SYS_access,   SYS_unlink,     SYS_rename,
#endif
};

static int do_nothing(void *context)
{
    (void)context;
    return GOOD;
}

static void need_filter(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    ock_skip("a sanitizer makes system calls of its own");
#endif
    int status = do_behind_filter(do_nothing, NULL);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER) {
        ock_skip("no seccomp filter can be installed here");
    }
}

static void file_system_calls_are_deadly(void **state)
{
    (void)state;
    need_filter();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        long number = calls[i];
        if (!was_killed(do_behind_filter(make_call, &number))) {
            fail_msg("system call %ld went through", number);
        }
    }
}

/* A file's mapping, and one of none. */
static int map(void *context)
{
    const int *fd = context;
    long made = syscall(SYS_mmap, 0L, 4096L, 1L, *fd < 0 ? 0x22L : 0x2L, (long)*fd, 0L);
    return made > 0 ? GOOD : WRONG;
}

static void files_cannot_be_mapped(void **state)
{
    int none = -1, fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    (void)state;
    need_filter();
    assert_true(fd >= 0);
    assert_int_equal(do_behind_filter(map, &none), GOOD);
    assert_true(was_killed(do_behind_filter(map, &fd)));
    close(fd);
}

/* ---- the codec ---- */

typedef struct trip {
    memory *m;
    size_t predictor;
    bool in_two;
} trip;

static int make_trip(void *context)
{
    const trip *t = context;
    const ock_plan plan = memory_plan(t->predictor);
    ock_status status = memory_round_trip(t->m, comm, fixture_kernels(), &plan, t->in_two);
    return status == OCK_OK ? GOOD : WRONG;
}

static void the_codec_makes_no_calls(void **state)
{
    (void)state;
    need_filter();
    memory *m = memory_new();
    for (size_t k = 0; k < MEMORY_PREDICTORS; k++) {
        for (int in_two = 0; in_two < 2; in_two++) {
            trip t = {m, k, in_two != 0};
            int status = do_behind_filter(make_trip, &t);
            if (was_killed(status)) {
                fail_msg("a system call: predictor %zu, in two: %d", k, in_two);
            }
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), GOOD);
        }
    }
    memory_free(m);
}

/* The same trip, whose source looks at a file: that is seen from within the codec too. */
static ock_status read_like_a_file(void *context, uint64_t offset, void *bytes, size_t count)
{
    char none;
    return pread(0, &none, 0, 0) > 0 ? OCK_INTERNAL : memory_read(context, offset, bytes, count);
}

static void a_source_with_a_file_is_noticed(void **state)
{
    (void)state;
    need_filter();
    memory *m = memory_new();
    trip t = {m, 1, false};
    m->source.read_at = read_like_a_file;
    assert_true(was_killed(do_behind_filter(make_trip, &t)));
    memory_free(m);
}

/* What is made once in a process is made before: kernels are chosen, libsodium looks at the machine. */
static int set_up(void **state)
{
    ock_digest digest;
    ock_digest_start(&digest);
    return fixture_comm_set_up(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_system_calls_are_deadly),
        cmocka_unit_test(files_cannot_be_mapped),
        cmocka_unit_test(the_codec_makes_no_calls),
        cmocka_unit_test(a_source_with_a_file_is_noticed),
    };
    return ock_run_cases(argc, argv, tests, set_up, fixture_comm_tear_down);
}
