/* SPDX-License-Identifier: MIT */
/* state_compare.c - compares two streams of state and finds the tensor of the first difference. */
#include "state/state_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct comparison {
    ock_state_pipe *theirs;
    void *context;
    uint8_t *piece; /* (OCK_STATE_PIECE) of theirs */
    uint64_t done;  /* bytes of the stream */
    ock_state_difference *difference;
    uint64_t place; /* of the first difference in the stream */
} comparison;

static ock_status compare_piece(void *context, void *bytes, size_t count)
{
    comparison *c = context;
    const uint8_t *ours = bytes;
    ock_status status = c->theirs(c->context, c->piece, count);
    if (status != OCK_OK || c->difference->found || memcmp(ours, c->piece, count) == 0) {
        c->done += count;
        return status;
    }
    size_t at = 0;
    while (ours[at] == c->piece[at]) {
        at++;
    }
    c->difference->found = true;
    c->difference->ours = ours[at];
    c->difference->theirs = c->piece[at];
    c->place = c->done + at;
    return OCK_OK;
}

/* Passes over parts until the one the place lies in. */
static ock_status find_part(void *context, const ock_state_part *part)
{
    comparison *c = context;
    uint64_t bytes = (uint64_t)part->count * part->element;
    ock_state_difference *d = c->difference;
    if (d->name[0] != '\0') {
        return OCK_OK;
    }
    if (c->place >= bytes) {
        c->place -= bytes;
        return OCK_OK;
    }
    snprintf(d->name, sizeof d->name, "%s", part->name);
    d->index = part->index;
    d->element = c->place / part->element;
    d->byte = (size_t)(c->place % part->element);
    return OCK_OK;
}

ock_status ock_state_compare(ock_comm *comm, const ock_lane_map *map, const ock_state_owner *owner,
                             ock_state_pipe *theirs, void *context,
                             ock_state_difference *difference)
{
    comparison c = {.theirs = theirs, .context = context, .difference = difference};
    ock_state_visitor finder = {.visit = find_part, .context = &c};
    ock_status status = OCK_OK;
    *difference = (ock_state_difference){0};
    c.piece = malloc(OCK_STATE_PIECE);
    if (c.piece == NULL) {
        status = ock_fail_memory(OCK_STATE_PIECE, "comparing the state");
    }
    status = ock_comm_agree(comm, status);
    if (status == OCK_OK) {
        status = ock_state_save(comm, map, owner, compare_piece, &c);
    }
    if (status == OCK_OK && difference->found) {
        owner->show(owner->context, &finder);
    }
    free(c.piece);
    return status;
}
