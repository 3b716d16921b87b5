/* repeat_code.c - one walk for both directions: what codes a number also decodes it. */
#include "repeats/repeat_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coder/coder.h"

/* ---- bits ---- */

/* P(1) in 1/65536, and how often it was seen. */
typedef struct bit_model {
    uint16_t one, seen;
} bit_model;

enum { CLASS_BITS = 7, CLASSES = 1 << CLASS_BITS, MODELLED = 2, RECENT = 4, KIND_BITS = 3 };

/* Of numbers: a tree for the length in bits, and for each length one for the bits below the highest. */
typedef struct number_model {
    bit_model length[CLASSES];
    bit_model high[CLASSES][1 << MODELLED];
} number_model;

/* Where a source lies: as far back as recent[0 .. 3], farther or nearer than recent[0], or anywhere. */
enum { FARTHER = RECENT, NEARER, ANYWHERE, KINDS };

typedef struct coding {
    bool decode;
    ock_encoder encoder;
    ock_decoder decoder;
    FILE *to;       /* encoding */
    ock_coded from; /* decoding */
    number_model repeats, gaps, lengths, distances, shifts;
    bit_model kinds[1 << KIND_BITS];
    uint64_t recent[RECENT]; /* distances, the last one first */
} coding;

static ock_status to_stream(void *context, const uint8_t *bytes, size_t count)
{
    return fwrite(bytes, 1, count, context) == count
               ? OCK_OK
               : ock_fail_memory(count, "the code of the repeats");
}

/* Which of two parts of [0, 2^32) it is, the lower of `size`. */
static ock_status code_part(coding *c, uint64_t size, bool *upper)
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
static ock_status code_bit(coding *c, bit_model *model, bool *bit)
{
    enum { LEAST = 32, MOST_SEEN = 30 };
    ock_status status = code_part(c, (uint64_t)(65536 - model->one) << 16, bit);
    const int wanted = *bit ? 65536 - LEAST : LEAST;
    model->one = (uint16_t)((int)model->one + (wanted - (int)model->one) / ((int)model->seen + 2));
    model->seen += model->seen < MOST_SEEN;
    return status;
}

static ock_status code_even_bit(coding *c, bool *bit)
{
    return code_part(c, (uint64_t)1 << 31, bit);
}

/* A value of `bits` bits by a tree of 2^bits models. */
static ock_status code_tree(coding *c, bit_model *tree, unsigned bits, unsigned *value)
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

/* ---- numbers ---- */

static unsigned length_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

static ock_status code_number(coding *c, number_model *model, uint64_t *value)
{
    unsigned length = length_of(*value);
    ock_status status = code_tree(c, model->length, CLASS_BITS, &length);
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
        if (below - i <= MODELLED) {
            status = code_bit(c, &model->high[length][node], &bit);
            node = 2 * node + bit;
        } else {
            status = code_even_bit(c, &bit);
        }
        made = 2 * made + bit;
    }
    *value = made;
    return status;
}

/* ---- repeats ---- */

/* The cheapest way to say a distance; *extra is the number that goes with it. */
static unsigned kind_of(const coding *c, uint64_t distance, uint64_t *extra)
{
    for (unsigned i = 0; i < RECENT; i++) {
        if (c->recent[i] == distance) {
            return i;
        }
    }
    const bool farther = distance > c->recent[0];
    const uint64_t shift = farther ? distance - c->recent[0] : c->recent[0] - distance;
    const bool near = length_of(shift) + 2 < length_of(distance);
    *extra = near ? shift - 1 : distance - 1;
    return near ? (farther ? FARTHER : NEARER) : ANYWHERE;
}

/* The distance goes to the front; those before where it was move up by one. */
static void remember(coding *c, uint64_t distance)
{
    unsigned at = 0;
    while (at < RECENT - 1 && c->recent[at] != distance) {
        at++;
    }
    memmove(c->recent + 1, c->recent, at * sizeof c->recent[0]);
    c->recent[0] = distance;
}

/* Wraps around where bytes from outside say so: what comes out is then refused. */
static uint64_t distance_of(const coding *c, unsigned kind, uint64_t extra)
{
    switch (kind) {
    case FARTHER:
        return c->recent[0] + extra + 1;
    case NEARER:
        return c->recent[0] - extra - 1;
    case ANYWHERE:
        return extra + 1;
    default:
        return c->recent[kind];
    }
}

static ock_status code_distance(coding *c, uint64_t *distance)
{
    uint64_t extra = 0;
    unsigned kind = c->decode ? 0 : kind_of(c, *distance, &extra);
    ock_status status = code_tree(c, c->kinds, KIND_BITS, &kind);
    if (status == OCK_OK && kind >= KINDS) {
        status = ock_fail(OCK_BAD_DATA, "a source of an unknown kind");
    }
    if (status == OCK_OK && kind >= RECENT) {
        status = code_number(c, kind == ANYWHERE ? &c->distances : &c->shifts, &extra);
    }
    if (status == OCK_OK) {
        *distance = distance_of(c, kind, extra);
        remember(c, *distance);
    }
    return status;
}

/* What is coded of a repeat; any of it may be impossible where it comes from outside. */
typedef struct spoken {
    uint64_t gap, length, distance;
} spoken;

static ock_status code_repeat(coding *c, spoken *s)
{
    ock_status status = code_number(c, &c->gaps, &s->gap);
    if (status == OCK_OK) {
        status = code_number(c, &c->lengths, &s->length);
    }
    return status != OCK_OK ? status : code_distance(c, &s->distance);
}

static void start_number(number_model *model)
{
    const bit_model even = {1 << 15, 0};
    for (size_t i = 0; i < CLASSES; i++) {
        model->length[i] = even;
        for (size_t j = 0; j < sizeof model->high[i] / sizeof model->high[i][0]; j++) {
            model->high[i][j] = even;
        }
    }
}

static coding *start(bool decode)
{
    coding *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->decode = decode;
    number_model *const models[] = {&c->repeats, &c->gaps, &c->lengths, &c->distances, &c->shifts};
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        start_number(models[i]);
    }
    for (size_t i = 0; i < sizeof c->kinds / sizeof c->kinds[0]; i++) {
        c->kinds[i] = (bit_model){1 << 15, 0};
    }
    return c;
}

static ock_status encode(coding *c, const ock_repeats *repeats)
{
    uint64_t count = repeats->count;
    ock_encoder_start(&c->encoder);
    ock_status status = code_number(c, &c->repeats, &count);
    for (size_t i = 0; i < repeats->count && status == OCK_OK; i++) {
        const ock_repeat *r = &repeats->of[i];
        spoken s = {r->target - ock_repeats_end(repeats, i), r->length,
                    repeats->prior_bytes + r->target - r->source};
        status = code_repeat(c, &s);
    }
    return status != OCK_OK ? status : ock_encoder_finish(&c->encoder, to_stream, c->to);
}

ock_status ock_repeats_encode(const ock_repeats *repeats, uint8_t **bytes, size_t *count)
{
    *bytes = NULL;
    *count = 0;
    if (repeats->count == 0) {
        return OCK_OK;
    }
    coding *c = start(false);
    ock_status status = OCK_OK;
    if (c == NULL || (c->to = open_memstream((char **)bytes, count)) == NULL) {
        status = ock_fail_memory(repeats->count, "the code of the repeats");
    } else {
        status = encode(c, repeats);
        if (fclose(c->to) != 0 && status == OCK_OK) {
            status = ock_fail_memory(*count, "the code of the repeats");
        }
    }
    free(c);
    if (status != OCK_OK) {
        free(*bytes);
        *bytes = NULL;
        *count = 0;
    }
    return status;
}

/* Sums that wrap around make no repeat that the list allows. */
static ock_status take_repeat(coding *c, ock_repeats *repeats)
{
    spoken s = {0, 0, 0};
    ock_status status = code_repeat(c, &s);
    if (status != OCK_OK) {
        return status;
    }
    const uint64_t target = ock_repeats_end(repeats, repeats->count) + s.gap;
    const uint64_t source = repeats->prior_bytes + target - s.distance;
    if (!ock_repeats_allow(repeats, target, source, s.length)) {
        return ock_fail(OCK_BAD_DATA, "one is out of range");
    }
    return ock_repeats_append(repeats, target, source, s.length);
}

static ock_status decode(coding *c, ock_repeats *repeats)
{
    uint64_t count = 0;
    ock_status status = ock_decoder_start(&c->decoder, ock_coded_read, &c->from);
    if (status == OCK_OK) {
        status = code_number(c, &c->repeats, &count);
    }
    if (status == OCK_OK && (count < 1 || count > OCK_MAX_REPEATS)) {
        status = ock_fail(OCK_BAD_DATA, "there are none or too many");
    }
    for (uint64_t i = 0; i < count && status == OCK_OK; i++) {
        status = take_repeat(c, repeats);
    }
    return status != OCK_OK ? status : ock_decoder_finish(&c->decoder);
}

ock_status ock_repeats_decode(const uint8_t *bytes, size_t count, uint64_t prior_bytes,
                              uint64_t input_bytes, const char *name, ock_repeats *repeats)
{
    coding *c = start(true);
    ock_repeats_start(repeats, prior_bytes, input_bytes);
    if (c == NULL) {
        return ock_fail_memory(sizeof *c, "the code of the repeats");
    }
    c->from = (ock_coded){bytes, count};
    ock_status status = decode(c, repeats);
    free(c);
    if (status == OCK_BAD_DATA) {
        ock_error_clear();
        status = ock_fail(OCK_BAD_DATA, "%s: its list of repeats is damaged", name);
    }
    return status;
}
