/* SPDX-License-Identifier: MIT */
/* list.c - ockham -l: a line for every compressed file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/plan_file.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/messages.h"
#include "cli/print.h"
#include "io/container/container.h"
#include "io/file/input.h"

typedef struct sizes {
    uint64_t in, out;
    size_t files;
} sizes;

static double ratio(uint64_t in, uint64_t out)
{
    return out > 0 ? (double)in / (double)out : 0.0;
}

static ock_status print_row(const char *path, sizes *total)
{
    ock_input *input = NULL;
    ock_container *container = NULL;
    ock_plan plan;
    ock_status status = ock_plan_open(path, &input, &container, &plan);
    if (status == OCK_OK) {
        const uint64_t in = plan.input_bytes, out = ock_container_file_bytes(container);
        if (total->files++ == 0) {
            ock_print_line(stdout, "  Compressed Uncompressed   Ratio  Level  Lanes  Filename");
        }
        ock_print_line(stdout, "%12" PRIu64 " %12" PRIu64 " %7.3f  %5" PRIu32 "  %5" PRIu32 "  %s",
                       out, in, ratio(in, out), plan.level, plan.map.lanes, path);
        total->in += in;
        total->out += out;
    }
    ock_container_close(container);
    ock_input_close(input);
    return status;
}

static ock_status end(ock_status status)
{
    if (status != OCK_OK) {
        ock_messages_say_failure();
        ock_error_clear();
    }
    return status;
}

/* With --json and --files it says what info does. */
static ock_status list_file(const ock_options *all, const char *path, sizes *total)
{
    ock_options one;
    ock_status status = ock_options_of_file(all, &path, &one);
    if (status == OCK_OK) {
        status = all->json || all->files ? ock_info(&one) : print_row(path, total);
    }
    return end(status);
}

ock_status ock_list(const ock_options *options)
{
    ock_paths paths = {.text = NULL};
    sizes total = {0};
    const ock_status found = end(ock_files_find(options, &paths));
    ock_status worst = found != OCK_OK ? found : paths.worst;
    for (size_t at = 0; at < paths.bytes && found == OCK_OK; at += strlen(paths.text + at) + 1) {
        const ock_status one = list_file(options, paths.text + at, &total);
        worst = one > worst ? one : worst;
    }
    if (total.files > 1) {
        ock_print_line(stdout, "%12" PRIu64 " %12" PRIu64 " %7.3f  %12s  %zu files", total.out,
                       total.in, ratio(total.in, total.out), "", total.files);
    }
    free(paths.text);
    const ock_status said = end(ock_messages_end(OCK_OK));
    return said > worst ? said : worst;
}
