/* SPDX-License-Identifier: MIT */
/* claims.c - which files a command reads and writes, and whether they are different ones. */
#include "cli/claims.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command_line.h"
#include "io/checkpoint/checkpoint_folder.h"
#include "io/file/identity.h"

typedef struct claim {
    const char *path; /* as given */
    char *name;       /* the file's: path and suffix; owned */
    char *folder;     /* "DIR/" of it, or "./"; owned */
    const char *what; /* in messages */
    bool written;
    bool there, placed; /* the file, and the directory that it is in or will be in */
    struct stat file, place;
} claim;

typedef struct claims {
    claim *all;
    size_t count;
    ock_status status; /* of adding them */
} claims;

static bool is_standard(const claim *c)
{
    return strcmp(c->name, "-") == 0;
}

static void find(claim *c)
{
    const int descriptor = c->written ? STDOUT_FILENO : STDIN_FILENO;
    if (is_standard(c)) {
        c->there = fstat(descriptor, &c->file) == 0 && S_ISREG(c->file.st_mode);
        return;
    }
    /* devices may be named twice */
    c->there =
        stat(c->name, &c->file) == 0 && (S_ISREG(c->file.st_mode) || S_ISDIR(c->file.st_mode));
    c->placed = stat(c->folder, &c->place) == 0;
}

static void add(claims *to, const char *path, const char *suffix, const char *what, bool written)
{
    if (path == NULL || to->status != OCK_OK) {
        return;
    }
    const size_t bytes = strlen(path) + strlen(suffix) + 1;
    const size_t folder_bytes = (size_t)(ock_text_base(path) - path);
    claim *c = &to->all[to->count++];
    *c = (claim){.path = path,
                 .name = malloc(bytes),
                 .folder = folder_bytes > 0 ? strndup(path, folder_bytes) : strdup("./"),
                 .what = what,
                 .written = written};
    if (c->name == NULL || c->folder == NULL) {
        to->status = ock_fail_memory(bytes, "a file name");
        return;
    }
    snprintf(c->name, bytes, "%s%s", path, suffix);
    find(c);
}

static void reads(void *to, const char *path, const char *what)
{
    add(to, path, "", what, false);
}

static void writes(claims *to, const char *path, const char *suffix, const char *what)
{
    add(to, path, suffix, what, true);
}

/* ---- what a command claims ---- */

static void claim_outputs(claims *to, const ock_options *o)
{
    writes(to, o->plain ? o->wished_output : o->output, "", "output");
    writes(to, o->log, "", "log");
    writes(to, o->checkpoint, "", "checkpoint directory");
    writes(to, o->plot, "", "plot");
    writes(to, o->html, "", "page");
    writes(to, o->state, "", "directory of states");
    writes(to, o->command == OCK_COMMAND_COMPRESS ? o->traces[0] : NULL, "", "trace of bytes");
    if (o->command == OCK_COMMAND_AUDIT && o->audit == OCK_AUDIT_SIGN) {
        writes(to, o->input, ".sig", "signature");
    }
    if (o->command == OCK_COMMAND_AUDIT && o->audit == OCK_AUDIT_KEYGEN) {
        writes(to, o->key, "", "key");
        writes(to, o->key, ".pub", "public key");
    }
}

/* ---- whether they are one ---- */

static bool same_file(const claim *a, const claim *b)
{
    if (a->there || b->there) {
        return a->there && b->there && ock_is_same_file(&a->file, &b->file);
    }
    return a->placed && b->placed && ock_is_same_file(&a->place, &b->place) &&
           strcmp(ock_text_base(a->name), ock_text_base(b->name)) == 0;
}

/* A file within a folder of checkpoints, called as one of those that come and go there. */
static bool is_kept_in(const claim *file, const claim *folder, const ock_options *o)
{
    return folder->path == o->checkpoint && folder->there && file->placed &&
           ock_is_same_file(&file->place, &folder->file) &&
           ock_folder_has_name(ock_text_base(file->name));
}

/* Whether what is written lies in a directory that is read: all those above it are looked at. */
static bool lies_in(const claim *file, const claim *folder)
{
    const size_t bytes = strlen(file->folder), most = bytes + PATH_MAX;
    char *path = malloc(most + 1);
    struct stat found, before = {0};
    bool inside = false;
    size_t end = bytes;
    if (path == NULL || is_standard(file)) {
        free(path);
        return false;
    }
    memcpy(path, file->folder, bytes + 1);
    while (!inside && end + 3 < most && stat(path, &found) == 0) {
        inside = ock_is_same_file(&found, &folder->file);
        if (ock_is_same_file(&found, &before)) {
            break; /* the root */
        }
        before = found;
        memcpy(path + end, "../", 4);
        end += 3;
    }
    free(path);
    return inside;
}

static ock_status compare_with_folder(const claim *folder, const claim *file)
{
    if (folder->written || !folder->there || !S_ISDIR(folder->file.st_mode) || !file->written ||
        !lies_in(file, folder)) {
        return OCK_OK;
    }
    return ock_fail(OCK_ENVIRONMENT,
                    "%s: the %s would lie in the directory that is the %s: choose another place",
                    file->name, file->what, folder->what);
}

static ock_status compare(const claim *a, const claim *b, const ock_options *o)
{
    if (!a->written && !b->written) {
        return OCK_OK;
    }
    if (same_file(a, b)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is the %s, and cannot be the %s too",
                        is_standard(a) ? b->name : a->name, a->what, b->what);
    }
    if (is_kept_in(a, b, o) || is_kept_in(b, a, o)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: is where the run keeps a file of that name",
                        is_kept_in(a, b, o) ? a->name : b->name);
    }
    return compare_with_folder(a, b);
}

/* What is read comes first, and may be much: it is compared with what is written alone. */
static ock_status compare_all(const claims *c, const ock_options *o)
{
    for (size_t k = 0; k < c->count; k++) {
        for (size_t i = 0; i < k && c->all[k].written; i++) {
            ock_status status = compare(&c->all[i], &c->all[k], o);
            if (status != OCK_OK) {
                return status;
            }
        }
    }
    return OCK_OK;
}

/* The log alone is written through links: where one leads to a file that is not there yet, nothing can be said of
 * it. */
static ock_status check_log(const char *log)
{
    struct stat found;
    if (log == NULL || stat(log, &found) == 0 || lstat(log, &found) != 0) {
        return OCK_OK;
    }
    return ock_fail(OCK_ENVIRONMENT, "%s: is a symlink that does not lead to a file", log);
}

ock_status ock_claims_check(const ock_options *o)
{
    enum { OTHERS = 16 }; /* more than all single files of a command */
    const size_t room =
        OTHERS + o->operand_count + o->prior_count + o->given_count + o->trace_count;
    claims c = {.all = calloc(room, sizeof *c.all), .status = OCK_OK};
    if (c.all == NULL) {
        return ock_fail_memory(room * sizeof *c.all, "the names of files");
    }
    ock_options_show_read(o, reads, &c);
    reads(&c, o->from, "checkpoint of --from");
    claim_outputs(&c, o);
    ock_status status = c.status != OCK_OK ? c.status : compare_all(&c, o);
    if (status == OCK_OK) {
        status = check_log(o->log);
    }
    for (size_t i = 0; i < c.count; i++) {
        free(c.all[i].folder);
        free(c.all[i].name);
    }
    free(c.all);
    return status;
}
