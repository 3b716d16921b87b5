/* status.h - how every fallible function of Ockham reports failure. */
#ifndef OCK_STATUS_H
#define OCK_STATUS_H

/* The values are the exit codes of the program. A larger value is not "worse"; agreement between
 * ranks keeps the failure of the lowest failing rank. */
typedef enum ock_status {
    OCK_OK = 0,
    OCK_ENVIRONMENT = 1, /* wrong usage, or the machine refused: no file, no memory, no space */
    OCK_BAD_DATA = 2,    /* the .ock file is damaged, hostile or of another contract */
    OCK_INTERNAL = 3,    /* a self-check failed: a bug or a faulty machine */
    OCK_STOPPED = 75     /* a checkpoint was made on request: the run is to be resumed */
} ock_status;

#define OCK_WARN_UNUSED __attribute__((warn_unused_result))
#define OCK_PRINTF(format_index, first_argument)                                                   \
    __attribute__((format(printf, format_index, first_argument)))

enum { OCK_ERROR_TEXT_BYTES = 512 };

/* Records a message (one line, no newline at its end) and returns `status`. The first message
 * since the last ock_error_clear() is kept: it is the cause, later ones are consequences.
 * Not thread-safe: only the main thread reports errors. */
ock_status ock_fail(ock_status status, const char *format, ...) OCK_PRINTF(2, 3) OCK_WARN_UNUSED;

/* "out of memory (N bytes for WHAT)" as OCK_ENVIRONMENT. */
ock_status ock_fail_memory(unsigned long long bytes, const char *what) OCK_WARN_UNUSED;

/* The recorded message, "" when there is none. Owned by the module. */
const char *ock_error_text(void);

void ock_error_clear(void);

#endif
