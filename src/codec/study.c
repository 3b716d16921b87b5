/* SPDX-License-Identifier: MIT */
/* study.c - the port of a run that codes nothing. */
#include "codec/study.h"

#include <stdlib.h>
#include <string.h>

typedef struct study {
    const ock_source *source; /* rank 0 */
    /* one message a step: rank 0's status, then the symbols of every lane, T apart */
    uint8_t *message;
    ock_status failed; /* this rank's first failure, kept until the ranks agree */
} study;

static size_t message_bytes(const ock_codec *codec)
{
    return 1 + codec->history.lanes * codec->history.step;
}

static ock_status read_step(const study *s, const ock_codec *codec, const ock_step *step)
{
    ock_status status = OCK_OK;
    for (uint32_t lane = 0; lane < step->map->lanes && status == OCK_OK; lane++) {
        size_t present = ock_step_symbols(step, lane);
        if (present > 0) {
            status = s->source->read_at(s->source->context,
                                        ock_lane_begin(step->map, lane) + step->position,
                                        s->message + 1 + lane * codec->history.step, present);
        }
    }
    return status;
}

static void store_symbols(const study *s, const ock_codec *codec, const ock_step *step)
{
    for (uint32_t lane = 0; lane < step->map->lanes; lane++) {
        memcpy(ock_history_at(&codec->history, lane, 0),
               s->message + 1 + lane * codec->history.step, ock_step_symbols(step, lane));
    }
}

static ock_status begin_step(void *context, ock_codec *codec, ock_step *step)
{
    study *s = context;
    ock_status mine = ock_comm_rank(codec->comm) == 0 ? read_step(s, codec, step) : OCK_OK;
    s->message[0] = (uint8_t)mine;
    ock_status status = ock_comm_bcast(codec->comm, s->message, message_bytes(codec));
    if (status == OCK_OK && s->message[0] != OCK_OK) {
        status = ock_comm_agree(codec->comm, mine);
    }
    if (status != OCK_OK) {
        return status;
    }
    store_symbols(s, codec, step);
    step->light = step->expected && ock_regular_holds(&codec->regular, &codec->history);
    return OCK_OK;
}

static ock_status finish_position(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                  ock_status mine)
{
    study *s = context;
    (void)codec;
    (void)step;
    (void)t;
    if (s->failed == OCK_OK) {
        s->failed = mine;
    }
    return OCK_OK;
}

static ock_status finish_step(void *context, ock_codec *codec, ock_step *step)
{
    study *s = context;
    (void)step;
    return ock_comm_agree(codec->comm, s->failed);
}

ock_status ock_study(ock_codec *codec, const ock_source *source, uint64_t bytes)
{
    study s = {.source = source, .message = malloc(message_bytes(codec))};
    ock_status status =
        s.message == NULL ? ock_fail_memory(message_bytes(codec), "studying") : OCK_OK;
    status = ock_comm_agree(codec->comm, status);
    const ock_port port = {.begin_step = begin_step,
                           .finish_position = finish_position,
                           .finish_step = finish_step,
                           .context = &s};
    if (status == OCK_OK) {
        status = ock_codec_study(codec, &port, bytes);
    }
    free(s.message);
    return status;
}
