/* SPDX-License-Identifier: MIT */
/* plain.c - binary splits by a tree of sums. */
#include "mixing/plain.h"

#include "coder/split.h"

ock_status ock_plain_code(const float *tree, ock_choice *choice)
{
    ock_split split = ock_split_start();
    if (!(tree[1] > 0.0f) || tree[1] > 1e30f) {
        return ock_fail(OCK_INTERNAL, "the network's distribution is not finite");
    }
    for (unsigned i = 0; i < 8; i++) {
        float p = tree[2 * split.node + 1] / tree[split.node];
        uint64_t upper = ock_split_upper(&split, ock_split_quantise(p));
        unsigned bit = choice->decode ? ock_split_bit(&split, upper, choice->target)
                                      : choice->symbol >> (7 - i) & 1u;
        ock_split_take(&split, upper, bit);
    }
    choice->symbol = (uint8_t)split.node;
    choice->interval = ock_split_interval(&split);
    return OCK_OK;
}
