/* SPDX-License-Identifier: MIT */
/* files_find.c - which files are meant: mistyped commands, terminals, the files in directories. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/claims.h"
#include "cli/files.h"
#include "cli/guess.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "cli/output_name.h"
#include "io/file/file_io.h"

/* ---- what is refused as a whole ---- */

/* A file that is not there, and whose name is nearly a command's. */
static ock_status check_first(const ock_options *o)
{
    char meant[OCK_GUESS_BYTES];
    struct stat found;
    ock_guess guess = {.word = o->operands[0], .length = strlen(o->operands[0])};
    if (o->command != OCK_COMMAND_COMPRESS || lstat(guess.word, &found) == 0 || errno != ENOENT) {
        return OCK_OK;
    }
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        ock_guess_try(&guess, ock_command_rows[i].name);
    }
    return guess.best == NULL ? OCK_OK
                              : ock_fail(OCK_ENVIRONMENT, "%s: no such file or command%s",
                                         guess.word, ock_guess_say(&guess, "", meant));
}

/* The one that a person sits at: the one that mpirun makes for its ranks controls nobody. */
static bool is_terminal(int descriptor)
{
    return tcgetpgrp(descriptor) >= 0;
}

static ock_status check_input(const ock_options *o)
{
    for (size_t i = 0; i < o->operand_count; i++) {
        if (strcmp(o->operands[i], "-") == 0 && is_terminal(STDIN_FILENO)) {
            return ock_fail(OCK_ENVIRONMENT,
                            "standard input is a terminal: name a FILE; try ockham --help");
        }
    }
    return OCK_OK;
}

ock_status ock_files_check_output(const ock_options *o)
{
    if (o->command != OCK_COMMAND_COMPRESS || strcmp(o->output, "-") != 0 || o->force ||
        !is_terminal(STDOUT_FILENO)) {
        return OCK_OK;
    }
    return ock_fail(
        OCK_ENVIRONMENT,
        "standard output is a terminal: give -o FILE, or -f to write compressed data to it");
}

/* ---- the files ---- */

static ock_status add(ock_paths *to, const char *path)
{
    const size_t bytes = strlen(path) + 1;
    if (to->room - to->bytes < bytes) {
        const size_t room = 2 * to->room + bytes;
        char *text = realloc(to->text, room);
        if (text == NULL) {
            return ock_fail_memory(room, "the names of files");
        }
        to->text = text;
        to->room = room;
    }
    memcpy(to->text + to->bytes, path, bytes);
    to->bytes += bytes;
    return OCK_OK;
}

static int is_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk(const ock_options *o, const char *folder, ock_paths *to);

/* What lies in a directory. Links are passed over, and so is what is no file. */
static ock_status take(const ock_options *o, const char *folder, const char *name, ock_paths *to)
{
    const size_t length = strlen(folder), bytes = length + strlen(name) + 2;
    const bool packed = o->command != OCK_COMMAND_COMPRESS;
    char *path = malloc(bytes);
    struct stat found;
    ock_status status = OCK_OK;
    if (path == NULL) {
        return ock_fail_memory(bytes, "the names of files");
    }
    snprintf(path, bytes, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name);
    if (lstat(path, &found) != 0) {
        status = ock_fail_errno(path, "cannot be examined");
    } else if (S_ISDIR(found.st_mode)) {
        walk(o, path, to);
    } else if (S_ISREG(found.st_mode) && ock_output_name_is_packed(path) == packed) {
        status = add(to, path);
    }
    free(path);
    return status;
}

/* What fails here is one of the FILEs that do. */
static void note(ock_status status, ock_paths *to)
{
    if (status != OCK_OK) {
        ock_messages_say_failure();
        ock_error_clear();
        to->worst = status;
    }
}

static void walk(const ock_options *o, const char *folder, ock_paths *to)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, is_name, compare_names);
    if (count < 0) {
        note(ock_fail_errno(folder, "cannot be read"), to);
    }
    for (int i = 0; i < count; i++) {
        note(take(o, folder, entries[i]->d_name, to), to);
        free(entries[i]);
    }
    free(entries);
}

ock_status ock_files_find(const ock_options *o, ock_paths *paths)
{
    struct stat found;
    ock_status status = check_first(o);
    if (status == OCK_OK) {
        status = check_input(o);
    }
    if (status == OCK_OK) {
        status = ock_claims_check(o);
    }
    for (size_t i = 0; i < o->operand_count && status == OCK_OK; i++) {
        const char *path = o->operands[i];
        if (o->recursive && stat(path, &found) == 0 && S_ISDIR(found.st_mode)) {
            walk(o, path, paths);
        } else {
            status = add(paths, path);
        }
    }
    return status;
}
