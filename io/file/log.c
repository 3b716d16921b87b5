/* SPDX-License-Identifier: MIT */
/* log.c - appends JSON lines. */
#include "io/file/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "io/file/atomic_name.h"

struct ock_log {
    FILE *file; /* NULL: nothing is written */
    char *path;
    bool made; /* there was none */
    bool muted;
    unsigned long lost; /* lines that could not be written */
    int reason;         /* why the first of them */
};

/* At the end of what there is, or of a new file. NULL, with errno. */
static FILE *open_end(const char *path, bool *made)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
    int fd = open(path, flags | O_EXCL, 0666);
    FILE *file = NULL;
    *made = fd >= 0;
    if (fd < 0 && errno == EEXIST) {
        fd = open(path, flags, 0666);
    }
    file = fd >= 0 ? fdopen(fd, "a") : NULL;
    if (file == NULL && fd >= 0) {
        (void)close(fd);
    }
    return file;
}

ock_status ock_log_open(const char *path, ock_log **log)
{
    ock_log *l = calloc(1, sizeof *l);
    *log = NULL;
    if (l == NULL) {
        return ock_fail_memory(sizeof *l, "the log");
    }
    if (path != NULL) {
        l->path = strdup(path);
        l->file = open_end(path, &l->made);
    }
    if (path != NULL && (l->file == NULL || l->path == NULL)) {
        ock_status status = ock_fail(OCK_ENVIRONMENT, "%s: %s", path, strerror(errno));
        free(l->path);
        free(l);
        return status;
    }
    *log = l;
    return OCK_OK;
}

void ock_log_mute(ock_log *log)
{
    log->muted = true;
    if (log->made && ock_is_named(AT_FDCWD, log->path, fileno(log->file))) {
        (void)unlink(log->path);
    }
}

static void utc_now(char text[32])
{
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

ock_status ock_log_write(ock_log *log, const char *event, json_t *fields)
{
    char now[32];
    if (log == NULL || log->file == NULL || log->muted) {
        json_decref(fields);
        return OCK_OK;
    }
    utc_now(now);
    errno = 0;
    json_t *line = json_pack("{s:s, s:s}", "event", event, "time", now);
    bool good = fields != NULL && line != NULL && json_object_update(line, fields) == 0 &&
                json_dumpf(line, log->file, JSON_COMPACT) == 0 && fputc('\n', log->file) != EOF &&
                fflush(log->file) == 0;
    const int reason = errno;
    json_decref(line);
    json_decref(fields);
    if (good) {
        return OCK_OK;
    }
    log->reason = log->lost++ == 0 ? reason : log->reason;
    return ock_fail(OCK_ENVIRONMENT, "%s: cannot write the log", log->path);
}

json_t *ock_log_text(const char *text)
{
    json_t *string = json_string(text);
    char *ascii = string == NULL ? strdup(text) : NULL;
    if (ascii == NULL) {
        return string;
    }
    for (char *at = ascii; *at != '\0'; at++) {
        if ((unsigned char)*at >= 128) {
            *at = '?';
        }
    }
    string = json_string(ascii);
    free(ascii);
    return string;
}

ock_status ock_log_close(ock_log *log)
{
    ock_status status = OCK_OK;
    if (log == NULL) {
        return OCK_OK;
    }
    if (log->file != NULL && fclose(log->file) != 0) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: %s", log->path, strerror(errno));
    }
    if (log->lost > 0) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: %lu lines could not be written: %s", log->path,
                          log->lost, log->reason != 0 ? strerror(log->reason) : "out of memory");
    }
    free(log->path);
    free(log);
    return status;
}
