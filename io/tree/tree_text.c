/* SPDX-License-Identifier: MIT */
/* tree_text.c - how messages name what lies in a tree. */
#include "io/tree/tree_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "io/file/file_io.h"

const char *ock_tree_text(const char *root, const char *path, char text[OCK_TREE_TEXT_BYTES])
{
    char *whole = NULL;

    if (asprintf(&whole, "%s%s%s", root, root[0] != '\0' ? "/" : "", path) < 0) {
        return ock_text_cut(path, text, OCK_TREE_TEXT_BYTES);
    }
    ock_text_cut(whole, text, OCK_TREE_TEXT_BYTES);
    free(whole);
    return text;
}

ock_status ock_tree_fail_errno(const char *root, const char *path, const char *what)
{
    const int reason = errno;
    char text[OCK_TREE_TEXT_BYTES];

    ock_tree_text(root, path, text);
    errno = reason;
    return ock_fail_errno(text, what);
}
