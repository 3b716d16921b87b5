/* tree_restore.h - a tree that appears whole or not at all; private to io/: output.c puts it behind
 * the calls of an output. Not collective. */
#ifndef OCK_TREE_RESTORE_H
#define OCK_TREE_RESTORE_H

#include "base/status.h"
#include "io/tree/manifest.h"

typedef struct ock_restore ock_restore;

/* Makes a folder with a temporary name beside `target`, and in it all folders and files of the list,
 * which was checked; files have their length, and no content. Nothing may be at `target`, but with
 * `force` an empty folder. */
ock_status ock_restore_open(const char *target, bool force, const ock_manifest *manifest,
                            ock_restore **restore) OCK_WARN_UNUSED;
/* Bytes of the files, one behind the other in the order of the list. */
ock_status ock_restore_write(ock_restore *restore, uint64_t offset, const void *bytes,
                             size_t count) OCK_WARN_UNUSED;
ock_status ock_restore_read(ock_restore *restore, uint64_t offset, void *bytes,
                            size_t count) OCK_WARN_UNUSED;
/* Makes the links, gives rights and times, flushes everything, and gives the folder its name. Frees
 * restore, whatever it returns; after a failure nothing is left behind. */
ock_status ock_restore_commit(ock_restore *restore) OCK_WARN_UNUSED;
/* Removes what was made, and frees restore (NULL allowed). */
void ock_restore_discard(ock_restore *restore);

#endif
