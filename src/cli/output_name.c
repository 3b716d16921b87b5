/* SPDX-License-Identifier: MIT */
/* output_name.c - the suffix .ock, put on and taken off. */
#include "cli/output_name.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char suffix[] = ".ock";
enum { SUFFIX_BYTES = sizeof suffix - 1 };

static ock_status join(const char *text, size_t length, const char *tail, char **name)
{
    const size_t bytes = length + strlen(tail) + 1;
    *name = malloc(bytes);
    if (*name == NULL) {
        return ock_fail_memory(bytes, "the output's name");
    }
    snprintf(*name, bytes, "%.*s%s", (int)length, text, tail);
    return OCK_OK;
}

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

static size_t length_without_slashes(const char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    return length;
}

/* Whether the last part of so much of the path is a name, and not empty, "." or "..". */
static bool has_own_name(const char *path, size_t length)
{
    size_t begin = length;
    while (begin > 0 && path[begin - 1] != '/') {
        begin--;
    }
    const size_t bytes = length - begin;
    const bool dots = bytes <= 2 && strspn(path + begin, ".") >= bytes;
    return bytes > 0 && !dots;
}

static bool ends_in_suffix(const char *path, size_t length)
{
    return length >= SUFFIX_BYTES &&
           memcmp(path + length - SUFFIX_BYTES, suffix, SUFFIX_BYTES) == 0;
}

bool ock_output_name_is_packed(const char *path)
{
    return ends_in_suffix(path, strlen(path));
}

ock_status ock_output_name_packed(const char *input, char **name)
{
    const size_t length = length_without_slashes(input);
    *name = NULL;
    if (is_standard(input)) {
        return join(input, length, "", name);
    }
    if (!has_own_name(input, length)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: no name to add .ock to; give -o", input);
    }
    if (ends_in_suffix(input, length) && has_own_name(input, length - SUFFIX_BYTES)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: already has the suffix .ock; give -o", input);
    }
    return join(input, length, suffix, name);
}

ock_status ock_output_name_restored(const char *input, char **name)
{
    const size_t length = strlen(input);
    *name = NULL;
    if (is_standard(input)) {
        return join(input, length, "", name);
    }
    if (!ends_in_suffix(input, length)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: does not end in .ock; give -o", input);
    }
    if (!has_own_name(input, length - SUFFIX_BYTES)) {
        return ock_fail(OCK_ENVIRONMENT, "%s: its name is empty without .ock; give -o", input);
    }
    return join(input, length - SUFFIX_BYTES, "", name);
}
