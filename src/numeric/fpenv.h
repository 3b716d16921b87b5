/* SPDX-License-Identifier: MIT */
/* fpenv.h - the floating-point environment the contract needs: round to
 * nearest even, denormals on. */
#ifndef OCK_FPENV_H
#define OCK_FPENV_H

#include <stdint.h>

#include "base/status.h"

/* MXCSR (x86) or FPCR (ARM) of a thread. The x87 control word is neither used nor touched. */
typedef struct ock_fpenv {
    uint64_t control;
} ock_fpenv;

/* Sets the calling thread's register to the contract's state and keeps in *before what it was: a run
 * begins with it, on every thread that computes. */
void ock_fpenv_enter(ock_fpenv *before);

/* Ends the run: the register of the calling thread is again what it was, sticky exception flags
 * included, so that nothing of a run is left in the caller's environment. */
void ock_fpenv_leave(const ock_fpenv *before);

/* Sets the contract's state alone: within a run, after code that may have changed it. */
void ock_fpenv_set(void);

/* OCK_INTERNAL, naming `after` ("MPI start", "reading the input"), when rounding mode
 * or denormal treatment differ from the contract's state; the state is checked by
 * register and by arithmetic. */
ock_status ock_fpenv_check(const char *after) OCK_WARN_UNUSED;

#endif
