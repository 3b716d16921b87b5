/* SPDX-License-Identifier: MIT */
/* stall.h - the end of a process whose communicator call never returns: what a watchdog does in a program.
 *
 * It prints and ends the process below src/cli because nobody else is left to do so: the thread that
 * could report is the one that is stuck. */
#ifndef OCK_STALL_H
#define OCK_STALL_H

#include "mpi/watchdog.h"

typedef struct ock_stall_end {
    void (*abort_job)(void); /* may hang, or not return */
} ock_stall_end;

/* An ock_stall_act. Prints one line to standard error, calls abort_job of `context`, an ock_stall_end,
 * and ends the process with OCK_ENVIRONMENT, at the latest 5 s later should printing or aborting hang. */
void ock_stall_end_process(const void *context, const ock_stall *stall);

#endif
