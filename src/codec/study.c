/* study.c - the port of a run that codes nothing. */
#include "codec/study.h"
#include "io/file/input.h"

#include <stdlib.h>

typedef struct study {
    ock_input *input; /* rank 0 */
    /* one message a step: rank 0's status, then the symbols of every lane, T apart */
    uint8_t *message;
    ock_status failed; /* this rank's first failure, kept until the ranks agree */
} study;

static size_t message_bytes(const ock_codec *codec)
{
    return 1 + codec->history.lanes * codec->history.step;
}

static ock_status read_step(const study *s, const ock_codec *codec, size_t count)
{
    const ock_lane_map *map = &codec->plan.map;
    for (uint32_t lane = 0; lane < map->lanes; lane++) {
        uint64_t length = ock_lane_length(map, lane), left = length - codec->position;
        size_t present = codec->position >= length ? 0 : left < count ? (size_t)left : count;
        ock_status status = ock_input_read(s->input, ock_lane_begin(map, lane) + codec->position,
                                           s->message + 1 + lane * codec->history.step, present);
        if (status != OCK_OK) {
            return status;
        }
    }
    return OCK_OK;
}

static void store_symbols(const study *s, const ock_codec *codec, size_t count)
{
    for (size_t t = 0; t < count; t++) {
        size_t active = ock_lanes_active(&codec->plan.map, codec->position + t);
        for (size_t lane = 0; lane < active; lane++) {
            *ock_history_at(&codec->history, lane, t) =
                s->message[1 + lane * codec->history.step + t];
        }
    }
}

static ock_status begin_step(void *context, ock_codec *codec, size_t count)
{
    study *s = context;
    ock_status mine = ock_comm_rank(codec->comm) == 0 ? read_step(s, codec, count) : OCK_OK;
    s->message[0] = (uint8_t)mine;
    ock_status status = ock_comm_bcast(codec->comm, s->message, message_bytes(codec));
    if (status == OCK_OK && s->message[0] != OCK_OK) {
        status = ock_comm_agree(codec->comm, mine);
    }
    if (status != OCK_OK) {
        return status;
    }
    store_symbols(s, codec, count);
    codec->light = codec->expected && ock_regular_holds(&codec->regular, &codec->history);
    return OCK_OK;
}

static ock_status finish_position(void *context, ock_codec *codec, size_t t, ock_status mine)
{
    study *s = context;
    (void)codec;
    (void)t;
    if (s->failed == OCK_OK) {
        s->failed = mine;
    }
    return OCK_OK;
}

static ock_status finish_step(void *context, ock_codec *codec, size_t count)
{
    study *s = context;
    (void)count;
    return ock_comm_agree(codec->comm, s->failed);
}

ock_status ock_study(ock_codec *codec, ock_input *input, uint64_t bytes)
{
    study s = {.input = input, .message = malloc(message_bytes(codec))};
    ock_status status =
        s.message == NULL ? ock_fail_memory(message_bytes(codec), "studying") : OCK_OK;
    status = ock_comm_agree(codec->comm, status);
    ock_port port = {.begin_step = begin_step,
                     .finish_position = finish_position,
                     .finish_step = finish_step,
                     .context = &s};
    if (status == OCK_OK) {
        status = ock_codec_study(codec, &port, bytes);
    }
    free(s.message);
    return status;
}
