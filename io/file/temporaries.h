/* temporaries.h - for the folders of io/, and for whoever handles signals: the temporary files and
 * directories of this process, so that they can be removed when a signal ends it.
 *
 * One registry for the whole process, for a signal ends all of it. It installs no handler itself.
 * Thread-safe. */
#ifndef OCK_TEMPORARIES_H
#define OCK_TEMPORARIES_H

#include "base/status.h"

enum { OCK_TEMPORARIES = 32 };

/* From now on ock_temporaries_remove() removes `path`, a directory with all that is in it. *slot is for
 * ock_temporary_forget. Call before the file is made, so that there is no moment at which it is
 * unknown. OCK_INTERNAL when OCK_TEMPORARIES are in use, OCK_ENVIRONMENT for a path that is too long. */
ock_status ock_temporary_remember(const char *path, int *slot) OCK_WARN_UNUSED;

/* The path now means something else, or nothing. A negative slot is allowed. */
void ock_temporary_forget(int slot);

/* Removes all that is remembered, for a process that is about to end: what was removed keeps its place
 * in the registry. Async-signal-safe; errno stays as it is. What can't be removed is left. */
void ock_temporaries_remove(void);

/* Removes a directory that this program has made, and all that is in it; symlinks are removed, not
 * followed. Async-signal-safe. What can't be removed is left. */
void ock_temporary_remove_tree(const char *path);

#endif
