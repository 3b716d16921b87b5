/* SPDX-License-Identifier: MIT */
/* copies.c - finds and follows copies of either strand. */
#include "mixing/copies.h"

static uint32_t mask_of(const ock_match_index *index)
{
    return (1u << index->ring_bits) - 1;
}

uint8_t ock_copy_symbol(const ock_match_index *index, const ock_bases *bases, unsigned way,
                        const ock_copy *copy)
{
    const uint8_t symbol = ock_match_symbol_at(index, copy->lane, copy->place);
    return way == OCK_COPY_TURNED ? ock_bases_opposite(bases, symbol) : symbol;
}

static unsigned missed(const ock_copy *copy, uint32_t recent)
{
    return (unsigned)__builtin_popcount(copy->misses & recent);
}

unsigned ock_copy_kind(const ock_copy *copy)
{
    static const uint8_t ends[OCK_COPY_LENGTHS - 1] = {1,  2,  3,  4,  6,  8,  11, 14,
                                                       16, 20, 24, 32, 48, 96, 255};
    const unsigned misses = missed(copy, UINT32_MAX);
    unsigned length = 0;
    while (length < OCK_COPY_LENGTHS - 1 && copy->length >= ends[length]) {
        length++;
    }
    return (misses < OCK_COPY_MISSES ? misses : OCK_COPY_MISSES - 1) * OCK_COPY_LENGTHS + length;
}

void ock_copy_follow(const ock_match_index *index, const ock_bases *bases, unsigned way,
                     ock_copy *copy, uint8_t symbol)
{
    enum { RECENT = 0xFFFF, TOO_MANY = 8 };
    if (copy->active == 0) {
        return;
    }
    const bool right = ock_copy_symbol(index, bases, way, copy) == symbol;
    copy->misses = copy->misses << 1 | !right;
    copy->length = right ? copy->length + (copy->length < OCK_MATCH_MAX_LENGTH) : 0;
    copy->place += way == OCK_COPY_TURNED ? UINT32_MAX : 1;
    copy->place &= mask_of(index);
    copy->active = missed(copy, RECENT) < TOO_MANY;
}

/* How many of the newest symbols the copy would have got right without a miss. */
static uint32_t verified(const ock_match_index *index, const ock_bases *bases, unsigned way,
                         const ock_copy *copy, size_t lane)
{
    enum { MOST = 32 };
    const uint64_t written = index->written[lane];
    ock_copy back = *copy;
    uint32_t length = 0;
    while (length < MOST && length < written) {
        back.place += way == OCK_COPY_TURNED ? 1 : UINT32_MAX;
        if (ock_copy_symbol(index, bases, way, &back) !=
            ock_match_symbol_at(index, lane, written - 1 - length)) {
            break;
        }
        length++;
    }
    return length;
}

/* What the index has, if it is a copy. */
static ock_copy look_up(const ock_match_index *index, const ock_bases *bases, unsigned way,
                        size_t lane)
{
    const uint64_t context = way == OCK_COPY_TURNED ? ock_bases_turned(bases, OCK_COPY_ORDER)
                                                    : ock_bases_order(bases, OCK_COPY_ORDER);
    const uint32_t entry = *ock_match_base_entry(index, context);
    ock_copy found = {.lane = entry >> index->ring_bits, .place = entry & mask_of(index)};
    if (entry != 0) {
        found.place -= way == OCK_COPY_TURNED ? OCK_COPY_ORDER + 1 : 0;
        found.place &= mask_of(index);
        found.length = verified(index, bases, way, &found, lane);
        found.active = found.length >= OCK_COPY_ORDER;
    }
    return found;
}

/* Whether a goes before b. */
static bool is_better(const ock_copy *a, const ock_copy *b)
{
    if (a->active != b->active) {
        return a->active > b->active;
    }
    return a->length > b->length;
}

/* Puts a copy in its place among those of its way. */
static void put(ock_copy *copies, ock_copy better)
{
    for (unsigned i = 0; i < OCK_COPIES; i += OCK_COPY_WAYS) {
        const ock_copy *known = &copies[i];
        if (known->active != 0 && known->lane == better.lane && known->place == better.place) {
            return;
        }
    }
    for (unsigned i = 0; i < OCK_COPIES; i += OCK_COPY_WAYS) {
        if (is_better(&better, &copies[i])) {
            const ock_copy worse = copies[i];
            copies[i] = better;
            better = worse;
        }
    }
}

static void sort(ock_copy *copies)
{
    for (unsigned i = OCK_COPY_WAYS; i < OCK_COPIES; i += OCK_COPY_WAYS) {
        for (unsigned k = i; k > 0 && is_better(&copies[k], &copies[k - OCK_COPY_WAYS]);
             k -= OCK_COPY_WAYS) {
            const ock_copy better = copies[k];
            copies[k] = copies[k - OCK_COPY_WAYS];
            copies[k - OCK_COPY_WAYS] = better;
        }
    }
}

void ock_copies_find(const ock_match_index *index, const ock_bases *bases, ock_copy *copies,
                     size_t lane)
{
    for (unsigned way = 0; way < OCK_COPY_WAYS; way++) {
        sort(copies + way);
        const ock_copy found = look_up(index, bases, way, lane);
        if (found.active != 0) {
            put(copies + way, found);
        }
    }
}
