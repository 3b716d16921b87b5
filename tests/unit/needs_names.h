/* SPDX-License-Identifier: MIT */
/* needs_names.h - a file system that has no files without names, where `names_needed` says so. The test is
 * linked with --wrap=openat64. */
#ifndef OCK_NEEDS_NAMES_H
#define OCK_NEEDS_NAMES_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/types.h>

static bool names_needed;

/* The names are the linker's.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_openat64(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat64(int folder, const char *path, int flags, mode_t mode);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

int __wrap_openat64(int folder, const char *path, int flags, mode_t mode)
{
    if (names_needed && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return __real_openat64(folder, path, flags, mode);
}

#endif
