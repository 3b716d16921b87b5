/* SPDX-License-Identifier: MIT */
/* many_run.c - children that are the program, and the files that they work on. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "many.h"

enum { COMPUTING_SECONDS = 5, WAITING_SECONDS = 30, PATH_BYTES = 512 };

_Noreturn void many_give_up(const char *what)
{
    fprintf(stderr, "many: %s: %s\n", what, strerror(errno));
    exit(1);
}

uint64_t many_random(uint64_t *state, uint64_t limit)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return (uint64_t)((unsigned __int128)(z ^ z >> 31) * limit >> 64);
}

/* ---- children ---- */

/* Ends with a code that no check takes for the program's when it can't begin. */
static void prepare(void)
{
    const struct rlimit limit = {COMPUTING_SECONDS, COMPUTING_SECONDS + 1}, none = {0, 0};
    const int nothing = open("/dev/null", O_RDWR);
    const int said = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (nothing < 0 || said < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 ||
        dup2(said, 2) < 0 || close(nothing) != 0 || close(said) != 0 ||
        setrlimit(RLIMIT_CPU, &limit) != 0 || setrlimit(RLIMIT_CORE, &none) != 0) {
        _exit(125);
    }
    (void)alarm(
        WAITING_SECONDS); /* a flipped bit in a lock: it waits for ever, and computes nothing */
}

static _Noreturn void become_program(const char *const *arguments, const fault *wanted)
{
    static const fault none;
    int count = 0;
    while (arguments[count] != NULL) {
        count++;
    }
    prepare();
    many_arm(wanted != NULL ? wanted : &none);
    exit(ockham_main(count, (char **)(uintptr_t)arguments));
}

static int code_of(int status)
{
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status);
    }
    return WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM ? MANY_LATE
                                                                      : 128 + WTERMSIG(status);
}

outcome many_run(const char *const *arguments, const fault *wanted)
{
    struct stat said;
    int status = 0;
    fault_now->fired = fault_now->armed = false;
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        become_program(arguments, wanted);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        many_give_up("a child");
    }
    fault_now->armed = false;
    if (code_of(status) == 125 || stat("said", &said) != 0) {
        many_give_up("said");
    }
    return (outcome){code_of(status), said.st_size > 0, fault_now->fired};
}

const char *many_said(void)
{
    static char line[256];
    const int fd = open("said", O_RDONLY);
    const ssize_t got = fd >= 0 ? read(fd, line, sizeof line - 1) : -1;
    line[got > 0 ? got : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (fd >= 0) {
        (void)close(fd);
    }
    return line;
}

/* ---- files ---- */

bytes many_load(const char *name)
{
    const int fd = open(name, O_RDONLY);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        many_give_up(name);
    }
    bytes made = {malloc((size_t)about.st_size + 1), (size_t)about.st_size};
    if (made.data == NULL || read(fd, made.data, made.count) != about.st_size || close(fd) != 0) {
        many_give_up(name);
    }
    return made;
}

void many_store(const char *name, const uint8_t *data, size_t count)
{
    const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, data, count) != (ssize_t)count || close(fd) != 0) {
        many_give_up(name);
    }
}

bool many_same(const char *name, bytes wanted)
{
    struct stat about;
    if (lstat(name, &about) != 0 || !S_ISREG(about.st_mode) ||
        (size_t)about.st_size != wanted.count) {
        return false;
    }
    const bytes found = many_load(name);
    const bool same = memcmp(found.data, wanted.data, wanted.count) == 0;
    free(found.data);
    return same;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void many_remove(const char *name)
{
    if (unlink(name) != 0 && errno != ENOENT &&
        nftw(name, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        many_give_up(name);
    }
}

void many_copy_folder(const char *from, const char *to)
{
    DIR *listing = opendir(from);
    const struct dirent *entry;
    if (listing == NULL || mkdir(to, 0700) != 0) {
        many_give_up(to);
    }
    while ((entry = readdir(listing)) != NULL) {
        char source[PATH_BYTES], target[PATH_BYTES];
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        (void)snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
        const bytes data = many_load(source);
        many_store(target, data.data, data.count);
        free(data.data);
    }
    (void)closedir(listing);
}

const char *many_left_behind(void)
{
    static char name[PATH_BYTES];
    DIR *listing = opendir(".");
    const struct dirent *entry;
    bool found = false;
    if (listing == NULL) {
        many_give_up(".");
    }
    while (!found && (entry = readdir(listing)) != NULL) {
        found = strncmp(entry->d_name, ".made", 5) == 0;
        (void)snprintf(name, sizeof name, "%s", entry->d_name);
    }
    (void)closedir(listing);
    return found ? name : NULL;
}
