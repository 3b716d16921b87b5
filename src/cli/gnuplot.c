/* SPDX-License-Identifier: MIT */
/* gnuplot.c - starts gnuplot between a pipe and an output. */
#include "cli/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/side_file.h"

extern char **environ;

/* *to: the pipe to its standard input. It prints to the descriptor `printed`, and is ended by signals as
 * any program, though this one ignores some. */
static int start(pid_t *child, FILE **to, int printed)
{
    char *words[] = {"gnuplot", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t usual;
    int ends[2], failure = 0;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, printed, STDOUT_FILENO);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    failure = posix_spawnp(child, words[0], &files, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    (void)close(ends[0]);
    *to = failure == 0 ? fdopen(ends[1], "w") : NULL;
    if (*to == NULL) {
        (void)close(ends[1]);
    }
    return failure;
}

static bool has_succeeded(pid_t child)
{
    int result = 0;

    while (waitpid(child, &result, 0) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return WIFEXITED(result) && WEXITSTATUS(result) == 0;
}

static bool is_empty(ock_open_file file)
{
    struct stat found;

    return fstat(file.fd, &found) != 0 || found.st_size == 0;
}

static ock_status draw(const char *path, const ock_output *output,
                       void (*write)(void *context, FILE *to), void *context)
{
    const ock_open_file file = ock_output_file(output);
    FILE *to = NULL;
    pid_t child = 0;
    const int failure = start(&child, &to, file.fd);
    bool all_taken = false;

    if (failure == ENOENT) {
        return ock_fail(OCK_ENVIRONMENT, "--plot needs gnuplot, which is not installed");
    }
    if (failure != 0) {
        return ock_fail(OCK_ENVIRONMENT, "gnuplot cannot be started: %s", strerror(failure));
    }
    if (to != NULL) {
        write(context, to);
        all_taken = !ferror(to);
        all_taken = fclose(to) == 0 && all_taken;
    }
    if (!has_succeeded(child) || !all_taken || is_empty(file)) {
        return ock_fail(OCK_ENVIRONMENT, "gnuplot failed to draw %s", path);
    }
    return OCK_OK;
}

ock_status ock_gnuplot(const char *path, bool force, void (*write)(void *context, FILE *to),
                       void *context, ock_output **drawn)
{
    ock_status status = ock_side_file_create("--plot", path, force, drawn);
    if (status == OCK_OK) {
        status = draw(path, *drawn, write, context);
    }
    if (status != OCK_OK) {
        ock_output_discard(*drawn);
        *drawn = NULL;
    }
    return status;
}
