/* SPDX-License-Identifier: MIT */
/* main.c - starts what a command needs, runs it, reports; the only file that ends the process. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alive.h"
#include "base/memory.h"
#include "cli/claims.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/machine.h"
#include "cli/messages.h"
#include "cli/print.h"
#include "cli/program_length.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "io/container/container.h"
#include "mpi/process/process.h"
#include "numeric/fpenv.h"

static const ock_program this_program = {OCK_VERSION, OCK_COMPILER, OCK_PROGRAM_SHA256};

/* Whatever the environment asks for: where there are no kernels, it says why. */
static ock_status print_version(void)
{
    const ock_kernels *kernels = NULL;
    char library[OCK_COMM_LIBRARY_BYTES];
    const bool some =
        ock_cpu_require(ock_machine_cpu()) == OCK_OK && ock_machine_kernels(&kernels) == OCK_OK;
    ock_print_line(stdout, "ockham %s", OCK_VERSION);
    ock_print_line(stdout, "contract %d", (int)OCK_CONTRACT_VERSION);
    ock_print_line(stdout, "format %d", (int)ock_container_newest_format());
    ock_print_line(stdout, "compiler %s", OCK_COMPILER);
    ock_print_line(stdout, "mpi %s", ock_comm_library(library));
    ock_print_line(stdout, "hdf5 %s", ock_container_hdf5_version());
    ock_print_line(stdout, "instruction set %s", some ? kernels->name : "none");
    if (!some) {
        ock_messages_say(ock_error_text());
        ock_error_clear();
    }
    return ock_messages_end(OCK_OK);
}

static ock_status choose_alone(const ock_options *options)
{
    const ock_status status = ock_claims_check(options);
    if (status != OCK_OK) {
        return status;
    }
    switch (options->command) {
    case OCK_COMMAND_HELP:
        ock_options_print_help(stdout);
        return ock_messages_end(OCK_OK);
    case OCK_COMMAND_VERSION:
        return print_version();
    case OCK_COMMAND_MDL:
        return ock_mdl(options);
    case OCK_COMMAND_AUDIT:
        return ock_audit_alone(options, &this_program);
    case OCK_COMMAND_PLAN:
        return ock_plan_command(options);
    default:
        return ock_info(options);
    }
}

/* Commands for one process, which never start message passing. */
static ock_status run_alone(const ock_options *options)
{
    ock_signals_remove_temporaries();
    const ock_status status = options->plain ? ock_list(options) : choose_alone(options);
    if (status != OCK_OK && !options->plain) {
        ock_messages_say_failure();
    }
    return status;
}

static ock_status run_command(const ock_session *session)
{
    switch (session->options->command) {
    case OCK_COMMAND_COMPRESS:
        return ock_compress(session);
    case OCK_COMMAND_AUDIT:
        return ock_audit(session);
    case OCK_COMMAND_SCORE:
        return ock_score_command(session);
    default:
        return ock_decompress(session);
    }
}

/* Unless told otherwise the ranks of a machine share seven eighths of its memory equally: it has other
 * uses too. */
static uint64_t memory_limit(const ock_comm *comm, const ock_options *options)
{
    return options->memory_limit_given
               ? options->memory_limit
               : ock_memory_of_machine() / 8 * 7 / (uint64_t)ock_comm_neighbours(comm);
}

typedef struct reading_time {
    bool known; /* else it may take any time */
    uint64_t seconds;
} reading_time;

/* Adds the seconds that a slow disk takes for a regular file. */
static void allow_reading(void *context, const char *path, const char *what)
{
    enum { SLOW_BYTES_A_SECOND = 4000000 };
    reading_time *time = context;
    struct stat found;
    (void)what;
    if (stat(path, &found) != 0 || !S_ISREG(found.st_mode)) {
        time->known = false;
        return;
    }
    time->seconds += (uint64_t)found.st_size / SLOW_BYTES_A_SECOND;
}

/* While rank 0 reads what the run begins with, the others wait for it longer than for each other: from
 * the start by the length of the files, and only from ock_session_begin on by the deadline alone. Pipes
 * and folders may take any time. */
static ock_status watch_start(ock_comm *comm, const ock_options *o)
{
    reading_time time = {.known = o->files_from == NULL, .seconds = o->deadline};
    ock_options_show_read(o, allow_reading, &time);
    const uint64_t seconds = time.known && o->deadline != 0 ? time.seconds : 0;
    return ock_comm_watch(comm, seconds < UINT_MAX ? (unsigned)seconds : UINT_MAX);
}

/* What was asked for is done, or the reason why not is known: a log that lacks lines is a warning. */
static void close_log(ock_log *log, ock_status status)
{
    if (ock_log_close(log) != OCK_OK && status == OCK_OK) {
        ock_messages_say_failure();
        ock_error_clear();
    }
}

static ock_status code(ock_comm *comm, const ock_options *options)
{
    ock_memory memory;
    ock_fpenv before;
    ock_session session = {0};
    const ock_listener listener = ock_alive_listen((ock_listener){ock_comm_tick, comm});
    ock_memory_init(&memory, memory_limit(comm, options));
    ock_fpenv_enter(&before);
    ock_status status = watch_start(comm, options);
    if (status == OCK_OK) {
        status = ock_fpenv_check("MPI start");
    }
    if (status == OCK_OK && ock_comm_rank(comm) == 0) {
        status = ock_files_check_output(options);
        if (status == OCK_OK) {
            status = ock_claims_check(options);
        }
    }
    if (status == OCK_OK) {
        status = ock_session_open(&session, options, &this_program, comm, &memory);
    }
    status = ock_comm_agree(comm, status);
    if (status == OCK_OK) {
        status = run_command(&session);
    }
    if (status != OCK_OK && session.run.log != NULL &&
        ock_log_write(session.run.log, status == OCK_STOPPED ? "stopped" : "failed",
                      json_pack("{s:i, s:o}", "exit_code", (int)status, "reason",
                                ock_log_text(ock_error_text()))) != OCK_OK) {
        ock_print_line(stderr, "ockham: %s: the log could not be written", options->log);
    }
    close_log(session.run.log, status);
    ock_team_free(session.run.team);
    ock_fpenv_leave(&before);
    (void)ock_alive_listen(listener);
    return status;
}

/* Message passing itself has failed on this rank. The others can't be told by it, and may wait for what
 * never comes: the job ends. */
static _Noreturn void give_up(const ock_comm *comm, ock_status status)
{
    if (ock_comm_rank(comm) != 0) {
        ock_print_line(stderr, "ockham: rank %d: %s", ock_comm_rank(comm), ock_error_text());
    }
    ock_comm_abort(status != OCK_OK ? (int)status : (int)OCK_ENVIRONMENT);
}

/* Commands that code: on all ranks together. Rank 0 speaks for all. */
static ock_status run_together(int argc, char **argv, const ock_options *options)
{
    ock_comm *comm = NULL;
    ock_signals_listen(options->checkpoint != NULL);
    ock_status status = ock_comm_start(&argc, &argv, &comm);
    if (status != OCK_OK) {
        ock_messages_say_failure();
        ock_comm_finish(comm);
        return status;
    }
    if (ock_comm_rank(comm) == 0) {
        ock_signals_remove_temporaries();
    } else {
        ock_signals_end_late();
    }
    status = ock_files_run(comm, options, code);
    if (ock_comm_broken(comm)) {
        give_up(comm, status);
    }
    ock_comm_finish(comm);
    return status;
}

/* A standard descriptor that is closed would become whatever is opened first, a socket of the message passing
 * library among it. Filled so that its use fails as that of a closed one does. */
static void fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

int main(int argc, char **argv)
{
    ock_options options = {0};
    fill_standard_descriptors();
    ock_container_keep_out_of_exit();
    ock_signals_make_errors();
    ock_status status = ock_options_parse(argc, argv, &options);
    if (status == OCK_OK && options.command != OCK_COMMAND_HELP &&
        options.command != OCK_COMMAND_VERSION) {
        status = ock_cpu_require(ock_machine_cpu());
    }
    if (status != OCK_OK) {
        ock_messages_say_failure();
    } else if (ock_options_are_for_all_ranks(&options)) {
        status = run_together(argc, argv, &options);
    } else {
        status = run_alone(&options);
    }
    ock_options_free(&options);
    return (int)status;
}
