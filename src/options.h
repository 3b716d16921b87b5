/* options.h - the command line, with the habits of xz and zstd. */
#ifndef OCK_OPTIONS_H
#define OCK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "status.h"

typedef enum ock_command {
    OCK_COMMAND_COMPRESS,
    OCK_COMMAND_DECOMPRESS,
    OCK_COMMAND_TEST,
    OCK_COMMAND_INFO,
    OCK_COMMAND_PLAN,
    OCK_COMMAND_HELP,
    OCK_COMMAND_VERSION
} ock_command;

typedef struct ock_options {
    ock_command command;
    const char *input; /* a path, or "-" */
    char *output;      /* a path, or "-"; NULL for test, info, plan. Owned. */
    const char *log;   /* --log FILE or NULL */
    bool force, json;
    const char *checkpoint; /* --checkpoint DIR or NULL */
    bool resume;
    unsigned every_steps;      /* between checkpoints; 0: by time */
    unsigned every_seconds;    /* between checkpoints */
    unsigned stop_before;      /* seconds after which the run must have ended; 0: never */
    const char *keeping_given; /* an option that needs --checkpoint, or NULL */
    bool verify;               /* compress: decode the result before it gets its name */
    bool keep;                 /* -k, the default and the only behaviour: the input stays */
    int verbosity;             /* -1 quiet, 0, 1 verbose */
    unsigned deadline;         /* seconds without progress before a rank gives up; 0: never */
    unsigned ranks;            /* plan: on how many ranks, at least 1 */
    ock_wishes wishes;
} ock_options;

/* Parses argv. OCK_ENVIRONMENT with a message on wrong usage. options is then freed by the caller
 * like after success. Not collective. */
ock_status ock_options_parse(int argc, char **argv, ock_options *options) OCK_WARN_UNUSED;
void ock_options_free(ock_options *options);

/* The text of --help; static storage. */
const char *ock_options_help(void);

#endif
