/* SPDX-License-Identifier: MIT */
/* coder.c - the range coder: intervals to bytes and back, one lane at a time. */
#include "coder/coder.h"

#include <string.h>

enum { PAST_END_LIMIT = 8, TAIL_BYTES_AT_MOST = 1 };

/* The whole stream is a number below the initial range, and that is below 1 (in units of the first
 * byte's 256): so no carry ever runs past the first byte. */
static const uint64_t initial_range = UINT64_MAX;
static const uint64_t smallest_range = (uint64_t)1 << 56;

/* ---- encoder ---- */

void ock_encoder_start(ock_encoder *encoder)
{
    memset(encoder, 0, sizeof *encoder);
    encoder->range = initial_range;
}

/* Hands the held-back bytes to the sink, a few at a time: `held`, then `pending` bytes `run`. */
static ock_status release(ock_encoder *encoder, uint8_t run, ock_byte_sink *sink, void *context)
{
    uint8_t bytes[OCK_CODER_MAX_FLUSH_BYTES];
    size_t count = 0;

    if (encoder->has_held) {
        bytes[count++] = encoder->held;
    }
    encoder->has_held = 0;
    for (; encoder->pending > 0; encoder->pending--) {
        if (count == sizeof bytes) {
            ock_status status = sink(context, bytes, count);
            if (status != OCK_OK) {
                return status;
            }
            count = 0;
        }
        bytes[count++] = run;
    }
    return count == 0 ? OCK_OK : sink(context, bytes, count);
}

/* Adds one to the held-back bytes. A second carry cannot reach them: the range is less than one
 * unit of the last of them. So all but the last can leave. */
static ock_status carry(ock_encoder *encoder, ock_byte_sink *sink, void *context)
{
    ock_status status = OCK_OK;

    encoder->held++;
    if (encoder->pending > 0) {
        encoder->pending--;
        status = release(encoder, 0x00, sink, context);
        encoder->held = 0x00;
        encoder->has_held = 1;
    }
    return status;
}

static ock_status shift_out(ock_encoder *encoder, ock_byte_sink *sink, void *context)
{
    const uint8_t byte = (uint8_t)(encoder->low >> 56);
    ock_status status = OCK_OK;

    encoder->low <<= 8;
    if (byte == 0xFF && encoder->has_held) {
        encoder->pending++;
        return OCK_OK;
    }
    status = release(encoder, 0xFF, sink, context);
    encoder->held = byte;
    encoder->has_held = 1;
    return status;
}

static int interval_is_valid(ock_interval interval)
{
    return interval.width >= 1 && (uint64_t)interval.low + interval.width <= (uint64_t)1 << 32;
}

ock_status ock_encoder_put(ock_encoder *encoder, ock_interval interval, ock_byte_sink *sink,
                           void *context)
{
    const uint64_t unit = encoder->range >> 32;
    const uint64_t low = encoder->low + unit * interval.low;
    ock_status status = OCK_OK;

    if (!interval_is_valid(interval)) {
        return ock_fail(OCK_INTERNAL, "encoder: [%lu, + %lu) is not an interval of [0, 2^32)",
                        (unsigned long)interval.low, (unsigned long)interval.width);
    }
    if (low < encoder->low) {
        status = carry(encoder, sink, context);
    }
    encoder->low = low;
    encoder->range = unit * interval.width;
    while (status == OCK_OK && encoder->range < smallest_range) {
        status = shift_out(encoder, sink, context);
        encoder->range <<= 8;
    }
    return status;
}

/* As the range is at least 2^56, a multiple of 2^56 lies in it: one byte more, or none when that
 * multiple is 0 or (by a carry) 2^64. Only zeros of this tail are left out, never earlier ones, so
 * the decoder supplies 7 or 8 bytes past the end. */
ock_status ock_encoder_finish(ock_encoder *encoder, ock_byte_sink *sink, void *context)
{
    const uint64_t ones = smallest_range - 1;
    ock_status status = OCK_OK;

    if (encoder->low > UINT64_MAX - ones) {
        encoder->low = 0;
        status = carry(encoder, sink, context);
    } else if (encoder->low > 0) {
        encoder->low = (encoder->low + ones) & ~ones;
        status = shift_out(encoder, sink, context);
    }
    if (status == OCK_OK) {
        status = release(encoder, 0xFF, sink, context);
    }
    ock_encoder_start(encoder);
    return status;
}

/* A symbol shifts out four bytes and a part of one. */
bool ock_encoder_is_sound(const ock_encoder *encoder, uint64_t symbols)
{
    return encoder->range >= smallest_range && encoder->has_held <= 1 &&
           encoder->pending / 5 <= symbols && (encoder->has_held == 1 || encoder->pending == 0);
}

/* ---- decoder ---- */

static ock_status refill(ock_decoder *decoder)
{
    size_t count = 0;
    ock_status status =
        decoder->source(decoder->context, decoder->buffer, sizeof decoder->buffer, &count);

    decoder->at = 0;
    decoder->filled = 0;
    if (status != OCK_OK) {
        return status;
    }
    if (count > sizeof decoder->buffer) {
        return ock_fail(OCK_INTERNAL, "decoder: the byte source returned more than was requested");
    }
    decoder->filled = (uint32_t)count;
    return OCK_OK;
}

/* Shifts the next byte of the lane into the code: zero past its end. */
static ock_status shift_in(ock_decoder *decoder)
{
    uint8_t byte = 0;

    if (decoder->at == decoder->filled && decoder->past_end == 0) {
        ock_status status = refill(decoder);
        if (status != OCK_OK) {
            return status;
        }
    }
    if (decoder->at < decoder->filled) {
        byte = decoder->buffer[decoder->at++];
    } else if (decoder->past_end == PAST_END_LIMIT) {
        return ock_fail(OCK_BAD_DATA, "the transcript of a lane ends too early");
    } else {
        decoder->past_end++;
    }
    decoder->code = decoder->code << 8 | byte;
    return OCK_OK;
}

ock_status ock_coded_read(void *coded, uint8_t *bytes, size_t capacity, size_t *count)
{
    ock_coded *rest = coded;
    *count = capacity < rest->count ? capacity : rest->count;
    memcpy(bytes, rest->bytes, *count);
    rest->bytes += *count;
    rest->count -= *count;
    return OCK_OK;
}

ock_status ock_decoder_start(ock_decoder *decoder, ock_byte_source *source, void *context)
{
    ock_status status = OCK_OK;

    memset(decoder, 0, sizeof *decoder);
    decoder->source = source;
    decoder->context = context;
    decoder->range = initial_range;
    for (int i = 0; i < 8 && status == OCK_OK; i++) {
        status = shift_in(decoder);
    }
    return status;
}

ock_status ock_decoder_target(const ock_decoder *decoder, uint32_t *target)
{
    const uint64_t scaled = decoder->code / (decoder->range >> 32);

    if (decoder->code >= decoder->range || scaled > UINT32_MAX) {
        return ock_fail(OCK_BAD_DATA, "the transcript is damaged: a code outside its range");
    }
    *target = (uint32_t)scaled;
    return OCK_OK;
}

ock_status ock_decoder_take(ock_decoder *decoder, ock_interval interval)
{
    const uint64_t unit = decoder->range >> 32;
    const uint64_t low = unit * interval.low;
    const uint64_t range = unit * interval.width;
    ock_status status = OCK_OK;

    /* The same as low <= target < low + width, without the division. */
    if (!interval_is_valid(interval) || decoder->code < low || decoder->code - low >= range) {
        return ock_fail(OCK_INTERNAL, "decoder: the target is not in the symbol's interval");
    }
    decoder->code -= low;
    decoder->range = range;
    while (status == OCK_OK && decoder->range < smallest_range) {
        status = shift_in(decoder);
        decoder->range <<= 8;
    }
    return status;
}

/* Every byte was read when zeros had to be supplied, and of the 8 bytes read ahead an encoder wrote
 * at most one. */
ock_status ock_decoder_finish(ock_decoder *decoder)
{
    if (decoder->past_end < 8 - TAIL_BYTES_AT_MOST) {
        return ock_fail(OCK_BAD_DATA, "the transcript of a lane continues after its last symbol");
    }
    return OCK_OK;
}

bool ock_decoder_is_sound(const ock_decoder *decoder)
{
    return decoder->range >= smallest_range && decoder->past_end <= PAST_END_LIMIT;
}
