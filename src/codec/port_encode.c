/* port_encode.c - each step: own lanes' symbols are read, shared, coded by rank 0. */
#include "codec/port_encode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "coder/coder.h"
#include "io/file/input.h"
#include "io/file/spool.h"

/* What rank 0 keeps for a lane. */
typedef struct lane_coder {
    ock_digest digest;
    ock_encoder encoder;
    uint32_t lane;
    ock_spool *spool;
    uint64_t shifted; /* bytes that left the range so far, for show_shared */
} lane_coder;

struct ock_encode_port {
    ock_lane_map map;
    size_t step;
    ock_comm *comm;
    ock_input *input;
    const uint8_t *readable;
    ock_spool *spool;
    ock_arena arena;
    /* One message a step: of each rank its lanes' symbols, `step` apart, and a status byte; behind
     * them all rank 0's order. */
    uint8_t *mine, *message;
    size_t *symbol_counts, *symbol_offsets;     /* (ranks) parts of the message */
    ock_interval *intervals;                    /* (lanes, step) at rank 0, own lanes elsewhere */
    size_t *interval_counts, *interval_offsets; /* (ranks) */
    lane_coder *coders;                         /* (lanes) at rank 0 */
    uint64_t *lane_bytes, *trace;
    uint32_t trace_marks;
    uint8_t (*lane_digests)[32];
    ock_status failed; /* this rank's first failure, kept until the ranks agree */
};

static ock_range lanes_of(const ock_encode_port *p, int rank)
{
    return ock_share_of(&p->map, ock_comm_size(p->comm), rank).lanes;
}

static bool is_root(const ock_encode_port *p)
{
    return ock_comm_rank(p->comm) == 0;
}

/* A rank's part of the gathered message is its lanes' symbols and one status byte behind them. */
static void plan_messages(ock_encode_port *p)
{
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        ock_range lanes = lanes_of(p, r);
        size_t count = lanes.end - lanes.begin;
        p->symbol_counts[r] = count * p->step + 1;
        p->symbol_offsets[r] = lanes.begin * p->step + (size_t)r;
        p->interval_counts[r] = count * p->step * sizeof(ock_interval);
        p->interval_offsets[r] = lanes.begin * p->step * sizeof(ock_interval);
    }
}

/* A single part would be the whole, whose length the transcript tells. */
static uint32_t trace_marks_for(uint64_t input_bytes)
{
    uint64_t marks = input_bytes / OCK_TRACE_PART_BYTES;
    if (marks < 2) {
        return 0;
    }
    return marks > OCK_TRACE_MAX_MARKS ? OCK_TRACE_MAX_MARKS : (uint32_t)marks;
}

static size_t message_bytes(const ock_encode_port *p)
{
    return p->map.lanes * p->step + (size_t)ock_comm_size(p->comm) + 1;
}

static ock_status allocate(ock_encode_port *p)
{
    size_t ranks = (size_t)ock_comm_size(p->comm), lanes = p->map.lanes;
    ock_range own = lanes_of(p, ock_comm_rank(p->comm));
    size_t own_count = own.end - own.begin, at_root = is_root(p) ? lanes : 0;
    size_t held = is_root(p) ? lanes : own_count;
    const ock_arena_part parts[] = {{&p->mine, own_count * p->step + 1, 1},
                                    {&p->message, message_bytes(p), 1},
                                    {&p->symbol_counts, ranks, sizeof(size_t)},
                                    {&p->symbol_offsets, ranks, sizeof(size_t)},
                                    {&p->interval_counts, ranks, sizeof(size_t)},
                                    {&p->interval_offsets, ranks, sizeof(size_t)},
                                    {&p->intervals, held * p->step, sizeof(ock_interval)},
                                    {&p->coders, at_root, sizeof(lane_coder)},
                                    {&p->lane_bytes, at_root, sizeof(uint64_t)},
                                    {&p->lane_digests, at_root, 32},
                                    {&p->trace, OCK_TRACE_MAX_MARKS, sizeof(uint64_t)}};
    return ock_arena_take_parts(&p->arena, parts, OCK_PARTS(parts), "the encoder");
}

ock_status ock_encode_port_new(const ock_plan *plan, ock_comm *comm, ock_memory *memory,
                               ock_input *input, const uint8_t *readable, ock_spool *spool,
                               ock_encode_port **port)
{
    ock_encode_port *p = calloc(1, sizeof *p);
    *port = p;
    if (p == NULL) {
        return ock_fail_memory(sizeof *p, "the encoder");
    }
    p->map = plan->map;
    p->step = plan->config.step;
    p->comm = comm;
    p->input = input;
    p->readable = readable;
    p->spool = spool;
    p->trace_marks = trace_marks_for(plan->map.input_bytes);
    ock_arena_init(&p->arena, memory);
    ock_status status = allocate(p);
    if (status != OCK_OK) {
        return status;
    }
    plan_messages(p);
    for (uint32_t lane = 0; is_root(p) && lane < p->map.lanes; lane++) {
        p->coders[lane].lane = lane;
        p->coders[lane].spool = spool;
        ock_encoder_start(&p->coders[lane].encoder);
        ock_digest_start(&p->coders[lane].digest);
    }
    return OCK_OK;
}

void ock_encode_port_free(ock_encode_port *p)
{
    if (p == NULL) {
        return;
    }
    ock_arena_free(&p->arena);
    free(p);
}

/* How many of `count` positions from `position` on the lane has. */
static size_t symbols_in_step(const ock_encode_port *p, size_t lane, uint64_t position,
                              size_t count)
{
    uint64_t length = ock_lane_length(&p->map, (uint32_t)lane);
    if (position >= length) {
        return 0;
    }
    return length - position < count ? (size_t)(length - position) : count;
}

static ock_status read_lanes(ock_encode_port *p, ock_range lanes, uint64_t position, size_t count,
                             uint8_t *symbols)
{
    for (size_t lane = lanes.begin; lane < lanes.end; lane++) {
        size_t present = symbols_in_step(p, lane, position, count);
        uint64_t offset = ock_lane_begin(&p->map, (uint32_t)lane) + position;
        ock_status status =
            ock_input_read(p->input, offset, symbols + (lane - lanes.begin) * p->step, present);
        if (status != OCK_OK) {
            return status;
        }
    }
    return OCK_OK;
}

/* Rank 0: fills in what ranks without access to the input could not bring. */
static ock_status read_for_others(ock_encode_port *p, uint64_t position, size_t count)
{
    for (int r = 1; r < ock_comm_size(p->comm); r++) {
        if (p->readable[r]) {
            continue;
        }
        ock_status status =
            read_lanes(p, lanes_of(p, r), position, count, p->message + p->symbol_offsets[r]);
        if (status != OCK_OK) {
            return status;
        }
    }
    return OCK_OK;
}

/* Puts the message's symbols where the predictor looks for them. */
static void store_symbols(const ock_encode_port *p, ock_codec *codec, size_t count)
{
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        ock_range lanes = lanes_of(p, r);
        for (size_t lane = lanes.begin; lane < lanes.end; lane++) {
            memcpy(ock_history_at(&codec->history, lane, 0),
                   p->message + p->symbol_offsets[r] + (lane - lanes.begin) * p->step,
                   symbols_in_step(p, lane, codec->position, count));
        }
    }
}

/* Whether any rank's status byte reports a failure. */
static bool any_failed(const ock_encode_port *p)
{
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        if (p->message[p->symbol_offsets[r] + p->symbol_counts[r] - 1] != OCK_OK) {
            return true;
        }
    }
    return false;
}

static ock_status sink(void *context, const uint8_t *bytes, size_t count)
{
    lane_coder *coder = context;
    return ock_spool_append(coder->spool, coder->lane, bytes, count);
}

/* Which part of the input an offset belongs to: part i is [length*i/marks, length*(i+1)/marks). */
static uint32_t trace_part(const ock_encode_port *p, uint64_t offset)
{
    unsigned __int128 scaled = (unsigned __int128)(offset + 1) * p->trace_marks - 1;
    return (uint32_t)(scaled / p->map.input_bytes);
}

/* Adds the code lengths of a lane's symbols in a step to the parts of the input they belong to. */
static void trace_lane(ock_encode_port *p, uint64_t offset, const ock_interval *intervals,
                       size_t present)
{
    enum { Q24_TO_Q8 = 16 };
    if (p->trace_marks == 0 || present == 0) {
        return;
    }
    uint32_t part = trace_part(p, offset);
    bool one_part = part == trace_part(p, offset + present - 1);
    uint64_t spent = 0;
    for (size_t t = 0; t < present; t++) {
        if (!one_part && trace_part(p, offset + t) != part) {
            p->trace[part] += spent >> Q24_TO_Q8;
            part = trace_part(p, offset + t);
            spent = 0;
        }
        spent += ock_code_length_q24(intervals[t]);
    }
    p->trace[part] += spent >> Q24_TO_Q8;
}

/* Codes intervals in a lane, at rank 0; they belong to the symbols from `position` on. */
static ock_status code_intervals(ock_encode_port *p, uint32_t lane, uint64_t position,
                                 const ock_interval *intervals, size_t count)
{
    lane_coder *coder = &p->coders[lane];
    for (size_t i = 0; i < count; i++) {
        ock_status status = ock_encoder_put(&coder->encoder, intervals[i], sink, coder);
        if (status != OCK_OK) {
            return status;
        }
    }
    trace_lane(p, ock_lane_begin(&p->map, lane) + position, intervals, count);
    return OCK_OK;
}

/* Whether all lanes repeat, as is expected: lane 0's transcript has the answer. A failure of rank 0
 * is agreed on at the next step, or by whoever ends the run. */
static void answer(ock_encode_port *p, ock_codec *codec)
{
    codec->light = ock_regular_holds(&codec->regular, &codec->history);
    ock_interval interval = ock_regular_interval(&codec->regular, codec->light);
    if (is_root(p)) {
        p->failed = code_intervals(p, 0, codec->position, &interval, 1);
    }
}

static ock_status begin_step(void *context, ock_codec *codec, size_t count)
{
    ock_encode_port *p = context;
    int rank = ock_comm_rank(p->comm);
    uint8_t *order = p->message + message_bytes(p) - 1;
    ock_status mine = p->failed;
    if (mine == OCK_OK && p->readable[rank]) {
        mine = read_lanes(p, lanes_of(p, rank), codec->position, count, p->mine);
    }
    p->mine[p->symbol_counts[rank] - 1] = (uint8_t)mine;
    ock_status status =
        ock_comm_gather(p->comm, p->mine, p->message, p->symbol_counts, p->symbol_offsets);
    if (status == OCK_OK && rank == 0 && mine == OCK_OK) {
        mine = read_for_others(p, codec->position, count);
        p->message[p->symbol_counts[0] - 1] = (uint8_t)mine;
    }
    *order = (uint8_t)codec->order;
    if (status == OCK_OK) {
        status = ock_comm_bcast(p->comm, p->message, message_bytes(p));
    }
    codec->order = *order;
    if (status == OCK_OK && any_failed(p)) {
        status = ock_comm_agree(p->comm, mine);
    }
    if (status == OCK_OK) {
        store_symbols(p, codec, count);
    }
    if (status == OCK_OK && codec->expected) {
        answer(p, codec);
    }
    return status;
}

/* Every rank knows the step's symbols already; a failure waits for the agreement of finish_step. */
static ock_status finish_position(void *context, ock_codec *codec, size_t t, ock_status mine)
{
    ock_encode_port *p = context;
    (void)codec;
    (void)t;
    if (p->failed == OCK_OK) {
        p->failed = mine;
    }
    return OCK_OK;
}

/* Collects the step's intervals and codes them; rank 0's own failure waits like that of answer. */
static ock_status code_step(ock_encode_port *p, ock_codec *codec, size_t count)
{
    size_t own = codec->share.lanes.end - codec->share.lanes.begin;
    for (size_t i = 0; i < own * p->step; i++) {
        p->intervals[i] = codec->choices[i].interval;
    }
    ock_status status = ock_comm_agree(p->comm, p->failed);
    if (status == OCK_OK) {
        status = ock_comm_gather(p->comm, p->intervals, p->intervals, p->interval_counts,
                                 p->interval_offsets);
    }
    for (uint32_t lane = 0; is_root(p) && status == OCK_OK && lane < p->map.lanes; lane++) {
        if (p->failed == OCK_OK) {
            p->failed = code_intervals(p, lane, codec->position, p->intervals + lane * p->step,
                                       symbols_in_step(p, lane, codec->position, count));
        }
    }
    return status;
}

static ock_status finish_step(void *context, ock_codec *codec, size_t count)
{
    ock_encode_port *p = context;
    ock_status status = codec->light ? OCK_OK : code_step(p, codec, count);
    for (uint32_t lane = 0; is_root(p) && status == OCK_OK && lane < p->map.lanes; lane++) {
        ock_digest_update(&p->coders[lane].digest, ock_history_at(&codec->history, lane, 0),
                          symbols_in_step(p, lane, codec->position, count));
    }
    return status;
}

/* ---- checkpoints ---- */

static ock_status flush(void *context, ock_codec *codec, ock_produced *produced)
{
    ock_encode_port *p = context;
    (void)codec;
    if (p->failed != OCK_OK) {
        return p->failed;
    }
    return ock_spool_flush(p->spool, &produced->bytes, produced->digest);
}

/* The digest of what a lane has read before `position`, from the input. */
static ock_status digest_lane(ock_encode_port *p, uint32_t lane, uint64_t position)
{
    uint8_t block[4096];
    uint64_t length = ock_lane_length(&p->map, lane), end = position < length ? position : length;
    ock_digest_start(&p->coders[lane].digest);
    for (uint64_t at = 0; at < end;) {
        size_t count = end - at < sizeof block ? (size_t)(end - at) : sizeof block;
        ock_status status =
            ock_input_read(p->input, ock_lane_begin(&p->map, lane) + at, block, count);
        if (status != OCK_OK) {
            return status;
        }
        ock_digest_update(&p->coders[lane].digest, block, count);
        at += count;
    }
    ock_comm_progress(p->comm);
    return OCK_OK;
}

static ock_status go_back(void *context, uint64_t position, const ock_produced *produced)
{
    ock_encode_port *p = context;
    ock_status status = ock_spool_go_back(p->spool, produced->bytes, produced->digest);
    for (uint32_t lane = 0; lane < p->map.lanes && status == OCK_OK; lane++) {
        status = digest_lane(p, lane, position);
    }
    return status;
}

static const ock_state_field coder_fields[] = {
    OCK_STATE_VALUE("coder.low", lane_coder, encoder.low),
    OCK_STATE_VALUE("coder.range", lane_coder, encoder.range),
    OCK_STATE_VALUE("coder.pending", lane_coder, encoder.pending),
    OCK_STATE_VALUE("coder.held", lane_coder, encoder.held),
    OCK_STATE_VALUE("coder.has_held", lane_coder, encoder.has_held),
};

static void show_state(void *context, ock_state_visitor *visitor)
{
    ock_encode_port *p = context;
    for (size_t f = 0; f < sizeof coder_fields / sizeof coder_fields[0]; f++) {
        for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
            ock_state_show_root(visitor, &coder_fields[f], is_root(p) ? &p->coders[lane] : NULL);
        }
    }
    ock_state_show(visitor, &(ock_state_part){"trace", OCK_HELD_BY_ROOT, 0, sizeof *p->trace,
                                              p->trace_marks, is_root(p) ? p->trace : NULL});
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        ock_state_show(visitor,
                       &(ock_state_part){"spool", OCK_HELD_BY_ROOT, 0, sizeof(uint64_t), 2,
                                         is_root(p) ? ock_spool_place(p->spool, lane) : NULL});
    }
}

static const ock_state_field shared_fields[] = {
    OCK_STATE_VALUE("lane.range", lane_coder, encoder.range),
    OCK_STATE_VALUE("lane.shifted", lane_coder, shifted),
};

/* What has left the range is in the spool, or is held back. */
static void show_shared(void *context, ock_state_visitor *visitor)
{
    ock_encode_port *p = context;
    for (uint32_t lane = 0; lane < p->map.lanes && is_root(p); lane++) {
        lane_coder *c = &p->coders[lane];
        c->shifted = ock_spool_bytes(p->spool, lane) + c->encoder.has_held + c->encoder.pending;
    }
    for (size_t f = 0; f < sizeof shared_fields / sizeof shared_fields[0]; f++) {
        for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
            ock_state_show_root(visitor, &shared_fields[f], is_root(p) ? &p->coders[lane] : NULL);
        }
    }
}

static ock_status check(const void *context)
{
    const ock_encode_port *p = context;
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        if (!ock_encoder_is_sound(&p->coders[lane].encoder, ock_lane_length(&p->map, lane))) {
            return ock_fail(OCK_BAD_DATA, "the state of lane %" PRIu32 " is impossible: its coder",
                            lane);
        }
    }
    return OCK_OK;
}

static const ock_port_files files = {flush, go_back, check};

ock_port ock_encode_port_calls(ock_encode_port *p)
{
    return (ock_port){false, begin_step, finish_position, finish_step,
                      p,     show_state, &files,          show_shared};
}

ock_status ock_encode_port_finish(ock_encode_port *p, ock_encode_result *result)
{
    if (p->failed != OCK_OK) {
        return p->failed;
    }
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        lane_coder *coder = &p->coders[lane];
        ock_status status = ock_encoder_finish(&coder->encoder, sink, coder);
        if (status != OCK_OK) {
            return status;
        }
        p->lane_bytes[lane] = ock_spool_bytes(p->spool, lane);
        ock_digest_finish(&coder->digest, p->lane_digests[lane]);
    }
    *result = (ock_encode_result){p->lane_bytes, p->trace, p->trace_marks, p->lane_digests};
    return OCK_OK;
}
