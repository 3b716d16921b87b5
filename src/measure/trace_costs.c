/* SPDX-License-Identifier: MIT */
/* trace_costs.c - costs of what the lanes have, brought to the bytes of the input that they stand for. */
#include "measure/trace_costs.h"

#include <string.h>

#include "base/bytes.h"
#include "measure/trace_format.h"
#include "transforms/transforms.h"

enum { PIECE = 1024, Q24_TO_Q8 = 16, HALF = 1 << 15 };

static uint64_t place_in_file(uint64_t offset)
{
    return OCK_TRACE_HEAD_BYTES + OCK_TRACE_COST_BYTES * offset;
}

/* What is there and this, at most what two bytes hold. */
static void add_to(ock_trace_costs *c, uint8_t *bytes, uint32_t cost)
{
    const uint32_t before = (uint32_t)ock_get_le(bytes, OCK_TRACE_COST_BYTES);
    const uint32_t room = OCK_TRACE_MOST - before, added = cost < room ? cost : room;
    ock_put_le(bytes, before + added, OCK_TRACE_COST_BYTES);
    c->sum += added;
}

/* The costs of bytes that lie behind each other in the input; at most PIECE. */
static ock_status add_run(ock_trace_costs *c, uint64_t offset, const uint32_t *costs, size_t count)
{
    uint8_t bytes[OCK_TRACE_COST_BYTES * PIECE];
    const size_t size = OCK_TRACE_COST_BYTES * count;
    ock_status status = c->to.read_at(c->to.context, place_in_file(offset), bytes, size);
    if (status != OCK_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        add_to(c, bytes + OCK_TRACE_COST_BYTES * i, costs[i]);
    }
    return c->to.write_at(c->to.context, place_in_file(offset), bytes, size);
}

/* ---- spread evenly ---- */

/* What the first `part` of `whole` get of a cost. */
static uint64_t share_of(uint64_t cost, uint64_t part, uint64_t whole)
{
    return (uint64_t)((unsigned __int128)cost * part / whole);
}

/* Over `count` bytes of the input, which are those from number `first` on of the `whole` that share the cost. */
static ock_status spread_run(ock_trace_costs *c, uint64_t offset, uint64_t count, uint64_t cost,
                             uint64_t first, uint64_t whole)
{
    uint32_t costs[PIECE];
    ock_status status = OCK_OK;
    for (uint64_t done = 0; done < count && status == OCK_OK; done += PIECE) {
        const size_t piece = count - done < PIECE ? (size_t)(count - done) : PIECE;
        const uint64_t from = first + done;
        uint64_t before = share_of(cost, from, whole);
        if (share_of(cost, from + piece, whole) == before) {
            continue; /* they get nothing */
        }
        for (size_t i = 0; i < piece; i++) {
            const uint64_t until = share_of(cost, from + i + 1, whole);
            costs[i] = (uint32_t)(until - before);
            before = until;
        }
        status = add_run(c, offset + done, costs, piece);
    }
    return status;
}

/* Over the bytes [begin, end) of the rest. */
static ock_status spread_over_rest(ock_trace_costs *c, uint64_t begin, uint64_t end, uint64_t cost)
{
    ock_status status = OCK_OK;
    for (uint64_t at = begin, bytes = 0; at < end && status == OCK_OK; at += bytes) {
        const ock_rest_run run = ock_repeats_place(&c->condensed->repeats, at);
        bytes = run.bytes < end - at ? run.bytes : end - at;
        status = spread_run(c, run.offset, bytes, cost, at - begin, end - begin);
    }
    return status;
}

/* ---- what the lanes have ---- */

/* How many bytes of the input lie behind each other, each of which one of the lanes from `at` on stands for; 0 where
 * several do. *offset: where. */
static uint64_t straight(const ock_condensed *condensed, uint64_t at, uint64_t *offset)
{
    const ock_made_place place = ock_transforms_place(&condensed->transforms, at);
    if (place.in != NULL && place.in->kind <= OCK_WRAPPED) {
        return 0;
    }
    const uint64_t in_rest = place.within + (place.in != NULL ? place.in->begin : 0);
    const ock_rest_run run = ock_repeats_place(&condensed->repeats, in_rest);
    *offset = run.offset;
    return run.bytes < place.bytes ? run.bytes : place.bytes;
}

/* At most PIECE. */
static ock_status add_made(ock_trace_costs *c, uint64_t at, const uint32_t *costs, size_t count)
{
    ock_status status = OCK_OK;
    for (size_t i = 0, bytes = 0; i < count && status == OCK_OK; i += bytes) {
        uint64_t offset = 0;
        const uint64_t run = straight(c->condensed, at + i, &offset);
        bytes = run < count - i ? (size_t)run : count - i;
        if (run > 0) {
            status = add_run(c, offset, costs + i, bytes);
        } else {
            const ock_stream_part part = ock_transforms_origin(&c->condensed->transforms, at + i);
            bytes = 1;
            status = spread_over_rest(c, part.begin, part.end, costs[i]);
        }
    }
    return status;
}

/* Rounded so that the sum of a call is right to half a unit. */
static ock_status add(void *context, uint64_t at, const ock_interval *intervals, size_t count)
{
    uint32_t costs[PIECE];
    uint64_t exact = HALF;
    ock_status status = OCK_OK;
    for (size_t done = 0, piece = 0; done < count && status == OCK_OK; done += piece) {
        piece = count - done < PIECE ? count - done : PIECE;
        for (size_t i = 0; i < piece; i++) {
            const uint64_t before = exact >> Q24_TO_Q8;
            exact += ock_code_length_q24(intervals[done + i]);
            costs[i] = (uint32_t)((exact >> Q24_TO_Q8) - before);
        }
        status = add_made(context, at + done, costs, piece);
    }
    return status;
}

ock_cost_sink ock_trace_costs_sink(ock_trace_costs *costs)
{
    return (ock_cost_sink){add, costs};
}

ock_status ock_trace_costs_start(ock_trace_costs *c, const ock_target *to,
                                 const ock_condensed *condensed, uint64_t input_bytes)
{
    static const uint8_t nothing[OCK_TRACE_HEAD_BYTES];
    *c = (ock_trace_costs){.to = *to, .condensed = condensed, .input_bytes = input_bytes};
    ock_status status = to->write_at(to->context, 0, nothing, sizeof nothing);
    return status != OCK_OK || input_bytes == 0 /* the rest reads as zeros */
               ? status
               : to->write_at(to->context, place_in_file(input_bytes - 1), nothing,
                              OCK_TRACE_COST_BYTES);
}

/* ---- the end ---- */

static uint64_t share_of_list(size_t bytes, size_t i, size_t count)
{
    const uint64_t cost = (uint64_t)8 * OCK_TRACE_BIT * bytes;
    return share_of(cost, i + 1, count) - share_of(cost, i, count);
}

static ock_status add_lists(ock_trace_costs *c, const ock_container_info *info)
{
    const ock_repeats *repeats = &c->condensed->repeats;
    const ock_transforms *spans = &c->condensed->transforms;
    const ock_regions *layouts = &c->condensed->layouts;
    ock_status status = OCK_OK;
    for (size_t i = 0; i < repeats->count && status == OCK_OK; i++) {
        const ock_repeat *r = &repeats->of[i];
        status = spread_run(c, r->target, r->length,
                            share_of_list(info->repeats_bytes, i, repeats->count), 0, r->length);
    }
    for (size_t i = 0; i < spans->count && status == OCK_OK; i++) {
        const ock_transform *t = &spans->of[i];
        status = spread_over_rest(c, t->begin, t->begin + t->length,
                                  share_of_list(info->transforms_bytes, i, spans->count));
    }
    for (size_t i = 0; i < layouts->count && status == OCK_OK; i++) {
        const ock_region *r = &layouts->of[i];
        status = spread_run(c, r->begin, r->length,
                            share_of_list(info->layouts_bytes, i, layouts->count), 0, r->length);
    }
    return status;
}

static uint64_t payload_bytes(const ock_container_info *info)
{
    uint64_t sum = info->repeats_bytes + info->transforms_bytes + info->layouts_bytes;
    for (uint32_t lane = 0; lane < info->lanes; lane++) {
        sum += info->lane_bytes[lane];
    }
    return sum;
}

ock_status ock_trace_costs_finish(ock_trace_costs *c, const ock_container_info *info)
{
    static const char magic[8] = OCK_TRACE_MAGIC;
    uint8_t head[OCK_TRACE_HEAD_BYTES];
    const ock_status status = add_lists(c, info);
    if (status != OCK_OK) {
        return status;
    }
    memcpy(head, magic, sizeof magic);
    ock_put_le(head + 8, c->input_bytes, 8);
    ock_put_le(head + 16, c->sum, 8);
    ock_put_le(head + 24, payload_bytes(info), 8);
    memcpy(head + 32, info->input_digest, OCK_DIGEST_BYTES);
    return c->to.write_at(c->to.context, 0, head, sizeof head);
}
