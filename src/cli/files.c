/* SPDX-License-Identifier: MIT */
/* files.c - each FILE in turn, and its removal. */
#include "cli/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command_line.h"
#include "cli/messages.h"
#include "io/file/identity.h"

/* ---- --rm ---- */

/* Rank 0, before the run: *found is what may be removed after it. Not a prior, without which the output is
 * worth nothing. */
static ock_status check_removable(const ock_options *o, struct stat *found)
{
    struct stat prior;
    if (!o->remove || lstat(o->input, found) != 0) {
        return OCK_OK;
    }
    for (size_t i = 0; i < o->prior_count; i++) {
        if (stat(o->priors[i], &prior) == 0 && ock_is_same_file(&prior, found)) {
            return ock_fail(OCK_ENVIRONMENT, "%s: is a prior, which --rm does not remove",
                            o->input);
        }
    }
    return S_ISREG(found->st_mode)
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "%s: --rm removes only regular files", o->input);
}

/* Rank 0: the output is in its place, so that what goes wrong is a warning; and after one, which may be that the
 * output may not outlive a power failure, nothing is removed. */
static void remove_input(const ock_options *o, const struct stat *before)
{
    const ock_identity identity = ock_identity_of(before);
    struct stat now;
    const char *why = NULL;
    if (ock_messages_warned()) {
        why = "see the warning";
    } else if (lstat(o->input, &now) != 0 || !ock_identity_is(&identity, &now)) {
        why = "changed meanwhile";
    } else if (unlink(o->input) != 0) {
        why = strerror(errno);
    }
    if (why != NULL) {
        const ock_report report = ock_messages(&o->verbosity);
        ock_report_line(&report, OCK_REPORT_WARNING, "%s: is not removed: %s", o->input, why);
    }
}

/* ---- -f ---- */

/* Rank 0: what is made of one FILE replaces none of them. A name is what is lost: other links keep the file. */
static ock_status check_replaced(const ock_options *o, const ock_paths *paths)
{
    struct stat output, input;
    if (!o->force || o->output == NULL || stat(o->output, &output) != 0) {
        return OCK_OK;
    }
    for (size_t at = 0; at < paths->bytes; at += strlen(paths->text + at) + 1) {
        const char *path = paths->text + at;
        if (strcmp(ock_text_base(path), ock_text_base(o->output)) == 0 && stat(path, &input) == 0 &&
            ock_is_same_file(&input, &output)) {
            return ock_fail(OCK_ENVIRONMENT, "%s: is an input, and cannot be the output of %s too",
                            path, o->input);
        }
    }
    return OCK_OK;
}

/* ---- one file ---- */

/* Reported, and forgotten but where the message is needed yet. */
static ock_status end(ock_comm *comm, ock_status status)
{
    if (status != OCK_OK && ock_comm_rank(comm) == 0) {
        ock_messages_say_failure();
    }
    if (!ock_comm_broken(comm)) {
        ock_error_clear();
    }
    return status;
}

static ock_status run_file(ock_comm *comm, const ock_options *all, const ock_paths *paths,
                           const char *path, ock_file_run *run)
{
    const bool root = ock_comm_rank(comm) == 0;
    ock_options one;
    struct stat found = {0};
    ock_status status = ock_options_of_file(all, &path, &one);
    if (status == OCK_OK && root) {
        status = check_removable(&one, &found);
        if (status == OCK_OK) {
            status = check_replaced(&one, paths);
        }
        (void)ock_messages_warned(); /* of the file before */
    }
    status = ock_comm_agree(comm, status);
    if (status == OCK_OK) {
        status = run(comm, &one);
    }
    if (status == OCK_OK && root && one.remove) {
        remove_input(&one, &found);
    }
    free(one.output);
    return end(comm, status);
}

/* ---- all of them ---- */

/* Rank 0's, for all ranks. */
static ock_status share(ock_comm *comm, ock_paths *paths)
{
    ock_status status = ock_comm_bcast(comm, paths, sizeof *paths);
    if (ock_comm_rank(comm) != 0) {
        paths->text = status == OCK_OK ? malloc(paths->bytes + 1) : NULL;
        if (paths->text == NULL && status == OCK_OK) {
            status = ock_fail_memory(paths->bytes, "the names of files");
        }
    }
    status = ock_comm_agree(comm, status);
    return status != OCK_OK ? status : ock_comm_bcast(comm, paths->text, paths->bytes);
}

ock_status ock_files_run(ock_comm *comm, const ock_options *options, ock_file_run *run)
{
    if (!options->plain) {
        return end(comm, run(comm, options));
    }
    ock_paths paths = {.text = NULL};
    ock_status status =
        ock_comm_agree(comm, ock_comm_rank(comm) == 0 ? ock_files_find(options, &paths) : OCK_OK);
    if (status == OCK_OK) {
        status = share(comm, &paths);
    }
    ock_status worst = status != OCK_OK ? end(comm, status) : paths.worst;
    for (size_t at = 0; status == OCK_OK && at < paths.bytes && !ock_comm_broken(comm);) {
        const char *path = paths.text + at;
        const ock_status one = run_file(comm, options, &paths, path, run);
        worst = one > worst ? one : worst;
        at += strlen(path) + 1;
    }
    free(paths.text);
    return worst;
}
