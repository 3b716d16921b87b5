/* SPDX-License-Identifier: MIT */
/* unpack.c - decompression: from the caller's compressed data to checked bytes; and what the data says of
 * itself. */
#include <string.h>
#include <unistd.h>

#include "archive/ends.h"
#include "archive/plan_file.h"
#include "archive/run.h"
#include "io/file/output.h"
#include "lib/library_private.h"
#include "numeric/fpenv.h"

static const char data_name[] = "the compressed data";

/* Everything a run acquires. */
typedef struct unpacking {
    ock_job *job;
    ock_coding of;
    /* rank 0's */
    const ockham_target *to; /* NULL: nothing is kept */
    ock_open_file copy;      /* of the caller's data, in a file without a name */
    ock_output *scratch;     /* NULL where the caller's place does */
    ock_target output;       /* the whole; without calls where nothing needs it */
} unpacking;

static bool is_root(const unpacking *u)
{
    return ock_comm_rank(u->job->run.comm) == 0;
}

/* ---- the compressed data ---- */

static ock_status write_copy(void *context, uint64_t offset, const void *bytes, size_t count)
{
    const ock_open_file *copy = context;
    return ock_file_write_at(copy->fd, copy->name, offset, bytes, count);
}

/* *copy: what the caller has, in a file. */
static ock_status copy_data(ock_job *job, ock_open_file *copy)
{
    const ock_source from = ock_job_source(job);
    const ock_target to = {write_copy, NULL, NULL, copy};
    ock_status status = ock_temporary_open_unlinked(job->folder, &copy->fd);
    return status != OCK_OK ? status : ock_source_copy(&from, job->from->bytes, &to);
}

static ock_status open_container(const ock_open_file *file, ock_container **container,
                                 ock_plan *plan)
{
    ock_status status = ock_container_open_file(file, OCK_CONTRACT_VERSION, container);
    return status != OCK_OK ? status : ock_plan_load(ock_container_about(*container), plan);
}

static ock_status open_data(unpacking *u, const ock_open_file *file)
{
    ock_coding *of = &u->of;
    ock_status status = open_container(file, &of->container, &of->plan);
    if (status == OCK_OK && ock_container_about(of->container)->manifest != NULL) {
        status =
            ock_fail(OCK_ENVIRONMENT,
                     "%s: contains a directory; use the program: ockham decompress", data_name);
    }
    return status != OCK_OK ? status
                            : ock_begin_decoding(of->run, of->container, &of->plan, data_name,
                                                 &of->condensed, &of->priors);
}

/* The caller's own place can be read again, or a file is written first. What nobody wants is kept for
 * repeats, and for the digest of the whole where that is not a lane's. */
static ock_status prepare_output(unpacking *u)
{
    if (u->to != NULL && u->to->read_at != NULL) {
        u->output = ock_job_target(u->job);
        return OCK_OK;
    }
    if (u->to == NULL && u->of.plan.map.lanes == 1 && !ock_condensed_differs(&u->of.condensed)) {
        return OCK_OK;
    }
    ock_status status = ock_output_open_scratch(&u->scratch);
    if (status == OCK_OK) {
        u->output = ock_output_target(u->scratch);
    }
    return status;
}

static ock_status open_all(unpacking *u, const ock_open_file *file)
{
    ock_status status = file == NULL ? copy_data(u->job, &u->copy) : OCK_OK;
    if (status == OCK_OK) {
        status = open_data(u, file != NULL ? file : &u->copy);
    }
    if (status == OCK_OK && u->to != NULL) {
        status = ock_job_make_room(u->job, u->of.plan.input_bytes);
    }
    if (status == OCK_OK) {
        status = prepare_output(u);
    }
    return status != OCK_OK ? status : ock_fpenv_check("reading the compressed data");
}

/* ---- decoding ---- */

/* Rank 0. */
static ock_status finish(unpacking *u)
{
    ock_status status = u->job->cancelled ? ock_fail(OCK_STOPPED, "cancelled by the caller")
                                          : ock_decode_port_finish(u->of.decoder);
    if (status == OCK_OK) {
        status = ock_run_restore(&u->of, &u->output);
    }
    if (status == OCK_OK && u->output.read_at != NULL) {
        const ock_source whole = {u->output.read_at, u->output.context};
        status = ock_end_output(u->of.container, data_name, &whole);
    }
    if (status == OCK_OK && u->to != NULL && u->scratch != NULL) {
        const ock_source whole = ock_output_source(u->scratch);
        const ock_target to = ock_job_target(u->job);
        status = ock_source_copy(&whole, u->of.plan.input_bytes, &to);
    }
    return status;
}

static void release(unpacking *u)
{
    ock_coding_clear(&u->of);
    ock_output_discard(u->scratch);
    if (u->copy.fd >= 0) {
        (void)close(u->copy.fd);
    }
}

/* Of the caller's data, or of what stands in a file. Collective. */
static ock_status unpack(ock_job *job, const ock_open_file *file, const ockham_target *to)
{
    unpacking u = {.job = job,
                   .of = {.run = &job->run, .before = ock_job_watch, .context = job},
                   .to = to,
                   .copy = {-1, data_name}};
    ock_status status =
        ock_run_share_plan(job->run.comm, is_root(&u) ? open_all(&u, file) : OCK_OK, &u.of.plan);
    if (status == OCK_OK) {
        status = ock_run_decode(&u.of, u.output.write_at != NULL ? &u.output : NULL);
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(job->run.comm, is_root(&u) ? finish(&u) : OCK_OK);
    }
    release(&u);
    return status;
}

ock_status ock_job_unpack(ock_job *job)
{
    return unpack(job, NULL, job->to);
}

ock_status ock_job_verify(ock_job *job, const ock_open_file *file)
{
    const ock_status status = unpack(job, file, NULL);
    return status == OCK_BAD_DATA ? OCK_INTERNAL : status; /* our own: the message stands */
}

/* ---- what the data says of itself ---- */

static void fill_in(const ock_container *container, const ock_plan *plan, ockham_info *info)
{
    const ock_container_info *about = ock_container_about(container);
    *info = (ockham_info){.input_bytes = about->input_bytes,
                          .file_bytes = ock_container_file_bytes(container),
                          .transcript_bytes = ock_container_transcript_bytes(container),
                          .list_bytes = about->manifest_bytes,
                          .contract = about->contract,
                          .level = about->level,
                          .lanes = about->lanes,
                          .shards = about->shards,
                          .step = about->step,
                          .priors = plan->priors.count};
    memcpy(info->input_digest, about->input_digest, sizeof info->input_digest);
}

ock_status ock_job_info(ock_job *job, ockham_info *info)
{
    ock_open_file copy = {-1, data_name};
    ock_container *container = NULL;
    ock_plan plan;
    ock_status status = copy_data(job, &copy);
    if (status == OCK_OK) {
        status = open_container(&copy, &container, &plan);
    }
    if (status == OCK_OK) {
        fill_in(container, &plan, info);
    }
    ock_container_close(container);
    if (copy.fd >= 0) {
        (void)close(copy.fd);
    }
    return status;
}
