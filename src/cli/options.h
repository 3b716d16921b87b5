/* SPDX-License-Identifier: MIT */
/* options.h - the command line, with the habits of xz and zstd. option_table.h says which option is
 * for which command and which field it goes to. */
#ifndef OCK_OPTIONS_H
#define OCK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "plan/config.h"

enum { OCK_MAX_TRACES = 16 }; /* of --trace-bytes */

typedef enum ock_command {
    OCK_COMMAND_COMPRESS,
    OCK_COMMAND_DECOMPRESS,
    OCK_COMMAND_TEST,
    OCK_COMMAND_INFO,
    OCK_COMMAND_AUDIT,
    OCK_COMMAND_MDL,
    OCK_COMMAND_PLAN,
    OCK_COMMAND_SCORE,
    OCK_COMMAND_HELP,
    OCK_COMMAND_VERSION
} ock_command;

typedef enum ock_audit_command {
    OCK_AUDIT_VERIFY,
    OCK_AUDIT_REPLAY,
    OCK_AUDIT_BISECT,
    OCK_AUDIT_DOCTOR,
    OCK_AUDIT_KEYGEN,
    OCK_AUDIT_SIGN,
    OCK_AUDIT_CHECK
} ock_audit_command;

typedef struct ock_options {
    ock_command command;
    bool
        plain; /* no command was typed: each of `operands` by itself, as ock_options_of_file has it */
    int mode;   /* -z, -d, -t, -l: an ock_command, for where none was typed; the last counts */
    int remove; /* --rm, -k: whether an input is removed when its output is in place; likewise */
    bool recursive;            /* -r: the files in directories, one by one */
    const char *input;         /* a path, or "-" */
    char *output;              /* compress, decompress: a path, or "-"; else NULL. Owned. */
    const char *wished_output; /* -o, -c; NULL: `output` is named after `input` */
    const char *log;           /* --log FILE or NULL */
    bool force, json;
    const char *checkpoint; /* --checkpoint DIR or NULL */
    bool resume;
    bool keep_checkpoints;              /* all of them, also of a run that is over */
    unsigned every_steps;               /* between checkpoints; 0: by time */
    unsigned every_seconds;             /* between checkpoints */
    unsigned stop_before;               /* seconds after which the run must have ended; 0: never */
    bool verify;                        /* compress: decode the result before it gets its name */
    const char *priors[OCK_MAX_PRIORS]; /* (prior_count) files of --prior, in order */
    size_t prior_count;
    bool prior_known; /* mdl: the receiver has them */
    int verbosity;    /* -1 quiet, 0, 1 verbose */
    bool memory_limit_given;
    uint64_t memory_limit; /* bytes of a rank; 0: none */
    unsigned deadline;     /* seconds without progress before a rank gives up; 0: never */
    unsigned ranks;        /* plan: on how many ranks; 0: one a node */
    unsigned nodes;        /* plan: on how many nodes, at least 1 */
    uint32_t latency;      /* plan: nanoseconds of a message between two nodes */
    uint64_t bandwidth;    /* plan: bytes a second of a node's link, at least 1 */
    uint32_t threads;      /* of a rank; 0: as many as it may use */
    ock_wishes wishes;

    /* Audits. */
    ock_audit_command audit;
    const char *second; /* bisect: the other path */
    const char *from;   /* replay, bisect: a checkpoint or a directory of them, or NULL */
    const char *corpus; /* --input, what was compressed, or NULL: see files_from; mdl too */
    uint64_t first_step, last_step; /* replay: 0: from the beginning, to the end */
    bool each_step;                 /* replay: a digest after each of them */
    bool full;                      /* doctor: every argument */
    const char *key;                /* keygen, sign, check: --key, or NULL */

    const char *const *operands; /* (operand_count) the files; in an owned array */
    size_t operand_count;

    /* Description lengths. */
    const char *plot; /* --plot FILE, or NULL */
    const char *html; /* mdl, score: --html FILE, or NULL */
    const char *traces
        [OCK_MAX_TRACES]; /* (trace_count) files of --trace-bytes: compress writes one, mdl reads them */
    size_t trace_count;

    /* Scores of items. */
    const char
        *given[OCK_MAX_PRIORS]; /* (given_count) --given; further ones are operands but the last */
    size_t given_count;
    const char *baseline; /* --baseline FILE, or NULL */
    const char *by;       /* --by KIND, or NULL */
    const char *field;    /* --field NAME, or NULL */
    bool fold;
    const char *state; /* --state DIR, or NULL */
    uint32_t top;      /* rows of the table */
    bool fail_above_given;
    uint32_t fail_above; /* bits */

    /* Trees of files. */
    /* --files-from LIST, or NULL; compress and plan: `input` is that list. */
    const char *files_from;
    const char *layout;  /* "auto", "none" or spans (region_code.h); NULL: auto */
    bool nul;            /* its paths end with NULs, not lines */
    bool times;          /* compress: times and rights are stored */
    bool files;          /* info: the list of files */
    const char *extract; /* decompress: only this file, or NULL */
} ock_options;

#endif
