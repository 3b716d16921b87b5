/* SPDX-License-Identifier: MIT */
/* hues.c - pairs of differences, counted. */
#include "contexts/hues.h"

#include "contexts/byte_node.h"
#include "contexts/heavy_tail.h"

uint8_t ock_hues_weigh(const ock_hues *h, const uint8_t pixel[2], double centre, double scale,
                       ock_byte_shares *shares)
{
    const double unseen = 0.1;
    const uint16_t *seen = &h->seen[pixel[0] - pixel[1] + 256][256 - pixel[1]];
    double most = 0.0, edge[257], tail[257];
    uint8_t likeliest = 0;
    for (unsigned x = 0; x <= 256; x++) {
        edge[x] = ((double)x - 0.5 - centre) / scale;
        tail[x] = ock_heavy_beyond(edge[x]);
    }
    shares->below[0] = 0.0;
    for (unsigned x = 0; x < 256; x++) {
        const double share = ock_heavy_within(edge[x], edge[x + 1], tail[x], tail[x + 1]);
        const double weight = share * (seen[x] + unseen);
        shares->below[x + 1] = shares->below[x] + weight;
        likeliest = weight > most ? (uint8_t)x : likeliest;
        most = weight > most ? weight : most;
    }
    return likeliest;
}

void ock_hues_learn(ock_hues *h, const uint8_t pixel[3])
{
    uint16_t *seen = &h->seen[pixel[0] - pixel[1] + 256][pixel[2] - pixel[1] + 256];
    *seen += *seen < UINT16_MAX;
}

float ock_byte_shares_odds(const ock_byte_shares *s, unsigned node)
{
    const ock_byte_node bytes = ock_bytes_of_node(node);
    const double *first = &s->below[bytes.first];
    return ock_heavy_odds(first[bytes.count / 2] - first[0],
                          first[bytes.count] - first[bytes.count / 2]);
}
