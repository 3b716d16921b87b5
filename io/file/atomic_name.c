/* SPDX-License-Identifier: MIT */
/* atomic_name.c - temporary names, names that replace nothing, and flushes of directories. */
#include "io/file/atomic_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file/file_io.h"
#include "io/file/identity.h"
#include "io/file/temporaries.h"

/* ---- names ---- */

/* One that may not be read can be written to all the same. */
static ock_status open_folder(int beneath, ock_atomic_name *name, const char *path)
{
    name->folder = openat(beneath, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (name->folder < 0 && errno == EACCES) {
        name->folder = openat(beneath, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return name->folder < 0 ? ock_fail_errno(name->target, "cannot be created") : OCK_OK;
}

/* The texts one after the other: target, its directory, base. folder: bytes of the directory's path. */
static ock_status set_texts(ock_atomic_name *name, const char *target, const char *folder,
                            size_t folder_bytes, const char *base)
{
    const size_t target_bytes = strlen(target), base_bytes = strlen(base);
    char *at = malloc(target_bytes + folder_bytes + base_bytes + 3);

    name->texts = at;
    if (at == NULL) {
        return ock_fail_memory(target_bytes + folder_bytes + base_bytes, "a file name");
    }
    name->target = memcpy(at, target, target_bytes + 1);
    at += target_bytes + 1;
    name->folder_path = memcpy(at, folder, folder_bytes);
    at[folder_bytes] = '\0';
    name->base = memcpy(at + folder_bytes + 1, base, base_bytes + 1);
    return base[0] != '\0' ? OCK_OK
                           : ock_fail(OCK_ENVIRONMENT, "\"%s\": is not the name of a file", target);
}

/* ".BASE.RANDOM.tmp", BASE cut so that the name stays within 255 bytes. */
static ock_status choose_temporary(ock_atomic_name *name)
{
    enum { BYTES = 256 };
    uint64_t random = 0;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        return ock_fail_errno(name->base, "no random name for a temporary file");
    }
    name->temporary = malloc(BYTES);
    if (name->temporary == NULL) {
        return ock_fail_memory(BYTES, "a file name");
    }
    snprintf(name->temporary, BYTES, ".%.200s.%016llx.tmp", name->base, (unsigned long long)random);
    return ock_temporary_remember(name->folder, name->temporary, &name->slot);
}

/* "DIR" of "DIR/BASE", "." of "BASE", "/" of "/BASE". */
ock_status ock_atomic_name_beside(const char *target, ock_atomic_name *name)
{
    const char *slash = strrchr(target, '/');
    const char *folder = slash == NULL ? "." : target;
    const size_t bytes = slash == NULL || slash == target ? 1 : (size_t)(slash - target);
    ock_status status = OCK_OK;

    *name = OCK_NO_ATOMIC_NAME;
    status = set_texts(name, target, folder, bytes, slash == NULL ? target : slash + 1);
    if (status == OCK_OK) {
        status = open_folder(AT_FDCWD, name, name->folder_path);
    }
    return status != OCK_OK ? status : choose_temporary(name);
}

ock_status ock_atomic_name_in(int folder, const char *folder_path, const char *base,
                              ock_atomic_name *name)
{
    const size_t bytes = strlen(folder_path) + strlen(base) + 2;
    char *target = malloc(bytes);
    ock_status status = OCK_OK;

    *name = OCK_NO_ATOMIC_NAME;
    if (target == NULL) {
        return ock_fail_memory(bytes, "a file name");
    }
    snprintf(target, bytes, "%s/%s", folder_path, base);
    status = set_texts(name, target, folder_path, strlen(folder_path), base);
    free(target);
    if (status == OCK_OK) {
        status = open_folder(folder, name, ".");
    }
    return status != OCK_OK ? status : choose_temporary(name);
}

void ock_atomic_name_end(ock_atomic_name *name)
{
    ock_temporary_forget(name->slot);
    if (name->folder >= 0) {
        (void)close(name->folder);
    }
    free(name->temporary);
    free(name->texts);
    *name = OCK_NO_ATOMIC_NAME;
}

/* ---- giving them ---- */

bool ock_is_named(int folder, const char *base, int fd)
{
    struct stat named, open;

    return fstatat(folder, base, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(fd, &open) == 0 &&
           ock_is_same_file(&named, &open);
}

static int fail_stale(void)
{
    errno = ESTALE;
    return -1;
}

/* What was renamed is what is open, before and after: the call itself only knows names. */
static int rename_what_is_open(int folder, int fd, const char *from, const char *to, unsigned flags)
{
    if (!ock_is_named(folder, from, fd)) {
        return fail_stale();
    }
    if (flags == 0 ? renameat(folder, from, folder, to) != 0
                   : renameat2(folder, from, folder, to, flags) != 0) {
        return -1;
    }
    return ock_is_named(folder, to, fd) ? 0 : fail_stale();
}

/* By the descriptor, whatever name the file has or hasn't. */
static int link_what_is_open(int folder, int fd, const char *to)
{
    char path[32];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, path, folder, to, AT_SYMLINK_FOLLOW);
}

static bool has_no_such_rename(void)
{
    return errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
}

int ock_name_new_file(int folder, int fd, const char *from, const char *to)
{
    if (from == NULL) {
        return link_what_is_open(folder, fd, to);
    }
    if (rename_what_is_open(folder, fd, from, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (!has_no_such_rename() || link_what_is_open(folder, fd, to) != 0) {
        return -1;
    }
    if (ock_is_named(folder, from, fd)) {
        (void)unlinkat(folder, from, 0); /* at worst a second name is left */
    }
    return 0;
}

/* A directory takes the place of an empty one in any case, and of nothing else. */
static int make_and_replace(int folder, int fd, const char *from, const char *to)
{
    int reason = 0;

    if (mkdirat(folder, to, 0700) != 0) {
        return -1;
    }
    if (rename_what_is_open(folder, fd, from, to, 0) == 0) {
        return 0;
    }
    reason = errno;
    (void)unlinkat(folder, to, AT_REMOVEDIR);
    errno = reason;
    return -1;
}

int ock_name_new_folder(int folder, int fd, const char *from, const char *to)
{
    if (rename_what_is_open(folder, fd, from, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    return has_no_such_rename() ? make_and_replace(folder, fd, from, to) : -1;
}

int ock_name_in_place(int folder, int fd, const char *from, const char *to)
{
    return rename_what_is_open(folder, fd, from, to, 0);
}

/* ---- flushes ---- */

int ock_try_to_flush_folder(int folder)
{
    if (fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS ||
        errno == EBADF) { /* EBADF: may not be read, see open_folder */
        return 0;
    }
    return errno;
}

void ock_warn_unflushed(const ock_atomic_name *name, int failure, const ock_report *report)
{
    ock_report_line(
        report, OCK_REPORT_WARNING,
        "%s: is complete and in place, but may not survive a power failure: directory %s "
        "cannot be flushed: %s",
        name->target, name->folder_path, strerror(failure));
}
