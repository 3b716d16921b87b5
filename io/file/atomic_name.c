/* atomic_name.c - temporary names, renames that replace nothing, and flushes of directories. */
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
#include "io/file/temporaries.h"

/* ---- names ---- */

/* "DIR" of "DIR/BASE", "." of "BASE", "/" of "/BASE". */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        return strdup(".");
    }
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* ".BASE.RANDOM.tmp" in the folder, BASE cut so that the name stays within 255 bytes. */
static ock_status choose_temporary(const char *base, ock_atomic_name *name)
{
    const size_t bytes = strlen(name->folder) + 256;
    uint64_t random = 0;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        return ock_fail_errno(base, "no random name for a temporary file");
    }
    name->temporary = malloc(bytes);
    if (name->temporary == NULL) {
        return ock_fail_memory(bytes, "a file name");
    }
    snprintf(name->temporary, bytes, "%s/.%.200s.%016llx.tmp", name->folder, base,
             (unsigned long long)random);
    return ock_temporary_remember(name->temporary, &name->slot);
}

/* folder: new memory, or NULL when there was none. */
static ock_status choose(char *folder, const char *base, const char *target, ock_atomic_name *name)
{
    *name = (ock_atomic_name){.target = strdup(target), .folder = folder, .slot = -1};
    if (name->target == NULL || name->folder == NULL) {
        return ock_fail_memory(strlen(target) + 1, "a file name");
    }
    if (base[0] == '\0') {
        return ock_fail(OCK_ENVIRONMENT, "\"%s\": is not the name of a file", target);
    }
    return choose_temporary(base, name);
}

ock_status ock_atomic_name_beside(const char *target, ock_atomic_name *name)
{
    return choose(folder_of(target), base_of(target), target, name);
}

ock_status ock_atomic_name_in(const char *folder, const char *base, const char *target,
                              ock_atomic_name *name)
{
    return choose(strdup(folder), base, target, name);
}

void ock_atomic_name_end(ock_atomic_name *name)
{
    ock_temporary_forget(name->slot);
    free(name->temporary);
    free(name->folder);
    free(name->target);
    *name = (ock_atomic_name){.slot = -1};
}

/* ---- renames ---- */

typedef int rename_otherwise(const char *from, const char *to);

static int rename_new(const char *from, const char *to, rename_otherwise *otherwise)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
        return -1;
    }
    return otherwise(from, to);
}

static int link_and_unlink(const char *from, const char *to)
{
    if (link(from, to) != 0) {
        return -1;
    }
    (void)unlink(from); /* at worst a second name is left */
    return 0;
}

/* A directory takes the place of an empty one in any case, and of nothing else. */
static int make_and_replace(const char *from, const char *to)
{
    int reason = 0;

    if (mkdir(to, 0700) != 0) {
        return -1;
    }
    if (rename(from, to) == 0) {
        return 0;
    }
    reason = errno;
    (void)rmdir(to);
    errno = reason;
    return -1;
}

int ock_rename_new_file(const char *from, const char *to)
{
    return rename_new(from, to, link_and_unlink);
}

int ock_rename_new_folder(const char *from, const char *to)
{
    return rename_new(from, to, make_and_replace);
}

/* ---- flushes ---- */

int ock_try_to_flush_folder(const char *folder)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failure = 0;

    if (fd < 0 && errno == EACCES) {
        return 0;
    }
    if (fd < 0 || fsync(fd) != 0) {
        failure = errno;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return failure == EINVAL || failure == ENOTSUP || failure == EROFS ? 0 : failure;
}

void ock_warn_unflushed(const ock_atomic_name *name, int failure, const ock_report *report)
{
    ock_report_line(report, OCK_REPORT_WARNING,
                    "%s: is complete and in its place, but may not outlive a power cut: folder %s "
                    "cannot be flushed: %s",
                    name->target, name->folder, strerror(failure));
}
