/* SPDX-License-Identifier: MIT */
/* option_files.c - the files of a command line: those that are read, and what its output is called. */
#include <stdlib.h>
#include <string.h>

#include "cli/command_line.h"
#include "cli/output_name.h"

void ock_options_show_read(const ock_options *o, ock_read_visit *visit, void *context)
{
    const bool makes_key = o->command == OCK_COMMAND_AUDIT && o->audit == OCK_AUDIT_KEYGEN;
    const struct {
        const char *path, *what;
    } single[] = {{o->baseline, "baseline"},
                  {o->corpus, "file of --input"},
                  {o->files_from, "list"},
                  {makes_key ? NULL : o->key, "key"}};
    for (size_t i = 0; i < o->operand_count; i++) {
        visit(context, o->operands[i], "input");
    }
    for (size_t i = 0; i < o->given_count; i++) {
        visit(context, o->given[i], "corpus");
    }
    for (size_t i = 0; i < o->prior_count; i++) {
        visit(context, o->priors[i], "prior");
    }
    for (size_t i = 0; i < o->trace_count && o->command == OCK_COMMAND_MDL; i++) {
        visit(context, o->traces[i], "trace of bytes");
    }
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
        if (single[i].path != NULL) {
            visit(context, single[i].path, single[i].what);
        }
    }
}

ock_status ock_options_name_output(ock_options *o)
{
    if (o->plain || (o->command != OCK_COMMAND_COMPRESS && o->command != OCK_COMMAND_DECOMPRESS)) {
        return OCK_OK;
    }
    if (o->wished_output != NULL) {
        o->output = strdup(o->wished_output);
        return o->output != NULL
                   ? OCK_OK
                   : ock_fail_memory(strlen(o->wished_output) + 1, "the output's name");
    }
    if (o->files_from != NULL || o->extract != NULL) {
        return ock_fail(OCK_ENVIRONMENT, "--files-from and --extract need -o");
    }
    return o->command == OCK_COMMAND_COMPRESS ? ock_output_name_packed(o->input, &o->output)
                                              : ock_output_name_restored(o->input, &o->output);
}

ock_status ock_options_of_file(const ock_options *all, const char *const *path, ock_options *one)
{
    *one = *all;
    one->plain = false;
    one->operands = path;
    one->operand_count = 1;
    one->input = *path;
    one->output = NULL;
    const ock_status status = ock_options_name_output(one);
    one->remove = all->remove && one->output != NULL && strcmp(*path, "-") != 0 &&
                  strcmp(one->output, "-") != 0;
    one->verify = all->verify || (one->remove && all->command == OCK_COMMAND_COMPRESS);
    return status;
}
