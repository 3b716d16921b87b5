/* SPDX-License-Identifier: MIT */
/* port_encode.c - each step: own lanes' symbols are read, shared, coded by rank 0.
 *
 * No rank waits for a message of the step it works on. A step's symbols are sent while the one before is
 * coded, for the encoder knows its input. Its intervals travel while it is trained on and the next one is
 * coded: rank 0 takes them in at the end of that, or when somebody asks for the coders' state. */
#include "codec/port_encode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "coder/coder.h"
#include "mpi/flight.h"

/* In a status byte: the rank was asked to stop the run. */
enum { ASKED = 0x80 };

/* What rank 0 keeps for a lane. */
typedef struct lane_coder {
    ock_digest digest;
    ock_encoder encoder;
    uint32_t lane;
    const ock_lane_sink *sink; /* the port's */
    uint64_t shifted;          /* bytes that left the range so far, for show_shared */
} lane_coder;

struct ock_encode_port {
    ock_lane_map map;
    size_t step;
    ock_comm *comm;
    ock_source input;       /* without calls on a rank that can't read it */
    ock_place_of *place_of; /* NULL: the lanes have the whole input */
    const void *places;
    uint64_t input_bytes; /* of that */
    const uint8_t *readable;
    ock_lane_sink sink;  /* rank 0 */
    ock_cost_sink costs; /* likewise; without a call: nobody asks */
    ock_arena arena;
    /* One message a step: of each rank its lanes' symbols of the step that follows, `step` apart, and a status
     * byte; of rank 0 also the lanes of those who can't read, and its order for this step. */
    uint8_t *message;
    size_t *symbol_counts, *symbol_offsets; /* (ranks) parts of the message */
    size_t *symbols_at;                     /* (ranks) where the lanes of a rank are */
    ock_flight *symbols_flight;
    bool ahead; /* the message has the symbols from ahead_from on */
    uint64_t ahead_from;
    ock_status told;                            /* this rank's in the message */
    ock_interval *intervals;                    /* (lanes, step) at rank 0, own lanes elsewhere */
    size_t *interval_counts, *interval_offsets; /* (ranks) */
    ock_flight *intervals_flight;
    bool awaited; /* intervals of the step `sent` are under way to rank 0 */
    ock_step sent;
    lane_coder *coders; /* (lanes) at rank 0 */
    uint64_t *lane_bytes, *trace;
    uint32_t trace_marks;
    uint8_t (*lane_digests)[OCK_DIGEST_BYTES];
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

/* Behind the lanes' symbols of a rank that can read there are, in rank 0's part, those of ranks that can't;
 * each part ends with a status byte, which rank 0's order stands before. */
static void plan_symbols(ock_encode_port *p)
{
    const int ranks = ock_comm_size(p->comm);
    size_t at = 0;
    for (int r = 0; r < ranks; r++) {
        p->symbol_offsets[r] = at;
        for (int of = r; of < ranks; of++) {
            if (of == r ? p->readable[r] != 0 : r == 0 && p->readable[of] == 0) {
                p->symbols_at[of] = at;
                at += ock_range_length(lanes_of(p, of)) * p->step;
            }
        }
        at += r == 0 ? 2 : 1;
        p->symbol_counts[r] = at - p->symbol_offsets[r];
    }
}

static void plan_messages(ock_encode_port *p)
{
    plan_symbols(p);
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        ock_range lanes = lanes_of(p, r);
        p->interval_counts[r] = ock_range_length(lanes) * p->step * sizeof(ock_interval);
        p->interval_offsets[r] = lanes.begin * p->step * sizeof(ock_interval);
    }
}

static uint8_t *status_of(const ock_encode_port *p, int rank)
{
    return p->message + p->symbol_offsets[rank] + p->symbol_counts[rank] - 1;
}

/* Rank 0's for all. */
static uint8_t *order_of(const ock_encode_port *p)
{
    return status_of(p, 0) - 1;
}

/* Where the trace would be a large part of the file there is none. */
static uint32_t trace_marks_for(uint64_t input_bytes)
{
    const uint64_t marks = input_bytes / OCK_TRACE_PART_BYTES;
    if (input_bytes < OCK_TRACE_LEAST_BYTES) {
        return 0;
    }
    return marks < OCK_TRACE_MIN_MARKS   ? OCK_TRACE_MIN_MARKS
           : marks > OCK_TRACE_MAX_MARKS ? OCK_TRACE_MAX_MARKS
                                         : (uint32_t)marks;
}

static size_t message_bytes(const ock_encode_port *p)
{
    return p->map.lanes * p->step + (size_t)ock_comm_size(p->comm) + 1;
}

static ock_status allocate(ock_encode_port *p)
{
    size_t ranks = (size_t)ock_comm_size(p->comm), lanes = p->map.lanes;
    ock_range own = lanes_of(p, ock_comm_rank(p->comm));
    size_t own_count = ock_range_length(own), at_root = is_root(p) ? lanes : 0;
    size_t held = is_root(p) ? lanes : own_count;
    const ock_arena_part parts[] = {{&p->message, message_bytes(p), 1},
                                    {&p->symbol_counts, ranks, sizeof(size_t)},
                                    {&p->symbol_offsets, ranks, sizeof(size_t)},
                                    {&p->symbols_at, ranks, sizeof(size_t)},
                                    {&p->interval_counts, ranks, sizeof(size_t)},
                                    {&p->interval_offsets, ranks, sizeof(size_t)},
                                    {&p->intervals, held * p->step, sizeof(ock_interval)},
                                    {&p->coders, at_root, sizeof(lane_coder)},
                                    {&p->lane_bytes, at_root, sizeof(uint64_t)},
                                    {&p->lane_digests, at_root, OCK_DIGEST_BYTES},
                                    {&p->trace, OCK_TRACE_MAX_MARKS, sizeof(uint64_t)}};
    return ock_arena_take_parts(&p->arena, parts, OCK_PARTS(parts), "the encoder");
}

static void start_lanes(ock_encode_port *p)
{
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        lane_coder *coder = &p->coders[lane];
        coder->lane = lane;
        coder->sink = &p->sink;
        ock_encoder_start(&coder->encoder);
        ock_digest_start(&coder->digest);
    }
}

ock_status ock_encode_port_new(const ock_plan *plan, ock_comm *comm, ock_memory *memory,
                               const ock_source *input, const uint8_t *readable,
                               const ock_lane_sink *sink, ock_encode_port **port)
{
    ock_encode_port *p = calloc(1, sizeof *p);
    *port = p;
    if (p == NULL) {
        return ock_fail_memory(sizeof *p, "the encoder");
    }
    p->map = plan->map;
    p->step = plan->config.step;
    p->comm = comm;
    p->input = input != NULL ? *input : (ock_source){NULL, NULL};
    p->readable = readable;
    p->sink = sink != NULL ? *sink : (ock_lane_sink){.context = NULL};
    p->input_bytes = plan->input_bytes;
    p->trace_marks = trace_marks_for(plan->input_bytes);
    ock_arena_init(&p->arena, memory);
    ock_status status = allocate(p);
    if (status == OCK_OK) {
        status = ock_flight_new(comm, &p->symbols_flight);
    }
    if (status == OCK_OK) {
        status = ock_flight_new(comm, &p->intervals_flight);
    }
    if (status != OCK_OK) {
        return status;
    }
    plan_messages(p);
    if (is_root(p)) {
        start_lanes(p);
    }
    return OCK_OK;
}

void ock_encode_port_use_places(ock_encode_port *p, ock_place_of *place_of, const void *context)
{
    p->place_of = place_of;
    p->places = context;
}

void ock_encode_port_tell_costs(ock_encode_port *p, const ock_cost_sink *sink)
{
    p->costs = *sink;
}

void ock_encode_port_free(ock_encode_port *p)
{
    if (p == NULL) {
        return;
    }
    ock_flight_free(p->symbols_flight);
    ock_flight_free(p->intervals_flight);
    ock_arena_free(&p->arena);
    free(p);
}

/* Reads the symbols of a rank's lanes to their place in the message. */
static ock_status read_lanes(const ock_encode_port *p, int rank, const ock_step *step)
{
    const ock_range lanes = lanes_of(p, rank);
    ock_status status = OCK_OK;
    for (size_t i = lanes.begin; i < lanes.end && status == OCK_OK; i++) {
        uint32_t lane = (uint32_t)i;
        size_t present = ock_step_symbols(step, lane);
        if (present > 0) {
            status = p->input.read_at(
                p->input.context, ock_lane_begin(&p->map, lane) + step->position,
                p->message + p->symbols_at[rank] + (i - lanes.begin) * p->step, present);
        }
    }
    return status;
}

/* What this rank brings to the message: its own lanes, and rank 0 those of ranks that can't read. */
static ock_status read_step(const ock_encode_port *p, const ock_step *step)
{
    const int rank = ock_comm_rank(p->comm);
    ock_status status = p->readable[rank] ? read_lanes(p, rank, step) : OCK_OK;
    for (int r = 1; r < ock_comm_size(p->comm) && rank == 0 && status == OCK_OK; r++) {
        status = p->readable[r] ? OCK_OK : read_lanes(p, r, step);
    }
    return status;
}

/* Puts the message's symbols where the predictor looks for them. */
static void store_symbols(const ock_encode_port *p, ock_codec *codec, const ock_step *step)
{
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        ock_range lanes = lanes_of(p, r);
        for (size_t lane = lanes.begin; lane < lanes.end; lane++) {
            memcpy(ock_history_at(&codec->history, lane, 0),
                   p->message + p->symbols_at[r] + (lane - lanes.begin) * p->step,
                   ock_step_symbols(step, (uint32_t)lane));
        }
    }
}

/* Whether any rank's status byte reports a failure; on the way, who was asked. */
static bool any_failed(const ock_encode_port *p, ock_codec *codec)
{
    bool failed = false;
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        const uint8_t told = *status_of(p, r);
        codec->asked = (told & ASKED) != 0 ? r : codec->asked;
        failed = failed || (told & ~ASKED) != OCK_OK;
    }
    return failed;
}

/* Sends the symbols of a step, and with them this rank's status so far. */
static ock_status send_ahead(ock_encode_port *p, const ock_codec *codec, const ock_step *step,
                             ock_order order)
{
    if (p->failed == OCK_OK) {
        p->failed = read_step(p, step);
    }
    p->told = p->failed;
    p->ahead_from = step->position;
    *status_of(p, ock_comm_rank(p->comm)) =
        (uint8_t)((int)p->told | (ock_codec_is_asked(codec) ? ASKED : 0));
    if (is_root(p)) {
        *order_of(p) = (uint8_t)order;
    }
    return ock_flight_start_allgather(p->symbols_flight, p->message, p->symbol_counts,
                                      p->symbol_offsets);
}

/* When any rank had failed, all agree on whose failure it is. */
static ock_status take_ahead(ock_encode_port *p, ock_codec *codec)
{
    ock_status status = ock_flight_finish(p->symbols_flight);
    if (status == OCK_OK && any_failed(p, codec)) {
        status = ock_comm_agree(p->comm, p->told);
    }
    p->ahead = status == OCK_OK;
    return status;
}

static ock_status append(void *context, const uint8_t *bytes, size_t count)
{
    const lane_coder *coder = context;
    return coder->sink->append(coder->sink->context, coder->lane, bytes, count);
}

/* Which part of the input a byte of the lanes belongs to: part i is [length*i/marks, length*(i+1)/marks). */
static uint32_t trace_part(const ock_encode_port *p, uint64_t at)
{
    const uint64_t offset = p->place_of != NULL ? p->place_of(p->places, at) : at;
    return ock_trace_part(offset, p->input_bytes, p->trace_marks);
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
        ock_status status = ock_encoder_put(&coder->encoder, intervals[i], append, coder);
        if (status != OCK_OK) {
            return status;
        }
    }
    const uint64_t at = ock_lane_begin(&p->map, lane) + position;
    trace_lane(p, at, intervals, count);
    return p->costs.add == NULL || count == 0
               ? OCK_OK
               : p->costs.add(p->costs.context, at, intervals, count);
}

/* Rank 0 codes the intervals that were sent last; its failure is told at the next step, or to whoever asks.
 * Not collective: all have sent theirs. */
static void take_intervals(ock_encode_port *p)
{
    if (!p->awaited) {
        return;
    }
    p->awaited = false;
    ock_status status = ock_flight_finish(p->intervals_flight);
    status = status == OCK_OK ? p->failed : status;
    for (uint32_t lane = 0; is_root(p) && status == OCK_OK && lane < p->map.lanes; lane++) {
        status = code_intervals(p, lane, p->sent.position, p->intervals + lane * p->step,
                                ock_step_symbols(&p->sent, lane));
    }
    if (p->failed == OCK_OK) {
        p->failed = status;
    }
}

/* Whether all lanes repeat, as is expected: lane 0's transcript has the answer. A failure of rank 0
 * is agreed on at the next step, or by whoever ends the run. */
static void answer(ock_encode_port *p, const ock_codec *codec, ock_step *step)
{
    step->light = ock_regular_holds(&codec->regular, &codec->history);
    ock_interval interval = ock_regular_interval(&codec->regular, step->light);
    take_intervals(p);
    if (is_root(p) && p->failed == OCK_OK) {
        p->failed = code_intervals(p, 0, step->position, &interval, 1);
    }
}

/* The one after; beyond the end it has no symbols. */
static ock_step step_after(const ock_step *step)
{
    return (ock_step){
        .map = step->map, .position = step->position + step->count, .count = step->count};
}

static ock_status begin_step(void *context, ock_codec *codec, ock_step *step)
{
    ock_encode_port *p = context;
    const ock_step next = step_after(step);
    ock_status status = OCK_OK;
    if (!p->ahead || p->ahead_from != step->position) {
        status = send_ahead(p, codec, step, OCK_ORDER_NONE);
        status = status == OCK_OK ? take_ahead(p, codec) : status;
    }
    if (status != OCK_OK) {
        return status;
    }
    p->ahead = false;
    store_symbols(p, codec, step);
    status = send_ahead(p, codec, &next, step->order);
    if (status == OCK_OK && step->expected) {
        answer(p, codec, step);
    }
    return status;
}

/* Every rank knows the step's symbols already; a failure waits for the agreement of finish_step. */
static ock_status finish_position(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                  ock_status mine)
{
    ock_encode_port *p = context;
    (void)codec;
    (void)step;
    (void)t;
    if (p->failed == OCK_OK) {
        p->failed = mine;
    }
    return OCK_OK;
}

/* Sends the step's intervals to rank 0, which takes in those of the step before. */
static ock_status send_intervals(ock_encode_port *p, const ock_codec *codec, const ock_step *step)
{
    size_t own = ock_range_length(codec->share.lanes);
    take_intervals(p);
    for (size_t i = 0; i < own * p->step; i++) {
        p->intervals[i] = codec->choices[i].interval;
    }
    p->sent = *step;
    p->sent.map = &p->map;
    p->awaited = true;
    return ock_flight_start_gather(p->intervals_flight, p->intervals, p->intervals,
                                   p->interval_counts, p->interval_offsets);
}

/* Where the run may end or go on elsewhere, nobody's failure waits for the next step. */
static ock_status settle(ock_encode_port *p, const ock_step *step)
{
    const bool last = p->ahead_from >= ock_lane_positions(&p->map);
    if (!last && step->order == OCK_ORDER_NONE) {
        return OCK_OK;
    }
    take_intervals(p);
    return ock_comm_agree(p->comm, p->failed);
}

static ock_status finish_step(void *context, ock_codec *codec, ock_step *step)
{
    ock_encode_port *p = context;
    ock_status status = take_ahead(p, codec);
    if (status == OCK_OK) {
        step->order = (ock_order)*order_of(p);
        status = step->light ? OCK_OK : send_intervals(p, codec, step);
    }
    if (status == OCK_OK) {
        status = settle(p, step);
    }
    for (uint32_t lane = 0; is_root(p) && status == OCK_OK && lane < p->map.lanes; lane++) {
        ock_digest_update(&p->coders[lane].digest, ock_history_at(&codec->history, lane, 0),
                          ock_step_symbols(step, lane));
    }
    return status;
}

/* ---- checkpoints ---- */

/* Whether the port's products outlive it: else nothing can go on from a checkpoint. */
static ock_status check_kept(const ock_encode_port *p)
{
    if (p->sink.flush == NULL || p->sink.go_back == NULL) {
        return ock_fail(OCK_INTERNAL, "a checkpoint of a transcript that isn't kept");
    }
    return OCK_OK;
}

static ock_status flush(void *context, ock_codec *codec, ock_produced *produced)
{
    ock_encode_port *p = context;
    take_intervals(p);
    ock_status status = p->failed != OCK_OK ? p->failed : check_kept(p);
    (void)codec;
    return status != OCK_OK ? status : p->sink.flush(p->sink.context, produced);
}

/* The digest of what a lane has read before `position`, from the input. */
static ock_status digest_lane(ock_encode_port *p, uint32_t lane, uint64_t position)
{
    uint64_t begin = ock_lane_begin(&p->map, lane), length = ock_lane_length(&p->map, lane);
    ock_digest *digest = &p->coders[lane].digest;
    ock_digest_start(digest);
    return ock_digest_source(digest, &p->input, begin,
                             begin + (position < length ? position : length));
}

static ock_status go_back(void *context, uint64_t position, const ock_produced *produced)
{
    ock_encode_port *p = context;
    ock_status status = check_kept(p);
    if (status == OCK_OK) {
        status = p->sink.go_back(p->sink.context, produced);
    }
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

/* What the state is made of; the pointers are NULL where another rank has it. */
typedef struct state_parts {
    uint32_t lanes, trace_marks;
    lane_coder *coders;        /* (lanes) */
    uint64_t *trace;           /* (trace_marks) */
    const ock_lane_sink *sink; /* has the places */
} state_parts;

static void show_parts(const state_parts *s, ock_state_visitor *visitor)
{
    for (size_t f = 0; f < sizeof coder_fields / sizeof coder_fields[0]; f++) {
        for (uint32_t lane = 0; lane < s->lanes; lane++) {
            ock_state_show_root(visitor, &coder_fields[f],
                                s->coders != NULL ? &s->coders[lane] : NULL);
        }
    }
    ock_state_show(visitor, &(ock_state_part){"trace", OCK_HELD_BY_ROOT, 0, sizeof *s->trace,
                                              s->trace_marks, s->trace});
    for (uint32_t lane = 0; lane < s->lanes; lane++) {
        uint64_t *place = s->sink != NULL ? s->sink->place(s->sink->context, lane) : NULL;
        ock_state_show(visitor, &(ock_state_part){"spool", OCK_HELD_BY_ROOT, 0, sizeof *place,
                                                  OCK_PLACE_NUMBERS, place});
    }
}

static void show_state(void *context, ock_state_visitor *visitor)
{
    ock_encode_port *p = context;
    state_parts parts = {.lanes = p->map.lanes, .trace_marks = p->trace_marks};
    take_intervals(p);
    if (is_root(p)) {
        parts.coders = p->coders;
        parts.trace = p->trace;
        parts.sink = &p->sink;
    }
    show_parts(&parts, visitor);
}

/* ---- a state looked at without a port ---- */

typedef struct place_reader {
    ock_state_pipe *read;
    void *context;
    uint64_t *numbers; /* (lanes, OCK_PLACE_NUMBERS) */
} place_reader;

static uint64_t *place_of(void *context, uint32_t lane)
{
    const place_reader *r = context;
    return r->numbers + (size_t)lane * OCK_PLACE_NUMBERS;
}

static ock_status read_part(void *context, const ock_state_part *part)
{
    const place_reader *r = context;
    return r->read(r->context, part->data, part->element * part->count);
}

/* What has left the range is in the sink, or is held back. */
static uint64_t shifted_of(const ock_encoder *encoder, uint64_t bytes)
{
    return bytes + encoder->has_held + encoder->pending;
}

ock_status ock_encode_port_read_places(const ock_plan *plan, ock_state_pipe *read, void *context,
                                       ock_lane_place *places)
{
    const ock_lane_map *map = &plan->map;
    place_reader reader = {.read = read, .context = context};
    const ock_lane_sink sink = {.place = place_of, .context = &reader};
    ock_state_visitor visitor = {.visit = read_part, .context = &reader};
    state_parts s = {
        .lanes = map->lanes, .trace_marks = trace_marks_for(plan->input_bytes), .sink = &sink};
    const ock_arena_part parts[] = {
        {&s.coders, s.lanes, sizeof *s.coders},
        {&s.trace, OCK_TRACE_MAX_MARKS, sizeof *s.trace},
        {&reader.numbers, (size_t)s.lanes * OCK_PLACE_NUMBERS, sizeof *reader.numbers}};
    ock_arena arena;
    ock_arena_init(&arena, NULL);
    ock_status status = ock_arena_take_parts(&arena, parts, OCK_PARTS(parts), "the lanes' coders");
    if (status == OCK_OK) {
        show_parts(&s, &visitor);
        status = visitor.status;
    }
    for (uint32_t lane = 0; lane < s.lanes && status == OCK_OK; lane++) {
        const ock_encoder *encoder = &s.coders[lane].encoder;
        places[lane] = (ock_lane_place){encoder->low, encoder->range,
                                        shifted_of(encoder, place_of(&reader, lane)[0])};
    }
    ock_arena_free(&arena);
    return status;
}

/* ---- digests of the state ---- */

static const ock_state_field shared_fields[] = {
    OCK_STATE_VALUE("lane.range", lane_coder, encoder.range),
    OCK_STATE_VALUE("lane.shifted", lane_coder, shifted),
};

static void show_shared(void *context, ock_state_visitor *visitor)
{
    ock_encode_port *p = context;
    take_intervals(p);
    for (uint32_t lane = 0; lane < p->map.lanes && is_root(p); lane++) {
        lane_coder *c = &p->coders[lane];
        c->shifted = shifted_of(&c->encoder, p->sink.bytes(p->sink.context, lane));
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

static const ock_port_saving saving = {flush, go_back, check};

ock_port ock_encode_port_calls(ock_encode_port *p)
{
    return (ock_port){.begin_step = begin_step,
                      .finish_position = finish_position,
                      .finish_step = finish_step,
                      .context = p,
                      .state = show_state,
                      .saving = &saving,
                      .shared = show_shared};
}

ock_status ock_encode_port_finish(ock_encode_port *p, ock_encode_result *result)
{
    take_intervals(p);
    if (p->failed != OCK_OK) {
        return p->failed;
    }
    for (uint32_t lane = 0; lane < p->map.lanes; lane++) {
        lane_coder *coder = &p->coders[lane];
        ock_status status = ock_encoder_finish(&coder->encoder, append, coder);
        if (status != OCK_OK) {
            return status;
        }
        p->lane_bytes[lane] = p->sink.bytes(p->sink.context, lane);
        ock_digest_finish(&coder->digest, p->lane_digests[lane]);
    }
    *result = (ock_encode_result){p->lane_bytes, p->trace, p->trace_marks, p->lane_digests};
    return OCK_OK;
}
