/* SPDX-License-Identifier: MIT */
/* alive.c - hands heartbeats to whoever listens. */
#include "base/alive.h"

#include <errno.h>

static _Thread_local ock_listener listening;

ock_listener ock_alive_listen(ock_listener listener)
{
    const ock_listener before = listening;
    listening = listener;
    return before;
}

void ock_alive(void)
{
    if (listening.tick != NULL) {
        const int kept = errno;
        listening.tick(listening.context);
        errno = kept;
    }
}
