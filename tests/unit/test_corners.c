/* SPDX-License-Identifier: MIT */
/* test_corners.c - what a mesh says of its next corner: shared ones are expected, others are not; whatever the bytes are, states
 * are possible. */
#include "model_fixture.h"

#include "contexts/corners.h"

enum { AROUND = 24, ALONG = 16, TRIANGLES = 2 * AROUND * ALONG };

typedef struct follower {
    ock_corner_guess guess;
    ock_corners corners;
} follower;

static follower *start(void)
{
    static follower f;
    memset(&f, 0, sizeof f);
    return &f;
}

/* A corner of a torus, of AROUND by ALONG: any bytes, but always the same. */
static void put(uint8_t *to, size_t i, size_t k)
{
    const size_t corner = i % AROUND * ALONG + k % ALONG;
    for (size_t b = 0; b < OCK_CORNER_BYTES; b++) {
        to[b] = (uint8_t)fixture_bits(corner, b);
    }
}

/* Two triangles for each square, all turned alike. */
static void triangle(size_t t, uint8_t bytes[OCK_TRIANGLE_BYTES])
{
    const size_t i = t / 2 / ALONG, k = t / 2 % ALONG;
    const size_t of[2][3][2] = {{{i, k}, {i + 1, k}, {i, k + 1}},
                                {{i + 1, k + 1}, {i, k + 1}, {i + 1, k}}};
    for (size_t v = 0; v < 3; v++) {
        put(bytes + v * OCK_CORNER_BYTES, of[t % 2][v][0], of[t % 2][v][1]);
    }
}

/* Which corners of it began with the byte that was likeliest, a bit each. */
static unsigned follow(follower *f, const uint8_t bytes[OCK_TRIANGLE_BYTES])
{
    unsigned right = 0;
    for (unsigned known = 0; known < OCK_TRIANGLE_BYTES; known++) {
        ock_byte_shares shares;
        const ock_corner_opinion o =
            ock_corners_weigh(&f->guess, &f->corners, bytes, known, &shares);
        assert_in_range(o.certainty, 0, 31);
        for (unsigned x = 0; o.certainty > 0 && x < 256; x++) {
            assert_true(shares.below[x] < shares.below[x + 1]);
        }
        if (known % OCK_CORNER_BYTES == 0 && o.certainty > 0 && o.likeliest == bytes[known]) {
            right |= 1u << known / OCK_CORNER_BYTES;
        }
        ock_corners_follow(&f->guess, &f->corners, bytes, known + 1);
        assert_true(ock_corners_is_sound(&f->guess));
    }
    return right;
}

static void shared_corners_are_expected(void **state)
{
    follower *f = start();
    size_t second = 0, last = 0;
    (void)state;
    for (size_t t = 0; t < TRIANGLES; t++) {
        uint8_t bytes[OCK_TRIANGLE_BYTES];
        triangle(t, bytes);
        const unsigned right = follow(f, bytes);
        second += t % 2 == 1 && (right & 6) == 6;         /* the edge that both have */
        last += t >= TRIANGLES - 2 * ALONG && right == 7; /* where the surface closes */
    }
    assert_in_range(second, TRIANGLES / 2 - 8, TRIANGLES / 2);
    assert_in_range(last, ALONG, 2 * ALONG);
}

/* Without a mesh nothing is expected with any certainty. */
static void where_nothing_is_shared(void **state)
{
    follower *f = start();
    (void)state;
    for (size_t t = 0; t < TRIANGLES; t++) {
        uint8_t bytes[OCK_TRIANGLE_BYTES];
        for (size_t b = 0; b < OCK_TRIANGLE_BYTES; b++) {
            bytes[b] = (uint8_t)fixture_bits(1000 + t, b);
        }
        ock_byte_shares shares;
        const ock_corner_opinion o = ock_corners_weigh(&f->guess, &f->corners, bytes, 0, &shares);
        assert_true(t < 10 || (o.certainty >= 1 && o.certainty <= 2));
        (void)follow(f, bytes);
    }
}

/* What disagrees with the bytes known so far is expected no more. */
static void known_bytes_choose(void **state)
{
    follower *f = start();
    uint8_t bytes[OCK_TRIANGLE_BYTES], other[OCK_TRIANGLE_BYTES];
    ock_byte_shares shares;
    (void)state;
    for (size_t t = 0; t < 41; t++) {
        triangle(t, bytes);
        (void)follow(f, bytes);
    }
    triangle(41, bytes);
    for (unsigned known = 1; known <= OCK_CORNER_BYTES; known++) {
        ock_corners_follow(&f->guess, &f->corners, bytes, known);
    }
    memcpy(other, bytes, sizeof other);
    const unsigned begin = OCK_CORNER_BYTES, known = begin + 5;
    const ock_corner_opinion early =
        ock_corners_weigh(&f->guess, &f->corners, bytes, begin, &shares);
    const ock_corner_opinion late =
        ock_corners_weigh(&f->guess, &f->corners, bytes, known, &shares);
    assert_int_equal(early.likeliest, bytes[begin]);
    assert_int_equal(late.likeliest, bytes[known]);
    assert_true(late.certainty > early.certainty);
    for (unsigned b = begin; b < known; b++) {
        other[b] ^= 0x5A;
    }
    assert_int_equal(ock_corners_weigh(&f->guess, &f->corners, other, known, &shares).certainty, 0);
}

/* More corners than are kept, few and many of them alike; and zeros, which the tables begin with. */
static void all_bytes_are_survived(void **state)
{
    enum { MANY = OCK_CORNERS_KEPT / 3 * 2 + 100 };
    follower *f = start();
    (void)state;
    for (size_t t = 0; t < MANY; t++) {
        uint8_t bytes[OCK_TRIANGLE_BYTES];
        for (size_t v = 0; v < 3; v++) {
            const uint64_t kinds = t % 3000 < 1000 ? 2 : t % 3000 < 2000 ? 50 : 30000;
            put(bytes + v * OCK_CORNER_BYTES, (size_t)(fixture_bits(7, 3 * t + v) % kinds), 0);
        }
        if (t % 500 < 10) {
            memset(bytes, 0, sizeof bytes);
        }
        for (unsigned known = 1; known <= OCK_TRIANGLE_BYTES; known++) {
            ock_corners_follow(&f->guess, &f->corners, bytes, known);
        }
        assert_true(ock_corners_is_sound(&f->guess));
    }
}

static void impossible_states_are_seen(void **state)
{
    follower *f = start();
    uint8_t bytes[OCK_TRIANGLE_BYTES];
    (void)state;
    for (size_t t = 0; t < 9; t++) {
        triangle(t, bytes);
        (void)follow(f, bytes);
    }
    ock_corner_guess *g = &f->guess;
    assert_true(g->expected > 0);
    uint64_t *const fields[] = {&g->count,    &g->known[0],   &g->known[2],     &g->kind[1],
                                &g->expected, &g->of[0].kind, &g->of[0].number, &g->of[0].rank};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const uint64_t kept = *fields[i];
        *fields[i] = fields[i] == &g->count ? 1 : UINT64_MAX / 2;
        assert_false(ock_corners_is_sound(g));
        *fields[i] = kept;
        assert_true(ock_corners_is_sound(g));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_corners_are_expected), cmocka_unit_test(where_nothing_is_shared),
        cmocka_unit_test(known_bytes_choose), cmocka_unit_test(all_bytes_are_survived),
        cmocka_unit_test(impossible_states_are_seen)};
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
