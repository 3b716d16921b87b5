/* SPDX-License-Identifier: MIT */
/* pack.c - compression: from the caller's bytes to a verified file, and from that to the caller. */
#include <stdlib.h>
#include <unistd.h>

#include "archive/ends.h"
#include "archive/run.h"
#include "lib/library_private.h"
#include "numeric/fpenv.h"

/* Everything a run acquires. */
typedef struct packing {
    ock_job *job;
    ock_coding of;
    uint8_t *readable;  /* (ranks) rank 0 reads for all */
    ock_open_file file; /* rank 0: the compressed data, in a file without a name */
    uint64_t file_bytes;
} packing;

static bool is_root(const packing *p)
{
    return ock_comm_rank(p->job->run.comm) == 0;
}

static ock_status open_all(packing *p)
{
    ock_coding *of = &p->of;
    ock_status status = ock_job_input(p->job, &of->input);
    if (status == OCK_OK) {
        status = ock_begin_plan(of->run, NULL, NULL, &p->job->of->wishes, of->input, &of->priors,
                                &of->condensed, &of->plan);
    }
    if (status == OCK_OK) {
        status = ock_spool_new(p->job->folder, of->plan.map.lanes, &of->spool);
    }
    return status != OCK_OK ? status : ock_temporary_open_unlinked(p->job->folder, &p->file.fd);
}

static ock_status describe(packing *p)
{
    const ock_manifest no_list = {NULL, 0};
    ock_coding *of = &p->of;
    ock_status status = ock_begin_description(of->run, &of->plan, &of->condensed, of->priors,
                                              of->input, &no_list, &of->info);
    return status != OCK_OK ? status : ock_fpenv_check("reading the input");
}

static ock_status write_file(packing *p)
{
    ock_status status = p->job->cancelled ? ock_fail(OCK_STOPPED, "cancelled by the caller")
                                          : ock_run_describe(&p->of);
    return status != OCK_OK
               ? status
               : ock_container_write(&p->file, &p->of.info, p->of.spool, &p->file_bytes);
}

static ock_status hand_over(packing *p)
{
    const ock_source file = ock_open_file_source(&p->file);
    const ock_target to = ock_job_target(p->job);
    ock_status status = ock_job_make_room(p->job, p->file_bytes);
    return status != OCK_OK ? status : ock_source_copy(&file, p->file_bytes, &to);
}

/* ---- the story: each part is collective, and agrees on failures ---- */

static ock_status on_root(packing *p, ock_status (*part)(packing *p))
{
    return ock_comm_agree(p->job->run.comm, is_root(p) ? part(p) : OCK_OK);
}

static ock_status begin(packing *p)
{
    const size_t ranks = (size_t)ock_comm_size(p->job->run.comm);
    ock_status status = is_root(p) ? open_all(p) : OCK_OK;
    p->of.readable = p->readable = calloc(ranks, 1);
    if (status == OCK_OK && p->readable == NULL) {
        status = ock_fail_memory(ranks, "the list of ranks");
    }
    status = ock_run_share_plan(p->job->run.comm, status, &p->of.plan);
    if (status != OCK_OK) {
        return status;
    }
    p->readable[0] = 1;
    status = ock_condensed_share(p->job->run.comm, &p->of.condensed);
    return status != OCK_OK ? status : on_root(p, describe);
}

static ock_status finish(packing *p)
{
    const ock_status status = on_root(p, write_file);
    if (status != OCK_OK || !p->job->of->verify) {
        return status;
    }
    ock_coding_end(&p->of); /* its memory first */
    return ock_job_verify(p->job, &p->file);
}

ock_status ock_job_pack(ock_job *job)
{
    packing p = {.job = job,
                 .of = {.run = &job->run, .before = ock_job_watch, .context = job},
                 .file = {-1, "the compressed data"}};
    ock_status status = begin(&p);
    if (status == OCK_OK) {
        status = ock_run_encode(&p.of);
    }
    if (status == OCK_OK) {
        status = finish(&p);
    }
    if (status == OCK_OK) {
        status = on_root(&p, hand_over);
    }
    ock_coding_clear(&p.of);
    ock_input_close(p.of.input);
    free(p.readable);
    if (p.file.fd >= 0) {
        (void)close(p.file.fd);
    }
    return status;
}
