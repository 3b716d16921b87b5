/* SPDX-License-Identifier: MIT */
/* many.h - for many.c: faults by the hundred thousand, each in a child that is a copy of a process in which
 * the program is loaded already. */
#ifndef OCK_MANY_H
#define OCK_MANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- what goes wrong in a child: many_calls.c stands between the program and the system ---- */

typedef enum call {
    CALL_OPEN,
    CALL_READ,
    CALL_PREAD,
    CALL_WRITE,
    CALL_PWRITE,
    CALL_CLOSE,
    CALL_FLUSH, /* fsync, syncfs */
    CALL_TRUNCATE,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_LINK,
    CALL_MKDIR,
    CALL_CHMOD,
    CALL_MMAP,
    CALLS
} call;

typedef enum effect {
    EFFECT_NONE,
    EFFECT_FAIL,  /* the call fails with `error` */
    EFFECT_SHORT, /* it does half of what was asked */
    EFFECT_FLIP,  /* a bit of what it has read is another */
    EFFECT_KILL,  /* the process ends before it */
    EFFECT_MEMORY /* a bit of the program's memory is another */
} effect;

/* In memory that parent and child share. */
typedef struct fault {
    effect effect;
    call call; /* CALLS: of any kind */
    long
        at; /* the how manyth, from 1; of EFFECT_MEMORY: of symbols coded and calls, see `symbols` */
    long symbols; /* of EFFECT_MEMORY: moments up to here are symbols, those beyond calls */
    int error;
    uint64_t random; /* which bit */
    /* of the child */
    bool armed, fired;
    long count[CALLS], calls, coded;
} fault;

extern fault *fault_now;

/* In a child: from now on calls are counted, and the fault happens. */
void many_arm(const fault *wanted);

/* Uniform below `limit` (> 0); the generator is SplitMix64. */
uint64_t many_random(uint64_t *state, uint64_t limit);

/* ---- children: many_run.c ---- */

enum { MANY_LATE = -1 }; /* it took more than seconds of computing, or waited for half a minute */

typedef struct outcome {
    int code;      /* exit code, or 128 + signal; MANY_LATE */
    bool said;     /* something on standard error */
    bool injected; /* the fault has happened */
} outcome;

/* main.c's main. */
int ockham_main(int argc, char **argv);

/* The program with these arguments (NULL-terminated), in the working folder, with a fault (NULL: none). */
outcome many_run(const char *const *arguments, const fault *wanted);

/* What the last child has said, its first line. */
const char *many_said(void);

/* ---- files of the working folder; what can't be done ends the process ---- */

typedef struct bytes {
    uint8_t *data;
    size_t count;
} bytes;

bytes many_load(const char *name); /* the caller frees data */
void many_store(const char *name, const uint8_t *data, size_t count);
bool many_same(const char *name, bytes wanted); /* false where there is none */
void many_remove(const char *name);             /* a file, a folder with all in it, or nothing */
void many_copy_folder(const char *from, const char *to);
/* The first name that begins with ".made", or NULL; storage until the next call. */
const char *many_left_behind(void);
_Noreturn void many_give_up(const char *what);

#endif
