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
    OCK_COMMAND_AUDIT,
    OCK_COMMAND_MDL,
    OCK_COMMAND_HELP,
    OCK_COMMAND_VERSION
} ock_command;

typedef enum ock_audit_command {
    OCK_AUDIT_DOCTOR,
    OCK_AUDIT_KEYGEN,
    OCK_AUDIT_SIGN,
    OCK_AUDIT_CHECK
} ock_audit_command;

typedef struct ock_options {
    ock_command command;
    ock_audit_command audit;
    bool full;                   /* audit doctor: --full, every argument */
    const char *key;             /* audit keygen, sign, check: --key FILE or NULL */
    const char *const *operands; /* mdl: its files, in argv */
    size_t operand_count;
    const char *plot;  /* mdl: --plot FILE or NULL */
    const char *input; /* a path, or "-" */
    char *output;      /* a path, or "-"; NULL for test and info. Owned. */
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
    ock_wishes wishes;
} ock_options;

/* Parses argv. OCK_ENVIRONMENT with a message on wrong usage. options is then freed by the caller
 * like after success. Not collective. */
ock_status ock_options_parse(int argc, char **argv, ock_options *options) OCK_WARN_UNUSED;
void ock_options_free(ock_options *options);

/* The text of --help; static storage. */
const char *ock_options_help(void);

#endif
