/* tree_text.c - how messages name what lies in a tree. */
#include "io/tree/tree_text.h"

#include <errno.h>
#include <stdio.h>

#include "io/file/file_io.h"
#include "io/tree/manifest.h"

const char *ock_tree_text(const char *root, const char *path, char text[OCK_TREE_TEXT_BYTES])
{
    char tail[OCK_TREE_TEXT_BYTES / 2];

    ock_path_text(path, tail, sizeof tail);
    snprintf(text, OCK_TREE_TEXT_BYTES, "%.190s%s%s", root, root[0] != '\0' ? "/" : "", tail);
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
