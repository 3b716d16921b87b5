/* SPDX-License-Identifier: MIT */
/* byte_node.h - the bytes that begin with some bits. */
#ifndef OCK_BYTE_NODE_H
#define OCK_BYTE_NODE_H

/* `count` of them, from `first` on; node: a 1 and the bits. */
typedef struct ock_byte_node {
    unsigned first, count;
} ock_byte_node;

static inline ock_byte_node ock_bytes_of_node(unsigned node)
{
    const unsigned known = 31u - (unsigned)__builtin_clz(node);
    return (ock_byte_node){node << (8 - known) & 255, 256u >> known};
}

#endif
