/* SPDX-License-Identifier: MIT */
/* corners.c - follows the edges of a mesh. */
#include "contexts/corners.h"

#include <string.h>

#include "contexts/hash.h"

enum { THREE = OCK_TRIANGLE_CORNERS, BITS = 15, MASK = OCK_CORNERS_KEPT - 1, MOST_SEEN = 60 };

_Static_assert((int)OCK_CORNERS_KEPT == 1 << (int)BITS, "a place each");

/* ---- corners that are kept ---- */

static const uint8_t *bytes_of(const ock_corners *c, uint64_t number)
{
    return c->bytes[number & MASK];
}

static bool is_at(const ock_corners *c, uint64_t number, const uint8_t *bytes)
{
    return memcmp(bytes_of(c, number), bytes, OCK_CORNER_BYTES) == 0;
}

static bool are_same(const ock_corners *c, uint64_t a, uint64_t b)
{
    return is_at(c, a, bytes_of(c, b));
}

static uint16_t *entry_of(ock_corners *c, const uint8_t *bytes)
{
    uint64_t low;
    uint32_t high;
    memcpy(&low, bytes, sizeof low);
    memcpy(&high, bytes + sizeof low, sizeof high);
    return &c->newest[ock_hash_place(ock_hash_pair(low, high), BITS)];
}

/* -> 1 + the number of the newest one with these bytes, or 0. */
static uint64_t find(const ock_corner_guess *g, ock_corners *c, const uint8_t *bytes)
{
    const uint64_t back = (g->count - *entry_of(c, bytes)) & UINT16_MAX;
    if (back == 0 || back > g->count || back > OCK_CORNERS_KEPT ||
        !is_at(c, g->count - back, bytes)) {
        return 0;
    }
    return 1 + g->count - back;
}

/* The triangle at work is whole. */
static void add(ock_corner_guess *g, ock_corners *c, const uint8_t *bytes)
{
    for (unsigned v = 0; v < THREE; v++) {
        const uint64_t number = g->count + v, at = number & MASK;
        const uint64_t back = g->known[v] > 0 ? number - (g->known[v] - 1) : 0;
        memcpy(c->bytes[at], bytes + (size_t)v * OCK_CORNER_BYTES, OCK_CORNER_BYTES);
        c->before[at] = (uint16_t)(back < OCK_CORNERS_KEPT - THREE ? back : 0);
        *entry_of(c, c->bytes[at]) = (uint16_t)number;
    }
    g->count += THREE;
}

/* ---- edges ---- */

/* The corners after (step 1) and before (step 2) one, in all its triangles that are kept, the newest first. */
enum { FAN = 12, AFTER = 1, BEFORE = 2 };
typedef struct fan {
    unsigned count;
    uint64_t after[FAN], before[FAN];
} fan;

static uint64_t turned(uint64_t number, unsigned step)
{
    const uint64_t v = number % THREE;
    return number - v + (v + step) % THREE;
}

/* known: as ock_corner_guess has it. */
static fan fan_of(const ock_corner_guess *g, const ock_corners *c, uint64_t known)
{
    fan f = {0};
    for (uint64_t number = known - 1; known > 0 && f.count < FAN; f.count++) {
        const uint64_t back = c->before[number & MASK];
        f.after[f.count] = turned(number, AFTER);
        f.before[f.count] = turned(number, BEFORE);
        if (back == 0 || g->count - (number - back) > OCK_CORNERS_KEPT - THREE || back > number) {
            f.count++;
            break;
        }
        number -= back;
    }
    return f;
}

/* ---- who is expected ---- */

static bool is_among(const ock_corners *c, const uint64_t *numbers, unsigned count, uint64_t number)
{
    for (unsigned i = 0; i < count; i++) {
        if (are_same(c, numbers[i], number)) {
            return true;
        }
    }
    return false;
}

static void expect(ock_corner_guess *g, const ock_corners *c, unsigned v, uint64_t number,
                   uint64_t kind)
{
    uint64_t rank = 0;
    bool known = g->expected == OCK_CORNERS_EXPECTED;
    for (unsigned k = 0; k < v; k++) {
        known = known || (g->known[k] > 0 && are_same(c, g->known[k] - 1, number));
    }
    for (uint64_t i = 0; i < g->expected; i++) {
        known = known || are_same(c, g->of[i].number, number);
        rank += g->of[i].kind == kind;
    }
    if (!known) {
        g->of[g->expected].number = number;
        g->of[g->expected].kind = kind;
        g->of[g->expected].rank = rank < OCK_CORNER_RANKS ? rank : OCK_CORNER_RANKS - 1;
        g->expected++;
    }
}

/* Where an edge leads to one and none leads back, in a fan; wanted: what is in the other list too, or all. */
static void expect_open(ock_corner_guess *g, const ock_corners *c, unsigned v, const uint64_t *to,
                        const uint64_t *back, unsigned count, const fan *wanted, uint64_t kind)
{
    for (unsigned i = 0; i < count; i++) {
        if (!is_among(c, back, count, to[i]) &&
            (wanted == NULL || (is_among(c, wanted->after, wanted->count, to[i]) &&
                                !is_among(c, wanted->before, wanted->count, to[i])))) {
            expect(g, c, v, to[i], kind);
        }
    }
}

static void expect_last(ock_corner_guess *g, const ock_corners *c, unsigned v, uint64_t which)
{
    if (g->count > 0) {
        expect(g, c, v, g->count - THREE + which, OCK_CORNER_SAME + which);
    }
}

/* Between two corners, the one before it and the one after it (known as in ock_corner_guess). */
static void expect_between(ock_corner_guess *g, const ock_corners *c, unsigned v, uint64_t before,
                           uint64_t after)
{
    const fan a = fan_of(g, c, before), b = fan_of(g, c, after);
    expect_open(g, c, v, a.before, a.after, a.count, &b, OCK_CORNER_BOTH);
    expect_open(g, c, v, a.before, a.after, a.count, NULL, OCK_CORNER_AFTER);
    expect_open(g, c, v, b.after, b.before, b.count, NULL, OCK_CORNER_UNTO);
}

/* The first one lies, with the triangle before, on both sides of that one's edge from its second to its third. */
static void expect_first(ock_corner_guess *g, const ock_corners *c)
{
    if (g->count == 0) {
        return;
    }
    const uint64_t first = g->count - THREE;
    const fan a = fan_of(g, c, first + 1), b = fan_of(g, c, first + 3);
    expect_between(g, c, 0, first + 2, first + 3);
    expect_open(g, c, 0, b.before, b.after, b.count, NULL, OCK_CORNER_AROUND);
    expect_open(g, c, 0, a.after, a.before, a.count, NULL, OCK_CORNER_AROUND);
    for (uint64_t v = THREE; v-- > 0;) {
        expect_last(g, c, 0, v);
    }
}

static void expect_second(ock_corner_guess *g, const ock_corners *c)
{
    const fan a = fan_of(g, c, g->known[0]);
    expect_last(g, c, 1, 2);
    expect_open(g, c, 1, a.before, a.after, a.count, NULL, OCK_CORNER_AFTER);
    expect_last(g, c, 1, 1);
    expect_last(g, c, 1, 0);
    for (unsigned i = 0; i < a.count; i++) {
        expect(g, c, 1, a.before[i], OCK_CORNER_AROUND);
    }
}

static void expect_third(ock_corner_guess *g, const ock_corners *c)
{
    const uint64_t last = g->count;
    if (last > 0 && g->known[1] > 0 && are_same(c, g->known[1] - 1, last - 1)) {
        expect_last(g, c, 2, 1);
    }
    expect_between(g, c, 2, g->known[1], g->known[0]);
    for (uint64_t v = THREE; v-- > 0;) {
        expect_last(g, c, 2, v);
    }
}

/* ---- following ---- */

/* The case that corner v is in. */
static size_t case_of(const ock_corner_guess *g, unsigned v)
{
    const uint64_t kind = g->kind[v > 0 ? v - 1 : 0];
    return (size_t)v * OCK_CORNER_KINDS + (size_t)kind;
}

static size_t others(const ock_corner_guess *g)
{
    return (size_t)(g->expected < OCK_CORNER_RANKS ? g->expected : OCK_CORNER_RANKS - 1);
}

static double share_of(const ock_corner_guess *g, size_t at, uint64_t kind, uint64_t rank)
{
    const double first = 0.3;
    return g->right[at][kind][rank].seen == 0 ? first : g->right[at][kind][rank].share;
}

static void count(ock_corner_guess *g, size_t at, uint64_t kind, uint64_t rank, bool right)
{
    const double least = 0.003, share = share_of(g, at, kind, rank);
    uint64_t *seen = &g->right[at][kind][rank].seen;
    *seen += *seen < MOST_SEEN;
    g->right[at][kind][rank].share = share + ((right ? 1.0 : least) - share) / (double)(*seen + 1);
}

/* Corner v is known. */
static void learn(ock_corner_guess *g, ock_corners *c, unsigned v, const uint8_t *bytes)
{
    const size_t at = case_of(g, v);
    uint64_t kind = OCK_CORNER_OTHER;
    for (uint64_t i = 0; i < g->expected; i++) {
        const bool right = is_at(c, g->of[i].number, bytes);
        count(g, at, g->of[i].kind, g->of[i].rank, right);
        kind = right ? g->of[i].kind : kind;
    }
    count(g, at, OCK_CORNER_OTHER, others(g), kind == OCK_CORNER_OTHER);
    g->kind[v] = kind;
    g->known[v] = find(g, c, bytes);
}

void ock_corners_follow(ock_corner_guess *g, ock_corners *c, const uint8_t *bytes, unsigned known)
{
    const unsigned v = known / OCK_CORNER_BYTES;
    if (v == 0 || known % OCK_CORNER_BYTES != 0) {
        return;
    }
    learn(g, c, v - 1, bytes + known - OCK_CORNER_BYTES);
    g->expected = 0;
    if (v == 1) {
        expect_second(g, c);
    } else if (v == 2) {
        expect_third(g, c);
    } else {
        add(g, c, bytes);
        expect_first(g, c);
    }
}

/* ---- weighing ---- */

/* -log2 of the share of all but the likeliest, in whole numbers. */
static uint8_t certainty_of(double most, double sum)
{
    enum { MOST = 14 };
    uint8_t certainty = 1;
    double rest = sum - most;
    while (certainty <= MOST && 2.0 * rest <= sum) {
        rest = 2.0 * rest;
        certainty++;
    }
    return certainty;
}

ock_corner_opinion ock_corners_weigh(const ock_corner_guess *g, const ock_corners *c,
                                     const uint8_t *bytes, unsigned known, ock_byte_shares *shares)
{
    enum { LATER = 16, TELLING = 4 }; /* bytes: more of them make nothing surer */
    const unsigned v = known / OCK_CORNER_BYTES, own = known % OCK_CORNER_BYTES;
    const uint8_t *begin = bytes + known - own;
    const size_t at = case_of(g, v);
    double share[256] = {0}, other = share_of(g, at, OCK_CORNER_OTHER, others(g)), sum = 0.0;
    uint8_t likeliest = 0;
    for (uint64_t i = 0; i < g->expected; i++) {
        const uint8_t *expected = bytes_of(c, g->of[i].number);
        if (memcmp(expected, begin, own) == 0) {
            const double right = share_of(g, at, g->of[i].kind, g->of[i].rank);
            const uint8_t next = expected[own];
            share[next] = share[next] + right;
            sum = sum + right;
            likeliest = share[next] > share[likeliest] ? next : likeliest;
        }
    }
    if (sum == 0.0) {
        return (ock_corner_opinion){0};
    }
    for (unsigned i = 0; i < own && i < TELLING; i++) {
        other = other / 64.0;
    }
    shares->below[0] = 0.0;
    for (unsigned x = 0; x < 256; x++) {
        shares->below[x + 1] = shares->below[x] + share[x] + other / 256.0;
    }
    const unsigned certainty = certainty_of(share[likeliest], sum + other);
    return (ock_corner_opinion){likeliest, (uint8_t)(certainty + (own > 0 ? LATER : 0))};
}

bool ock_corners_is_sound(const ock_corner_guess *g)
{
    bool sound = g->count % THREE == 0 && g->expected <= OCK_CORNERS_EXPECTED;
    for (unsigned v = 0; v < THREE; v++) {
        sound = sound && g->known[v] <= g->count && g->kind[v] < OCK_CORNER_KINDS;
    }
    for (uint64_t i = 0; sound && i < g->expected; i++) {
        sound = g->of[i].number < g->count && g->of[i].kind < OCK_CORNER_KINDS &&
                g->of[i].rank < OCK_CORNER_RANKS;
    }
    return sound;
}
