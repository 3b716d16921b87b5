/* SPDX-License-Identifier: MIT */
/* side_file.c - outputs besides the output. */
#include "cli/side_file.h"

#include <stdlib.h>
#include <string.h>

ock_status ock_side_file_create(const char *option, const char *path, bool force, ock_output **file)
{
    *file = NULL;
    if (strcmp(path, "-") == 0) {
        return ock_fail(OCK_ENVIRONMENT, "%s needs the name of a file", option);
    }
    return ock_output_create(path, force, file);
}

static ock_status write_text(ock_status (*write)(const void *context, FILE *to),
                             const void *context, ock_output *file)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    ock_status status = to != NULL ? write(context, to) : OCK_OK;
    const bool good = to != NULL && fclose(to) == 0;
    if (status == OCK_OK) {
        status = good ? ock_output_write(file, 0, text, bytes) : ock_fail_memory(bytes, "the page");
    }
    free(text);
    return status;
}

ock_status ock_side_file_write(const char *option, const char *path, bool force,
                               ock_status (*write)(const void *context, FILE *to),
                               const void *context, ock_output **file)
{
    ock_status status = ock_side_file_create(option, path, force, file);
    if (status == OCK_OK) {
        status = write_text(write, context, *file);
    }
    if (status != OCK_OK) {
        ock_output_discard(*file);
        *file = NULL;
    }
    return status;
}

ock_status ock_side_file_end(ock_status status, ock_output *file, const ock_report *report)
{
    if (file == NULL) {
        return status;
    }
    ock_output_report_to(file, report);
    return ock_output_end(file, status);
}
