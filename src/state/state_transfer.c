/* SPDX-License-Identifier: MIT */
/* state_transfer.c - moves the state's parts between their holders and rank 0. */
#include "state/state_transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpi/reduce.h"
#include "plan/share.h"

typedef struct transfer {
    ock_comm *comm;
    int rank, ranks;
    bool load;
    ock_share *shares;     /* (ranks) */
    ock_message *messages; /* (ranks) */
    size_t message_count;
    uint8_t *buffer; /* (OCK_STATE_PIECE) at rank 0 */
    ock_state_pipe *pipe;
    void *context;
    ock_status failed; /* the pipe's first failure */
} transfer;

/* Bytes [begin, end) of a part. */
typedef struct extent {
    size_t begin, end;
} extent;

static bool contains(ock_range range, uint32_t index)
{
    return index >= range.begin && index < range.end;
}

bool ock_state_is_held(const ock_share *share, int rank, const ock_state_part *part)
{
    switch (part->holder) {
    case OCK_HELD_BY_ALL:
        return true;
    case OCK_HELD_BY_WORKERS:
        return share->shards.begin < share->shards.end;
    case OCK_HELD_BY_LANE:
        return contains(share->lanes, part->index);
    case OCK_HELD_BY_SHARD:
        return contains(share->shards, part->index);
    case OCK_HELD_BY_GROUP:
        return contains(share->groups, part->index);
    default:
        return rank == 0;
    }
}

/* The same, for a transfer: what workers hold is loaded by all. */
static bool holds(const transfer *t, int rank, const ock_state_part *part)
{
    return (t->load && part->holder == OCK_HELD_BY_WORKERS) ||
           ock_state_is_held(&t->shares[rank], rank, part);
}

/* What of the piece a rank has; *at: where the part's byte 0 would lie from its data. */
static extent held_by(const transfer *t, int rank, const ock_state_part *part, extent piece,
                      size_t *at)
{
    *at = 0;
    if (part->holder != OCK_HELD_BY_SLICE) {
        return holds(t, rank, part) ? piece : (extent){0, 0};
    }
    ock_range slice = ock_slice(part->count, t->ranks, rank);
    size_t begin = slice.begin * part->element, end = slice.end * part->element;
    *at = begin;
    begin = begin > piece.begin ? begin : piece.begin;
    end = end < piece.end ? end : piece.end;
    return begin < end ? (extent){begin, end} : (extent){0, 0};
}

/* Rank 0 and `rank` are to exchange bytes of the piece: adds the message, or copies. Only a holder has data to
 * point into. */
static void arrange(transfer *t, int rank, const ock_state_part *part, extent piece, extent held,
                    size_t at)
{
    const size_t bytes = held.end - held.begin;
    uint8_t *own = t->rank == rank ? (uint8_t *)part->data + (held.begin - at) : NULL;
    uint8_t *buffer = t->rank == 0 ? t->buffer + (held.begin - piece.begin) : NULL;
    if (rank == 0 && t->rank == 0) {
        memcpy(t->load ? own : buffer, t->load ? buffer : own, bytes);
    } else if (t->rank == 0) {
        t->messages[t->message_count++] = (ock_message){rank, buffer, bytes};
    } else if (t->rank == rank) {
        t->messages[t->message_count++] = (ock_message){0, own, bytes};
    }
}

static void arrange_all(transfer *t, const ock_state_part *part, extent piece)
{
    t->message_count = 0;
    for (int rank = 0; rank < t->ranks; rank++) {
        size_t at;
        extent held = held_by(t, rank, part, piece, &at);
        if (held.begin == held.end) {
            continue;
        }
        arrange(t, rank, part, piece, held, at);
        if (!t->load && part->holder != OCK_HELD_BY_SLICE) {
            return; /* one replica is enough */
        }
    }
}

static ock_status exchange(transfer *t)
{
    bool sends = t->load == (t->rank == 0);
    if (t->message_count == 0) {
        return OCK_OK;
    }
    return ock_comm_exchange(t->comm, t->messages, sends ? t->message_count : 0, t->messages,
                             sends ? 0 : t->message_count);
}

static void run_pipe(transfer *t, void *bytes, size_t count)
{
    if (t->rank == 0 && t->failed == OCK_OK) {
        t->failed = t->pipe(t->context, bytes, count);
    }
}

static bool goes_to_everyone(const transfer *t, const ock_state_part *part)
{
    return t->load && (part->holder == OCK_HELD_BY_ALL || part->holder == OCK_HELD_BY_WORKERS);
}

static ock_status move_piece(transfer *t, const ock_state_part *part, extent piece)
{
    size_t bytes = piece.end - piece.begin;
    if (goes_to_everyone(t, part)) {
        uint8_t *own = (uint8_t *)part->data + piece.begin;
        run_pipe(t, own, bytes);
        return ock_comm_bcast(t->comm, own, bytes);
    }
    if (!t->load && part->holder != OCK_HELD_BY_SLICE && holds(t, 0, part)) {
        run_pipe(t, t->rank == 0 ? (uint8_t *)part->data + piece.begin : NULL, bytes);
        return OCK_OK;
    }
    if (t->load) {
        run_pipe(t, t->buffer, bytes);
    }
    arrange_all(t, part, piece);
    ock_status status = exchange(t);
    if (!t->load && status == OCK_OK) {
        run_pipe(t, t->buffer, bytes);
    }
    return status;
}

static ock_status move_part(void *context, const ock_state_part *part)
{
    transfer *t = context;
    size_t bytes = part->element * part->count;
    ock_status status = OCK_OK;
    for (size_t at = 0; at < bytes && status == OCK_OK; at += OCK_STATE_PIECE) {
        size_t end = bytes - at < OCK_STATE_PIECE ? bytes : at + OCK_STATE_PIECE;
        status = move_piece(t, part, (extent){at, end});
    }
    ock_comm_progress(t->comm);
    return status;
}

static ock_status start(transfer *t, const ock_lane_map *map)
{
    t->rank = ock_comm_rank(t->comm);
    t->ranks = ock_comm_size(t->comm);
    t->shares = calloc((size_t)t->ranks, sizeof *t->shares);
    t->messages = calloc((size_t)t->ranks, sizeof *t->messages);
    t->buffer = t->rank == 0 ? malloc(OCK_STATE_PIECE) : NULL;
    if (t->shares == NULL || t->messages == NULL || (t->rank == 0 && t->buffer == NULL)) {
        return ock_fail_memory(OCK_STATE_PIECE, "moving the state");
    }
    for (int rank = 0; rank < t->ranks; rank++) {
        t->shares[rank] = ock_share_of(map, t->ranks, rank);
    }
    return OCK_OK;
}

static ock_status run(transfer *t, const ock_lane_map *map, const ock_state_owner *owner)
{
    ock_state_visitor visitor = {.visit = move_part, .context = t};
    ock_status status = ock_comm_agree(t->comm, start(t, map));
    if (status == OCK_OK) {
        owner->show(owner->context, &visitor);
        status = visitor.status; /* of message passing alone: nothing can be agreed on any more */
    }
    if (status == OCK_OK) {
        status = ock_comm_agree(t->comm, t->failed);
    }
    free(t->shares);
    free(t->messages);
    free(t->buffer);
    return status;
}

ock_status ock_state_save(ock_comm *comm, const ock_lane_map *map, const ock_state_owner *owner,
                          ock_state_pipe *pipe, void *context)
{
    transfer t = {.comm = comm, .load = false, .pipe = pipe, .context = context};
    return run(&t, map, owner);
}

ock_status ock_state_load(ock_comm *comm, const ock_lane_map *map, const ock_state_owner *owner,
                          ock_state_pipe *pipe, void *context)
{
    transfer t = {.comm = comm, .load = true, .pipe = pipe, .context = context};
    return run(&t, map, owner);
}

/* ---- description ---- */

typedef struct description {
    FILE *text;
    char name[OCK_STATE_NAME_BYTES];
    size_t element;
    uint64_t count;
    uint64_t bytes; /* of all parts */
} description;

static void end_line(description *d)
{
    if (d->name[0] != '\0') {
        fprintf(d->text, "%s %zu %" PRIu64 "\n", d->name, d->element, d->count);
    }
    d->count = 0;
}

static ock_status describe_part(void *context, const ock_state_part *part)
{
    description *d = context;
    if (strcmp(d->name, part->name) != 0) {
        end_line(d);
        snprintf(d->name, sizeof d->name, "%s", part->name);
        d->element = part->element;
    }
    d->count += part->count;
    d->bytes += (uint64_t)part->count * part->element;
    return OCK_OK;
}

ock_status ock_state_describe(const ock_state_owner *owner, char **text, uint64_t *bytes)
{
    size_t length = 0;
    description d = {.text = open_memstream(text, &length)};
    ock_state_visitor visitor = {.visit = describe_part, .context = &d};
    if (d.text == NULL) {
        return ock_fail_memory(length, "the list of tensors");
    }
    owner->show(owner->context, &visitor);
    end_line(&d);
    bool good = ferror(d.text) == 0;
    good = fclose(d.text) == 0 && good;
    *bytes = d.bytes;
    if (good) {
        return OCK_OK;
    }
    free(*text);
    *text = NULL;
    return ock_fail_memory(length, "the list of tensors");
}
