/* SPDX-License-Identifier: MIT */
/* tree_input.c - the files of a list as one input. */
#include "io/tree/tree_input.h"

#include <fcntl.h>
#include <unistd.h>

#include "io/file/file_io.h"
#include "io/file/variant.h"
#include "io/tree/parts.h"

static ock_status tree_read(void *self, uint64_t offset, void *bytes, size_t count)
{
    return ock_parts_read(self, offset, bytes, count);
}

static ock_status tree_try(void *self, uint64_t begin, uint64_t end)
{
    return ock_parts_try(self, begin, end);
}

static ock_status tree_check_unchanged(void *self)
{
    return ock_parts_check_unchanged(self);
}

static void tree_close(void *self)
{
    (void)!ock_parts_close(self); /* nothing was written */
}

static const ock_input_calls tree_calls = {tree_read, tree_try, tree_check_unchanged, tree_close};

ock_status ock_tree_input_open(const char *root, const char *name, const ock_manifest *manifest,
                               const ock_identity *identities, ock_input **input)
{
    const int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    ock_parts *parts = NULL;
    ock_status status = OCK_OK;

    *input = NULL;
    if (folder < 0) {
        return ock_fail_errno(root, "cannot be opened");
    }
    status = ock_parts_open(folder, name, manifest, identities, false, &parts);
    (void)close(folder);
    if (status != OCK_OK) {
        return status;
    }
    return ock_input_new(&(ock_input){.calls = &tree_calls,
                                      .self = parts,
                                      .bytes = ock_parts_bytes(parts),
                                      .file = {-1, name}},
                         input);
}
