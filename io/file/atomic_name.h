/* atomic_name.h - for the folders of io/: how a file or directory appears under its name whole or not at all:
 * made under a temporary name beside the target, renamed when it is complete, the name flushed.
 *
 * Not collective. Thread-safe for names of their own. */
#ifndef OCK_ATOMIC_NAME_H
#define OCK_ATOMIC_NAME_H

#include <stdbool.h>

#include "base/report.h"
#include "base/status.h"

/* A target and its temporary name, which a signal that ends the process makes vanish. */
typedef struct ock_atomic_name {
    char *target;    /* as given */
    char *folder;    /* the directory that both lie in: "DIR" of "DIR/BASE", "." of "BASE" */
    char *temporary; /* FOLDER/.BASE.RANDOM.tmp */
    int slot;        /* of ock_temporary_remember */
    bool made;       /* by whoever made something at `temporary`: it is there */
} ock_atomic_name;

/* Chooses a temporary name beside the target: nothing is made yet. OCK_ENVIRONMENT for a target that
 * ends with a slash or is empty. To be ended even after a failure. */
ock_status ock_atomic_name_beside(const char *target, ock_atomic_name *name) OCK_WARN_UNUSED;
/* The same in `folder`, for something called `target` in messages that gets no name in the end. */
ock_status ock_atomic_name_in(const char *folder, const char *base, const char *target,
                              ock_atomic_name *name) OCK_WARN_UNUSED;
/* Frees what is in it; what is at the temporary name is the caller's to remove before. */
void ock_atomic_name_end(ock_atomic_name *name);

/* Give a file, or a directory, the name `to`, which must be free: 0, or -1 with errno, EEXIST when it is
 * taken. Where the file system has no RENAME_NOREPLACE (Lustre, NFS), a file gets the name by a hard
 * link, and a directory by taking the place of an empty one made for it. */
int ock_rename_new_file(const char *from, const char *to);
int ock_rename_new_folder(const char *from, const char *to);

/* The names in a directory reach the disk: 0, or the errno of one that should be flushed and can't. One
 * that may not be read, or a file system without such a flush, cannot be asked for it: 0. */
int ock_try_to_flush_folder(const char *folder);
/* Warns that what has got its name is complete, and that the directory could not be flushed (errno
 * `failure`). */
void ock_warn_unflushed(const ock_atomic_name *name, int failure, const ock_report *report);

#endif
