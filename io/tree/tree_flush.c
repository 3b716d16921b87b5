/* SPDX-License-Identifier: MIT */
/* tree_flush.c - flushes file by file, or all at once. */
#include "io/tree/tree_flush.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alive.h"
#include "base/number.h"
#include "io/file/file_io.h"

enum {
    MANY = 64, /* fewer are flushed one by one in less time than a busy disk's syncfs takes */
    WORTH_BYTES =
        1 << 14, /* a file that is begun at once; smaller ones are joined by the file system */
    LARGE_BYTES = 1 << 20 /* a file that takes the disk longer than its turn */
};

/* Not in linux/magic.h. */
enum { XFS_MAGIC = 0x58465342 };

/* Before Linux 5.8 syncfs(2) tells of no failed write. */
static bool kernel_tells(void)
{
    enum { MAJOR = 5, MINOR = 8 };
    struct utsname kernel;
    uint64_t major = 0, minor = 0;
    const char *at = kernel.release;

    if (uname(&kernel) != 0 || !ock_number_take(&at, UINT32_MAX, &major) || *at++ != '.' ||
        !ock_number_take(&at, UINT32_MAX, &minor)) {
        return false;
    }
    return major > MAJOR || (major == MAJOR && minor >= MINOR);
}

static bool file_system_tells(int root)
{
    struct statfs found;

    if (fstatfs(root, &found) != 0) {
        return false;
    }
    switch ((unsigned long)found.f_type) {
    case EXT4_SUPER_MAGIC: /* ext2 and ext3 have the same */
    case XFS_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
        return true;
    default:
        return false;
    }
}

ock_tree_flush ock_tree_flush_choose(int root, size_t entries)
{
    return (ock_tree_flush){
        .root = root, .together = entries >= MANY && kernel_tells() && file_system_tells(root)};
}

/* What has begun to be written, syncfs need not write; whether it could be is for syncfs to tell. */
bool ock_tree_flush_one(const ock_tree_flush *flush, int fd, uint64_t bytes)
{
    bool good = true;

    if (!flush->together || bytes >= LARGE_BYTES) {
        good = ock_file_sync(fd) == 0;
    } else if (bytes >= WORTH_BYTES) {
        (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    ock_alive();
    return good;
}

bool ock_tree_flush_rest(const ock_tree_flush *flush)
{
    return !flush->together || syncfs(flush->root) == 0;
}
