/* SPDX-License-Identifier: MIT */
/* alive.h - heartbeats: whoever works for long says so after every piece of it (a block, a file), and
 * whoever had the work done may listen. So ranks that wait for one that is busy with files learn that it
 * is not stuck (mpi/REDUCTION.md, section 6).
 *
 * A listener belongs to a thread, as a message does (status.h): two runs in one process do not hear each
 * other. */
#ifndef OCK_ALIVE_H
#define OCK_ALIVE_H

#include <stddef.h>

typedef void ock_tick(void *context);

typedef struct ock_listener {
    ock_tick *tick; /* NULL: nobody listens */
    void *context;
} ock_listener;

/* From now on the calling thread's signs go to `listener`; at first they go to nobody. Returns the one
 * before, for the caller to put back before his own context ends. */
ock_listener ock_alive_listen(ock_listener listener);

/* A piece of work is done. Leaves errno as it is, and costs nothing to speak of where nobody listens. Not
 * for signal handlers. */
void ock_alive(void);

#endif
