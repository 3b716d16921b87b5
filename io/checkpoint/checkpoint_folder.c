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
    char *file; /* what ock_folder_file gave out */
};

static const char suffix[] = ".ockc";

static ock_status lock(ock_folder *folder)
{
    if (flock(folder->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
        return OCK_OK; /* some cluster file systems have no locks */
    }
    return ock_fail(OCK_ENVIRONMENT, "%s: another run uses this folder", folder->path);
}

static ock_status open_folder(ock_folder *folder)
{
    if (mkdir(folder->path, 0777) != 0 && errno != EEXIST) {
        return ock_fail_errno(folder->path, "cannot be made");
    }
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0) {
        return ock_fail_errno(folder->path, "cannot be opened");
    }
    return lock(folder);
}

/* Unfinished generations of a run that was killed: ".NUMBER.ockc.RANDOM.tmp". */
static void remove_unfinished(ock_folder *folder)
{
    DIR *entries = opendir(folder->path);
    const struct dirent *entry;

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        const char *name = entry->d_name;
        const size_t length = strlen(name), head = 1 + DIGITS + sizeof suffix - 1;

        if (length > head + 4 && length < 255 && name[0] == '.' &&
            strspn(name + 1, "0123456789") == DIGITS &&
            strncmp(name + 1 + DIGITS, suffix, sizeof suffix - 1) == 0 && name[head] == '.' &&
            strcmp(name + length - 4, ".tmp") == 0) {
            (void)unlinkat(folder->fd, name, 0);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

ock_status ock_folder_open(const char *path, ock_folder **folder)
{
    ock_folder *fresh = calloc(1, sizeof *fresh);
    ock_status status = OCK_OK;

    *folder = NULL;
    if (fresh == NULL) {
        return ock_fail_memory(sizeof *fresh, "the folder of checkpoints");
    }
    fresh->fd = -1;
    fresh->path = strdup(path);
    fresh->file = malloc(strlen(path) + 1 + NAME_BYTES);
    if (fresh->path == NULL || fresh->file == NULL) {
        status = ock_fail_memory(strlen(path) + NAME_BYTES, "the folder of checkpoints");
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

const char *ock_folder_file(ock_folder *folder, const char *name)
{
    snprintf(folder->file, strlen(folder->path) + 1 + NAME_BYTES, "%s/%s", folder->path, name);
    return folder->file;
}

const char *ock_folder_generation(ock_folder *folder, uint64_t number)
{
    char name[NAME_BYTES];

    snprintf(name, sizeof name, "%0*" PRIu64 "%s", (int)DIGITS, number, suffix);
    return ock_folder_file(folder, name);
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

ock_status ock_folder_newest(ock_folder *folder, uint64_t below, uint64_t *number)
{
    DIR *entries = opendir(folder->path);
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

static ock_status remove_file(const char *path)
{
    return unlink(path) == 0 || errno == ENOENT ? OCK_OK
                                                : ock_fail_errno(path, "cannot be removed");
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
            one = remove_file(ock_folder_generation(folder, number));
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
    const ock_status transcript = remove_file(ock_folder_file(folder, "transcript"));
    const ock_status output = remove_file(ock_folder_file(folder, "output"));

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
    return access(ock_folder_file(folder, "halt"), F_OK) == 0;
}

void ock_folder_halt_done(ock_folder *folder)
{
    (void)unlink(ock_folder_file(folder, "halt"));
}
