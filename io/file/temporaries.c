/* SPDX-License-Identifier: MIT */
/* temporaries.c - the temporary files of this process, known to whoever ends it. */
#include "io/file/temporaries.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alive.h"

/* Process-wide, because signals are: a handler has nothing else to find the names by. Fixed storage,
 * for it may neither allocate nor lock. A slot goes from FREE to FILLING by the thread that takes it,
 * which alone writes the name; to LISTED, when the name is complete (release; read with acquire); and
 * from there back to FREE by its owner, or to REMOVED by a handler, which alone reads the name. Both
 * claim it by compare-and-exchange: a name is never read while it is written. */
enum { FREE, FILLING, LISTED, REMOVED };

typedef struct temporary {
    int folder;
    char name[NAME_MAX + 1];
    atomic_int root; /* of a tree; -1: it is a file, or not made yet */
} temporary;

static temporary all[OCK_TEMPORARIES];
static atomic_int slots[OCK_TEMPORARIES];

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may use lock-free atomics only");

static bool claim(int slot, int from, int to)
{
    return atomic_compare_exchange_strong_explicit(&slots[slot], &from, to, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

/* ---- directories ---- */

/* The entries that one call of the kernel gives, as linux_dirent64 of getdents64(2) lays them out. */
typedef struct listing {
    _Alignas(8) char bytes[4096];
    long filled;
} listing;

enum { AT_RECORD_BYTES = 16, AT_NAME = 19 };

static bool read_listing(int folder, listing *l)
{
    l->filled = syscall(SYS_getdents64, folder, l->bytes, sizeof l->bytes);
    return l->filled > 0;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

typedef void after_each_call(void);

/* Removes and counts what it can of a listing; a directory that is not empty is opened: -1 when there is
 * none. */
static int empty_listing(int folder, const listing *l, after_each_call *after_each,
                         unsigned long *removed)
{
    for (long at = 0; at < l->filled;) {
        const char *name = l->bytes + at + AT_NAME;
        unsigned short bytes;
        int inner = -1;

        memcpy(&bytes, l->bytes + at + AT_RECORD_BYTES, sizeof bytes);
        at += bytes;
        if (is_dots(name)) {
            continue;
        }
        after_each();
        if (unlinkat(folder, name, 0) == 0 || unlinkat(folder, name, AT_REMOVEDIR) == 0) {
            ++*removed;
            continue;
        }
        if (errno != ENOTEMPTY && errno != EEXIST) {
            continue;
        }
        (void)!fchmodat(folder, name, 0700, 0);
        inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0) {
            return inner;
        }
    }
    return -1;
}

/* No memory is asked for, and no stack grows with the depth: the way back from an inner directory is its
 * "..", and the one that was left empty is removed when the outer one is read again. It ends with a
 * directory that is left although nothing was removed from it: it cannot be emptied. */
static void empty_tree(int root, after_each_call *after_each)
{
    listing l;
    unsigned long depth = 0, removed = 0, before = 0;
    int folder = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    while (folder >= 0) {
        int next = read_listing(folder, &l) ? empty_listing(folder, &l, after_each, &removed) : -2;

        if (next == -1) {
            continue; /* the rest of this directory */
        }
        if (next == -2 && (depth == 0 || removed == before)) {
            break;
        }
        if (next == -2) {
            next = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            before = removed;
            depth--;
        } else {
            depth++;
        }
        (void)close(folder);
        folder = next;
    }
    if (folder >= 0) {
        (void)close(folder);
    }
}

void ock_temporary_remove_tree(int folder, const char *name, int root)
{
    empty_tree(root, ock_alive);
    (void)unlinkat(folder, name, AT_REMOVEDIR);
}

/* In a signal handler nothing is told. */
static void stay_silent(void)
{
}

/* ---- the registry ---- */

ock_status ock_temporary_remember(int folder, const char *name, int *slot)
{
    *slot = -1;
    if (strlen(name) > NAME_MAX) {
        return ock_fail(OCK_ENVIRONMENT, "%s: the name is too long", name);
    }
    for (int i = 0; i < OCK_TEMPORARIES; i++) {
        if (claim(i, FREE, FILLING)) {
            strcpy(all[i].name, name);
            all[i].folder = folder;
            atomic_store_explicit(&all[i].root, -1, memory_order_relaxed);
            atomic_store_explicit(&slots[i], LISTED, memory_order_release);
            *slot = i;
            return OCK_OK;
        }
    }
    return ock_fail(OCK_INTERNAL, "%s: more than %d temporary files at a time", name,
                    (int)OCK_TEMPORARIES);
}

void ock_temporary_is_tree(int slot, int root)
{
    atomic_store_explicit(&all[slot].root, root, memory_order_release);
}

void ock_temporary_forget(int slot)
{
    if (slot >= 0 && slot < OCK_TEMPORARIES) {
        (void)claim(slot, LISTED, FREE);
    }
}

static void remove_temporary(temporary *it)
{
    const int root = atomic_load_explicit(&it->root, memory_order_acquire);

    if (root >= 0) {
        empty_tree(root, stay_silent);
        (void)unlinkat(it->folder, it->name, AT_REMOVEDIR);
    } else if (unlinkat(it->folder, it->name, 0) != 0 && errno == EISDIR) {
        (void)unlinkat(it->folder, it->name, AT_REMOVEDIR); /* made and not opened yet: empty */
    }
}

void ock_temporaries_remove(void)
{
    const int saved = errno;

    for (int i = 0; i < OCK_TEMPORARIES; i++) {
        if (claim(i, LISTED, REMOVED)) {
            remove_temporary(&all[i]);
        }
    }
    errno = saved;
}
