/* SPDX-License-Identifier: MIT */
/* temporaries.h - for the directories of io/, and for whoever handles signals: the temporary files and
 * directories of this process, so that they can be removed when a signal ends it.
 *
 * One registry for the whole process, for a signal ends all of it. It installs no handler itself.
 * Thread-safe. */
#ifndef OCK_TEMPORARIES_H
#define OCK_TEMPORARIES_H

#include "base/status.h"

enum { OCK_TEMPORARIES = 32 };

/* From now on ock_temporaries_remove() removes what is called `name` in the directory `folder`, a descriptor
 * that stays open until ock_temporary_forget. *slot is for the calls below. Call before the file is made,
 * so that there is no moment at which it is unknown. OCK_INTERNAL when OCK_TEMPORARIES are in use,
 * OCK_ENVIRONMENT for a name that no file can have. */
ock_status ock_temporary_remember(int folder, const char *name, int *slot) OCK_WARN_UNUSED;

/* What is remembered is a directory, open as `root`, which stays open until ock_temporary_forget: it is
 * removed with all that is in it. */
void ock_temporary_is_tree(int slot, int root);

/* The name now means something else, or nothing. A negative slot is allowed. */
void ock_temporary_forget(int slot);

/* Removes all that is remembered, for a process that is about to end: what was removed keeps its place
 * in the registry. Async-signal-safe; errno stays as it is. What cannot be removed is left. */
void ock_temporaries_remove(void);

/* Removes a directory that this program has made, `name` in `folder` and open as `root`, and all that is in
 * it; symlinks are removed, not followed. What is in it is reached from `root`: whatever has its name by
 * now is removed only if it is an empty directory. Async-signal-safe. What cannot be removed is left. */
void ock_temporary_remove_tree(int folder, const char *name, int root);

#endif
