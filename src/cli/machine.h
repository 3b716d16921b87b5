/* machine.h - what of this machine the program uses, as the environment allows. */
#ifndef OCK_MACHINE_H
#define OCK_MACHINE_H

#include "numeric/cpu.h"
#include "numeric/kernels.h"

/* The CPU less the features of OCKHAM_CPU_DISABLE (cpu.h's list; for tests). */
ock_cpu ock_machine_cpu(void);

/* The widest kernels of that, or those of OCKHAM_ISA; see ock_kernels_select. */
ock_status ock_machine_kernels(const ock_kernels **kernels) OCK_WARN_UNUSED;

#endif
