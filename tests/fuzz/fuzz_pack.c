/* SPDX-License-Identifier: MIT */
/* fuzz_pack.c - the unpacker: two bytes say how long the block is, the others are the packed form.
 * The blocks are exactly as long as they should be, so that the sanitizer sees every byte beside
 * them. The other way round, any bytes come back from their packed form. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/checkpoint/pack.h"

static void unpack_exactly(const uint8_t *data, size_t bytes, size_t count)
{
    uint8_t *packed = malloc(bytes + (bytes == 0)), *block = malloc(count);

    if (packed == NULL || block == NULL) {
        abort();
    }
    memcpy(packed, data, bytes);
    (void)ock_unpack(packed, bytes, block, count);
    free(block);
    free(packed);
}

static void pack_and_unpack(const uint8_t *data, size_t count)
{
    uint8_t *packed = malloc(OCK_PACK_HEAD + count), *back = malloc(count);
    size_t length = 0;

    if (packed == NULL || back == NULL) {
        abort();
    }
    length = ock_pack(data, count, packed);
    if (length != ock_pack_size(data, count) || ock_pack_length(packed) + OCK_PACK_HEAD != length ||
        !ock_unpack(packed + OCK_PACK_HEAD, length - OCK_PACK_HEAD, back, count) ||
        memcmp(back, data, count) != 0) {
        abort();
    }
    free(back);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 2 || bytes > OCK_PACK_BLOCK) {
        return 0;
    }
    unpack_exactly(data + 2, bytes - 2, 1 + (data[0] | (size_t)data[1] << 8));
    pack_and_unpack(data, bytes);
    return 0;
}
