/* SPDX-License-Identifier: MIT */
/* command_line.h - from argv to options, as option_table.h has them. */
#ifndef OCK_COMMAND_LINE_H
#define OCK_COMMAND_LINE_H

#include <stdio.h>

#include "cli/options.h"

/* Parses argv. OCK_ENVIRONMENT with a message on wrong usage. options is then freed by the caller
 * like after success. Not collective. */
ock_status ock_options_parse(int argc, char **argv, ock_options *options) OCK_WARN_UNUSED;
void ock_options_free(ock_options *options);

/* Names the output of compress and decompress, unless it was wished for or each FILE has its own. OCK_ENVIRONMENT,
 * with a message, where there is no name for it. Part of ock_options_parse. */
ock_status ock_options_name_output(ock_options *options) OCK_WARN_UNUSED;

/* Of options without a command (`plain`), those for one FILE: its output has a name, or fails to get one as in
 * ock_options_parse. `one` points to *path, and shares all but its output, which the caller frees. */
ock_status ock_options_of_file(const ock_options *all, const char *const *path,
                               ock_options *one) OCK_WARN_UNUSED;

/* Shows each file that the command reads, with what it is to the command in words; but for a checkpoint to
 * begin with (--from), which may be a directory of them. Not collective. */
typedef void ock_read_visit(void *context, const char *path, const char *what);
void ock_options_show_read(const ock_options *options, ock_read_visit *visit, void *context);

/* Whether the command runs on all ranks together; the others never start message passing. */
bool ock_options_are_for_all_ranks(const ock_options *options);

/* Writes the text of --help. Not collective. */
void ock_options_print_help(FILE *out);

#endif
