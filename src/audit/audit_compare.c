/* SPDX-License-Identifier: MIT */
/* audit_compare.c - merges the digests of two runs, and narrows the span in which they part. */
#include "audit/audit_compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

ock_status ock_comparisons_add(ock_comparisons *list, uint64_t step, bool same)
{
    ock_status status = ock_grow((void **)&list->at, list->count, &list->room, sizeof *list->at,
                                 "the comparison of two runs");
    if (status == OCK_OK) {
        list->at[list->count++] = (ock_comparison){step, same};
    }
    return status;
}

ock_status ock_comparisons_merge(ock_comparisons *list, const ock_digests *first,
                                 const ock_digests *second)
{
    ock_status status = OCK_OK;
    size_t i = 0, j = 0;
    while (i < first->count && j < second->count && status == OCK_OK) {
        const ock_mark *x = &first->at[i], *y = &second->at[j];
        if (x->step == y->step) {
            status = ock_comparisons_add(list, x->step,
                                         memcmp(x->digest, y->digest, OCK_MARK_BYTES) == 0);
            i++;
            j++;
        } else if (x->step < y->step) {
            i++;
        } else {
            j++;
        }
    }
    return status;
}

ock_parting ock_parting_of(const ock_comparison *comparisons, size_t count)
{
    ock_parting span = {0, 0};
    for (size_t i = 0; i < count; i++) {
        const ock_comparison *c = &comparisons[i];
        if (!c->same && (span.parted == 0 || c->step < span.parted)) {
            span.parted = c->step;
        }
    }
    for (size_t i = 0; i < count; i++) {
        const ock_comparison *c = &comparisons[i];
        if (c->same && c->step > span.agreed && (span.parted == 0 || c->step < span.parted)) {
            span.agreed = c->step;
        }
    }
    return span;
}

static bool has_each_step(const ock_trail *t)
{
    return t->states.count > 0;
}

ock_replays ock_replays_for(const ock_trail trails[2], ock_parting span)
{
    const ock_replays none = {0};
    ock_replays replays = {.first = span.agreed + 1, .last = span.parted};
    if (span.parted <= span.agreed + 1) {
        return none;
    }
    for (int i = 0; i < 2; i++) {
        if (!has_each_step(&trails[i]) && trails[i].kind != OCK_TRAIL_FILE) {
            return none;
        }
        replays.wanted[i] = !has_each_step(&trails[i]);
    }
    return replays.wanted[0] || replays.wanted[1] ? replays : none;
}
