/* port_encode.c - each step: own lanes' symbols are read, shared, coded by rank 0. */
#include "codec/port_encode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "coder/coder.h"

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
    ock_source input; /* without calls on a rank that can't read it */
    const uint8_t *readable;
    ock_lane_sink sink; /* rank 0 */
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

/* A rank's part of the gathered message is its lanes' symbols and one status byte behind them. */
static void plan_messages(ock_encode_port *p)
{
    for (int r = 0; r < ock_comm_size(p->comm); r++) {
        ock_range lanes = lanes_of(p, r);
        size_t count = ock_range_length(lanes);
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
    size_t own_count = ock_range_length(own), at_root = is_root(p) ? lanes : 0;
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
    p->trace_marks = trace_marks_for(plan->map.input_bytes);
    ock_arena_init(&p->arena, memory);
    ock_status status = allocate(p);
    if (status != OCK_OK) {
        return status;
    }
    plan_messages(p);
    if (is_root(p)) {
        start_lanes(p);
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

static ock_status read_lanes(const ock_encode_port *p, ock_range lanes, const ock_step *step,
                             uint8_t *symbols)
{
    ock_status status = OCK_OK;
    for (size_t i = lanes.begin; i < lanes.end && status == OCK_OK; i++) {
        uint32_t lane = (uint32_t)i;
        size_t present = ock_step_symbols(step, lane);
        if (present > 0) {
            status =
                p->input.read_at(p->input.context, ock_lane_begin(&p->map, lane) + step->position,
                                 symbols + (i - lanes.begin) * p->step, present);
        }
    }
    return status;
}

/* Rank 0: fills in what ranks without access to the input could not bring. */
static ock_status read_for_others(ock_encode_port *p, const ock_step *step)
{
    ock_status status = OCK_OK;
    for (int r = 1; r < ock_comm_size(p->comm) && status == OCK_OK; r++) {
        if (!p->readable[r]) {
            status = read_lanes(p, lanes_of(p, r), step, p->message + p->symbol_offsets[r]);
        }
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
                   p->message + p->symbol_offsets[r] + (lane - lanes.begin) * p->step,
                   ock_step_symbols(step, (uint32_t)lane));
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

static ock_status append(void *context, const uint8_t *bytes, size_t count)
{
    const lane_coder *coder = context;
    return coder->sink->append(coder->sink->context, coder->lane, bytes, count);
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
        ock_status status = ock_encoder_put(&coder->encoder, intervals[i], append, coder);
        if (status != OCK_OK) {
            return status;
        }
    }
    trace_lane(p, ock_lane_begin(&p->map, lane) + position, intervals, count);
    return OCK_OK;
}

/* Whether all lanes repeat, as is expected: lane 0's transcript has the answer. A failure of rank 0
 * is agreed on at the next step, or by whoever ends the run. */
static void answer(ock_encode_port *p, const ock_codec *codec, ock_step *step)
{
    step->light = ock_regular_holds(&codec->regular, &codec->history);
    ock_interval interval = ock_regular_interval(&codec->regular, step->light);
    if (is_root(p)) {
        p->failed = code_intervals(p, 0, step->position, &interval, 1);
    }
}

static ock_status begin_step(void *context, ock_codec *codec, ock_step *step)
{
    ock_encode_port *p = context;
    int rank = ock_comm_rank(p->comm);
    uint8_t *order = p->message + message_bytes(p) - 1;
    ock_status mine = p->failed;
    if (mine == OCK_OK && p->readable[rank]) {
        mine = read_lanes(p, lanes_of(p, rank), step, p->mine);
    }
    p->mine[p->symbol_counts[rank] - 1] = (uint8_t)mine;
    ock_status status =
        ock_comm_gather(p->comm, p->mine, p->message, p->symbol_counts, p->symbol_offsets);
    if (status == OCK_OK && rank == 0 && mine == OCK_OK) {
        mine = read_for_others(p, step);
        p->message[p->symbol_counts[0] - 1] = (uint8_t)mine;
    }
    *order = (uint8_t)step->order;
    if (status == OCK_OK) {
        status = ock_comm_bcast(p->comm, p->message, message_bytes(p));
    }
    step->order = (ock_order)*order;
    if (status == OCK_OK && any_failed(p)) {
        status = ock_comm_agree(p->comm, mine);
    }
    if (status == OCK_OK) {
        store_symbols(p, codec, step);
    }
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

/* Collects the step's intervals and codes them; rank 0's own failure waits like that of answer. */
static ock_status code_step(ock_encode_port *p, const ock_codec *codec, const ock_step *step)
{
    size_t own = ock_range_length(codec->share.lanes);
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
            p->failed = code_intervals(p, lane, step->position, p->intervals + lane * p->step,
                                       ock_step_symbols(step, lane));
        }
    }
    return status;
}

static ock_status finish_step(void *context, ock_codec *codec, const ock_step *step)
{
    ock_encode_port *p = context;
    ock_status status = step->light ? OCK_OK : code_step(p, codec, step);
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
                             begin + (position < length ? position : length), ock_comm_tick,
                             p->comm);
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

ock_status ock_encode_port_read_places(const ock_lane_map *map, ock_state_pipe *read, void *context,
                                       ock_lane_place *places)
{
    place_reader reader = {.read = read, .context = context};
    const ock_lane_sink sink = {.place = place_of, .context = &reader};
    ock_state_visitor visitor = {.visit = read_part, .context = &reader};
    state_parts s = {
        .lanes = map->lanes, .trace_marks = trace_marks_for(map->input_bytes), .sink = &sink};
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
    return (ock_port){false, begin_step, finish_position, finish_step,
                      p,     show_state, &saving,         show_shared};
}

ock_status ock_encode_port_finish(ock_encode_port *p, ock_encode_result *result)
{
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
