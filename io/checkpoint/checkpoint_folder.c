/* SPDX-License-Identifier: MIT */
/* checkpoint_folder.c - names, lock, and what is kept. */
#include "io/checkpoint/checkpoint_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file/file_io.h"

enum { DIGITS = 10, NAME_BYTES = 32 };

struct ock_folder {
    int fd; /* holds the lock */
    char *path;
    char *file; /* a path in it, for messages */
};

static const char suffix[] = ".ockc";
static const char transcript_name[] = "transcript", output_name[] = "output", halt_name[] = "halt";

static ock_status lock(ock_folder *folder)
{
    if (flock(folder->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
        return OCK_OK; /* some cluster file systems have no locks */
    }
    return ock_fail(OCK_ENVIRONMENT, "%s: another run uses this directory", folder->path);
}

/* The number in a generation's name; 0 for any other name. */
static uint64_t number_of(const char *name)
{
    uint64_t number = 0;

    if (strspn(name, "0123456789") != DIGITS || strcmp(name + DIGITS, suffix) != 0) {
        return 0;
    }
    for (int i = 0; i < DIGITS; i++) {
        number = 10 * number + (uint64_t)(name[i] - '0');
    }
    return number;
}

/* ".NUMBER.ockc.RANDOM.tmp": a generation that a run which was killed has not finished, on a file system
 * that needs temporary names. */
static bool is_unfinished(const char *name)
{
    const size_t length = strlen(name), head = 1 + DIGITS + sizeof suffix - 1;

    return length > head + 4 && length < 255 && name[0] == '.' &&
           strspn(name + 1, "0123456789") == DIGITS &&
           strncmp(name + 1 + DIGITS, suffix, sizeof suffix - 1) == 0 && name[head] == '.' &&
           strcmp(name + length - 4, ".tmp") == 0;
}

static void remove_unfinished(const ock_folder *folder)
{
    DIR *entries = ock_list_folder(folder->fd);
    const struct dirent *entry;

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        if (is_unfinished(entry->d_name)) {
            (void)unlinkat(folder->fd, entry->d_name, 0);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

/* ---- privacy ---- */

bool ock_folder_has_name(const char *name)
{
    static const char *const others[] = {transcript_name, output_name, halt_name};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(name, others[i]) == 0) {
            return true;
        }
    }
    return number_of(name) > 0 || is_unfinished(name);
}

static bool holds_nothing_else(const ock_folder *folder)
{
    DIR *entries = ock_list_folder(folder->fd);
    const struct dirent *entry;
    bool only = entries != NULL;

    while (only && (entry = readdir(entries)) != NULL) {
        only = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
               ock_folder_has_name(entry->d_name);
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return only;
}

static bool is_private(const ock_folder *folder)
{
    struct stat found;

    return fstat(folder->fd, &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* A checkpoint holds the input. A directory of checkpoints alone is made private; of any other directory the
 * user decides. */
static ock_status make_private(const ock_folder *folder)
{
    if (!ock_folder_is_own(folder->fd)) {
        return ock_fail(
            OCK_ENVIRONMENT,
            "%s: the directory belongs to another user, and checkpoints contain the input",
            folder->path);
    }
    if (is_private(folder)) {
        return OCK_OK;
    }
    if (holds_nothing_else(folder) && fchmod(folder->fd, S_IRWXU) == 0 && is_private(folder)) {
        return OCK_OK;
    }
    return ock_fail(
        OCK_ENVIRONMENT,
        "%s: others can access this directory, and checkpoints contain the input: name a new "
        "directory, or one with mode 700",
        folder->path);
}

static ock_status open_folder(ock_folder *folder)
{
    ock_status status = OCK_OK;

    if (mkdir(folder->path, S_IRWXU) != 0 && errno != EEXIST) {
        return ock_fail_errno(folder->path, "cannot be created");
    }
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0) {
        return ock_fail_errno(folder->path, "cannot be opened");
    }
    status = make_private(folder);
    return status != OCK_OK ? status : lock(folder);
}

/* ---- opening ---- */

ock_status ock_folder_open(const char *path, ock_folder **folder)
{
    ock_folder *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *folder = NULL;
    if (fresh == NULL) {
        return ock_fail_memory(sizeof *fresh, "the checkpoint directory");
    }
    fresh->fd = -1;
    fresh->path = strdup(path);
    fresh->file = malloc(strlen(path) + 1 + NAME_BYTES);
    if (fresh->path == NULL || fresh->file == NULL) {
        status = ock_fail_memory(strlen(path) + NAME_BYTES, "the checkpoint directory");
    } else {
        status = open_folder(fresh);
    }
    if (status == OCK_OK) {
        remove_unfinished(fresh);
        *folder = fresh;
    } else {
        ock_folder_close(fresh);
    }
    return status;
}

void ock_folder_close(ock_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    if (folder->fd >= 0) {
        (void)close(folder->fd);
    }
    free(folder->file);
    free(folder->path);
    free(folder);
}

static const char *path_of(ock_folder *folder, const char *name)
{
    snprintf(folder->file, strlen(folder->path) + 1 + NAME_BYTES, "%s/%s", folder->path, name);
    return folder->file;
}

static void name_generation(uint64_t number, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%0*" PRIu64 "%s", (int)DIGITS, number, suffix);
}

const char *ock_folder_generation(ock_folder *folder, uint64_t number)
{
    char name[NAME_BYTES];

    name_generation(number, name);
    return path_of(folder, name);
}

ock_status ock_folder_read_generation(ock_folder *folder, uint64_t number,
                                      ock_checkpoint **checkpoint)
{
    char name[NAME_BYTES];
    ock_open_file file = {-1, ock_folder_generation(folder, number)};
    ock_status status = OCK_OK;

    *checkpoint = NULL;
    name_generation(number, name);
    status = ock_file_open_regular(folder->fd, name, file.name, &file.fd);
    if (status != OCK_OK) {
        return status;
    }
    status = ock_checkpoint_open_file(&file, checkpoint);
    (void)close(file.fd);
    return status;
}

ock_status ock_folder_create_generation(ock_folder *folder, uint64_t number, ock_output **output)
{
    char name[NAME_BYTES];

    name_generation(number, name);
    return ock_output_create_in(folder->fd, folder->path, name, OCK_ACCESS_OWNER, output);
}

ock_status ock_folder_open_transcript(ock_folder *folder, uint32_t streams, ock_spool **spool)
{
    return ock_spool_open(folder->fd, transcript_name, streams, spool);
}

ock_status ock_folder_open_output(ock_folder *folder, ock_output **output)
{
    return ock_output_open_growing(folder->fd, output_name, path_of(folder, output_name), output);
}

ock_status ock_folder_newest(ock_folder *folder, uint64_t below, uint64_t *number)
{
    DIR *entries = ock_list_folder(folder->fd);
    const struct dirent *entry;

    *number = 0;
    if (entries == NULL) {
        return ock_fail_errno(folder->path, "cannot be read");
    }
    while ((entry = readdir(entries)) != NULL) {
        const uint64_t found = number_of(entry->d_name);
        if (found < below && found > *number) {
            *number = found;
        }
    }
    closedir(entries);
    return OCK_OK;
}

static ock_status remove_file(ock_folder *folder, const char *name)
{
    return unlinkat(folder->fd, name, 0) == 0 || errno == ENOENT
               ? OCK_OK
               : ock_fail_errno(path_of(folder, name), "cannot be removed");
}

/* The first failure counts; the rest is removed all the same. */
static ock_status remove_generations(ock_folder *folder, uint64_t newest, uint64_t before)
{
    uint64_t number = UINT64_MAX;
    ock_status status = OCK_OK;

    for (;;) {
        ock_status one = ock_folder_newest(folder, number, &number);

        if (one == OCK_OK && number == 0) {
            return status;
        }
        if (one != OCK_OK) {
            return one;
        }
        if (number != newest && number != before) {
            char name[NAME_BYTES];

            name_generation(number, name);
            one = remove_file(folder, name);
        }
        status = status == OCK_OK ? one : status;
    }
}

void ock_folder_keep(ock_folder *folder, uint64_t newest, uint64_t before)
{
    if (remove_generations(folder, newest, before) != OCK_OK) {
        ock_error_clear();
    }
}

ock_status ock_folder_end(ock_folder *folder)
{
    const ock_status transcript = remove_file(folder, transcript_name);
    const ock_status output = remove_file(folder, output_name);

    return transcript != OCK_OK ? transcript : output;
}

ock_status ock_folder_clear(ock_folder *folder)
{
    const ock_status generations = remove_generations(folder, 0, 0);
    const ock_status rest = ock_folder_end(folder);

    return generations != OCK_OK ? generations : rest;
}

bool ock_folder_halt_asked(ock_folder *folder)
{
    return faccessat(folder->fd, halt_name, F_OK, 0) == 0;
}

void ock_folder_halt_done(ock_folder *folder)
{
    (void)unlinkat(folder->fd, halt_name, 0);
}
