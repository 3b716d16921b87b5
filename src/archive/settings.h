/* SPDX-License-Identifier: MIT */
/* settings.h - what a run is told from outside, in pieces by who needs them.
 *
 * The caller fills them; they own nothing, and what they point to outlives the run. */
#ifndef OCK_SETTINGS_H
#define OCK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/report.h"
#include "codec/codec.h"
#include "io/file/log.h"
#include "mpi/comm.h"
#include "numeric/kernels.h"
#include "threads/team.h"

/* The program that runs, as logs and signed statements name it. */
typedef struct ock_program {
    const char *version, *compiler;
    const char *sources_sha256; /* of all sources it was built from, in hexadecimal */
} ock_program;

/* What is compressed (corpus.h). */
typedef struct ock_input_choice {
    const char *path; /* a file, "-", a directory, or a list of paths */
    bool list;        /* it is such a list */
    bool nul;         /* whose paths end with NULs, not lines */
    bool times;       /* of a directory or list: times and permissions are stored */
    /* What the run itself writes, which must not be part of a directory or list; NULL: nothing. */
    const char *output, *checkpoints, *log, *trace;
} ock_input_choice;

/* When checkpoints are made and what stops the run so that it can be resumed (keeper.h). */
typedef struct ock_keeping_policy {
    const char *directory;  /* of the checkpoints; NULL: none are made */
    bool resume;            /* goes on from the newest one in there */
    bool replace;           /* else those in there are removed; without it they are refused */
    bool keep_all;          /* none is ever removed */
    unsigned every_steps;   /* between two; 0: by time */
    unsigned every_seconds; /* between two */
    unsigned stop_before;   /* seconds after which the run must have ended; 0: never */
    /* Every rank, before each step: who asks the run to stop, in words, or NULL. NULL: nobody asks. */
    const char *(*stop_asked)(void *of);
    void *of;
} ock_keeping_policy;

/* The files of --prior (prior.h), in the order in which they are studied; rank 0 opens them. */
typedef struct ock_prior_choice {
    const char *const *paths; /* (count) */
    size_t count;             /* 0 .. OCK_MAX_PRIORS */
} ock_prior_choice;

/* Who watches a codec at work. Rank 0. */
typedef struct ock_progress_view {
    /* Before it runs: sets codec->report. transcript_bytes: of the transcript so far. */
    void (*begin)(void *context, ock_codec *codec, uint64_t (*transcript_bytes)(void *of),
                  void *of);
    void (*end)(void *context); /* after it, also after a failure */
    void *context;
} ock_progress_view;

/* What every run of the codec has at hand. The same on all ranks but where it says so. */
typedef struct ock_run_settings {
    ock_comm *comm;
    ock_memory *memory; /* of the run, on this rank */
    const ock_kernels *kernels;
    ock_team *team;                    /* this rank's threads; NULL: the caller alone */
    ock_log *log;                      /* writes on rank 0 only */
    const ock_report *report;          /* rank 0's, NULL elsewhere */
    const ock_progress_view *progress; /* rank 0's; NULL: nobody watches */
    const ock_program *program;
    const char *input; /* what the command was given, as the log names it */
    ock_prior_choice priors;
    unsigned deadline; /* seconds without progress before a rank gives up; 0: never */
} ock_run_settings;

#endif
