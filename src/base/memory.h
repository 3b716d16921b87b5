/* memory.h - how much memory this process may take for what grows with model, lanes and ranks.
 *
 * Large blocks are announced before they are taken (arena.c, reduce.c). The system grants far more
 * than there is and ends the process once it is used; a limit turns that into a message. */
#ifndef OCK_MEMORY_H
#define OCK_MEMORY_H

#include <stdint.h>

#include "base/status.h"

/* The limit in bytes from now on; 0: none, which is how a process begins. */
void ock_memory_limit(uint64_t bytes);

/* Announces `bytes` more, for `what`; OCK_ENVIRONMENT, with the numbers, when it would be more than
 * the limit. Not thread-safe: only the main thread takes large blocks. */
ock_status ock_memory_take(uint64_t bytes, const char *what) OCK_WARN_UNUSED;
void ock_memory_give(uint64_t bytes);

/* Memory of this machine, or of the control group (versions 1 and 2) of this process where that is
 * less; 0 when neither is known. */
uint64_t ock_memory_of_machine(void);

#endif
