/* temporaries.h - temporary files that vanish when a signal ends the process; private to io/. */
#ifndef OCK_TEMPORARIES_H
#define OCK_TEMPORARIES_H

#include "base/status.h"

enum { OCK_TEMPORARIES = 8 };

/* From now on SIGINT, SIGTERM, SIGHUP and SIGUSR1 (unless it has a handler) unlink `path` before they end the process, a folder
 * with all that is in it (a signal that is ignored stays ignored). *slot is for ock_temporary_forget. Call before the file is created, so
 * that there is no moment at which it is unknown. OCK_INTERNAL when OCK_TEMPORARIES are in use,
 * OCK_ENVIRONMENT for a path that is too long. */
ock_status ock_temporary_remember(const char *path, int *slot) OCK_WARN_UNUSED;

/* Removes a folder that this program has made, and all that is in it; links are removed, not
 * followed. Safe in a signal handler. What can't be removed is left. */
void ock_temporary_remove_tree(const char *path);

/* The path now means something else, or nothing. A negative slot is allowed. */
void ock_temporary_forget(int slot);

#endif
