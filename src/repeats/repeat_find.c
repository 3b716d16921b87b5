/* SPDX-License-Identifier: MIT */
/* repeat_find.c - anchors by all members of the team, repeats by one. */
#include "repeats/repeat_find.h"

#include <string.h>

#include "base/alive.h"
#include "base/arena.h"
#include "repeats/view.h"

enum {
    WINDOW = OCK_REPEAT_WINDOW,
    BLOCK = 1 << 20,          /* bytes hashed by a member at once */
    MOST_BLOCKS = 64,         /* in a batch */
    MOST_ANCHORS = BLOCK / 8, /* of a block; runs may have more, and need none */
    MOST_TABLE_BITS = 26,
    LEAST_TABLE_BITS = 10,
    LEAST_SAMPLING = 4,
    PLACE_BITS = 48,  /* of a table entry; the others are a check */
    OLD_PAGES = 1024, /* in memory, of what repeats refer to */
    NEW_PAGES = 64,   /* and of where they are */
    LONGEST_PERIOD = 4096,
    PERIOD_BYTES = 64 /* that a run must have repeated already */
};

/* A place in the text: its window ends there. */
typedef struct anchor {
    uint32_t end; /* counted from the block's beginning */
    uint64_t hash;
} anchor;

typedef struct block {
    const uint8_t *bytes; /* WINDOW others stand before them */
    size_t count;
    size_t anchor_count;
    anchor *anchors; /* (MOST_ANCHORS) */
} block;

typedef struct finder {
    const ock_source *text;
    uint64_t bytes; /* of the text */
    uint64_t shortest;
    ock_repeats *found;
    ock_arena arena;
    uint64_t gear[256]; /* what a byte adds to the hash */
    unsigned sampling;  /* top bits that are zero in an anchor's hash */
    unsigned table_bits;
    uint64_t *table; /* check and end of the latest anchor there; 0: none */
    size_t blocks;   /* in a batch */
    uint8_t *batch;  /* (WINDOW + blocks * BLOCK) */
    block *of;       /* (blocks) */
    ock_view older, newer;
    uint64_t covered;  /* the text before it is prior, or in repeats already */
    uint64_t distance; /* of the last repeat; 0: none */
    uint64_t seen;     /* of the latest anchor or look for a period */
    uint64_t patience; /* bytes without an anchor until a period is looked for */
} finder;

/* ---- anchors ---- */

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): the finaliser of their
 * generator, of multiples of the golden ratio. */
static uint64_t random_of(uint64_t number)
{
    uint64_t z = (number + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* A byte leaves the hash after 64 others have come: each doubles its share. In runs of some bytes every place
 * would be an anchor: one of a hash is enough, until there is another one. */
static void find_anchors(const finder *f, block *b)
{
    const uint64_t *gear = f->gear;
    const unsigned shift = 64 - f->sampling;
    uint64_t hash = 0, last = UINT64_MAX;
    size_t count = 0;
    for (size_t i = 0; i < WINDOW; i++) {
        hash = (hash << 1) + gear[*(b->bytes - WINDOW + i)];
    }
    for (size_t i = 0; i < b->count; i++) {
        hash = (hash << 1) + gear[b->bytes[i]];
        if (hash >> shift == 0 && hash != last && count < MOST_ANCHORS) {
            b->anchors[count++] = (anchor){(uint32_t)i + 1, hash};
            last = hash;
        }
    }
    b->anchor_count = count;
}

/* Members take every count-th block. */
static void work(void *context, const ock_worker *me)
{
    finder *f = context;
    for (size_t i = me->index; i < f->blocks; i += me->count) {
        find_anchors(f, &f->of[i]);
    }
}

/* ---- repeats ---- */

/* When the list is full, what is short makes room, and from then on shorter ones are not taken. */
static ock_status take(finder *f, uint64_t target, uint64_t source, uint64_t length)
{
    while (f->found->count == OCK_MAX_REPEATS) {
        f->shortest *= 2;
        ock_repeats_drop_short(f->found, f->shortest);
    }
    if (length < f->shortest) {
        return OCK_OK;
    }
    f->covered = target + length;
    f->distance = target - source;
    return ock_repeats_append(f->found, target - f->found->prior_bytes, source, length);
}

/* What is equal around two places of the text, the later of which is not covered; it is a repeat if it is long
 * enough. */
static ock_status try_place(finder *f, uint64_t older, uint64_t newer)
{
    uint64_t before = 0, after = 0;
    ock_status status =
        ock_view_equal_before(&f->older, older, &f->newer, newer, newer - f->covered, &before);
    if (status == OCK_OK && before < WINDOW && newer - f->covered > before) {
        return OCK_OK; /* another window with the same hash */
    }
    if (status == OCK_OK) {
        status = ock_view_equal_after(&f->older, older, &f->newer, newer, f->bytes, &after);
    }
    if (status != OCK_OK || before + after < f->shortest) {
        return status;
    }
    return take(f, newer - before, older - before, before + after);
}

/* Runs of a short period: what comes before `end` stands there a period earlier too. */
static ock_status try_period(finder *f, uint64_t end)
{
    uint8_t bytes[LONGEST_PERIOD + PERIOD_BYTES];
    const size_t count = end < sizeof bytes ? (size_t)end : sizeof bytes;
    if (count <= PERIOD_BYTES) {
        return OCK_OK;
    }
    ock_status status = f->text->read_at(f->text->context, end - count, bytes, count);
    const size_t longest = count - PERIOD_BYTES;
    const uint8_t *last = bytes + longest;
    for (size_t period = 1; period <= longest && status == OCK_OK; period++) {
        if (memcmp(last, last - period, PERIOD_BYTES) == 0) {
            return try_place(f, end - period, end);
        }
    }
    return status;
}

static uint64_t least_patience(const finder *f)
{
    enum { ANCHORS = 16 };
    return (uint64_t)ANCHORS << f->sampling;
}

/* There is no anchor between the last one and `to`: every now and then a period is looked for, more and
 * more rarely as long as there is none. Behind what is covered it starts over. */
static ock_status look_for_periods(finder *f, uint64_t to)
{
    ock_status status = OCK_OK;
    while (to - f->seen > f->patience && status == OCK_OK) {
        const uint64_t at = f->seen + f->patience;
        f->seen = at;
        f->patience *= 2;
        if (at > f->covered) {
            status = try_period(f, at);
        }
        if (at <= f->covered) {
            f->patience = least_patience(f);
        }
    }
    return status;
}

/* The text goes on as after the last repeat, or as where the same anchor was last. */
static ock_status try_anchor(finder *f, uint64_t end, uint64_t there)
{
    ock_status status = OCK_OK;
    if (f->distance != 0 && end - f->covered <= BLOCK) {
        status = try_place(f, end - f->distance, end);
    }
    if (status == OCK_OK && there != 0 && end > f->covered) {
        status = try_place(f, there, end);
    }
    return status;
}

static ock_status meet_anchor(finder *f, uint64_t end, uint64_t hash)
{
    const uint64_t mixed = hash * UINT64_C(0xD6E8FEB86659FD93);
    const uint64_t mask = ((uint64_t)1 << PLACE_BITS) - 1;
    uint64_t *entry = &f->table[mixed >> (64 - f->table_bits)];
    const uint64_t check = mixed << MOST_TABLE_BITS & ~mask;
    const uint64_t there = (*entry & ~mask) == check ? *entry & mask : 0;
    *entry = check | (end & mask);
    f->seen = end;
    f->patience = least_patience(f);
    if (end <= f->covered || end < WINDOW) {
        return OCK_OK;
    }
    return try_anchor(f, end, there);
}

static ock_status meet_block(finder *f, const block *b, uint64_t begin)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < b->anchor_count && status == OCK_OK; i++) {
        const uint64_t end = begin + b->anchors[i].end;
        status = look_for_periods(f, end);
        if (status == OCK_OK) {
            status = meet_anchor(f, end, b->anchors[i].hash);
        }
    }
    return status != OCK_OK || b->count == 0 ? status : look_for_periods(f, begin + b->count);
}

/* ---- the walk ---- */

/* The next bytes of the text, after the last WINDOW of those before. */
static ock_status read_batch(finder *f, uint64_t begin, size_t before)
{
    const uint64_t left = f->bytes - begin;
    const size_t most = f->blocks * (size_t)BLOCK, count = left < most ? (size_t)left : most;
    memmove(f->batch, f->batch + before, WINDOW);
    for (size_t i = 0; i < f->blocks; i++) {
        const size_t at = i * (size_t)BLOCK, there = at < count ? count - at : 0;
        f->of[i].bytes = f->batch + WINDOW + at;
        f->of[i].count = there < BLOCK ? there : BLOCK;
    }
    return f->text->read_at(f->text->context, begin, f->batch + WINDOW, count);
}

static ock_status walk(finder *f, ock_team *team)
{
    const size_t batch = f->blocks * (size_t)BLOCK;
    ock_status status = OCK_OK;
    for (uint64_t begin = 0; begin < f->bytes && status == OCK_OK; begin += batch) {
        status = read_batch(f, begin, begin == 0 ? 0 : batch);
        if (status == OCK_OK) {
            ock_team_run(team, work, f);
        }
        for (size_t i = 0; i < f->blocks && status == OCK_OK; i++) {
            status = meet_block(f, &f->of[i], begin + i * (uint64_t)BLOCK);
            ock_alive();
        }
    }
    return status;
}

/* Anchors are as dense as the shortest repeat wants, and as the table holds. */
static void choose_sizes(finder *f, ock_team *team)
{
    enum { ANCHORS_EACH = 8 };
    f->sampling = LEAST_SAMPLING;
    while (f->shortest >> (f->sampling + 1) >= ANCHORS_EACH) {
        f->sampling++;
    }
    while (f->bytes >> f->sampling > (uint64_t)1 << MOST_TABLE_BITS) {
        f->sampling++;
    }
    f->table_bits = LEAST_TABLE_BITS;
    while (f->table_bits < MOST_TABLE_BITS &&
           (uint64_t)1 << (f->table_bits - 1) < f->bytes >> f->sampling) {
        f->table_bits++;
    }
    const uint64_t all = f->bytes / BLOCK + 1;
    const size_t wanted = 4 * ock_team_size(team);
    f->blocks = wanted < MOST_BLOCKS ? wanted : MOST_BLOCKS;
    f->blocks = f->blocks < all ? f->blocks : (size_t)all;
}

static ock_status prepare(finder *f)
{
    anchor *anchors = NULL;
    const ock_arena_part parts[] = {{&f->table, (size_t)1 << f->table_bits, sizeof *f->table},
                                    {&f->batch, WINDOW + f->blocks * (size_t)BLOCK, 1},
                                    {&f->of, f->blocks, sizeof *f->of},
                                    {&anchors, f->blocks * (size_t)MOST_ANCHORS, sizeof *anchors}};
    ock_status status =
        ock_arena_take_parts(&f->arena, parts, OCK_PARTS(parts), "looking for repeats");
    if (status == OCK_OK) {
        status = ock_view_init(&f->older, f->text, f->bytes, OLD_PAGES, &f->arena);
    }
    if (status == OCK_OK) {
        status = ock_view_init(&f->newer, f->text, f->bytes, NEW_PAGES, &f->arena);
    }
    for (size_t i = 0; i < f->blocks && status == OCK_OK; i++) {
        f->of[i].anchors = anchors + i * (size_t)MOST_ANCHORS;
    }
    for (size_t i = 0; i < 256; i++) {
        f->gear[i] = random_of(i);
    }
    return status;
}

ock_status ock_repeats_find(const ock_source *text, uint64_t prior_bytes, uint64_t input_bytes,
                            uint64_t shortest, ock_team *team, ock_memory *memory,
                            ock_repeats *repeats)
{
    finder f = {.text = text,
                .bytes = prior_bytes + input_bytes,
                .shortest = shortest,
                .found = repeats,
                .covered = prior_bytes};
    ock_repeats_start(repeats, prior_bytes, input_bytes);
    ock_arena_init(&f.arena, memory);
    choose_sizes(&f, team);
    f.patience = least_patience(&f);
    ock_status status = prepare(&f);
    if (status == OCK_OK) {
        status = walk(&f, team);
    }
    ock_arena_free(&f.arena);
    return status;
}
