/* SPDX-License-Identifier: MIT */
/* memory.h - how much memory a run may take for what grows with model, lanes and ranks.
 *
 * Large blocks are announced before they are taken (arena.c, reduce.c). The system grants far more
 * than there is and ends the process once it is used; a limit turns that into a message.
 *
 * The count belongs to a run and is handed to whatever takes large blocks of it; arenas remember it.
 * It is passed on by hand, and is no state of the thread's: then a block is given back to the run that
 * took it, whichever thread frees it, and two runs of one process do not count each other's. */
#ifndef OCK_MEMORY_H
#define OCK_MEMORY_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/status.h"

/* What one run has taken. Its threads may take and give at the same time. */
typedef struct ock_memory {
    uint64_t limit;              /* bytes; 0: none */
    atomic_uint_least64_t taken; /* bytes */
} ock_memory;

/* Nothing is taken yet. Not thread-safe. */
void ock_memory_init(ock_memory *memory, uint64_t limit);

/* Announces `bytes` more, for `what`; OCK_ENVIRONMENT, with the numbers, when it would be more than
 * the limit, and then nothing is counted. memory NULL: no limit and no count. Thread-safe. */
ock_status ock_memory_take(ock_memory *memory, uint64_t bytes, const char *what) OCK_WARN_UNUSED;
void ock_memory_give(ock_memory *memory, uint64_t bytes);

/* Memory of this machine, or of the control group (versions 1 and 2) of this process where that is
 * less; 0 when neither is known. */
uint64_t ock_memory_of_machine(void);

#endif
