/* SPDX-License-Identifier: MIT */
/* identity.h - what tells that a file is still the one that was found before. */
#ifndef OCK_IDENTITY_H
#define OCK_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

typedef struct ock_identity {
    dev_t device;
    ino_t inode;
    struct timespec changed, modified;
} ock_identity;

/* Whether stat has found one and the same file or directory, whatever its names. */
bool ock_is_same_file(const struct stat *a, const struct stat *b);

/* The identity of what stat has found. */
ock_identity ock_identity_of(const struct stat *found);

/* Whether stat has found the same file with the same content, its length aside. The change time
 * (ctime) also catches a file renamed away, unlinked, or written and then given its old modification
 * time back. */
bool ock_identity_is(const ock_identity *identity, const struct stat *found);

#endif
