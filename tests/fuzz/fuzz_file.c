/* SPDX-License-Identifier: MIT */
/* fuzz_file.c - a file in memory that is opened by a path, as the readers do. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int ock_fuzz_file(const uint8_t *data, size_t bytes, const char **path)
{
    static int fd = -1;
    static char name[32];

    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, bytes, 0) != (ssize_t)bytes) {
        abort();
    }
    *path = name;
    return fd;
}
