/* SPDX-License-Identifier: MIT */
/* list_code.c - bits, trees of bits, numbers. */
#include "coder/list_code.h"

#include <stdlib.h>

static ock_status to_stream(void *context, const uint8_t *bytes, size_t count)
{
    return fwrite(bytes, 1, count, context) == count ? OCK_OK
                                                     : ock_fail_memory(count, "the code of a list");
}

/* Which of two parts of [0, 2^32) it is, the lower of `size`. */
static ock_status code_part(ock_list_coder *c, uint64_t size, bool *upper)
{
    uint32_t target = 0;
    ock_status status = OCK_OK;
    if (c->decode) {
        status = ock_decoder_target(&c->decoder, &target);
        *upper = target >= size;
    }
    const ock_interval interval =
        *upper ? (ock_interval){(uint32_t)size, (uint32_t)(((uint64_t)1 << 32) - size)}
               : (ock_interval){0, (uint32_t)size};
    if (status != OCK_OK) {
        return status;
    }
    return c->decode ? ock_decoder_take(&c->decoder, interval)
                     : ock_encoder_put(&c->encoder, interval, to_stream, c->to);
}

/* A new model learns by the mean, one that has seen much at a fixed rate. */
static ock_status code_bit(ock_list_coder *c, ock_bit_model *model, bool *bit)
{
    enum { LEAST = 32, MOST_SEEN = 30 };
    ock_status status = code_part(c, (uint64_t)(65536 - model->one) << 16, bit);
    const int wanted = *bit ? 65536 - LEAST : LEAST;
    model->one = (uint16_t)((int)model->one + (wanted - (int)model->one) / ((int)model->seen + 2));
    model->seen += model->seen < MOST_SEEN;
    return status;
}

ock_status ock_list_tree(ock_list_coder *c, ock_bit_model *tree, unsigned bits, unsigned *value)
{
    ock_status status = OCK_OK;
    unsigned node = 1;
    for (unsigned i = bits; i-- > 0 && status == OCK_OK;) {
        bool bit = *value >> i & 1;
        status = code_bit(c, &tree[node], &bit);
        node = 2 * node + bit;
    }
    *value = node - (1U << bits);
    return status;
}

ock_status ock_list_number(ock_list_coder *c, ock_number_model *model, uint64_t *value)
{
    unsigned length = ock_bits_of(*value);
    ock_status status = ock_list_tree(c, model->length, OCK_LENGTH_BITS, &length);
    if (status == OCK_OK && length > 64) {
        status = ock_fail(OCK_BAD_DATA, "a number of more than 64 bits");
    }
    if (status != OCK_OK || length < 2) {
        *value = length;
        return status;
    }
    uint64_t made = 1;
    unsigned node = 1, below = length - 1;
    for (unsigned i = below; i-- > 0 && status == OCK_OK;) {
        bool bit = *value >> i & 1;
        if (below - i <= OCK_MODELLED_BITS) {
            status = code_bit(c, &model->high[length][node], &bit);
            node = 2 * node + bit;
        } else {
            status = code_part(c, (uint64_t)1 << 31, &bit);
        }
        made = 2 * made + bit;
    }
    *value = made;
    return status;
}

void ock_models_start(void *models, size_t bytes)
{
    ock_bit_model *model = models;
    for (size_t i = 0; i < bytes / sizeof *model; i++) {
        model[i] = (ock_bit_model){1 << 15, 0};
    }
}

/* items: how many there are; decoding, at most. */
static ock_status code_items(ock_list_coder *c, uint64_t items, ock_list_item *item, void *context)
{
    ock_number_model counts;
    uint64_t count = items;
    ock_models_start(&counts, sizeof counts);
    ock_status status = ock_list_number(c, &counts, &count);
    if (status == OCK_OK && (count < 1 || count > items)) {
        status = ock_fail(OCK_BAD_DATA, "their number is 0 or too large");
    }
    for (uint64_t i = 0; i < count && status == OCK_OK; i++) {
        status = item(c, context, i);
    }
    return status;
}

ock_status ock_list_encode(uint64_t items, ock_list_item *item, void *context, uint8_t **bytes,
                           size_t *count)
{
    ock_list_coder c = {.decode = false};
    *bytes = NULL;
    *count = 0;
    if (items == 0) {
        return OCK_OK;
    }
    c.to = open_memstream((char **)bytes, count);
    if (c.to == NULL) {
        return ock_fail_memory(1, "the code of a list");
    }
    ock_encoder_start(&c.encoder);
    ock_status status = code_items(&c, items, item, context);
    if (status == OCK_OK) {
        status = ock_encoder_finish(&c.encoder, to_stream, c.to);
    }
    if (fclose(c.to) != 0 && status == OCK_OK) {
        status = ock_fail_memory(*count, "the code of a list");
    }
    if (status != OCK_OK) {
        free(*bytes);
        *bytes = NULL;
        *count = 0;
    }
    return status;
}

ock_status ock_list_decode(const uint8_t *bytes, size_t count, uint64_t most, ock_list_item *item,
                           void *context, const char *name, const char *what)
{
    ock_list_coder c = {.decode = true, .from = {bytes, count}};
    ock_status status = ock_decoder_start(&c.decoder, ock_coded_read, &c.from);
    if (status == OCK_OK) {
        status = code_items(&c, most, item, context);
    }
    if (status == OCK_OK) {
        status = ock_decoder_finish(&c.decoder);
    }
    if (status == OCK_BAD_DATA) {
        ock_error_clear();
        status = ock_fail(OCK_BAD_DATA, "%s: its list of %s is damaged", name, what);
    }
    return status;
}
