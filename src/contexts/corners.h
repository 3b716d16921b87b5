/* SPDX-License-Identifier: MIT */
/* corners.h - which corner of a triangle comes next in a mesh: most are shared with triangles before.
 *
 * The triangles of a surface are turned alike, so that of two neighbours one has their edge from a to b and the other from b
 * to a. An edge that was seen in one direction only is likely to come in the other: what stands on it is expected. (The
 * structure is that of directed edges: Campagna, Kobbelt, Seidel 1998.) A corner is known by its bytes. */
#ifndef OCK_CORNERS_H
#define OCK_CORNERS_H

#include "contexts/hues.h"
#include "contexts/layout.h"

enum {
    OCK_CORNER_BYTES = 12, /* three numbers */
    OCK_TRIANGLE_CORNERS = 3,
    OCK_CORNERS_KEPT = 1 << 15
};

/* Of whole triangles, each corner at its number modulo OCK_CORNERS_KEPT. Starts as zeros. */
typedef struct ock_corners {
    uint8_t bytes[OCK_CORNERS_KEPT][OCK_CORNER_BYTES];
    uint16_t before[OCK_CORNERS_KEPT]; /* how far it is back to one with the same bytes; 0: none */
    uint16_t newest[OCK_CORNERS_KEPT]; /* by a hash of bytes: its number modulo 2^16 */
} ock_corners;

/* Why a corner is expected. */
enum {
    OCK_CORNER_OTHER,  /* it isn't */
    OCK_CORNER_BOTH,   /* two open edges lead there */
    OCK_CORNER_AFTER,  /* an open edge leads there from the corner before, */
    OCK_CORNER_UNTO,   /* from there to the corner after */
    OCK_CORNER_AROUND, /* other neighbours of the corners beside it */
    OCK_CORNER_SAME,   /* of the triangle before: the first, second and third */
    OCK_CORNER_KINDS = OCK_CORNER_SAME + OCK_TRIANGLE_CORNERS
};

enum {
    OCK_CORNERS_EXPECTED = 6,
    OCK_CORNER_RANKS = 4, /* of those expected for the same reason */
    /* which corner of the triangle, and why the one before was expected (of a first one: that of the triangle before) */
    OCK_CORNER_CASES = OCK_TRIANGLE_CORNERS * OCK_CORNER_KINDS
};

/* All 64 bits, for the state. Starts as zeros. */
typedef struct ock_corner_guess {
    uint64_t count; /* corners of whole triangles so far */
    uint64_t known
        [OCK_TRIANGLE_CORNERS]; /* of the triangle at work: 1 + the newest one's number; 0: none */
    uint64_t kind
        [OCK_TRIANGLE_CORNERS]; /* why they were expected; of those ahead, the triangle before's */
    uint64_t expected;          /* how many are, the likeliest reason first: */
    struct {
        uint64_t number, kind, rank;
    } of[OCK_CORNERS_EXPECTED];
    /* How often such a one was right, of late, in how many cases; of others, by how many were expected. */
    struct {
        double share;
        uint64_t seen;
    } right[OCK_CORNER_CASES][OCK_CORNER_KINDS][OCK_CORNER_RANKS];
} ock_corner_guess;

/* The first `known` bytes of a triangle, at `bytes`, are known: to be called for each number of them from 1 on, or at least for those that end a
 * corner. */
void ock_corners_follow(ock_corner_guess *guess, ock_corners *corners, const uint8_t *bytes,
                        unsigned known);

_Static_assert((int)OCK_TRIANGLE_CORNERS *(int)OCK_CORNER_BYTES == (int)OCK_TRIANGLE_BYTES,
               "the corners");

typedef struct ock_corner_opinion {
    uint8_t likeliest;
    uint8_t certainty; /* 0: nothing is expected; to 31 */
} ock_corner_opinion;

/* The byte after the known ones, of which there are less than a triangle. shares: set where anything is expected. */
ock_corner_opinion ock_corners_weigh(const ock_corner_guess *guess, const ock_corners *corners,
                                     const uint8_t *bytes, unsigned known, ock_byte_shares *shares);

/* Whether a state that was loaded is possible. */
bool ock_corners_is_sound(const ock_corner_guess *guess);

#endif
