/* SPDX-License-Identifier: MIT */
/* atomic_name.h - for the directories of io/: how a file or directory appears under its name whole or not
 * at all.
 *
 * A file is created without a name if the file system supports it, else, like a directory, under a
 * temporary name beside the target; it gets its name when it is complete, and the name is flushed. All of
 * it happens in one directory that stays open, so that renaming directories meanwhile redirects nothing.
 * The file that gets the name must be the open one, so that swapped names are detected.
 *
 * Not collective. Thread-safe for names of their own. */
#ifndef OCK_ATOMIC_NAME_H
#define OCK_ATOMIC_NAME_H

#include <stdbool.h>

#include "base/report.h"
#include "base/status.h"

/* A target and its temporary name, which a signal that ends the process makes vanish. */
typedef struct ock_atomic_name {
    int folder;              /* the directory that both lie in, open; or -1 */
    const char *folder_path; /* "DIR" of "DIR/BASE", "." of "BASE"; for messages */
    const char *target;      /* as given, for messages */
    const char *base;        /* the target's name in the directory */
    char *temporary;         /* ".BASE.RANDOM.tmp": another, for an incomplete file */
    char *texts;             /* owns the texts above but for `temporary` */
    int slot;                /* of ock_temporary_remember */
    bool made;               /* by whoever made something called `temporary`: it is there */
} ock_atomic_name;

/* A name of no target: for ock_atomic_name_end. */
#define OCK_NO_ATOMIC_NAME ((ock_atomic_name){.folder = -1, .slot = -1})

/* Opens the target's directory and chooses a temporary name: nothing is made yet. OCK_ENVIRONMENT for a
 * target that ends with a slash or is empty, or whose directory cannot be opened. To be ended even after a
 * failure. */
ock_status ock_atomic_name_beside(const char *target, ock_atomic_name *name) OCK_WARN_UNUSED;
/* The same for `base` in the open directory `folder`, which stays the caller's, called `folder_path`. */
ock_status ock_atomic_name_in(int folder, const char *folder_path, const char *base,
                              ock_atomic_name *name) OCK_WARN_UNUSED;
/* Frees what is in it; what is at the temporary name is the caller's to remove before. */
void ock_atomic_name_end(ock_atomic_name *name);

/* Whether `base` in the directory is the file or directory that is open as `fd`. */
bool ock_is_named(int folder, const char *base, int fd);

/* Give the open file `fd` the name `to`, which must be free: 0, or -1 with errno, EEXIST when it is taken.
 * `from`: the file's name in the directory, which it loses then; NULL: it has none. Where the file system
 * has neither hard links nor RENAME_NOREPLACE, a file without a name cannot get one: ENOTSUP or another. */
int ock_name_new_file(int folder, int fd, const char *from, const char *to);
/* The same for a directory: where the file system has no RENAME_NOREPLACE (Lustre, NFS), by taking the
 * place of an empty one made for it. ESTALE when another was found at `from`. */
int ock_name_new_folder(int folder, int fd, const char *from, const char *to);
/* Give the open file or directory `fd` the name `to` in place of whatever has it. `from` is its name.
 * ESTALE when another was found at `from`. */
int ock_name_in_place(int folder, int fd, const char *from, const char *to);

/* The names in an open directory reach the disk: 0, or the errno of one that should be flushed and cannot.
 * One that may not be read, or a file system without such a flush, cannot be asked for it: 0. */
int ock_try_to_flush_folder(int folder);
/* Warns that what has got its name is complete, and that the directory could not be flushed (errno
 * `failure`). */
void ock_warn_unflushed(const ock_atomic_name *name, int failure, const ock_report *report);

#endif
