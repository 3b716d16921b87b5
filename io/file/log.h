/* SPDX-License-Identifier: MIT */
/* log.h - the JSON-lines log of a run: everything that depends on time, place and machine, and so
 * is kept out of the .ock file. One object a line, appended; each has "event" and "time" (UTC). */
#ifndef OCK_LOG_H
#define OCK_LOG_H

#include <jansson.h>

#include "base/status.h"

typedef struct ock_log ock_log;

/* path NULL: a log that writes nothing. Not collective. */
ock_status ock_log_open(const char *path, ock_log **log) OCK_WARN_UNUSED;

/* Writes one line; takes over `fields` (an object, or NULL when memory failed). log NULL: nothing is written. */
ock_status ock_log_write(ock_log *log, const char *event, json_t *fields) OCK_WARN_UNUSED;

/* Nothing is written from now on, and a file that was made for it is removed. */
void ock_log_mute(ock_log *log);

/* Checked close; frees log (NULL allowed). OCK_ENVIRONMENT also when a line before could not be written, so
 * that whoever passed over that need not tell. */
ock_status ock_log_close(ock_log *log) OCK_WARN_UNUSED;

/* The text as a JSON string; a file's name need not be UTF-8, and where it is not, all bytes beyond
 * ASCII become '?'. NULL when memory is short. */
json_t *ock_log_text(const char *text);

#endif
