/* decompress.c - the decompress and test commands: from an .ock file to verified output. */
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "container.h"
#include "digest.h"
#include "files.h"
#include "fpenv.h"
#include "plan_file.h"
#include "port_decode.h"
#include "progress.h"

/* Everything a run acquires; freed in one place. */
typedef struct decompression {
    const ock_session *session;
    ock_comm *comm;
    ock_plan plan;
    ock_input *input;         /* rank 0: the file, spooled when it is standard input */
    ock_container *container; /* rank 0 */
    ock_output *output;       /* rank 0, NULL for test */
    ock_decode_port *port;
    ock_codec *codec;
} decompression;

static bool is_root(const decompression *d)
{
    return ock_comm_rank(d->comm) == 0;
}

static ock_status open_file(decompression *d)
{
    const ock_options *o = d->session->options;
    ock_status status = ock_input_open(o->input, &d->input);
    if (status == OCK_OK)
        status = ock_container_open(ock_input_path(d->input), OCK_CONTRACT_VERSION, &d->container);
    if (status == OCK_OK)
        status = ock_plan_load(ock_container_about(d->container), &d->plan);
    if (status == OCK_OK && o->output != NULL)
        status = ock_output_create(o->output, o->force, &d->output);
    return status;
}

static uint64_t transcript_read(void *context)
{
    const decompression *d = context;
    return ock_decode_port_bytes_read(d->port);
}

static ock_status decode(decompression *d)
{
    ock_progress progress;
    ock_status status = ock_decode_port_new(&d->plan, d->comm, d->container, d->output, &d->port);
    status = ock_comm_agree(d->comm, status);
    if (status == OCK_OK)
        status = ock_codec_new(d->comm, d->session->kernels, &d->plan, &d->codec);
    if (status != OCK_OK)
        return status;
    if (is_root(d)) {
        ock_progress_start(&progress, d->session, transcript_read, d);
        d->codec->report = ock_progress_report;
        d->codec->report_context = &progress;
    }
    ock_port calls = ock_decode_port_calls(d->port);
    status = ock_codec_run(d->codec, &calls);
    if (is_root(d))
        ock_progress_end(&progress);
    return status;
}

/* Rank 0: the digest of the whole output, read back from the temporary file. */
static ock_status check_output(decompression *d)
{
    enum { BLOCK = 1 << 16 };
    uint8_t digest[OCK_DIGEST_BYTES], *block = malloc(BLOCK);
    ock_digest *whole = aligned_alloc(64, sizeof *whole);
    ock_status status = OCK_OK;
    if (block == NULL || whole == NULL) {
        status = ock_fail_memory(BLOCK, "checking the output");
        goto done;
    }
    ock_digest_start(whole);
    for (uint64_t at = 0; at < d->plan.map.input_bytes && status == OCK_OK;) {
        uint64_t left = d->plan.map.input_bytes - at;
        size_t count = left < BLOCK ? (size_t)left : BLOCK;
        status = ock_output_read(d->output, at, block, count);
        ock_digest_update(whole, block, count);
        at += count;
        ock_comm_progress(d->comm);
    }
    ock_digest_finish(whole, digest);
    if (status == OCK_OK &&
        memcmp(digest, ock_container_about(d->container)->input_digest, sizeof digest) != 0)
        status = ock_fail(OCK_BAD_DATA, "%s: the output as a whole does not have the stored digest",
                          d->session->options->input);
done:
    free(whole);
    free(block);
    return status;
}

static ock_status write_file(decompression *d)
{
    ock_status status = ock_decode_port_finish(d->port);
    if (status != OCK_OK || d->output == NULL)
        return status;
    status = check_output(d);
    if (status != OCK_OK)
        return status;
    ock_output_copy_attributes(d->output, d->input);
    status = ock_output_commit(d->output);
    d->output = NULL;
    return status;
}

static ock_status tell(const decompression *d, double seconds)
{
    uint64_t out = d->plan.map.input_bytes, in = ock_container_file_bytes(d->container);
    bool test = d->session->options->command == OCK_COMMAND_TEST;
    if (d->session->options->verbosity >= 0)
        fprintf(stderr, "ockham: %s: %s%" PRIu64 " -> %" PRIu64 " bytes, %.1f KB/s\n",
                d->session->options->input, test ? "good, " : "", in, out,
                (double)out / seconds / 1000.0);
    return ock_log_write(d->session->log, "end",
                         json_pack("{s:I, s:I, s:f}", "file_bytes", (json_int_t)in, "output_bytes",
                                   (json_int_t)out, "seconds", seconds));
}

static ock_status run(decompression *d)
{
    ock_progress clock;
    ock_progress_start(&clock, d->session, NULL, NULL);
    ock_status status = is_root(d) ? open_file(d) : OCK_OK;
    if (status == OCK_OK)
        status = ock_fpenv_check("reading the file");
    if (status == OCK_OK)
        status = ock_session_begin(d->session, &d->plan);
    status = ock_comm_agree(d->comm, status);
    if (status == OCK_OK)
        status = ock_comm_bcast(d->comm, &d->plan, sizeof d->plan);
    if (status == OCK_OK)
        status = decode(d);
    if (status != OCK_OK)
        return status;
    if (is_root(d))
        status = write_file(d);
    if (is_root(d) && status == OCK_OK)
        status = tell(d, ock_progress_end(&clock));
    return ock_comm_agree(d->comm, status);
}

ock_status ock_decompress(const ock_session *session)
{
    decompression d = {.session = session, .comm = session->comm};
    ock_status status = run(&d);
    ock_codec_free(d.codec);
    ock_decode_port_free(d.port);
    ock_output_discard(d.output);
    ock_container_close(d.container);
    ock_input_close(d.input);
    return status;
}
