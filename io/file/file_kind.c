/* SPDX-License-Identifier: MIT */
/* file_kind.c - the first bytes of Ockham's files. */
#include "io/file/file_kind.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first byte is no text, and the line ends catch a transfer that rewrites them. */
static const uint8_t magics[OCK_FILE_OTHER][OCK_MAGIC_BYTES] = {
    [OCK_FILE_CONTAINER] = {0x89, 'O', 'C', 'K', '\r', '\n', 0x1A, '\n'},
    [OCK_FILE_CHECKPOINT] = {0x89, 'O', 'C', 'C', '\r', '\n', 0x1A, '\n'}};

const uint8_t *ock_file_magic(ock_file_kind kind)
{
    return magics[kind];
}

ock_file_kind ock_magic_kind(const uint8_t magic[OCK_MAGIC_BYTES])
{
    int kind = 0;

    while (kind < OCK_FILE_OTHER && memcmp(magic, magics[kind], OCK_MAGIC_BYTES) != 0) {
        kind++;
    }
    return (ock_file_kind)kind;
}

/* Pipes are not opened: what is read from them would be lost. */
ock_file_kind ock_file_kind_of(const char *path)
{
    uint8_t magic[OCK_MAGIC_BYTES];
    struct stat found;
    ssize_t got = 0;
    int fd = -1;

    if (stat(path, &found) == 0 && S_ISREG(found.st_mode)) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    }
    if (fd < 0) {
        return OCK_FILE_OTHER;
    }
    got = pread(fd, magic, sizeof magic, 0);
    (void)close(fd);
    return got == (ssize_t)sizeof magic ? ock_magic_kind(magic) : OCK_FILE_OTHER;
}
