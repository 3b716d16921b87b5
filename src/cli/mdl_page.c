/* SPDX-License-Identifier: MIT */
/* mdl_page.c - opens what a page shows, and writes it to an output. */
#include "cli/mdl_page.h"

#include <stdlib.h>
#include <string.h>

#include "archive/corpus.h"
#include "cli/info_files.h"
#include "cli/side_file.h"
#include "measure/page.h"

static ock_status open_input(const ock_options *o, const ock_length *of, ock_input **input)
{
    const ock_input_choice choice = {.path = o->corpus};
    ock_corpus_record record = {.name = of->path, .about = of->about};
    ock_status status = ock_info_files_load(of->container, of->path, &record.list, &record.totals);
    if (status == OCK_OK) {
        status = ock_corpus_open_again(&choice, &record, input);
    }
    free(record.list.bytes);
    return status;
}

static bool is_of(const ock_trace_head *head, const ock_length *length)
{
    return head->input_bytes == length->about->input_bytes &&
           8 * head->payload_bytes == length->whole_bits &&
           memcmp(head->input_digest, length->about->input_digest, OCK_DIGEST_BYTES) == 0;
}

/* To whose it is; two of one file are a mistake. traces: (count), at first without inputs. */
static ock_status open_trace(const char *path, const ock_length *all, size_t count,
                             ock_trace *traces)
{
    ock_trace trace;
    ock_status status = ock_trace_open(path, &trace);
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        if (traces[i].input == NULL && is_of(&trace.head, &all[i])) {
            traces[i] = trace;
            return OCK_OK;
        }
    }
    ock_trace_close(&trace);
    return status != OCK_OK ? status
                            : ock_fail(OCK_BAD_DATA, "%s: is the trace of another file than %s%s",
                                       path, all[0].path, count > 1 ? " and those beside it" : "");
}

static ock_status open_traces(const ock_options *o, const ock_length *all, size_t count,
                              ock_trace *traces)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < o->trace_count && status == OCK_OK; i++) {
        status = open_trace(o->traces[i], all, count, traces);
    }
    return status;
}

static ock_status check(const ock_length *all, size_t count)
{
    return count == 1 || ock_lengths_comparable(all, count)
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT,
                          "--html compares files of one input, and these are not all of the same");
}

static ock_status write_page(const void *page, FILE *to)
{
    return ock_page_write(page, to);
}

ock_status ock_mdl_page(const ock_options *o, const ock_length *all, size_t count,
                        uint64_t program_bits, ock_output **page)
{
    ock_trace *traces = calloc(count, sizeof *traces);
    ock_page p = {.models = all, .count = count, .traces = traces, .program_bits = program_bits};
    ock_input *input = NULL;
    ock_source source;
    ock_status status =
        traces != NULL ? check(all, count) : ock_fail_memory(count * sizeof *traces, "the traces");
    if (status == OCK_OK) {
        status = open_traces(o, all, count, traces);
    }
    if (status == OCK_OK && o->corpus != NULL) {
        status = open_input(o, &all[0], &input);
    }
    if (status == OCK_OK && input != NULL) {
        source = ock_input_source(input);
        p.input = &source;
    }
    if (status == OCK_OK) {
        status = ock_side_file_write("--html", o->html, o->force, write_page, &p, page);
    }
    ock_input_close(input);
    for (size_t i = 0; i < count && traces != NULL; i++) {
        ock_trace_close(&traces[i]);
    }
    free(traces);
    return status;
}
