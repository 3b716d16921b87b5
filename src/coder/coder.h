/* SPDX-License-Identifier: MIT */
/* coder.h - a 64-bit range coder over intervals of [0, 2^32), and code lengths.
 *
 * Range coding after G. N. N. Martin, "Range encoding" (1979); carries are resolved by holding
 * back one byte and a count of 0xFF bytes. After every symbol range >= 2^56, so that cutting
 * range >> 32 costs less than 2^-24 of a symbol's probability. */
#ifndef OCK_CODER_H
#define OCK_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* What a symbol costs: [low, low + width) of [0, 2^32), 1 <= width < 2^32, low + width <= 2^32. */
typedef struct ock_interval {
    uint32_t low, width;
} ock_interval;

/* The most a sink is given at once; a call of the coder may call it any number of times. */
enum { OCK_CODER_MAX_FLUSH_BYTES = 16 };

/* Receives finished bytes of a lane, in order. A failure is returned by the coder call. */
typedef ock_status ock_byte_sink(void *context, const uint8_t *bytes, size_t count);

typedef struct ock_encoder {
    uint64_t low;     /* below 2^64; a carry out of it goes to the held-back bytes */
    uint64_t range;   /* [2^56, 2^64) between symbols */
    uint64_t pending; /* 0xFF bytes held back after `held` */
    uint8_t held;     /* the byte a carry would reach */
    uint8_t has_held; /* 0 before the first byte */
} ock_encoder;

void ock_encoder_start(ock_encoder *encoder);
ock_status ock_encoder_put(ock_encoder *encoder, ock_interval interval, ock_byte_sink *sink,
                           void *context) OCK_WARN_UNUSED;
/* Writes the shortest tail that identifies the final range; trailing zero bytes of the whole
 * lane's stream may be missing (the decoder reads zeros past the end). No symbols -> no bytes. */
ock_status ock_encoder_finish(ock_encoder *encoder, ock_byte_sink *sink,
                              void *context) OCK_WARN_UNUSED;

/* Whether an encoder that was loaded can be one after some symbols; `symbols`: how many at most. */
bool ock_encoder_is_sound(const ock_encoder *encoder, uint64_t symbols);

/* Delivers up to `capacity` next bytes of a lane; 0 at its end. */
typedef ock_status ock_byte_source(void *context, uint8_t *bytes, size_t capacity, size_t *count);

/* A lane that lies in memory: what is left of it, and its source, whose context it is. */
typedef struct ock_coded {
    const uint8_t *bytes;
    size_t count;
} ock_coded;
ock_status ock_coded_read(void *coded, uint8_t *bytes, size_t capacity,
                          size_t *count) OCK_WARN_UNUSED;

typedef struct ock_decoder {
    uint64_t code; /* the stream's value less the low end of the range: < range when intact */
    uint64_t range;
    ock_byte_source *source;
    void *context;
    uint8_t buffer[256];
    uint32_t at, filled;
    uint32_t past_end; /* zero bytes supplied past the end; more than 8 is damage */
} ock_decoder;

ock_status ock_decoder_start(ock_decoder *decoder, ock_byte_source *source,
                             void *context) OCK_WARN_UNUSED;
/* The scaled target in [0, 2^32). OCK_BAD_DATA when the code lies outside the range. */
ock_status ock_decoder_target(const ock_decoder *decoder, uint32_t *target) OCK_WARN_UNUSED;
/* Takes the symbol's interval. OCK_INTERNAL unless low <= target < low + width;
 * OCK_BAD_DATA when more than 8 bytes past the lane's end were needed. */
ock_status ock_decoder_take(ock_decoder *decoder, ock_interval interval) OCK_WARN_UNUSED;
/* At the end of a lane: OCK_BAD_DATA when unread bytes are left. */
ock_status ock_decoder_finish(ock_decoder *decoder) OCK_WARN_UNUSED;

/* Whether code, range and zeros supplied can be those of a decoder between two symbols. */
bool ock_decoder_is_sound(const ock_decoder *decoder);

/* Ideal code length of an interval, 32 - log2(width), in 2^-24 bits, by integer arithmetic;
 * error below 2^-20 bit. */
uint64_t ock_code_length_q24(ock_interval interval);

#endif
