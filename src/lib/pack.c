/* SPDX-License-Identifier: MIT */
/* pack.c - compression: from the caller's bytes to a verified file, and from that to the caller. */
#include <stdlib.h>
#include <unistd.h>

#include "archive/binding.h"
#include "archive/condensed.h"
#include "archive/description.h"
#include "archive/ends.h"
#include "archive/run.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "io/file/spool.h"
#include "lib/library_private.h"
#include "numeric/fpenv.h"

/* Everything a run acquires; rank 0's but for plan, readable, condensed, port and codec. */
typedef struct packing {
    ock_job *job;
    const ock_run_settings *run;
    ock_plan plan;
    ock_input *input;
    uint8_t *readable; /* (ranks) rank 0 reads for all */
    ock_priors *priors;
    ock_condensed condensed;
    ock_spool *spool;
    ock_open_file file; /* the compressed data, in a file without a name */
    uint64_t file_bytes;
    ock_container_info info;
    ock_encode_port *port;
    ock_codec *codec;
} packing;

static bool is_root(const packing *p)
{
    return ock_comm_rank(p->run->comm) == 0;
}

static ock_status make_plan(packing *p)
{
    return ock_begin_plan(p->run, NULL, NULL, &p->job->of->wishes, p->input, &p->priors,
                          &p->condensed, &p->plan);
}

static ock_status open_all(packing *p)
{
    ock_status status = ock_job_input(p->job, &p->input);
    if (status == OCK_OK) {
        status = make_plan(p);
    }
    if (status == OCK_OK) {
        status = ock_spool_new(p->job->folder, p->plan.map.lanes, &p->spool);
    }
    return status != OCK_OK ? status : ock_temporary_open_unlinked(p->job->folder, &p->file.fd);
}

static ock_status describe(packing *p)
{
    const ock_manifest no_list = {NULL, 0};
    ock_status status = ock_begin_description(p->run, &p->plan, &p->condensed, p->priors, p->input,
                                              &no_list, &p->info);
    return status != OCK_OK ? status : ock_fpenv_check("reading the input");
}

static ock_status encode_port(packing *p)
{
    const ock_lane_sink sink = ock_bind_spool(p->spool);
    ock_source input = {NULL, NULL};
    if (is_root(p)) {
        const ock_source whole = ock_input_source(p->input);
        input = ock_condensed_source(&p->condensed, &whole);
    }
    p->readable = calloc((size_t)ock_comm_size(p->run->comm), 1);
    if (p->readable == NULL) {
        return ock_fail_memory((size_t)ock_comm_size(p->run->comm), "the list of ranks");
    }
    p->readable[0] = 1;
    ock_status status =
        ock_encode_port_new(&p->plan, p->run->comm, p->run->memory, is_root(p) ? &input : NULL,
                            p->readable, is_root(p) ? &sink : NULL, &p->port);
    if (status == OCK_OK) {
        ock_condensed_tell_places(&p->condensed, p->port);
    }
    return status;
}

static ock_status write_file(packing *p)
{
    ock_encode_result result;
    ock_status status = p->job->cancelled ? ock_fail(OCK_STOPPED, "cancelled by the caller")
                                          : ock_encode_port_finish(p->port, &result);
    if (status == OCK_OK) {
        status =
            ock_describe_run(&result, &p->codec->chain, &p->condensed, p->run->input, &p->info);
    }
    return status != OCK_OK ? status
                            : ock_container_write(&p->file, &p->info, p->spool, &p->file_bytes);
}

static ock_status hand_over(packing *p)
{
    const ock_source file = ock_open_file_source(&p->file);
    const ock_target to = ock_job_target(p->job);
    ock_status status = ock_job_make_room(p->job, p->file_bytes);
    return status != OCK_OK ? status : ock_job_copy(&file, p->file_bytes, &to);
}

/* ---- the story: each part is collective, and agrees on failures ---- */

static ock_status on_root(packing *p, ock_status (*part)(packing *p))
{
    return ock_comm_agree(p->run->comm, is_root(p) ? part(p) : OCK_OK);
}

static ock_status begin(packing *p)
{
    ock_status status = on_root(p, open_all);
    if (status == OCK_OK) {
        status = ock_comm_bcast(p->run->comm, &p->plan, sizeof p->plan);
    }
    if (status == OCK_OK) {
        status = ock_condensed_share(p->run->comm, &p->condensed);
    }
    return status != OCK_OK ? status : on_root(p, describe);
}

static ock_status encode(packing *p)
{
    ock_status status = ock_comm_agree(p->run->comm, encode_port(p));
    if (status == OCK_OK) {
        status = ock_run_codec_new(p->run, &p->plan, &p->condensed, &p->codec);
    }
    if (status == OCK_OK) {
        status = ock_condensed_study(&p->condensed, p->priors, p->codec);
    }
    if (status != OCK_OK) {
        return status;
    }
    const ock_port calls = ock_encode_port_calls(p->port);
    ock_job_watch(p->job, p->codec);
    return ock_run_codec(p->run, p->codec, &calls, NULL, NULL);
}

static ock_status finish(packing *p)
{
    const ock_status status = on_root(p, write_file);
    if (status != OCK_OK || !p->job->of->verify) {
        return status;
    }
    ock_codec_free(p->codec); /* its memory first */
    ock_encode_port_free(p->port);
    p->codec = NULL;
    p->port = NULL;
    return ock_job_verify(p->job, &p->file);
}

ock_status ock_job_pack(ock_job *job)
{
    packing p = {.job = job, .run = &job->run, .file = {-1, "the compressed data"}};
    ock_status status = begin(&p);
    if (status == OCK_OK) {
        status = encode(&p);
    }
    if (status == OCK_OK) {
        status = finish(&p);
    }
    if (status == OCK_OK) {
        status = on_root(&p, hand_over);
    }
    ock_codec_free(p.codec);
    ock_encode_port_free(p.port);
    ock_spool_free(p.spool);
    ock_priors_close(p.priors);
    ock_input_close(p.input);
    ock_container_info_clear(&p.info);
    ock_condensed_clear(&p.condensed);
    free(p.readable);
    if (p.file.fd >= 0) {
        (void)close(p.file.fd);
    }
    return status;
}
