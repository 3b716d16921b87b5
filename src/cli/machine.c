/* SPDX-License-Identifier: MIT */
/* machine.c - the environment variables that choose kernels and threads. */
#include "cli/machine.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/number.h"
#include "threads/team.h"

ock_cpu ock_machine_cpu(void)
{
    return ock_cpu_without(ock_cpu_detect(), getenv("OCKHAM_CPU_DISABLE"));
}

ock_status ock_machine_kernels(const ock_kernels **kernels)
{
    return ock_kernels_select_on(ock_machine_cpu(), getenv("OCKHAM_ISA"), kernels);
}

static ock_status parse_threads(const char *text, size_t *threads)
{
    const char *end = text;
    uint64_t value = 0;
    if (!ock_number_take(&end, OCK_MAX_THREADS, &value) || *end != '\0' || value < 1) {
        return ock_fail(OCK_ENVIRONMENT, "OCKHAM_THREADS=%s: expected a number from 1 to %d", text,
                        (int)OCK_MAX_THREADS);
    }
    *threads = value;
    return OCK_OK;
}

/* Ranks that are bound to cores of their own have no more of them together than there are. */
static size_t own_cores(int neighbours)
{
    const size_t cores = ock_team_cores(), ranks = (size_t)neighbours;
    const long all = sysconf(_SC_NPROCESSORS_ONLN);
    const bool bound = all > 0 && cores * ranks <= (size_t)all;
    const size_t own = bound ? cores : cores / ranks;
    return own > 1 ? own : 1;
}

ock_status ock_machine_threads(int neighbours, size_t wished, size_t *threads)
{
    const char *text = getenv("OCKHAM_THREADS");
    *threads = wished;
    if (wished == 0 && text != NULL && text[0] != '\0') {
        return parse_threads(text, threads);
    }
    if (wished == 0) {
        *threads = own_cores(neighbours);
    }
    return OCK_OK;
}
