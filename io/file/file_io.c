/* SPDX-License-Identifier: MIT */
/* file_io.c - whole reads and writes on descriptors, and unlinked temporary files. */
#include "io/file/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alive.h"

ock_status ock_fail_errno(const char *name, const char *what)
{
    return ock_fail(OCK_ENVIRONMENT, "%s: %s: %s", name, what, strerror(errno));
}

static size_t at_most_per_call(size_t count)
{
    return count < OCK_IO_BYTES_PER_CALL ? count : OCK_IO_BYTES_PER_CALL;
}

/* off_t is 64-bit and signed: no file reaches beyond INT64_MAX. */
static ock_status check_reach(const char *name, uint64_t offset, size_t count)
{
    if (offset > INT64_MAX || count > (uint64_t)INT64_MAX - offset) {
        return ock_fail(OCK_ENVIRONMENT, "%s: an offset beyond 2^63 bytes", name);
    }
    return OCK_OK;
}

ock_status ock_file_read_at(int fd, const char *name, uint64_t offset, void *bytes, size_t count,
                            size_t *got)
{
    unsigned char *next = bytes;
    ock_status status = check_reach(name, offset, count);

    *got = 0;
    while (status == OCK_OK && *got < count) {
        const ssize_t n =
            pread(fd, next + *got, at_most_per_call(count - *got), (off_t)(offset + *got));
        ock_alive();
        if (n == 0) {
            break;
        }
        if (n > 0) {
            *got += (size_t)n;
        } else if (errno != EINTR) {
            status = ock_fail_errno(name, "cannot be read");
        }
    }
    return status;
}

ock_status ock_file_read_all(int fd, const char *name, uint64_t offset, void *bytes, size_t count)
{
    size_t got = 0;
    ock_status status = ock_file_read_at(fd, name, offset, bytes, count, &got);

    if (status == OCK_OK && got < count) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: changed while it was read", name);
    }
    return status;
}

static ock_status read_source(void *context, uint64_t offset, void *bytes, size_t count)
{
    const ock_open_file *file = context;

    return ock_file_read_all(file->fd, file->name, offset, bytes, count);
}

ock_source ock_open_file_source(ock_open_file *file)
{
    return (ock_source){read_source, file};
}

ock_status ock_file_write_at(int fd, const char *name, uint64_t offset, const void *bytes,
                             size_t count)
{
    const unsigned char *next = bytes;
    size_t done = 0;
    ock_status status = check_reach(name, offset, count);

    while (status == OCK_OK && done < count) {
        const ssize_t n =
            pwrite(fd, next + done, at_most_per_call(count - done), (off_t)(offset + done));
        ock_alive();
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            status = ock_fail_errno(name, "cannot be written");
        }
    }
    return status;
}

ock_status ock_file_write(int fd, const char *name, const void *bytes, size_t count)
{
    const unsigned char *next = bytes;
    size_t done = 0;

    while (done < count) {
        const ssize_t n = write(fd, next + done, at_most_per_call(count - done));
        ock_alive();
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            return ock_fail_errno(name, "cannot be written");
        }
    }
    return OCK_OK;
}

ock_status ock_file_read_some(int fd, const char *name, void *bytes, size_t count, size_t *got)
{
    ssize_t n = 0;

    do {
        n = read(fd, bytes, at_most_per_call(count));
        ock_alive();
    } while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? ock_fail_errno(name, "cannot be read") : OCK_OK;
}

/* An error that a piece tells of is not told again by the fsync; that there are no pieces here (a file system
 * without them), the fsync makes up for. */
static bool is_write_error(int reason)
{
    return reason == EIO || reason == ENOSPC || reason == EDQUOT;
}

int ock_file_sync(int fd)
{
    enum { PIECE_BYTES = 1 << 26 };
    const unsigned how =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    struct stat about;

    if (fstat(fd, &about) != 0) {
        return -1;
    }
    for (off_t at = 0; about.st_size > PIECE_BYTES && at < about.st_size; at += PIECE_BYTES) {
        if (sync_file_range(fd, at, PIECE_BYTES, how) != 0 && is_write_error(errno)) {
            return -1;
        }
        ock_alive();
    }
    return fsync(fd);
}

DIR *ock_list_folder(int folder)
{
    const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;

    if (entries == NULL && fd >= 0) {
        (void)close(fd);
    }
    return entries;
}

/* Of whom a new file here would be. */
static bool owner_of_new_file(int folder, uid_t *owner)
{
    static const char name[] = "owner";
    const int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct stat made;
    bool known = false;

    if (fd >= 0) {
        known = fstat(fd, &made) == 0;
        *owner = known ? made.st_uid : 0;
        (void)close(fd);
        (void)unlinkat(folder, name, 0);
    }
    return known;
}

bool ock_folder_is_own(int folder)
{
    struct stat found;
    uid_t owner = 0;

    return fstat(folder, &found) == 0 &&
           (found.st_uid == geteuid() ||
            (owner_of_new_file(folder, &owner) && found.st_uid == owner));
}

const char *ock_temporary_folder(const char *folder)
{
    if (folder == NULL) {
        folder = getenv("TMPDIR");
    }
    return folder == NULL || folder[0] == '\0' ? "/tmp" : folder;
}

/* For file systems without O_TMPFILE: the name exists for the moment between the two calls. */
static int open_and_unlink(const char *folder)
{
    const size_t bytes = strlen(folder) + sizeof "/.ockham.XXXXXX";
    char *path = malloc(bytes);
    int fd = -1;

    if (path == NULL) {
        return -1;
    }
    snprintf(path, bytes, "%s/.ockham.XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        (void)unlink(path);
    }
    free(path);
    return fd;
}

const char ock_in_memory[] = "";

ock_status ock_temporary_open_unlinked(const char *folder, int *fd)
{
    *fd = folder == ock_in_memory ? memfd_create("ockham", MFD_CLOEXEC) : -1;
    if (*fd >= 0) {
        return OCK_OK;
    }
    if (folder == ock_in_memory) {
        folder = NULL;
    }
    folder = ock_temporary_folder(folder);
    *fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT)) {
        *fd = open_and_unlink(folder);
    }
    return *fd < 0 ? ock_fail_errno(folder, "no temporary file can be created there") : OCK_OK;
}

ock_status ock_file_open_regular(int folder, const char *path, const char *called, int *fd)
{
    struct stat found;
    ock_status status = OCK_OK;

    *fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*fd < 0) {
        return ock_fail_errno(called, "cannot be opened");
    }
    if (fstat(*fd, &found) != 0) {
        status = ock_fail_errno(called, "cannot be opened");
    } else if (!S_ISREG(found.st_mode)) {
        status = ock_fail(OCK_BAD_DATA, "%s: is not a regular file", called);
    }
    if (status != OCK_OK) {
        (void)close(*fd);
        *fd = -1;
    }
    return status;
}

/* Of a line "Umask:", a tab and at most four octal digits; false for any other. */
static bool read_mask(const char *line, mode_t *mask)
{
    static const char label[] = "Umask:\t";
    const char *text = line + sizeof label - 1;

    if (strncmp(line, label, sizeof label - 1) != 0) {
        return false;
    }
    const size_t digits = strspn(text, "01234567");
    if (digits == 0 || digits > 4 || text[digits] != '\n') {
        return false;
    }
    *mask = (mode_t)strtoul(text, NULL, 8);
    return *mask <= 0777;
}

mode_t ock_file_mask(void)
{
    enum { OWNER_ALONE = 077 };
    FILE *about = fopen("/proc/self/status", "re");
    char line[256];
    mode_t mask = OWNER_ALONE;
    bool found = false;

    while (about != NULL && !found && fgets(line, sizeof line, about) != NULL) {
        found = read_mask(line, &mask);
    }
    if (about != NULL) {
        (void)fclose(about);
    }
    return found ? mask : OWNER_ALONE;
}

/* Neither can others open it nor did they make it, and no other name leads to it. */
static bool is_private(int folder, const struct stat *found)
{
    struct stat place;

    return (found->st_mode & (S_IRWXG | S_IRWXO)) == 0 && found->st_nlink <= 1 &&
           (found->st_uid == geteuid() ||
            (fstatat(folder, ".", &place, 0) == 0 && found->st_uid == place.st_uid));
}

ock_status ock_file_open_growing(int folder, const char *path, const char *called, int *fd)
{
    struct stat found;

    *fd = openat(folder, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                 0600);
    if (*fd < 0 || fstat(*fd, &found) != 0) {
        return ock_fail_errno(called, "cannot be opened");
    }
    if (S_ISREG(found.st_mode) && is_private(folder, &found)) {
        return OCK_OK;
    }
    (void)close(*fd);
    *fd = -1;
    return ock_fail(OCK_ENVIRONMENT,
                    S_ISREG(found.st_mode)
                        ? "%s: others can access this file, or made it: remove it"
                        : "%s: is not a regular file",
                    called);
}

ock_status ock_open_file_again(const ock_open_file *file, int *fd)
{
    *fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    return *fd < 0 ? ock_fail_errno(file->name, "cannot be opened") : OCK_OK;
}
