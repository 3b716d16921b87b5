/* SPDX-License-Identifier: MIT */
/* pack.h - repetition and zeros left out: how the state is packed in a checkpoint.
 *
 * Bytes are cut into blocks of OCK_PACK_BLOCK, the last may be shorter, and a block into lines of 64,
 * the last may be shorter. Each line is taken exclusive-or with the line before it in its block. A
 * packed block is a length L (u32, little-endian) and L bytes:
 *   L = 0              every such line is zero;
 *   L = block's size   the block as it is;
 *   between            a bit for each line (bit i % 8 of byte i / 8): it is not zero; then for each
 *                      that is not, a mask (u64, little-endian; bit i: byte i is not zero) and the
 *                      bytes that are not zero. Always shorter than the block.
 * Tables that are filled only in part, weights that were never used and counters little used shrink to a
 * fraction. It involves no floating-point arithmetic, and its result is the same everywhere. */
#ifndef OCK_PACK_H
#define OCK_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OCK_PACK_BLOCK = 1 << 16, OCK_PACK_HEAD = 4 };

/* Size of the packed form of one block of `count` bytes, 1 to OCK_PACK_BLOCK. */
size_t ock_pack_size(const uint8_t *block, size_t count);

/* Writes it, ock_pack_size bytes; packed: room for OCK_PACK_HEAD + count bytes. */
size_t ock_pack(const uint8_t *block, size_t count, uint8_t *packed);

/* The length L of a packed block, from its head. */
size_t ock_pack_length(const uint8_t head[OCK_PACK_HEAD]);

/* The block's `count` bytes from the L bytes after the head; false unless they are the packed form
 * of such a block. Writes within the block only, whatever the bytes. */
bool ock_unpack(const uint8_t *packed, size_t length, uint8_t *block, size_t count);

#endif
