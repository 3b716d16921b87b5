/* SPDX-License-Identifier: MIT */
/* files.h - the FILEs of a command line without a command, one after another: what is wrong with one does not
 * stop the others. */
#ifndef OCK_FILES_H
#define OCK_FILES_H

#include "cli/options.h"
#include "mpi/comm.h"

/* Paths, each with a NUL after it. Begin with {NULL}; the owner frees `text`. */
typedef struct ock_paths {
    char *text;
    size_t bytes, room;
    ock_status worst; /* of directories that cannot be read, which have been reported */
} ock_paths;

/* Looks at the FILEs of options that are `plain`: refuses all of them (OCK_ENVIRONMENT) where the first is a command
 * mistyped, or one a terminal. With -r a directory is replaced by the regular files in
 * it, ordered by name, whose names do (to restore) or do not (to compress) end in .ock. Rank 0. */
ock_status ock_files_find(const ock_options *options, ock_paths *paths) OCK_WARN_UNUSED;

/* Of one file: compressed data does not go to a terminal without -f. Rank 0. */
ock_status ock_files_check_output(const ock_options *options) OCK_WARN_UNUSED;

/* Runs a command for one file. Collective. */
typedef ock_status ock_file_run(ock_comm *comm, const ock_options *options);

/* `run` with the options, or where these are `plain` for each FILE that rank 0 has found. Failures have been
 * reported on rank 0 when it returns; the status is the largest of them. It ends early only when message passing
 * is broken; the last message is then kept. Collective. */
ock_status ock_files_run(ock_comm *comm, const ock_options *options,
                         ock_file_run *run) OCK_WARN_UNUSED;

#endif
