/* SPDX-License-Identifier: MIT */
/* job.c - what every call of the library begins and ends with, and its bytes. */
#include <inttypes.h>
#include <string.h>

#include "base/alive.h"
#include "io/file/variant.h"
#include "lib/library_private.h"
#include "numeric/cpu.h"
#include "numeric/fpenv.h"
#include "numeric/kernels.h"

/* ---- the caller's bytes ---- */

static ock_status check(int failed, const char *call, uint64_t offset)
{
    return failed == 0
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "the caller's %s failed at byte %" PRIu64, call, offset);
}

static ock_status read_from(void *context, uint64_t offset, void *bytes, size_t count)
{
    const ockham_source *from = ((ock_job *)context)->from;
    return check(from->read_at(from->context, offset, bytes, count), "read_at", offset);
}

static ock_status write_to(void *context, uint64_t offset, const void *bytes, size_t count)
{
    const ockham_target *to = ((ock_job *)context)->to;
    return check(to->write_at(to->context, offset, bytes, count), "write_at", offset);
}

static ock_status read_back(void *context, uint64_t offset, void *bytes, size_t count)
{
    const ockham_target *to = ((ock_job *)context)->to;
    return check(to->read_at(to->context, offset, bytes, count), "read_at", offset);
}

ock_source ock_job_source(ock_job *job)
{
    return (ock_source){read_from, job};
}

static void close_nothing(void *job)
{
    (void)job;
}

static const ock_input_calls input_calls = {read_from, ock_input_any_range, ock_input_never_changes,
                                            close_nothing};

ock_status ock_job_input(ock_job *job, ock_input **input)
{
    return ock_input_new(&(ock_input){.calls = &input_calls,
                                      .self = job,
                                      .bytes = job->from->bytes,
                                      .file = {-1, job->run.input}},
                         input);
}

ock_target ock_job_target(ock_job *job)
{
    return (ock_target){write_to, read_back, NULL, job};
}

ock_status ock_job_make_room(ock_job *job, uint64_t bytes)
{
    job->bytes = bytes;
    return bytes <= job->room
               ? OCK_OK
               : ock_fail(OCK_NO_ROOM,
                          "the buffer has %" PRIu64 " bytes, and %" PRIu64 " are needed", job->room,
                          bytes);
}

/* ---- who watches: rank 0 hears of steps, and all ranks end after the same one ---- */

static void tell(void *context, const ock_codec *codec)
{
    ock_job *job = context;
    const uint64_t done = ock_codec_symbols_done(codec), total = codec->plan.map.bytes;
    job->cancelled = job->cancelled || job->of->watcher(job->of->watcher_context, done, total) != 0;
}

static ock_order decide(void *context, const ock_codec *codec)
{
    (void)codec;
    return ((const ock_job *)context)->cancelled ? OCK_ORDER_STOP : OCK_ORDER_NONE;
}

static ock_status obey(void *context, ock_codec *codec, ock_order order)
{
    (void)context;
    (void)codec;
    (void)order;
    return ock_fail(OCK_STOPPED, "cancelled by the caller");
}

ock_status ock_job_watch(void *context, ock_codec *codec, const ock_port *calls)
{
    ock_job *job = context;
    (void)calls;
    job->keeping = (ock_keeping){.decide = decide, .obey = obey, .context = job};
    codec->keeping = &job->keeping;
    if (job->of->watcher != NULL && ock_comm_rank(codec->comm) == 0) {
        codec->report = tell;
        codec->report_context = job;
    }
    return OCK_OK;
}

/* ---- a call ---- */

/* Ranks of one machine share its cores. */
static size_t count_threads(const ockham *handle)
{
    const size_t own = ock_team_cores() / (size_t)ock_comm_neighbours(handle->comm);
    return handle->threads != 0 ? handle->threads : own > 1 ? own : 1;
}

typedef ock_status job_work(ock_job *job);

static ock_status check_arguments(const ock_job *job, job_work *work)
{
    const bool reads = job->from != NULL && job->from->read_at != NULL;
    const bool writes = job->to != NULL ? job->to->write_at != NULL : work != ock_job_pack;
    return reads && writes ? OCK_OK : ock_fail_null();
}

static ock_status start(ock_job *job, job_work *work)
{
    ockham *handle = job->of;
    ock_status status = ock_comm_rank(handle->comm) == 0 ? check_arguments(job, work) : OCK_OK;
    job->run =
        (ock_run_settings){.comm = handle->comm,
                           .memory = &job->memory,
                           .input = "the input",
                           .priors = {(const char *const *)handle->priors, handle->prior_count},
                           .deadline = handle->deadline};
    ock_memory_init(&job->memory, handle->memory_limit);
    if (status == OCK_OK) {
        status = ock_kernels_select_on(ock_cpu_detect(), NULL, &job->run.kernels);
    }
    if (status == OCK_OK) {
        status = ock_team_new(count_threads(handle), &job->run.team);
    }
    return status != OCK_OK ? status : ock_comm_watch(handle->comm, handle->deadline);
}

/* Kernels need more than the oldest CPU has, and so does all that follows. */
static ockham_status run(ock_job *job, job_work *work)
{
    ock_fpenv before;
    ock_error_clear();
    ock_status status = job->of != NULL ? ock_cpu_require(ock_cpu_detect()) : ock_fail_null();
    if (status != OCK_OK) {
        return ock_handle_end(job->of, status);
    }
    ock_comm *comm = job->of->comm;
    const ock_listener listener = ock_alive_listen((ock_listener){ock_comm_tick, comm});
    ock_fpenv_enter(&before);
    status = ock_comm_agree(comm, start(job, work));
    if (status == OCK_OK) {
        status = work(job);
    }
    ock_team_free(job->run.team);
    ock_fpenv_leave(&before);
    (void)ock_alive_listen(listener);
    return ock_handle_end(job->of, status);
}

ockham_status ockham_compress_from(ockham *handle, const ockham_source *source,
                                   const ockham_target *target)
{
    return run(&(ock_job){.of = handle, .from = source, .to = target, .room = UINT64_MAX},
               ock_job_pack);
}

ockham_status ockham_decompress_from(ockham *handle, const ockham_source *source,
                                     const ockham_target *target)
{
    return run(&(ock_job){.of = handle, .from = source, .to = target, .room = UINT64_MAX},
               ock_job_unpack);
}

static ockham_status run_info(ock_job *job, ockham_info *info)
{
    ock_error_clear();
    ock_status status = info != NULL ? check_arguments(job, NULL) : ock_fail_null();
    return ock_handle_end(job->of, status == OCK_OK ? ock_job_info(job, info) : status);
}

ockham_status ockham_info_from(ockham *handle, const ockham_source *source, ockham_info *info)
{
    return run_info(&(ock_job){.of = handle, .from = source}, info);
}

/* ---- buffers ---- */

static int read_buffer(void *context, uint64_t offset, void *bytes, size_t count)
{
    memcpy(bytes, (const uint8_t *)context + offset, count);
    return 0;
}

static int write_buffer(void *context, uint64_t offset, const void *bytes, size_t count)
{
    memcpy((uint8_t *)context + offset, bytes, count);
    return 0;
}

static ockham_source buffer_source(const void *bytes, size_t count)
{
    return (ockham_source){count, bytes != NULL || count == 0 ? read_buffer : NULL, (void *)bytes};
}

static ockham_status run_on_buffers(ock_job *job, job_work *work, size_t *bytes)
{
    job->folder = ock_in_memory;
    const ockham_status status = run(job, work);
    if (bytes != NULL) {
        *bytes = (size_t)job->bytes;
    }
    return status;
}

ockham_status ockham_compress(ockham *handle, const void *input, size_t input_bytes, void *packed,
                              size_t room, size_t *packed_bytes)
{
    const ockham_source source = buffer_source(input, input_bytes);
    const ockham_target target = {write_buffer, read_buffer, packed};
    return run_on_buffers(
        &(ock_job){.of = handle, .from = &source, .to = &target, .room = packed != NULL ? room : 0},
        ock_job_pack, packed_bytes);
}

ockham_status ockham_decompress(ockham *handle, const void *packed, size_t packed_bytes,
                                void *output, size_t room, size_t *output_bytes)
{
    const ockham_source source = buffer_source(packed, packed_bytes);
    const ockham_target target = {write_buffer, read_buffer, output};
    return run_on_buffers(&(ock_job){.of = handle,
                                     .from = &source,
                                     .to = output != NULL ? &target : NULL,
                                     .room = output != NULL ? room : UINT64_MAX},
                          ock_job_unpack, output_bytes);
}

ockham_status ockham_info_of(ockham *handle, const void *packed, size_t packed_bytes,
                             ockham_info *info)
{
    const ockham_source source = buffer_source(packed, packed_bytes);
    return run_info(&(ock_job){.of = handle, .from = &source, .folder = ock_in_memory}, info);
}
