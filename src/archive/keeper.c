/* SPDX-License-Identifier: MIT */
/* keeper.c - decides, saves, finds, resumes. */
#include "archive/keeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "io/checkpoint/checkpoint.h"
#include "io/checkpoint/checkpoint_folder.h"
#include "io/file/output.h"
#include "numeric/fpenv.h"
#include "state/state_transfer.h"

/* Seconds between two looks for the halt file: a look costs a message on a cluster's file system. */
static const double halt_interval = 0.2;

struct ock_keeper {
    const ock_run_settings *run;
    const ock_keeping_policy *policy;
    ock_comm *comm;
    ock_codec *codec;
    ock_port port;
    ock_keeping keeping;
    /* rank 0 from here on */
    ock_folder *folder;
    ock_checkpoint_info info; /* of the generation being written; the texts are the run's */
    uint64_t newest, before;  /* generations that are good; 0: none */
    uint64_t next;            /* number of the next one */
    const char *reason;       /* why the run is to stop */
    char elsewhere[32];       /* of another rank */
    double started, saved, halt_looked; /* seconds, monotonic clock */
    double step_started, step_seconds;  /* the longest step so far */
    double save_seconds;                /* the longest save so far */
    uint64_t steps;                     /* since the last save */
    /* under way */
    ock_checkpoint_writer *writer;
    ock_checkpoint *source;
    uint64_t state_bytes; /* packed */
    uint64_t raw_bytes;   /* as in memory */
};

static bool is_root(const ock_keeper *k)
{
    return ock_comm_rank(k->comm) == 0;
}

/* ---- opening ---- */

static ock_status prepare_folder(ock_keeper *k)
{
    const ock_keeping_policy *policy = k->policy;
    uint64_t newest = 0;
    ock_status status = ock_folder_open(policy->directory, &k->folder);
    if (status == OCK_OK) {
        status = ock_folder_newest(k->folder, UINT64_MAX, &newest);
    }
    if (status != OCK_OK) {
        return status;
    }
    k->next = newest + 1;
    if (policy->resume) {
        return OCK_OK;
    }
    if (newest > 0 && !policy->replace) {
        return ock_fail(OCK_ENVIRONMENT,
                        "%s: contains checkpoints (--resume continues from them, --force starts "
                        "anew)",
                        policy->directory);
    }
    return ock_folder_clear(k->folder);
}

ock_status ock_keeper_open(const ock_run_settings *run, const ock_keeping_policy *policy,
                           ock_keeper **keeper)
{
    *keeper = NULL;
    if (policy->directory == NULL) {
        return OCK_OK;
    }
    ock_status status = OCK_OK;
    ock_keeper *k = calloc(1, sizeof *k);
    if (k == NULL) {
        status = ock_fail_memory(sizeof *k, "checkpoints");
    } else {
        k->run = run;
        k->policy = policy;
        k->comm = run->comm;
        k->started = k->saved = ock_clock_seconds();
        if (is_root(k)) {
            status = prepare_folder(k);
        }
    }
    *keeper = k;
    return ock_comm_agree(run->comm, status);
}

void ock_keeper_close(ock_keeper *k)
{
    if (k == NULL) {
        return;
    }
    ock_checkpoint_close(k->source);
    ock_folder_close(k->folder);
    free(k->info.identity);
    free(k->info.tensors);
    free(k);
}

ock_status ock_keeper_open_transcript(ock_keeper *k, uint32_t streams, ock_spool **spool)
{
    return ock_folder_open_transcript(k->folder, streams, spool);
}

ock_status ock_keeper_open_output(ock_keeper *k, ock_output **output)
{
    return ock_folder_open_output(k->folder, output);
}

void ock_keeper_done(ock_keeper *k)
{
    if (k == NULL) {
        return;
    }
    const ock_status status =
        k->policy->keep_all ? ock_folder_end(k->folder) : ock_folder_clear(k->folder);
    if (status != OCK_OK) {
        ock_report_line(k->run->report, OCK_REPORT_WARNING,
                        "the run is complete, but its checkpoints are still there: %s",
                        ock_error_text());
        ock_error_clear();
    }
}

/* ---- what a run is ---- */

static void show_codec(void *context, ock_state_visitor *visitor)
{
    ock_keeper *k = context;
    ock_codec_state(k->codec, &k->port, visitor);
}

static ock_state_owner owner_of(ock_keeper *k)
{
    return (ock_state_owner){show_codec, k};
}

static ock_status describe_run(ock_keeper *k, const ock_run_subject *subject)
{
    const ock_state_owner owner = owner_of(k);
    const ock_run_identity run = {*subject, k->codec->plan};
    ock_status status = ock_run_identity_write(&run, &k->info.identity);
    if (status != OCK_OK) {
        return status;
    }
    k->info.contract = OCK_CONTRACT_VERSION;
    return ock_state_describe(&owner, &k->info.tensors, &k->raw_bytes);
}

/* ---- finding ---- */

/* A good generation of another run is no reason to look further. */
static ock_status check_run(const ock_keeper *k, const char *path, const ock_checkpoint_info *found)
{
    char lines[2][96];
    if (found->contract != k->info.contract) {
        return ock_fail(OCK_ENVIRONMENT,
                        "%s: was written under contract %" PRIu32
                        "; this program uses contract %" PRIu32,
                        path, found->contract, k->info.contract);
    }
    if (strcmp(found->identity, k->info.identity) != 0) {
        ock_first_difference(found->identity, k->info.identity, lines);
        return ock_fail(OCK_ENVIRONMENT,
                        "%s: belongs to another run: it has \"%s\", this one \"%s\"", path,
                        lines[0], lines[1]);
    }
    if (strcmp(found->tensors, k->info.tensors) != 0) {
        ock_first_difference(found->tensors, k->info.tensors, lines);
        return ock_fail(OCK_ENVIRONMENT,
                        "%s: was written by another version of the program: it has \"%s\", this "
                        "one \"%s\"",
                        path, lines[0], lines[1]);
    }
    return OCK_OK;
}

/* OCK_BAD_DATA: the generation, or what it names, is damaged. *opened: it was found in good order
 * itself; a failure of another kind then is for good. */
static ock_status try_generation(ock_keeper *k, uint64_t number, bool *opened)
{
    ock_status status = ock_folder_read_generation(k->folder, number, &k->source);
    *opened = status == OCK_OK;
    if (status != OCK_OK) {
        return status;
    }
    const ock_checkpoint_info *found = ock_checkpoint_about(k->source);
    ock_produced named = {.bytes = found->produced_bytes};
    memcpy(named.digest, found->produced_digest, sizeof named.digest);
    status = check_run(k, ock_folder_generation(k->folder, number), found);
    if (status == OCK_OK && found->position >= ock_lane_positions(&k->codec->plan.map)) {
        status = ock_fail(OCK_BAD_DATA, "its position is beyond the end of the input");
    }
    if (status == OCK_OK) {
        status = k->port.saving->go_back(k->port.context, found->position, &named);
    }
    if (status != OCK_OK) {
        ock_checkpoint_close(k->source);
        k->source = NULL;
    }
    return status;
}

/* Rank 0: opens the newest good generation, k->source; none: NULL. One that cannot be read (no memory,
 * a disk that fails) is passed over like a damaged one, but to start over because of it would be to
 * throw work away. */
static ock_status find_generation(ock_keeper *k)
{
    uint64_t number = UINT64_MAX;
    bool unreadable = false;
    for (;;) {
        bool opened = false;
        ock_status status = ock_folder_newest(k->folder, number, &number);
        if (status == OCK_OK && number == 0 && unreadable) {
            return ock_fail(OCK_ENVIRONMENT, "%s: no checkpoint could be read",
                            k->policy->directory);
        }
        if (status != OCK_OK || number == 0) {
            return status;
        }
        status = try_generation(k, number, &opened);
        if (status == OCK_OK) {
            k->newest = number;
        }
        if (status == OCK_OK || (status != OCK_BAD_DATA && opened)) {
            return status;
        }
        unreadable = unreadable || status != OCK_BAD_DATA;
        ock_report_line(k->run->report, OCK_REPORT_WARNING, "checkpoint %s is not usable: %s",
                        ock_folder_generation(k->folder, number), ock_error_text());
        ock_error_clear();
    }
}

static void tell_where(const ock_keeper *k)
{
    if (k->source == NULL) {
        ock_report_line(k->run->report, OCK_REPORT_NOTE,
                        "%s: no usable checkpoint; starting from the beginning",
                        k->policy->directory);
    } else {
        ock_report_line(k->run->report, OCK_REPORT_NOTE, "resuming from %s, %.1f %% done",
                        ock_folder_generation(k->folder, k->newest),
                        100.0 * (double)ock_checkpoint_about(k->source)->position /
                            (double)ock_lane_positions(&k->codec->plan.map));
    }
}

/* ---- loading ---- */

static ock_status read_piece(void *context, void *bytes, size_t count)
{
    ock_keeper *k = context;
    return ock_checkpoint_read(k->source, bytes, count);
}

/* Collective. */
static ock_status load(ock_keeper *k)
{
    const ock_state_owner owner = owner_of(k);
    ock_status status = ock_state_load(k->comm, &k->codec->plan.map, &owner, read_piece, k);
    if (status != OCK_OK) {
        return status;
    }
    status = ock_codec_restored(k->codec, &k->port);
    if (!is_root(k)) {
        return ock_comm_agree(k->comm, status);
    }
    if (status == OCK_OK) {
        status = ock_checkpoint_end(k->source);
    }
    if (status == OCK_OK && k->codec->position != ock_checkpoint_about(k->source)->position) {
        status = ock_fail(OCK_BAD_DATA, "the checkpoint contradicts itself about its position");
    }
    ock_checkpoint_close(k->source);
    k->source = NULL;
    return ock_comm_agree(k->comm, status);
}

static ock_status resume(ock_keeper *k)
{
    uint8_t found = 0;
    ock_status status = OCK_OK;
    if (is_root(k)) {
        status = find_generation(k);
        if (status == OCK_OK) {
            tell_where(k);
        }
        found = k->source != NULL;
    }
    if (status == OCK_OK && found) {
        status =
            ock_log_write(k->run->log, "resume",
                          json_pack("{s:I, s:I}", "generation", (json_int_t)k->newest, "position",
                                    (json_int_t)ock_checkpoint_about(k->source)->position));
    }
    status = ock_comm_agree(k->comm, status);
    if (status == OCK_OK) {
        status = ock_comm_bcast(k->comm, &found, sizeof found);
    }
    return status != OCK_OK || !found ? status : load(k);
}

/* ---- deciding ---- */

/* How long it may take from now until a checkpoint is on disk, made after the step that comes. */
static double time_to_stop(const ock_keeper *k)
{
    const double slow_disk = 200e6; /* bytes a second, as long as nothing is known */
    double save = k->save_seconds > 0 ? k->save_seconds : 1.0 + (double)k->raw_bytes / slow_disk;
    return 2.0 * (k->step_seconds + save);
}

static bool halt_asked(ock_keeper *k, double time)
{
    if (time - k->halt_looked < halt_interval) {
        return false;
    }
    k->halt_looked = time;
    return ock_folder_halt_asked(k->folder);
}

static void time_step(ock_keeper *k, double time)
{
    double seconds = time - k->step_started;
    if (k->step_started > 0 && seconds > k->step_seconds) {
        k->step_seconds = seconds;
    }
    k->step_started = time;
}

/* The signal to this rank that wants the run to stop; NULL: none. */
static const char *asked_here(const ock_keeper *k)
{
    return k->policy->stop_asked != NULL ? k->policy->stop_asked(k->policy->of) : NULL;
}

static bool is_asked(void *context)
{
    return asked_here(context) != NULL;
}

/* Who or what wants the run to stop now; NULL: nobody. */
static const char *reason_to_stop(ock_keeper *k, int asked_rank, double time)
{
    const ock_keeping_policy *policy = k->policy;
    const char *asked = asked_here(k);
    if (asked != NULL) {
        return asked;
    }
    if (asked_rank > 0) {
        snprintf(k->elsewhere, sizeof k->elsewhere, "a signal to rank %d", asked_rank);
        return k->elsewhere;
    }
    if (halt_asked(k, time)) {
        return "the halt file";
    }
    if (policy->stop_before > 0 &&
        time - k->started + time_to_stop(k) >= (double)policy->stop_before) {
        return "--stop-before";
    }
    return NULL;
}

static bool is_due(const ock_keeper *k, double time)
{
    return k->policy->every_steps > 0 ? k->steps >= k->policy->every_steps
                                      : time - k->saved >= (double)k->policy->every_seconds;
}

static ock_order decide(void *context, const ock_codec *codec)
{
    ock_keeper *k = context;
    double time = ock_clock_seconds();
    time_step(k, time);
    k->steps++;
    k->reason = reason_to_stop(k, codec->asked, time);
    if (k->reason != NULL) {
        return OCK_ORDER_STOP;
    }
    return is_due(k, time) ? OCK_ORDER_SAVE : OCK_ORDER_NONE;
}

/* ---- saving ---- */

static ock_status measure_piece(void *context, void *bytes, size_t count)
{
    ock_keeper *k = context;
    k->state_bytes += ock_checkpoint_piece_bytes(bytes, count);
    return OCK_OK;
}

static ock_status write_piece(void *context, void *bytes, size_t count)
{
    ock_keeper *k = context;
    return ock_checkpoint_append(k->writer, bytes, count);
}

/* Rank 0: flushes what was produced, so that the generation can name it. */
static ock_status flush(ock_keeper *k)
{
    ock_produced produced;
    ock_status status = k->port.saving->flush(k->port.context, k->codec, &produced);
    if (status != OCK_OK) {
        return status;
    }
    k->info.position = k->codec->position;
    k->info.produced_bytes = produced.bytes;
    memcpy(k->info.produced_digest, produced.digest, sizeof produced.digest);
    return OCK_OK;
}

static ock_status begin_file(ock_keeper *k, ock_output **output)
{
    ock_status status = ock_folder_create_generation(k->folder, k->next, output);
    if (status == OCK_OK) {
        const ock_open_file file = ock_output_file(*output);
        status = ock_checkpoint_create(&file, &k->info, k->state_bytes, &k->writer);
    }
    return status;
}

/* A full log disk must not end a long run. */
static void tell_saved(const ock_keeper *k, uint64_t file_bytes)
{
    json_t *fields = json_pack("{s:I, s:I, s:I}", "generation", (json_int_t)k->newest, "symbols",
                               (json_int_t)ock_codec_symbols_done(k->codec), "file_bytes",
                               (json_int_t)file_bytes);
    if (ock_log_write(k->run->log, "checkpoint", fields) != OCK_OK) {
        ock_error_clear();
    }
}

static ock_status end_file(ock_keeper *k, ock_output **output)
{
    uint64_t file_bytes;
    ock_status status = ock_checkpoint_finish(k->writer, &file_bytes);
    k->writer = NULL;
    if (status == OCK_OK) {
        status = ock_output_commit(*output);
        *output = NULL;
    }
    if (status != OCK_OK) {
        return status;
    }
    k->before = k->newest;
    k->newest = k->next++;
    if (!k->policy->keep_all) {
        ock_folder_keep(k->folder, k->newest, k->before);
    }
    tell_saved(k, file_bytes);
    return OCK_OK;
}

/* The state is walked twice: the first time to know how long it is when zeros are left out.
 * Collective. */
static ock_status save(ock_keeper *k)
{
    const ock_state_owner owner = owner_of(k);
    const ock_lane_map *map = &k->codec->plan.map;
    ock_output *output = NULL;
    double begun = ock_clock_seconds();
    k->state_bytes = 0;
    ock_status status = ock_comm_agree(k->comm, is_root(k) ? flush(k) : OCK_OK);
    if (status == OCK_OK) {
        status = ock_state_save(k->comm, map, &owner, measure_piece, k);
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(k->comm, is_root(k) ? begin_file(k, &output) : OCK_OK);
    }
    if (status == OCK_OK) {
        status = ock_state_save(k->comm, map, &owner, write_piece, k);
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(k->comm, is_root(k) ? end_file(k, &output) : OCK_OK);
    }
    ock_checkpoint_abandon(k->writer);
    k->writer = NULL;
    ock_output_discard(output);
    if (status == OCK_OK) {
        status = ock_comm_agree(k->comm, ock_fpenv_check("writing a checkpoint"));
    }
    k->saved = k->step_started = ock_clock_seconds();
    k->save_seconds = k->saved - begun > k->save_seconds ? k->saved - begun : k->save_seconds;
    k->steps = 0;
    return status;
}

static ock_status stopped(ock_keeper *k)
{
    const ock_codec *c = k->codec;
    if (!is_root(k)) {
        return OCK_OK;
    }
    ock_folder_halt_done(k->folder);
    return ock_fail(OCK_STOPPED,
                    "stopped by %s after %" PRIu64 " of %" PRIu64
                    " bytes; continue with --checkpoint %s --resume",
                    k->reason, ock_codec_symbols_done(c), c->plan.map.bytes, k->policy->directory);
}

static ock_status obey(void *context, ock_codec *codec, ock_order order)
{
    ock_keeper *k = context;
    (void)codec;
    ock_status status = save(k);
    if (status == OCK_OK && order == OCK_ORDER_STOP) {
        status = ock_comm_agree(k->comm, stopped(k));
    }
    return status;
}

ock_status ock_keeper_start(ock_keeper *k, ock_codec *codec, const ock_port *port,
                            const ock_run_subject *subject)
{
    k->codec = codec;
    k->port = *port;
    k->keeping = (ock_keeping){decide, obey, k, is_asked};
    ock_status status = ock_comm_agree(k->comm, is_root(k) ? describe_run(k, subject) : OCK_OK);
    if (status == OCK_OK && k->policy->resume) {
        status = resume(k);
    }
    codec->keeping = &k->keeping;
    k->saved = ock_clock_seconds();
    return status;
}
