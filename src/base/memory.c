/* SPDX-License-Identifier: MIT */
/* memory.c - a count of large blocks against a limit; what the machine has. */
#include "base/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

void ock_memory_init(ock_memory *memory, uint64_t limit)
{
    memory->limit = limit;
    atomic_init(&memory->taken, 0);
}

static bool fits(const ock_memory *memory, uint64_t taken, uint64_t bytes)
{
    return memory->limit == 0 || (taken <= memory->limit && bytes <= memory->limit - taken);
}

/* Only a number is agreed on, no memory it stands for: relaxed is enough. */
ock_status ock_memory_take(ock_memory *memory, uint64_t bytes, const char *what)
{
    if (memory == NULL) {
        return OCK_OK;
    }
    uint_least64_t taken = atomic_load_explicit(&memory->taken, memory_order_relaxed);
    do {
        if (!fits(memory, taken, bytes)) {
            return ock_fail(OCK_ENVIRONMENT,
                            "not enough memory: %" PRIu64 " bytes for %s in addition to %" PRIu64
                            ", and a rank may have %" PRIu64 " (--memory-limit)",
                            bytes, what, (uint64_t)taken, memory->limit);
        }
    } while (!atomic_compare_exchange_weak_explicit(&memory->taken, &taken, taken + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return OCK_OK;
}

void ock_memory_give(ock_memory *memory, uint64_t bytes)
{
    if (memory != NULL) {
        atomic_fetch_sub_explicit(&memory->taken, bytes, memory_order_relaxed);
    }
}

/* ---- the machine ---- */

/* The number in a control file; UINT64_MAX when there is none ("max", no such file). */
static uint64_t read_limit(const char *folder, const char *group, const char *name)
{
    char path[1024], line[64];
    const char *text = line;
    uint64_t value = UINT64_MAX;
    FILE *file = NULL;
    if (snprintf(path, sizeof path, "%s%s/%s", folder, group, name) >= (int)sizeof path) {
        return UINT64_MAX;
    }
    file = fopen(path, "re");
    if (file == NULL) {
        return UINT64_MAX;
    }
    bool found =
        fgets(line, sizeof line, file) != NULL && ock_number_take(&text, UINT64_MAX, &value);
    fclose(file);
    return found && strcmp(text, "\n") == 0 ? value : UINT64_MAX;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A limit of any group above counts too; inside a container its own group is the root. */
static uint64_t least_upwards(const char *folder, char *group, const char *name)
{
    uint64_t found = read_limit(folder, "", name);
    while (group[0] != '\0') {
        found = least(found, read_limit(folder, group, name));
        char *slash = strrchr(group, '/');
        *(slash != NULL ? slash : group) = '\0';
    }
    return found;
}

/* Lines "NUMBER:CONTROLLERS:PATH"; version 2 has number 0 and no controllers. */
static uint64_t control_group_limit(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    uint64_t found = UINT64_MAX;
    char line[768];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *group = strchr(line, ':');
        line[strcspn(line, "\n")] = '\0';
        group = group != NULL ? strchr(group + 1, ':') : NULL;
        if (group == NULL) {
            continue;
        }
        *group++ = '\0';
        if (strcmp(line, "0:") == 0) {
            found = least(found, least_upwards("/sys/fs/cgroup", group, "memory.max"));
        } else if (strcmp(strchr(line, ':'), ":memory") == 0) {
            found = least(found,
                          least_upwards("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

uint64_t ock_memory_of_machine(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t found = control_group_limit();
    if (pages > 0 && page > 0) {
        found = least(found, (uint64_t)pages * (uint64_t)page);
    }
    return found == UINT64_MAX ? 0 : found;
}
