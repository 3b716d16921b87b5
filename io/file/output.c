/* output.c - an output file that appears whole or not at all. */
#include "io/file/output.h"
#include "io/file/input.h"
#include "io/tree/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "io/file/file_io.h"
#include "io/file/temporaries.h"
#include "io/tree/tree_restore.h"

struct ock_output {
    int fd;
    bool standard; /* "-" */
    bool force;
    bool has_mode; /* ock_output_copy_attributes chose the mode */
    bool created;  /* the temporary file exists */
    int slot;      /* of ock_temporary_remember, or -1 */
    /* of what is written only [begin, end) counts, if `part` */
    bool part, program;
    uint64_t begin, end;
    char *target;      /* as given */
    char *folder;      /* of the temporary file */
    char *temporary;   /* path of the temporary file */
    ock_restore *tree; /* of a corpus: all above means nothing then */
};

static const char exists_text[] = "%s: exists already (--force replaces it)";

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
static ock_status choose_temporary(const char *folder, const char *base, char **temporary)
{
    const size_t bytes = strlen(folder) + 256;
    uint64_t random = 0;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        return ock_fail_errno(base, "no random name for a temporary file");
    }
    *temporary = malloc(bytes);
    if (*temporary == NULL) {
        return ock_fail_memory(bytes, "a file name");
    }
    snprintf(*temporary, bytes, "%s/.%.200s.%016llx.tmp", folder, base, (unsigned long long)random);
    return OCK_OK;
}

ock_status ock_temporary_beside(const char *target, char **folder, char **temporary)
{
    *folder = folder_of(target);
    if (*folder == NULL) {
        return ock_fail_memory(strlen(target) + 1, "a file name");
    }
    if (base_of(target)[0] == '\0') {
        return ock_fail(OCK_ENVIRONMENT, "\"%s\": is not the name of a file", target);
    }
    return choose_temporary(*folder, base_of(target), temporary);
}

static ock_status set_names(ock_output *output, const char *target)
{
    output->standard = strcmp(target, "-") == 0;
    output->target = strdup(output->standard ? "standard output" : target);
    if (output->target == NULL) {
        return ock_fail_memory(strlen(target) + 1, "a file name");
    }
    if (!output->standard) {
        return ock_temporary_beside(target, &output->folder, &output->temporary);
    }
    output->folder = strdup(ock_temporary_folder(NULL));
    if (output->folder == NULL) {
        return ock_fail_memory(strlen(target) + 1, "a file name");
    }
    return choose_temporary(output->folder, "ockham", &output->temporary);
}

/* ---- create ---- */

static ock_status check_target(const ock_output *output)
{
    struct stat there;

    if (output->standard) {
        return OCK_OK;
    }
    if (lstat(output->target, &there) != 0) {
        return errno == ENOENT ? OCK_OK : ock_fail_errno(output->target, "cannot be examined");
    }
    if (!S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is not a regular file", output->target);
    }
    if (!output->force) {
        return ock_fail(OCK_ENVIRONMENT, exists_text, output->target);
    }
    return OCK_OK;
}

static ock_status create_temporary(ock_output *output)
{
    ock_status status = ock_temporary_remember(output->temporary, &output->slot);

    if (status != OCK_OK) {
        return status;
    }
    output->fd = open(output->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (output->fd < 0) {
        return ock_fail_errno(output->target, "cannot be created");
    }
    output->created = true;
    return OCK_OK;
}

/* An output with nothing open yet; NULL when memory is short. `what` is for the message. */
static ock_status new_output(const char *what, ock_output **fresh)
{
    *fresh = calloc(1, sizeof **fresh);
    if (*fresh == NULL) {
        return ock_fail_memory(sizeof **fresh, what);
    }
    (*fresh)->fd = -1;
    (*fresh)->slot = -1;
    return OCK_OK;
}

ock_status ock_output_create(const char *target, bool force, ock_output **output)
{
    ock_output *fresh = NULL;
    ock_status status = new_output("an output file", &fresh);

    *output = NULL;
    if (status != OCK_OK) {
        return status;
    }
    fresh->force = force;
    status = set_names(fresh, target);
    if (status == OCK_OK) {
        status = check_target(fresh);
    }
    if (status == OCK_OK) {
        status = create_temporary(fresh);
    }
    if (status == OCK_OK) {
        *output = fresh;
    } else {
        ock_output_discard(fresh);
    }
    return status;
}

ock_status ock_output_open_scratch(ock_output **output)
{
    ock_output *fresh = NULL;
    ock_status status = new_output("a temporary file", &fresh);

    *output = NULL;
    if (status != OCK_OK) {
        return status;
    }
    fresh->target = strdup("the temporary file");
    if (fresh->target == NULL) {
        status = ock_fail_memory(sizeof "the temporary file", "a file name");
    }
    if (status == OCK_OK) {
        status = ock_temporary_open_unlinked(NULL, &fresh->fd);
    }
    if (status == OCK_OK) {
        *output = fresh;
    } else {
        ock_output_discard(fresh);
    }
    return status;
}

ock_status ock_output_open_growing(const char *path, ock_output **output)
{
    ock_output *fresh = NULL;
    ock_status status = new_output("an output file", &fresh);

    *output = NULL;
    if (status != OCK_OK) {
        return status;
    }
    fresh->target = strdup(path);
    if (fresh->target == NULL) {
        status = ock_fail_memory(strlen(path) + 1, "a file name");
    }
    if (status == OCK_OK) {
        status = ock_file_open_growing(path, &fresh->fd);
    }
    if (status == OCK_OK) {
        *output = fresh;
    } else {
        ock_output_discard(fresh);
    }
    return status;
}

ock_status ock_output_create_tree(const char *target, bool force, const ock_manifest *manifest,
                                  ock_output **output)
{
    ock_output *fresh = NULL;
    ock_status status = new_output("an output", &fresh);

    *output = NULL;
    if (status != OCK_OK) {
        return status;
    }
    status = ock_restore_open(target, force, manifest, &fresh->tree);
    if (status == OCK_OK) {
        *output = fresh;
    } else {
        ock_output_discard(fresh);
    }
    return status;
}

void ock_output_discard(ock_output *output)
{
    if (output == NULL) {
        return;
    }
    ock_restore_discard(output->tree);
    if (output->fd >= 0) {
        (void)close(output->fd);
    }
    if (output->created) {
        (void)unlink(output->temporary);
    }
    ock_temporary_forget(output->slot);
    free(output->temporary);
    free(output->folder);
    free(output->target);
    free(output);
}

/* ---- use ---- */

const char *ock_output_temporary(const ock_output *output)
{
    return output->temporary;
}

void ock_output_take_only(ock_output *output, uint64_t begin, uint64_t end, bool program)
{
    output->part = true;
    output->begin = begin;
    output->end = end;
    output->program = program;
}

static ock_status write_part(ock_output *output, uint64_t offset, const void *bytes, size_t count)
{
    const uint64_t from = offset > output->begin ? offset : output->begin;
    const uint64_t to = offset + count < output->end ? offset + count : output->end;

    if (from >= to) {
        return OCK_OK;
    }
    return ock_file_write_at(output->fd, output->target, from - output->begin,
                             (const uint8_t *)bytes + (from - offset), (size_t)(to - from));
}

ock_status ock_output_write(ock_output *output, uint64_t offset, const void *bytes, size_t count)
{
    if (output->tree != NULL) {
        return ock_restore_write(output->tree, offset, bytes, count);
    }
    if (output->part) {
        return write_part(output, offset, bytes, count);
    }
    return ock_file_write_at(output->fd, output->target, offset, bytes, count);
}

ock_status ock_output_read(ock_output *output, uint64_t offset, void *bytes, size_t count)
{
    size_t got = 0;
    ock_status status = OCK_OK;

    if (output->tree != NULL) {
        return ock_restore_read(output->tree, offset, bytes, count);
    }
    status = ock_file_read_at(output->fd, output->target, offset, bytes, count, &got);
    if (status == OCK_OK && got < count) {
        status = ock_fail(OCK_INTERNAL, "%s: read beyond what was written", output->target);
    }
    return status;
}

ock_status ock_output_flush(ock_output *output)
{
    if (output->tree != NULL) {
        return OCK_OK; /* each file is flushed when the tree gets its name */
    }
    return fsync(output->fd) != 0 ? ock_fail_errno(output->target, "cannot be flushed") : OCK_OK;
}

/* Owner and group are not copied, so rights meant for another group are not given to ours. */
void ock_output_copy_attributes(ock_output *output, const ock_input *input)
{
    const struct stat *from = ock_input_stat(input);
    struct stat own;
    mode_t mode = 0;

    if (output->standard || output->tree != NULL || from == NULL || fstat(output->fd, &own) != 0) {
        return;
    }
    mode = from->st_mode & 0777;
    if (own.st_gid != from->st_gid) {
        mode &= ~(mode_t)(((~mode & 07) << 3));
    }
    if (fchmod(output->fd, mode) == 0) {
        output->has_mode = true;
    }
    (void)futimens(output->fd, (struct timespec[2]){from->st_atim, from->st_mtim});
}

void ock_output_keep_private(ock_output *output)
{
    if (!output->standard && output->tree == NULL) {
        (void)fchmod(output->fd, 0600); /* it was created with no more */
        output->has_mode = true;
    }
}

/* ---- commit ---- */

/* Created for its owner alone; now what any new file gets. */
static void give_usual_mode(ock_output *output)
{
    const mode_t mask = umask(077);

    (void)umask(mask);
    if (!output->has_mode) {
        (void)fchmod(output->fd, (output->program ? 0777 : 0666) & ~mask);
    }
}

static ock_status copy_all(ock_output *output, unsigned char *buffer)
{
    uint64_t offset = 0;
    size_t got = 1;
    ock_status status = OCK_OK;

    while (status == OCK_OK && got > 0) {
        status = ock_file_read_at(output->fd, output->temporary, offset, buffer,
                                  OCK_IO_BUFFER_BYTES, &got);
        if (status == OCK_OK) {
            status = ock_file_write(STDOUT_FILENO, output->target, buffer, got);
        }
        offset += got;
    }
    return status;
}

/* Some network file systems report a full disk only at a close: closing a duplicate asks them. */
static ock_status check_standard_output(const ock_output *output)
{
    const int copy = dup(STDOUT_FILENO);

    if (copy < 0 || close(copy) != 0) {
        return ock_fail_errno(output->target, "cannot be written");
    }
    return OCK_OK;
}

/* A reader that went away is an error to report, not a signal to die of. */
static ock_status copy_to_standard_output(ock_output *output)
{
    struct sigaction ignore, before;
    unsigned char *buffer = malloc(OCK_IO_BUFFER_BYTES);
    ock_status status = OCK_OK;

    if (buffer == NULL) {
        return ock_fail_memory(OCK_IO_BUFFER_BYTES, "standard output");
    }
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &ignore, &before);
    status = copy_all(output, buffer);
    if (status == OCK_OK) {
        status = check_standard_output(output);
    }
    (void)sigaction(SIGPIPE, &before, NULL);
    free(buffer);
    return status;
}

/* Gives the temporary file the target's name unless that name is taken. File systems that know no
 * RENAME_NOREPLACE (Lustre, NFS) know hard links. */
static int rename_without_replacing(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
        return -1;
    }
    if (link(from, to) != 0) {
        return -1;
    }
    (void)unlink(from); /* at worst a second name is left */
    return 0;
}

static ock_status rename_to_target(ock_output *output)
{
    ock_status status = check_target(output);
    int failed = 0;

    if (status != OCK_OK) {
        return status;
    }
    failed = output->force ? rename(output->temporary, output->target)
                           : rename_without_replacing(output->temporary, output->target);
    if (failed && errno == EEXIST) {
        return ock_fail(OCK_ENVIRONMENT, exists_text, output->target);
    }
    if (failed) {
        return ock_fail_errno(output->target, "cannot be given its name");
    }
    output->created = false;
    return OCK_OK;
}

/* 0, or the errno of a folder that should be flushed and can't. One that may not be read, or a file system
 * without such a flush, cannot be asked for it. */
static int try_to_flush(const char *folder)
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

ock_status ock_flush_folder(const char *folder)
{
    const int failure = try_to_flush(folder);

    if (failure == 0) {
        return OCK_OK;
    }
    errno = failure;
    return ock_fail_errno(folder, "cannot be flushed");
}

/* The name itself reaches the disk. When it can't, a new name is taken back; a file that replaced
 * another stays, for it is whole, and to remove it would be to lose both. */
static ock_status flush_name(const ock_output *output)
{
    const int failure = try_to_flush(output->folder);

    if (failure == 0) {
        return OCK_OK;
    }
    if (!output->force) {
        (void)unlink(output->target);
        errno = failure;
        return ock_fail_errno(output->folder, "cannot be flushed");
    }
    return ock_fail(OCK_ENVIRONMENT,
                    "%s: is complete and in its place, but may not outlive a power cut: folder %s "
                    "cannot be flushed: %s",
                    output->target, output->folder, strerror(failure));
}

static ock_status flush_and_close(ock_output *output)
{
    ock_status status = OCK_OK;

    give_usual_mode(output);
    if (fsync(output->fd) != 0) {
        status = ock_fail_errno(output->target, "cannot be flushed");
    }
    if (close(output->fd) != 0 && status == OCK_OK) {
        status = ock_fail_errno(output->target, "cannot be closed");
    }
    output->fd = -1;
    return status;
}

ock_status ock_output_commit(ock_output *output)
{
    ock_status status = OCK_OK;

    if (output->tree != NULL) {
        status = ock_restore_commit(output->tree);
        output->tree = NULL;
        ock_output_discard(output);
        return status;
    }
    if (output->standard) {
        status = copy_to_standard_output(output);
        ock_output_discard(output);
        return status;
    }
    status = flush_and_close(output);
    if (status == OCK_OK) {
        status = rename_to_target(output);
    }
    if (status == OCK_OK) {
        status = flush_name(output);
    }
    ock_output_discard(output);
    return status;
}
