/* SPDX-License-Identifier: MIT */
/* status.h - how every fallible function of Ockham reports failure: a status, and a message that its
 * thread keeps. */
#ifndef OCK_STATUS_H
#define OCK_STATUS_H

/* The values are the exit codes of the program. A larger value is not "worse"; agreement between
 * ranks keeps the failure of the lowest failing rank. */
typedef enum ock_status {
    OCK_OK = 0,
    OCK_ENVIRONMENT = 1, /* wrong usage, or the machine refused: no file, no memory, no space */
    OCK_BAD_DATA = 2,    /* the .ock file is damaged, hostile or of another contract */
    OCK_INTERNAL = 3,    /* a self-check failed: a bug or a faulty machine */
    OCK_ABOVE = 4,       /* all was done, and something is above the limit that the user has set */
    OCK_STOPPED = 75     /* a checkpoint was made on request: the run is to be resumed */
} ock_status;

#define OCK_WARN_UNUSED __attribute__((warn_unused_result))
#define OCK_PRINTF(format_index, first_argument)                                                   \
    __attribute__((format(printf, format_index, first_argument)))

enum { OCK_ERROR_TEXT_BYTES = 512 };

/* Records a message and returns `status`. The message is one line without a newline at its end, whatever
 * stands in the names that it quotes: these come as they are, and whoever prints it shows it (text.h). What is
 * longer than OCK_ERROR_TEXT_BYTES is cut in its middle (a long name), for the end says what is wrong. The
 * first message since the last ock_error_clear() is kept: it is the cause, later ones are consequences.
 * Every thread has a message of its own: what a thread records, it alone reads. */
ock_status ock_fail(ock_status status, const char *format, ...) OCK_PRINTF(2, 3) OCK_WARN_UNUSED;

/* "out of memory (N bytes for WHAT)" as OCK_ENVIRONMENT. */
ock_status ock_fail_memory(unsigned long long bytes, const char *what) OCK_WARN_UNUSED;

/* The calling thread's recorded message, "" when there is none. Owned by the module, and valid until
 * the thread records, takes or clears one, or ends. */
const char *ock_error_text(void);

/* Forgets the calling thread's message. */
void ock_error_clear(void);

/* A message on its way from one thread to another. */
typedef struct ock_error {
    char text[OCK_ERROR_TEXT_BYTES]; /* "": none */
} ock_error;

/* Moves the calling thread's message into *error ("" when there is none); the thread has none then.
 * A worker ends its part of the work with it. */
void ock_error_take(ock_error *error);

/* Records what another thread took, unless the calling thread has a message already (the first is
 * kept, as in ock_fail). "" changes nothing. Whoever waited for the worker hands its status on after
 * it. That the worker has taken before is for the caller to see to (a join, a barrier). */
void ock_error_give(const ock_error *error);

#endif
