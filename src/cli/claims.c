/* claims.c - which files a command reads and writes, and whether they are different ones. */
#include "cli/claims.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/checkpoint/checkpoint_folder.h"

typedef struct claim {
    const char *path; /* as given */
    char *name;       /* the file's: path and suffix; owned */
    const char *what; /* in messages */
    bool written;
    /* Of the file itself, if it is there; */
    bool there, is_folder;
    dev_t device;
    ino_t inode;
    /* and of the directory that it is in or will be in, if that is there. */
    bool placed;
    dev_t folder_device;
    ino_t folder_inode;
} claim;

typedef struct claims {
    claim *all;
    size_t count;
} claims;

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool is_standard(const claim *c)
{
    return strcmp(c->name, "-") == 0;
}

static void find_file(claim *c)
{
    struct stat found;
    const int descriptor = c->written ? STDOUT_FILENO : STDIN_FILENO;
    if (is_standard(c)) {
        c->there = fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
    } else { /* devices may be named twice */
        c->there = stat(c->name, &found) == 0 && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode));
    }
    if (c->there) {
        c->device = found.st_dev;
        c->inode = found.st_ino;
        c->is_folder = S_ISDIR(found.st_mode);
    }
}

static void find_folder(claim *c)
{
    const size_t bytes = (size_t)(base_of(c->name) - c->name);
    char *folder = bytes == 0 ? strdup(".") : strndup(c->name, bytes);
    struct stat found;
    c->placed = folder != NULL && !is_standard(c) && stat(folder, &found) == 0;
    if (c->placed) {
        c->folder_device = found.st_dev;
        c->folder_inode = found.st_ino;
    }
    free(folder);
}

static ock_status add(claims *to, const char *path, const char *suffix, const char *what,
                      bool written)
{
    if (path == NULL) {
        return OCK_OK;
    }
    const size_t bytes = strlen(path) + strlen(suffix) + 1;
    claim *c = &to->all[to->count];
    *c = (claim){.path = path, .what = what, .written = written};
    c->name = malloc(bytes);
    if (c->name == NULL) {
        return ock_fail_memory(bytes, "a file name");
    }
    to->count++;
    snprintf(c->name, bytes, "%s%s", path, suffix);
    find_file(c);
    find_folder(c);
    return OCK_OK;
}

static ock_status reads(claims *to, const char *path, const char *what)
{
    return add(to, path, "", what, false);
}

static ock_status writes(claims *to, const char *path, const char *suffix, const char *what)
{
    return add(to, path, suffix, what, true);
}

/* ---- what a command claims ---- */

static ock_status claim_inputs(claims *to, const ock_options *o)
{
    const bool makes_key = o->command == OCK_COMMAND_AUDIT && o->audit == OCK_AUDIT_KEYGEN;
    ock_status status = reads(to, o->operand_count == 0 ? o->input : NULL, "input");
    for (size_t i = 0; i < o->operand_count && status == OCK_OK; i++) {
        status = reads(to, o->operands[i], "input");
    }
    for (size_t i = 0; i < o->prior_count && status == OCK_OK; i++) {
        status = reads(to, o->priors[i], "prior");
    }
    if (status == OCK_OK) {
        status = reads(to, o->second, "second input");
    }
    if (status == OCK_OK) {
        status = reads(to, o->corpus, "file of --input");
    }
    if (status == OCK_OK) {
        status = reads(to, o->files_from, "list");
    }
    if (status == OCK_OK) {
        status = reads(to, o->from, "checkpoint of --from");
    }
    return status != OCK_OK || makes_key ? status : reads(to, o->key, "key");
}

static ock_status claim_outputs(claims *to, const ock_options *o)
{
    ock_status status = writes(to, o->output, "", "output");
    if (status == OCK_OK) {
        status = writes(to, o->log, "", "log");
    }
    if (status == OCK_OK) {
        status = writes(to, o->checkpoint, "", "folder of checkpoints");
    }
    if (status == OCK_OK) {
        status = writes(to, o->plot, "", "plot");
    }
    if (status != OCK_OK || o->command != OCK_COMMAND_AUDIT) {
        return status;
    }
    if (o->audit == OCK_AUDIT_SIGN) {
        return writes(to, o->input, ".sig", "signature");
    }
    if (o->audit != OCK_AUDIT_KEYGEN) {
        return OCK_OK;
    }
    status = writes(to, o->key, "", "key");
    return status != OCK_OK ? status : writes(to, o->key, ".pub", "public key");
}

/* ---- whether they are one ---- */

static bool same_file(const claim *a, const claim *b)
{
    if (a->there || b->there) {
        return a->there && b->there && a->device == b->device && a->inode == b->inode;
    }
    return a->placed && b->placed && a->folder_device == b->folder_device &&
           a->folder_inode == b->folder_inode && strcmp(base_of(a->name), base_of(b->name)) == 0;
}

/* A file within a folder of checkpoints, called as one of those that come and go there. */
static bool is_kept_in(const claim *file, const claim *folder, const ock_options *o)
{
    return folder->path == o->checkpoint && folder->there && file->placed &&
           file->folder_device == folder->device && file->folder_inode == folder->inode &&
           ock_folder_has_name(base_of(file->name));
}

/* Whether what is written lies in a directory that is read: all those above it are looked at. */
static bool lies_in(const claim *file, const claim *folder)
{
    const size_t bytes = (size_t)(base_of(file->name) - file->name), most = bytes + PATH_MAX;
    char *path = malloc(most + 1);
    struct stat found, before = {0};
    bool inside = false;
    size_t end = bytes > 0 ? bytes : 2;
    if (path == NULL || is_standard(file)) {
        free(path);
        return false;
    }
    memcpy(path, bytes > 0 ? file->name : "./", end);
    for (path[end] = '\0'; !inside && end + 3 < most && stat(path, &found) == 0;) {
        inside = found.st_dev == folder->device && found.st_ino == folder->inode;
        if (found.st_dev == before.st_dev && found.st_ino == before.st_ino) {
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
    if (folder->written || !folder->there || !folder->is_folder || !file->written ||
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
        return ock_fail(OCK_ENVIRONMENT, "%s: lies where the run keeps a file of that name",
                        is_kept_in(a, b, o) ? a->name : b->name);
    }
    return compare_with_folder(a, b);
}

static ock_status compare_all(const claims *c, const ock_options *o)
{
    for (size_t i = 0; i < c->count; i++) {
        for (size_t k = i + 1; k < c->count; k++) {
            ock_status status = compare(&c->all[i], &c->all[k], o);
            if (status != OCK_OK) {
                return status;
            }
        }
    }
    return OCK_OK;
}

ock_status ock_claims_check(const ock_options *o)
{
    enum { OTHERS = 16 }; /* more than all single files of a command */
    const size_t room = OTHERS + o->operand_count + o->prior_count;
    claims c = {.all = calloc(room, sizeof *c.all)};
    if (c.all == NULL) {
        return ock_fail_memory(room * sizeof *c.all, "the names of files");
    }
    ock_status status = claim_inputs(&c, o);
    if (status == OCK_OK) {
        status = claim_outputs(&c, o);
    }
    if (status == OCK_OK) {
        status = compare_all(&c, o);
    }
    for (size_t i = 0; i < c.count; i++) {
        free(c.all[i].name);
    }
    free(c.all);
    return status;
}
