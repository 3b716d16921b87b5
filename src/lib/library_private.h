/* SPDX-License-Identifier: MIT */
/* library_private.h - for src/lib: a handle, and a call that is at work with it. */
#ifndef OCK_LIBRARY_PRIVATE_H
#define OCK_LIBRARY_PRIVATE_H

#include "archive/settings.h"
#include "base/memory.h"
#include "base/source.h"
#include "io/file/file_io.h"
#include "io/file/input.h"
#include "lib/ockham.h"
#include "mpi/comm.h"
#include "plan/config.h"

struct ockham {
    ock_comm *comm;
    ock_wishes wishes;
    uint32_t threads; /* 0: as many as the process may use */
    uint32_t deadline, verify;
    uint64_t memory_limit;
    char *priors[OCK_MAX_PRIORS]; /* (prior_count), owned */
    size_t prior_count;
    ockham_watcher *watcher; /* NULL: nobody */
    void *watcher_context;
    ock_error error; /* of the last call */
};

/* A status of the library's own, which travels between ranks like the others. */
#define OCK_NO_ROOM ((ock_status)76)

/* One call. Arguments are rank 0's. */
typedef struct ock_job {
    ockham *of;
    const ockham_source *from;
    const ockham_target *to; /* NULL: nothing is written */
    uint64_t room;           /* bytes that `to` takes */
    uint64_t bytes;          /* written there, or needed */
    const char *folder;      /* of temporary files: NULL, or ock_in_memory */
    /* while it is at work */
    ock_memory memory;
    ock_run_settings run;
    ock_keeping keeping;
    bool cancelled; /* rank 0's watcher said so */
} ock_job;

/* The stories of the two directions. Collective (agree on failure). */
ock_status ock_job_pack(ock_job *job) OCK_WARN_UNUSED;
ock_status ock_job_unpack(ock_job *job) OCK_WARN_UNUSED;

/* Decodes what rank 0 has just written to `file`, and keeps nothing. Collective. */
ock_status ock_job_verify(ock_job *job, const ock_open_file *file) OCK_WARN_UNUSED;

/* What the compressed data says of itself. Not collective. */
ock_status ock_job_info(ock_job *job, ockham_info *info) OCK_WARN_UNUSED;

/* An ock_coding's call `before`; job: an ock_job. Who asks for it hears of every step, and may end the run. */
ock_status ock_job_watch(void *job, ock_codec *codec, const ock_port *calls) OCK_WARN_UNUSED;

/* The caller's bytes, also as an input, and the caller's place for them; valid as long as the job. */
ock_source ock_job_source(ock_job *job);
ock_status ock_job_input(ock_job *job, ock_input **input) OCK_WARN_UNUSED;
ock_target ock_job_target(ock_job *job);

/* OCK_NO_ROOM unless job->to takes so many, which are then job->bytes. Rank 0. */
ock_status ock_job_make_room(ock_job *job, uint64_t bytes) OCK_WARN_UNUSED;

/* Where a caller gave NULL and something is needed. */
ock_status ock_fail_null(void) OCK_WARN_UNUSED;

/* The handle, if there is one, keeps the thread's message, if there is one, and the caller learns what came of it. */
ockham_status ock_handle_end(ockham *handle, ock_status status);

#endif
