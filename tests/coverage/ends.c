/* SPDX-License-Identifier: MIT */
/* ends.c - in builds that count lines (OCK_COVERAGE) only: counts are written at an orderly exit, so here they
 * are written where a process ends otherwise and knows it. These stand before the functions of the libraries. */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ends.h"

void __gcov_dump(void);
void __gcov_reset(void);

void ock_ends_write(void)
{
    __gcov_dump();
    __gcov_reset();
}

_Noreturn void _exit(int exit_code)
{
    ock_ends_write();
    for (;;) {
        syscall(SYS_exit_group, exit_code);
    }
}

/* To the calling thread, as the library's. */
int raise(int number)
{
    ock_ends_write();
    return (int)syscall(SYS_tgkill, getpid(), gettid(), number);
}
