/* pack.h - zeros left out: how the state is packed in a checkpoint; private to io/.
 *
 * Bytes are cut into blocks of OCK_PACK_BLOCK, the last may be shorter. A packed block is a length L
 * (u32, little-endian) and L bytes:
 *   L = 0              the block is all zero;
 *   L = block's size   the block as it is;
 *   between            for each 64 bytes (the last may be fewer) a mask (u64, little-endian; bit i:
 *                      byte i is not zero) and the bytes that are not zero. Always shorter.
 * Tables that are filled only in part, and counters little used, shrink by this; it is one pass of
 * no arithmetic, and its result the same everywhere. */
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

/* The block's `count` bytes from the L bytes behind the head; false unless they are the packed form
 * of such a block. Writes within the block only, whatever the bytes. */
bool ock_unpack(const uint8_t *packed, size_t length, uint8_t *block, size_t count);

#endif
