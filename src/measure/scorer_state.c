/* SPDX-License-Identifier: MIT */
/* scorer_state.c - a codec's model is written to a checkpoint, and read from one. */
#include "measure/scorer_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alive.h"
#include "base/digest.h"
#include "io/checkpoint/checkpoint.h"
#include "io/file/file_io.h"
#include "io/file/output.h"
#include "state/state_transfer.h"

/* ---- what it belongs to ---- */

static void digest_text(const void *text, uint64_t bytes, char hex[OCK_DIGEST_TEXT_BYTES])
{
    ock_digest digest;
    uint8_t out[OCK_DIGEST_BYTES];
    ock_digest_start(&digest);
    ock_digest_update(&digest, text, bytes);
    ock_digest_finish(&digest, out);
    ock_digest_hex(out, hex);
}

static ock_status write_identity(const ock_plan *plan, const uint8_t *text, uint64_t bytes,
                                 char **identity)
{
    char hex[OCK_DIGEST_TEXT_BYTES];
    char *config = NULL;
    ock_status status = ock_config_write(&plan->config, NULL, &config);
    digest_text(text, bytes, hex);
    if (status == OCK_OK && asprintf(identity,
                                     "score=1\ncontract=%d\nlanes=%" PRIu32 "\nshards=%" PRIu32
                                     "\nbytes=%" PRIu64 "\ncorpus=%s\n%s",
                                     (int)OCK_CONTRACT_VERSION, plan->map.lanes, plan->map.shards,
                                     bytes, hex, config) < 0) {
        *identity = NULL;
        status = ock_fail_memory(0, "a state's identity");
    }
    free(config);
    return status;
}

/* Whoever can put files there could put a state there that was never learned. */
static bool is_for_others(int directory)
{
    struct stat found;
    return !ock_folder_is_own(directory) || fstat(directory, &found) != 0 ||
           (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

static ock_status make_directory(const char *path)
{
    if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST) {
        return ock_fail_errno(path, "cannot be created");
    }
    const int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return ock_fail_errno(path, "cannot be opened");
    }
    const bool others = is_for_others(directory);
    (void)close(directory);
    return others ? ock_fail(OCK_ENVIRONMENT,
                             "%s: others can write to this directory, and the states in it are "
                             "trusted: name one of mode 700",
                             path)
                  : OCK_OK;
}

ock_status ock_scorer_state_name(const char *directory, const ock_plan *plan, const uint8_t *text,
                                 uint64_t bytes, ock_scorer_state *state)
{
    enum { DIGITS = 16 };
    char hex[OCK_DIGEST_TEXT_BYTES];
    *state = (ock_scorer_state){NULL, NULL};
    ock_status status = make_directory(directory);
    if (status == OCK_OK) {
        status = write_identity(plan, text, bytes, &state->identity);
    }
    if (status != OCK_OK) {
        return status;
    }
    digest_text(state->identity, strlen(state->identity), hex);
    if (asprintf(&state->path, "%s/score-%.*s.ockc", directory, (int)DIGITS, hex) < 0) {
        state->path = NULL;
        return ock_fail_memory(0, "a state's name");
    }
    return OCK_OK;
}

void ock_scorer_state_clear(ock_scorer_state *state)
{
    free(state->path);
    free(state->identity);
}

/* ---- reading ---- */

static void show_model(void *context, ock_state_visitor *visitor)
{
    ock_codec_model_state(context, visitor);
}

static ock_status read_piece(void *context, void *bytes, size_t count)
{
    ock_alive();
    return ock_checkpoint_read(context, bytes, count);
}

static ock_status check_identity(const ock_scorer_state *state, const ock_checkpoint *checkpoint)
{
    return strcmp(ock_checkpoint_about(checkpoint)->identity, state->identity) == 0
               ? OCK_OK
               : ock_fail(OCK_BAD_DATA, "%s: is the state of something else", state->path);
}

ock_status ock_scorer_state_load(const ock_scorer_state *state, ock_codec *codec, bool *found)
{
    const ock_state_owner owner = {show_model, codec};
    ock_checkpoint *checkpoint = NULL;
    *found = access(state->path, F_OK) == 0;
    if (!*found) {
        return OCK_OK;
    }
    ock_status status = ock_checkpoint_open(state->path, &checkpoint);
    if (status == OCK_OK) {
        status = check_identity(state, checkpoint);
    }
    if (status == OCK_OK) {
        status = ock_state_load(codec->comm, &codec->plan.map, &owner, read_piece, checkpoint);
    }
    if (status == OCK_OK) {
        status = ock_checkpoint_end(checkpoint);
    }
    ock_checkpoint_close(checkpoint);
    return status != OCK_OK ? status : ock_mixing_check(codec->mixing);
}

/* ---- writing ---- */

static ock_status count_piece(void *context, void *bytes, size_t count)
{
    *(uint64_t *)context += ock_checkpoint_piece_bytes(bytes, count);
    return OCK_OK;
}

static ock_status write_piece(void *context, void *bytes, size_t count)
{
    ock_alive();
    return ock_checkpoint_append(context, bytes, count);
}

static ock_status write_state(const ock_open_file *file, const ock_checkpoint_info *info,
                              ock_codec *codec)
{
    const ock_state_owner owner = {show_model, codec};
    ock_checkpoint_writer *writer = NULL;
    uint64_t state_bytes = 0, file_bytes;
    ock_status status =
        ock_state_save(codec->comm, &codec->plan.map, &owner, count_piece, &state_bytes);
    if (status == OCK_OK) {
        status = ock_checkpoint_create(file, info, state_bytes, &writer);
    }
    if (status == OCK_OK) {
        status = ock_state_save(codec->comm, &codec->plan.map, &owner, write_piece, writer);
    }
    if (status == OCK_OK) {
        return ock_checkpoint_finish(writer, &file_bytes);
    }
    ock_checkpoint_abandon(writer);
    return status;
}

ock_status ock_scorer_state_save(const ock_scorer_state *state, ock_codec *codec)
{
    const ock_state_owner owner = {show_model, codec};
    ock_checkpoint_info info = {.contract = OCK_CONTRACT_VERSION, .identity = state->identity};
    ock_output *output = NULL;
    uint64_t bytes;
    ock_status status = ock_state_describe(&owner, &info.tensors, &bytes);
    if (status == OCK_OK) {
        status = ock_output_create_for(state->path, true, OCK_ACCESS_OWNER, &output);
    }
    if (status == OCK_OK) {
        const ock_open_file file = ock_output_file(output);
        status = write_state(&file, &info, codec);
    }
    free(info.tensors);
    return ock_output_end(output, status);
}
