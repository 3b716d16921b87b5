/* SPDX-License-Identifier: MIT */
/* identity.c - device, inode and times of a file. */
#include "io/file/identity.h"

static bool same_moment(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool ock_is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

ock_identity ock_identity_of(const struct stat *found)
{
    return (ock_identity){found->st_dev, found->st_ino, found->st_ctim, found->st_mtim};
}

bool ock_identity_is(const ock_identity *identity, const struct stat *found)
{
    return found->st_dev == identity->device && found->st_ino == identity->inode &&
           same_moment(found->st_ctim, identity->changed) &&
           same_moment(found->st_mtim, identity->modified);
}
