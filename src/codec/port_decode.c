/* SPDX-License-Identifier: MIT */
/* port_decode.c - each position: targets to the owners, intervals back, symbols to all.
 *
 * That is one round trip: what rank 0 says of a position has the targets of the next. While it lasts, an
 * owner goes on with its own lanes, whose symbols it knows: the codec predicts. Rank 0 does so while its
 * ruling is on the way, not while it waits, for all wait for its ruling. */
#include "codec/port_decode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "coder/coder.h"
#include "mpi/flight.h"

enum { OUTPUT_BUFFER = 16384 };

/* What rank 0 keeps for a lane. */
typedef struct lane_decoder {
    ock_digest digest;
    ock_decoder decoder;
    const ock_lane_source *transcripts; /* the port's */
    uint32_t lane;
    uint64_t read;    /* transcript bytes taken so far */
    uint64_t shifted; /* bytes that left the range so far, for show_shared */
    uint64_t written; /* output bytes flushed so far */
    size_t filled;
    uint8_t buffer[OUTPUT_BUFFER];
} lane_decoder;

/* An owner's answer for one lane; `status` tells its failure to rank 0. */
typedef struct answer {
    ock_interval interval;
    uint32_t symbol,
        status; /* after the lanes' answers: whether the rank was asked to stop, and its failure */
} answer;

/* What rank 0 tells everyone of a lane after a position: its symbol, and the target of the next one. */
typedef struct verdict {
    uint32_t target, symbol;
} verdict;

/* What it tells of all lanes. */
typedef struct header {
    uint32_t failed;       /* some rank did: all agree on whose failure it is */
    uint32_t light, order; /* of the step, where it begins */
} header;

/* One message. */
typedef struct ruling {
    header head;
    verdict of[]; /* (lanes) */
} ruling;

struct ock_decode_port {
    ock_lane_map map;
    ock_comm *comm;
    ock_lane_source transcripts; /* rank 0 */
    ock_target output;           /* rank 0; without calls: nothing is written */
    ock_arena arena;
    lane_decoder *decoders; /* (lanes) at rank 0 */
    answer *answers; /* (lanes + ranks) at rank 0; own lanes + 1 elsewhere: the last is a status */
    size_t *counts, *offsets; /* (ranks) parts of answers, in bytes */
    ock_flight *flight;       /* answers on their way to rank 0 */
    ruling *ruling;
    ock_status failed; /* rank 0's in keeping a step's symbols, told at the next step */
};

static bool is_root(const ock_decode_port *p)
{
    return ock_comm_rank(p->comm) == 0;
}

static ock_range lanes_of(const ock_decode_port *p, int rank)
{
    return ock_share_of(&p->map, ock_comm_size(p->comm), rank).lanes;
}

static size_t ruling_bytes(const ock_decode_port *p)
{
    return sizeof(ruling) + p->map.lanes * sizeof(verdict);
}

static ock_status supply(void *context, uint8_t *bytes, size_t capacity, size_t *count)
{
    lane_decoder *d = context;
    const ock_lane_source *from = d->transcripts;
    uint64_t left = from->lane_bytes[d->lane] - d->read;
    *count = left < capacity ? (size_t)left : capacity;
    if (*count == 0) {
        return OCK_OK;
    }
    ock_status status = from->read(from->context, d->lane, d->read, bytes, *count);
    d->read += *count;
    return status;
}

static ock_status allocate(ock_decode_port *p)
{
    size_t ranks = (size_t)ock_comm_size(p->comm), lanes = p->map.lanes;
    ock_range own = lanes_of(p, ock_comm_rank(p->comm));
    const ock_arena_part parts[] = {
        {&p->decoders, is_root(p) ? lanes : 0, sizeof(lane_decoder)},
        {&p->answers, is_root(p) ? lanes + ranks : ock_range_length(own) + 1, sizeof(answer)},
        {&p->counts, ranks, sizeof(size_t)},
        {&p->offsets, ranks, sizeof(size_t)},
        {&p->ruling, 1, ruling_bytes(p)}};
    return ock_arena_take_parts(&p->arena, parts, OCK_PARTS(parts), "the decoder");
}

static void plan_messages(ock_decode_port *p)
{
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        ock_range lanes = lanes_of(p, r);
        p->counts[r] = (ock_range_length(lanes) + 1) * sizeof(answer);
        p->offsets[r] = (lanes.begin + (size_t)r) * sizeof(answer);
    }
}

static ock_status start_lanes(ock_decode_port *p)
{
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        lane_decoder *d = &p->decoders[lane];
        d->lane = lane;
        d->transcripts = &p->transcripts;
        ock_digest_start(&d->digest);
        ock_status status = ock_decoder_start(&d->decoder, supply, d);
        if (status != OCK_OK) {
            return status;
        }
    }
    return OCK_OK;
}

ock_status ock_decode_port_new(const ock_plan *plan, ock_comm *comm, ock_memory *memory,
                               const ock_lane_source *transcripts, const ock_target *output,
                               ock_decode_port **port)
{
    ock_decode_port *p = calloc(1, sizeof *p);
    *port = p;
    if (p == NULL) {
        return ock_fail_memory(sizeof *p, "the decoder");
    }
    p->map = plan->map;
    p->comm = comm;
    p->transcripts = transcripts != NULL ? *transcripts : (ock_lane_source){.context = NULL};
    p->output = output != NULL ? *output : (ock_target){.context = NULL};
    ock_arena_init(&p->arena, memory);
    ock_status status = allocate(p);
    if (status == OCK_OK) {
        status = ock_flight_new(comm, &p->flight);
    }
    if (status != OCK_OK) {
        return status;
    }
    plan_messages(p);
    return is_root(p) ? start_lanes(p) : OCK_OK;
}

void ock_decode_port_free(ock_decode_port *p)
{
    if (p == NULL) {
        return;
    }
    ock_flight_free(p->flight);
    ock_arena_free(&p->arena);
    free(p);
}

static ock_status flush_lane(ock_decode_port *p, lane_decoder *d)
{
    ock_digest_update(&d->digest, d->buffer, d->filled);
    if (p->output.write_at != NULL && d->filled > 0) {
        uint64_t offset = ock_lane_begin(&p->map, d->lane) + d->written;
        ock_status status = p->output.write_at(p->output.context, offset, d->buffer, d->filled);
        if (status != OCK_OK) {
            return status;
        }
    }
    d->written += d->filled;
    d->filled = 0;
    return OCK_OK;
}

/* Rank 0: the targets of the position that comes next. */
static ock_status find_targets(ock_decode_port *p, uint64_t position)
{
    size_t active = ock_lanes_active(&p->map, position);
    for (size_t lane = 0; lane < active; lane++) {
        ock_status status =
            ock_decoder_target(&p->decoders[lane].decoder, &p->ruling->of[lane].target);
        if (status != OCK_OK) {
            return ock_fail(status, "lane %zu, position %" PRIu64 ": the transcript is damaged",
                            lane, position);
        }
    }
    return OCK_OK;
}

/* Rank 0's verdict reaches all. When any rank failed, all agree on whose failure it is. */
static ock_status tell_all(ock_decode_port *p, ock_status mine, bool other_failed)
{
    p->ruling->head.failed = other_failed || mine != OCK_OK;
    ock_status status = ock_comm_bcast(p->comm, p->ruling, ruling_bytes(p));
    if (status == OCK_OK && p->ruling->head.failed != 0) {
        status = ock_comm_agree(p->comm, mine);
    }
    return status;
}

static void hand_out(const ock_decode_port *p, ock_codec *codec, size_t next)
{
    if (next >= codec->plan.config.step) {
        return;
    }
    for (size_t lane = codec->share.lanes.begin; lane < codec->share.lanes.end; lane++) {
        codec->choices[(lane - codec->share.lanes.begin) * codec->plan.config.step + next].target =
            p->ruling->of[lane].target;
    }
}

/* Rank 0: whether all lanes repeat, from lane 0's transcript. */
static ock_status take_answer(ock_decode_port *p, const ock_regular *regular, bool *yes)
{
    ock_decoder *decoder = &p->decoders[0].decoder;
    uint32_t target;
    ock_status status = ock_decoder_target(decoder, &target);
    if (status != OCK_OK) {
        return status;
    }
    *yes = target < ock_regular_interval(regular, true).width;
    return ock_decoder_take(decoder, ock_regular_interval(regular, *yes));
}

/* Rank 0: what all need to begin a step. */
static ock_status open_step(ock_decode_port *p, const ock_codec *codec, const ock_step *step)
{
    bool light = false;
    ock_status status = p->failed;
    if (status == OCK_OK && step->expected) {
        status = take_answer(p, &codec->regular, &light);
    }
    p->ruling->head.light = light;
    p->ruling->head.order = step->order;
    if (status == OCK_OK && !light) {
        status = find_targets(p, step->position);
    }
    return status;
}

static ock_status begin_step(void *context, ock_codec *codec, ock_step *step)
{
    ock_decode_port *p = context;
    ock_status status = tell_all(p, is_root(p) ? open_step(p, codec, step) : OCK_OK, false);
    if (status != OCK_OK) {
        return status;
    }
    step->light = p->ruling->head.light != 0;
    step->order = (ock_order)p->ruling->head.order;
    hand_out(p, codec, 0);
    return OCK_OK;
}

/* Rank 0: a symbol of the output. */
static ock_status keep_symbol(ock_decode_port *p, lane_decoder *d, uint8_t symbol)
{
    d->buffer[d->filled++] = symbol;
    return d->filled == OUTPUT_BUFFER ? flush_lane(p, d) : OCK_OK;
}

static ock_status take_symbol(ock_decode_port *p, size_t lane, const answer *a)
{
    lane_decoder *d = &p->decoders[lane];
    ock_status status = ock_decoder_take(&d->decoder, a->interval);
    if (status != OCK_OK) {
        return status;
    }
    p->ruling->of[lane].symbol = a->symbol;
    return keep_symbol(p, d, (uint8_t)a->symbol);
}

/* Rank 0: advances the lanes' coders by all owners' answers. A rank that failed says so in the
 * entry after its lanes; its message follows when all agree. */
static ock_status take_answers(ock_decode_port *p, ock_codec *codec, uint64_t position,
                               bool *other_failed)
{
    size_t active = ock_lanes_active(&p->map, position);
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        ock_range lanes = lanes_of(p, r);
        const answer *a = p->answers + lanes.begin + (size_t)r;
        const answer *last = &a[ock_range_length(lanes)];
        codec->asked = last->symbol != 0 ? r : codec->asked;
        if (last->status != OCK_OK) {
            *other_failed = true;
            return OCK_OK;
        }
        for (size_t lane = lanes.begin; lane < lanes.end && lane < active; lane++) {
            ock_status status = take_symbol(p, lane, &a[lane - lanes.begin]);
            if (status != OCK_OK) {
                return status;
            }
        }
    }
    return OCK_OK;
}

static void write_answers(const ock_decode_port *p, const ock_codec *codec, size_t t,
                          ock_status mine)
{
    size_t own = ock_range_length(codec->share.lanes);
    for (size_t i = 0; i < own; i++) {
        const ock_choice *choice = &codec->choices[i * codec->plan.config.step + t];
        p->answers[i] = (answer){choice->interval, choice->symbol, OCK_OK};
    }
    p->answers[own] = (answer){{0, 0}, ock_codec_is_asked(codec), (uint32_t)mine};
}

static void store_symbols(const ock_decode_port *p, ock_codec *codec, const ock_step *step,
                          size_t t)
{
    size_t active = ock_lanes_active(&p->map, step->position + t);
    for (size_t lane = 0; lane < active; lane++) {
        *ock_history_at(&codec->history, lane, t) = (uint8_t)p->ruling->of[lane].symbol;
    }
}

/* An owner knows its own lanes' symbols a round trip before it knows the others'. */
static void store_own(ock_codec *codec, const ock_step *step, size_t t)
{
    const size_t active = ock_lanes_active(step->map, step->position + t);
    const ock_range lanes = codec->share.lanes;
    for (size_t lane = lanes.begin; lane < lanes.end && lane < active; lane++) {
        const size_t own = lane - lanes.begin;
        *ock_history_at(&codec->history, lane, t) =
            (uint8_t)codec->choices[own * codec->plan.config.step + t].symbol;
    }
}

static ock_status start_position(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                 ock_status mine)
{
    ock_decode_port *p = context;
    write_answers(p, codec, t, mine);
    store_own(codec, step, t);
    return ock_flight_start_gather(p->flight, p->answers, p->answers, p->counts, p->offsets);
}

static ock_status finish_position(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                  ock_status mine)
{
    ock_decode_port *p = context;
    bool other_failed = false;
    ock_status status = ock_flight_finish(p->flight);
    if (status != OCK_OK) {
        return status;
    }
    if (is_root(p) && mine == OCK_OK) {
        mine = take_answers(p, codec, step->position + t, &other_failed);
        if (mine == OCK_OK && !other_failed && t + 1 < codec->plan.config.step) {
            mine = find_targets(p, step->position + t + 1);
        }
    }
    status = tell_all(p, mine, other_failed);
    if (status != OCK_OK) {
        return status;
    }
    store_symbols(p, codec, step, t);
    hand_out(p, codec, t + 1);
    return OCK_OK;
}

/* The symbols of a coded step were kept one by one; those of a light one are new to rank 0 too. */
static ock_status finish_step(void *context, ock_codec *codec, ock_step *step)
{
    ock_decode_port *p = context;
    if (!step->light || !is_root(p)) {
        return OCK_OK;
    }
    for (size_t lane = 0; lane < p->map.lanes; lane++) {
        const uint8_t *symbols = ock_history_at(&codec->history, lane, 0);
        for (size_t t = 0; t < step->count && p->failed == OCK_OK; t++) {
            p->failed = keep_symbol(p, &p->decoders[lane], symbols[t]);
        }
    }
    return OCK_OK;
}

/* ---- checkpoints ---- */

static uint64_t decoded_of(const ock_decode_port *p, uint32_t lane, uint64_t position)
{
    uint64_t length = ock_lane_length(&p->map, lane);
    return position < length ? position : length;
}

/* What was produced is every lane's output before `position`. Its digest is that over the lanes'
 * digests. */
static void digest_lanes(const ock_decode_port *p, uint64_t position, ock_produced *produced)
{
    ock_digest root;
    ock_digest_start(&root);
    produced->bytes = 0;
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        ock_digest copy = p->decoders[lane].digest;
        uint8_t digest[OCK_DIGEST_BYTES];
        ock_digest_finish(&copy, digest);
        ock_digest_update(&root, digest, sizeof digest);
        produced->bytes += decoded_of(p, lane, position);
    }
    ock_digest_finish(&root, produced->digest);
}

/* The bytes read ahead are given back, so that the state is the code alone. */
static void give_back(lane_decoder *d)
{
    d->read -= d->decoder.filled - d->decoder.at;
    d->decoder.at = d->decoder.filled = 0;
}

/* Whether the output outlives the port: else nothing can go on from a checkpoint. */
static ock_status check_kept(const ock_decode_port *p)
{
    if (p->output.flush == NULL) {
        return ock_fail(OCK_INTERNAL, "a checkpoint of an output that isn't kept");
    }
    return OCK_OK;
}

static ock_status flush(void *context, ock_codec *codec, ock_produced *produced)
{
    ock_decode_port *p = context;
    ock_status status = check_kept(p);
    for (uint32_t lane = 0; lane < p->map.lanes && status == OCK_OK; lane++) {
        status = flush_lane(p, &p->decoders[lane]);
        if (status == OCK_OK) {
            give_back(&p->decoders[lane]);
        }
    }
    if (status != OCK_OK) {
        return status;
    }
    digest_lanes(p, codec->position, produced);
    return p->output.flush(p->output.context);
}

/* The digest of what a lane has written, from the output. */
static ock_status digest_lane(ock_decode_port *p, lane_decoder *d)
{
    const ock_source written = {p->output.read_at, p->output.context};
    uint64_t begin = ock_lane_begin(&p->map, d->lane);
    ock_digest_start(&d->digest);
    return ock_digest_source(&d->digest, &written, begin, begin + d->written);
}

/* As before the first symbol. */
static void forget_output(ock_decode_port *p)
{
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        p->decoders[lane].written = 0;
        ock_digest_start(&p->decoders[lane].digest);
    }
}

static ock_status go_back(void *context, uint64_t position, const ock_produced *produced)
{
    ock_decode_port *p = context;
    ock_produced found;
    ock_status status = check_kept(p);
    if (status != OCK_OK) {
        return status;
    }
    for (uint32_t lane = 0; lane < p->map.lanes && status == OCK_OK; lane++) {
        p->decoders[lane].written = decoded_of(p, lane, position);
        status = digest_lane(p, &p->decoders[lane]);
    }
    if (status == OCK_OK) {
        digest_lanes(p, position, &found);
    }
    if (status != OCK_OK || found.bytes != produced->bytes ||
        memcmp(found.digest, produced->digest, sizeof found.digest) != 0) {
        forget_output(p);
        if (status == OCK_ENVIRONMENT) {
            return status;
        }
        return ock_fail(OCK_BAD_DATA, "the output so far does not match the checkpoint");
    }
    return OCK_OK;
}

static const ock_state_field decoder_fields[] = {
    OCK_STATE_VALUE("decoder.code", lane_decoder, decoder.code),
    OCK_STATE_VALUE("decoder.range", lane_decoder, decoder.range),
    OCK_STATE_VALUE("decoder.past_end", lane_decoder, decoder.past_end),
    OCK_STATE_VALUE("decoder.read", lane_decoder, read),
};

static void show_state(void *context, ock_state_visitor *visitor)
{
    ock_decode_port *p = context;
    for (uint32_t lane = 0; lane < p->map.lanes && is_root(p); lane++) {
        give_back(&p->decoders[lane]);
    }
    for (size_t f = 0; f < sizeof decoder_fields / sizeof decoder_fields[0]; f++) {
        for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
            ock_state_show_root(visitor, &decoder_fields[f],
                                is_root(p) ? &p->decoders[lane] : NULL);
        }
    }
}

static const ock_state_field shared_fields[] = {
    OCK_STATE_VALUE("lane.range", lane_decoder, decoder.range),
    OCK_STATE_VALUE("lane.shifted", lane_decoder, shifted),
};

/* Eight bytes are in the code from the start on; one more came in for each that left. */
static void show_shared(void *context, ock_state_visitor *visitor)
{
    ock_decode_port *p = context;
    for (uint32_t lane = 0; lane < p->map.lanes && is_root(p); lane++) {
        lane_decoder *d = &p->decoders[lane];
        d->shifted = d->read - (d->decoder.filled - d->decoder.at) + d->decoder.past_end - 8;
    }
    for (size_t f = 0; f < sizeof shared_fields / sizeof shared_fields[0]; f++) {
        for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
            ock_state_show_root(visitor, &shared_fields[f], is_root(p) ? &p->decoders[lane] : NULL);
        }
    }
}

static ock_status check(const void *context)
{
    const ock_decode_port *p = context;
    const uint64_t *lane_bytes = p->transcripts.lane_bytes;
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        if (!ock_decoder_is_sound(&p->decoders[lane].decoder) ||
            p->decoders[lane].read > lane_bytes[lane]) {
            return ock_fail(OCK_BAD_DATA, "the state of lane %" PRIu32 " is impossible: its coder",
                            lane);
        }
    }
    return OCK_OK;
}

/* The code is what the transcript says from there on, less the low end; a carry that the encoder still
 * held back is in the transcript, so that the difference is right modulo 2^64. */
ock_status ock_decode_port_place(ock_decode_port *p, uint32_t lane, const ock_lane_place *place)
{
    const ock_lane_source *from = &p->transcripts;
    lane_decoder *d = &p->decoders[lane];
    uint64_t length = from->lane_bytes[lane], value = 0;
    uint64_t left = place->shifted < length ? length - place->shifted : 0;
    size_t present = left < 8 ? (size_t)left : 8;
    uint8_t bytes[8] = {0};
    if (present > 0) {
        ock_status status = from->read(from->context, lane, place->shifted, bytes, present);
        if (status != OCK_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < 8; i++) {
        value = value << 8 | bytes[i];
    }
    d->decoder.code = value - place->low;
    d->decoder.range = place->range;
    d->decoder.past_end = (uint32_t)(8 - present);
    d->decoder.at = d->decoder.filled = 0;
    d->read = place->shifted + present;
    if (place->shifted > length || d->decoder.code >= place->range) {
        return ock_fail(OCK_BAD_DATA, "lane %" PRIu32 ": no transcript can lead to this state",
                        lane);
    }
    return OCK_OK;
}

static const ock_port_saving saving = {flush, go_back, check};

ock_port ock_decode_port_calls(ock_decode_port *p)
{
    return (ock_port){.decode = true,
                      .begin_step = begin_step,
                      .start_position = start_position,
                      .finish_position = finish_position,
                      .finish_step = finish_step,
                      .context = p,
                      .state = show_state,
                      .saving = &saving,
                      .shared = show_shared};
}

uint64_t ock_decode_port_bytes_read(const ock_decode_port *p)
{
    uint64_t total = 0;
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        total += p->decoders[lane].read;
    }
    return total;
}

static ock_status finish_lane(ock_decode_port *p, lane_decoder *d)
{
    uint8_t digest[OCK_DIGEST_BYTES];
    ock_status status = flush_lane(p, d);
    if (status == OCK_OK) {
        status = ock_decoder_finish(&d->decoder);
    }
    if (status != OCK_OK) {
        return ock_fail(status, "lane %" PRIu32 ": the transcript does not end with the data",
                        d->lane);
    }
    ock_digest_finish(&d->digest, digest);
    if (memcmp(digest, p->transcripts.lane_digests[d->lane], sizeof digest) != 0) {
        return ock_fail(OCK_BAD_DATA,
                        "lane %" PRIu32 ": the decoded bytes do not match the stored digest",
                        d->lane);
    }
    return OCK_OK;
}

ock_status ock_decode_port_finish(ock_decode_port *p)
{
    if (p->failed != OCK_OK) {
        return p->failed;
    }
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        ock_status status = finish_lane(p, &p->decoders[lane]);
        if (status != OCK_OK) {
            return status;
        }
    }
    return OCK_OK;
}
