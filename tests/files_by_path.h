/* SPDX-License-Identifier: MIT */
/* files_by_path.h - what the program writes to files that it holds open, written to a path. */
#ifndef OCK_FILES_BY_PATH_H
#define OCK_FILES_BY_PATH_H

#include <fcntl.h>
#include <unistd.h>

#include "io/container/container.h"
#include "io/file/file_io.h"

/* A new or emptied file; its descriptor is -1 where it can't be had. To be closed by close(file.fd). */
static inline ock_open_file open_to_write(const char *path)
{
    return (ock_open_file){open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), path};
}

static inline ock_status write_container(const char *path, const ock_container_info *info,
                                         ock_spool *spool, uint64_t *bytes)
{
    const ock_open_file file = open_to_write(path);
    const ock_status status = ock_container_write(&file, info, spool, bytes);

    (void)close(file.fd);
    return status;
}

#endif
