/* SPDX-License-Identifier: MIT */
/* needs_names.c - a file system that has no files without names (O_TMPFILE), preloaded. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>

typedef int open_function(int folder, const char *path, int flags, ...);

int openat64(int folder, const char *path, int flags, ...);

int openat64(int folder, const char *path, int flags, ...)
{
    open_function *real;
    va_list rest;
    mode_t mode = 0;
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if ((flags & O_CREAT) != 0) {
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    *(void **)&real = dlsym(RTLD_NEXT, "openat64");
    return real(folder, path, flags, mode);
}
