/* SPDX-License-Identifier: MIT */
/* machine.h - what of this machine the program uses, as the environment allows. */
#ifndef OCK_MACHINE_H
#define OCK_MACHINE_H

#include "numeric/cpu.h"
#include "numeric/kernels.h"

/* The CPU less the features of OCKHAM_CPU_DISABLE (cpu.h's list; for tests). */
ock_cpu ock_machine_cpu(void);

/* The widest kernels of that, or those of OCKHAM_ISA; see ock_kernels_select. */
ock_status ock_machine_kernels(const ock_kernels **kernels) OCK_WARN_UNUSED;

/* Threads for this rank: `wished`, or where that is 0 OCKHAM_THREADS (a number from 1 to OCK_MAX_THREADS, else
 * OCK_ENVIRONMENT), or the cores that this process may use; where the `neighbours` ranks of this machine seem to
 * have the same ones, they are shared. Not collective. */
ock_status ock_machine_threads(int neighbours, size_t wished, size_t *threads) OCK_WARN_UNUSED;

#endif
