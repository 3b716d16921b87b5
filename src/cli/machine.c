/* machine.c - the two environment variables that choose kernels. */
#include "cli/machine.h"

#include <stdlib.h>

ock_cpu ock_machine_cpu(void)
{
    return ock_cpu_without(ock_cpu_detect(), getenv("OCKHAM_CPU_DISABLE"));
}

ock_status ock_machine_kernels(const ock_kernels **kernels)
{
    return ock_kernels_select_on(ock_machine_cpu(), getenv("OCKHAM_ISA"), kernels);
}
