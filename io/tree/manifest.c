/* SPDX-License-Identifier: MIT */
/* manifest.c - the bytes of a list of files, and the walk over them. */
#include "io/tree/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first byte: what the entries have. */
enum { FORM_PLAIN = 0, FORM_TIMES = 1 };
enum { MOST_NANOSECONDS = 999999999, OWNER_EXECUTES = 0100, MOST_MODE = 0777 };

/* ---- what a list can hold ---- */

/* NULL, or what is wrong. */
static const char *judge_path(const char *path, size_t bytes)
{
    size_t name = 0;

    if (bytes == 0 || bytes >= OCK_PATH_BYTES) {
        return "has an empty or too long path";
    }
    if (path[0] == '/') {
        return "has an absolute path";
    }
    for (size_t i = 0; i <= bytes; i++) {
        if (i < bytes && path[i] != '/') {
            if (path[i] == '\0') {
                return "has a path with a NUL";
            }
            name++;
            continue;
        }
        if (name == 0 || name >= OCK_NAME_BYTES) {
            return "has a path with an empty or too long name";
        }
        if (path[i - 1] == '.' && (name == 1 || (name == 2 && path[i - 2] == '.'))) {
            return "has a path with . or ..";
        }
        name = 0;
    }
    return NULL;
}

static const char *judge_target(const char *target, size_t bytes)
{
    if (bytes == 0 || bytes >= OCK_PATH_BYTES) {
        return "has a symlink with an empty or too long target";
    }
    return memchr(target, '\0', bytes) != NULL ? "has a symlink target with a NUL" : NULL;
}

/* What a list with times has of an entry beside its path. */
static const char *judge_times(const ock_entry *entry)
{
    if (entry->mode > MOST_MODE || entry->nanoseconds > MOST_NANOSECONDS) {
        return "has impossible permissions or times";
    }
    if (entry->kind == OCK_KIND_LINK) {
        return entry->mode == 0 ? NULL : "has a symlink with permissions";
    }
    if (ock_kind_is_file(entry->kind) &&
        ((entry->mode & OWNER_EXECUTES) != 0) != (entry->kind == OCK_KIND_PROGRAM)) {
        return "has a file whose permissions contradict its kind";
    }
    return NULL;
}

/* ---- writing ---- */

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void put_number(FILE *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        putc((int)(value & 0x7F) | 0x80, to);
    }
    putc((int)value, to);
}

/* 0, -1, 1, -2, ... as 0, 1, 2, 3, ... */
static uint64_t fold_sign(int64_t value)
{
    return value < 0 ? ~((uint64_t)value << 1) : (uint64_t)value << 1;
}

static int64_t unfold_sign(uint64_t folded)
{
    return (int64_t)((folded & 1) != 0 ? ~(folded >> 1) : folded >> 1);
}

static size_t common_prefix(const char *a, const char *b)
{
    size_t same = 0;

    while (a[same] != '\0' && a[same] == b[same]) {
        same++;
    }
    return same;
}

static void put_entry(FILE *to, const ock_entry *entry, const char *before, bool times)
{
    const size_t shared = common_prefix(before, entry->path);
    const size_t rest = strlen(entry->path) - shared;

    put_number(to, shared);
    put_number(to, rest);
    fwrite(entry->path + shared, 1, rest, to);
    putc((int)entry->kind, to);
    if (ock_kind_is_file(entry->kind)) {
        put_number(to, entry->length);
    }
    if (entry->kind == OCK_KIND_LINK) {
        put_number(to, strlen(entry->target));
        fputs(entry->target, to);
    }
    if (!times) {
        return;
    }
    put_number(to, entry->mode);
    put_number(to, fold_sign(entry->seconds));
    put_number(to, entry->nanoseconds);
}

static ock_status check_entry(const ock_entry *entry)
{
    const char *fault = judge_path(entry->path, strlen(entry->path));

    if (fault == NULL && entry->kind == OCK_KIND_LINK) {
        fault = judge_target(entry->target, strlen(entry->target));
    }
    if (fault == NULL) {
        return OCK_OK;
    }
    return ock_fail(OCK_ENVIRONMENT, "%s: %s", entry->path, fault);
}

ock_status ock_manifest_make(const ock_entry *entries, size_t count, bool times,
                             ock_manifest *manifest)
{
    char *bytes = NULL;
    ock_status status = OCK_OK;
    *manifest = (ock_manifest){NULL, 0};
    FILE *to = open_memstream(&bytes, &manifest->count);
    bool good = to != NULL;

    if (good) {
        putc(times ? FORM_TIMES : FORM_PLAIN, to);
        put_number(to, count);
    }
    for (size_t i = 0; good && status == OCK_OK && i < count; i++) {
        status = check_entry(&entries[i]);
        put_entry(to, &entries[i], i > 0 ? entries[i - 1].path : "", times);
    }
    good = good && ferror(to) == 0;
    if (to != NULL && fclose(to) != 0) {
        good = false;
    }
    if (status == OCK_OK && !good) {
        status = ock_fail_memory(manifest->count, "the list of files");
    }
    if (status == OCK_OK && manifest->count > OCK_MANIFEST_MAX_BYTES) {
        status = ock_fail(OCK_ENVIRONMENT, "the list of files has more than %d bytes",
                          (int)OCK_MANIFEST_MAX_BYTES);
    }
    if (status == OCK_OK) {
        manifest->bytes = (uint8_t *)bytes;
    } else {
        free(bytes);
    }
    return status;
}

/* ---- reading ---- */

/* In the shortest form only. */
static bool take_number(ock_cursor *c, uint64_t most, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; c->at < c->end && shift < 64; shift += 7) {
        const uint8_t byte = *c->at++;

        if (shift == 63 && byte > 1) {
            return false;
        }
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            return (byte != 0 || shift == 0) && *value <= most;
        }
    }
    return false;
}

static bool take_text(ock_cursor *c, char *to, uint64_t count)
{
    if (count > (uint64_t)(c->end - c->at)) {
        return false;
    }
    memcpy(to, c->at, (size_t)count);
    to[count] = '\0';
    c->at += count;
    return true;
}

static const char broken[] = "is truncated, or has a malformed number";

/* The path, in front of which the one before still stands. */
static const char *take_path(ock_cursor *c)
{
    const size_t before = c->path_bytes;
    uint64_t shared = 0, rest = 0;
    char replaced = '\0';

    if (!take_number(c, before, &shared) || !take_number(c, OCK_PATH_BYTES - 1 - shared, &rest)) {
        return broken;
    }
    replaced = c->path[shared]; /* NUL at the end */
    if (!take_text(c, c->path + shared, rest)) {
        return broken;
    }
    c->path_bytes = (size_t)(shared + rest);
    /* What follows the shared bytes must be more than what stood there: then the path is too, and no
     * more bytes are shared. */
    if (rest == 0 || (uint8_t)c->path[shared] <= (uint8_t)replaced) {
        return "has paths out of order or duplicate paths";
    }
    return judge_path(c->path, c->path_bytes);
}

static const char *take_target(ock_cursor *c)
{
    uint64_t count = 0;

    if (!take_number(c, OCK_PATH_BYTES - 1, &count) || !take_text(c, c->target, count)) {
        return broken;
    }
    c->entry.target = c->target;
    return judge_target(c->target, (size_t)count);
}

static const char *take_times(ock_cursor *c)
{
    uint64_t mode = 0, seconds = 0, nanoseconds = 0;

    if (!take_number(c, MOST_MODE, &mode) || !take_number(c, UINT64_MAX, &seconds) ||
        !take_number(c, MOST_NANOSECONDS, &nanoseconds)) {
        return broken;
    }
    c->entry.mode = (uint32_t)mode;
    c->entry.seconds = unfold_sign(seconds);
    c->entry.nanoseconds = (uint32_t)nanoseconds;
    return judge_times(&c->entry);
}

/* NULL, or what is wrong. */
static const char *take_entry(ock_cursor *c)
{
    const char *fault = take_path(c);

    c->entry = (ock_entry){.path = c->path};
    if (fault != NULL) {
        return fault;
    }
    if (c->at == c->end || *c->at > OCK_KIND_LINK) {
        return "has an entry of an unknown kind";
    }
    c->entry.kind = (ock_kind)*c->at++;
    if (ock_kind_is_file(c->entry.kind) && !take_number(c, INT64_MAX, &c->entry.length)) {
        return broken;
    }
    if (c->entry.kind == OCK_KIND_LINK) {
        fault = take_target(c);
    }
    return fault == NULL && c->times ? take_times(c) : fault;
}

static const char *take_head(ock_cursor *c, const ock_manifest *manifest)
{
    memset(c, 0, sizeof *c);
    c->at = manifest->bytes;
    c->end = manifest->bytes + manifest->count;
    if (c->at == c->end || *c->at > FORM_TIMES) {
        return "has an unknown form";
    }
    c->times = *c->at++ == FORM_TIMES;
    return take_number(c, UINT64_MAX, &c->left) ? NULL : broken;
}

void ock_cursor_start(ock_cursor *cursor, const ock_manifest *manifest)
{
    if (take_head(cursor, manifest) != NULL) {
        cursor->left = 0;
    }
}

bool ock_cursor_next(ock_cursor *cursor)
{
    if (cursor->left == 0 || take_entry(cursor) != NULL) {
        return false;
    }
    cursor->left--;
    return true;
}

/* ---- checking ---- */

/* The entries whose paths, as bytes, begin the present path, from short to long. In the order of
 * bytes all that begins with a path follows it at once, so nothing else can be its folder. */
typedef struct prefixes {
    uint16_t bytes[OCK_PATH_BYTES];
    uint8_t is_folder[OCK_PATH_BYTES];
    size_t count;
} prefixes;

/* Everything but the tree's first level lies in a folder of the list. */
static bool has_folder(const prefixes *p, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        return true;
    }
    for (size_t i = p->count; i-- > 0;) {
        if (p->bytes[i] == slash - path) {
            return p->is_folder[i] != 0;
        }
    }
    return false;
}

typedef struct checker {
    ock_cursor cursor;
    prefixes prefixes;
    char before[OCK_PATH_BYTES];
} checker;

static const char *place(checker *k)
{
    const ock_cursor *c = &k->cursor;
    prefixes *p = &k->prefixes;
    const size_t same = common_prefix(k->before, c->path);

    while (p->count > 0 && p->bytes[p->count - 1] > same) {
        p->count--;
    }
    if (!has_folder(p, c->path)) {
        return "has an entry whose parent is not a directory";
    }
    p->bytes[p->count] = (uint16_t)c->path_bytes;
    p->is_folder[p->count++] = c->entry.kind == OCK_KIND_FOLDER;
    memcpy(k->before, c->path, c->path_bytes + 1);
    return NULL;
}

static const char *add_entry(const ock_entry *entry, ock_manifest_totals *totals)
{
    if (entry->kind == OCK_KIND_FOLDER) {
        totals->folders++;
    } else if (entry->kind == OCK_KIND_LINK) {
        totals->links++;
    } else {
        totals->files++;
    }
    if (entry->length > INT64_MAX - totals->content) {
        return "has an impossible total length";
    }
    totals->content += entry->length;
    return NULL;
}

static const char *judge(checker *k, const ock_manifest *manifest, ock_manifest_totals *totals)
{
    const char *fault = take_head(&k->cursor, manifest);

    totals->times = k->cursor.times;
    for (; fault == NULL && k->cursor.left > 0; k->cursor.left--) {
        fault = take_entry(&k->cursor);
        if (fault == NULL) {
            fault = place(k);
        }
        if (fault == NULL) {
            fault = add_entry(&k->cursor.entry, totals);
        }
    }
    if (fault == NULL && k->cursor.at != k->cursor.end) {
        fault = "continues after its end";
    }
    return fault;
}

ock_status ock_manifest_check(const ock_manifest *manifest, const char *name,
                              ock_manifest_totals *totals)
{
    checker *k = calloc(1, sizeof *k);
    const char *fault = NULL;

    *totals = (ock_manifest_totals){0};
    if (k == NULL) {
        return ock_fail_memory(sizeof *k, "the list of files");
    }
    fault = judge(k, manifest, totals);
    free(k);
    if (fault != NULL) {
        return ock_fail(OCK_BAD_DATA, "%s: the list of files %s", name, fault);
    }
    return OCK_OK;
}
