/* contexts.c - what each context is made of. */
#include "contexts.h"

#include <stdbool.h>
#include <string.h>

/* An odd multiplier and a shift: enough to spread structured input over table and tag bits. */
static uint64_t mix(uint64_t value, unsigned key)
{
    uint64_t h = (value + 0x9E3779B97F4A7C15u * (key + 1)) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ (h >> 29);
}

static uint64_t combined(uint64_t a, uint64_t b)
{
    return a + b * 0x2545F4914F6CDD1Du;
}

/* The newest `count` symbols (1 .. 7). */
static uint64_t newest(uint64_t recent, unsigned count)
{
    return recent & (((uint64_t)1 << (8 * count)) - 1);
}

static bool is_letter(uint8_t symbol)
{
    return (symbol >= 'a' && symbol <= 'z') || symbol >= 128;
}

static bool follows_stride(const ock_contexts *c)
{
    return c->count > OCK_CONTEXT_ROW_ABOVE;
}

static void derive_text(ock_contexts *c)
{
    uint64_t r = c->recent, *h = c->hash;
    uint64_t column = c->column < OCK_LINE_COLUMNS ? c->column : OCK_LINE_COLUMNS - 1;
    uint64_t above = c->above[c->column % OCK_LINE_COLUMNS];
    h[OCK_CONTEXT_WORD] = c->word ^ newest(r, 1);
    h[OCK_CONTEXT_WORD_PREVIOUS] = combined(c->word, c->previous[0]);
    h[OCK_CONTEXT_PREVIOUS_ORDER1] = combined(newest(r, 1), c->previous[0]);
    h[OCK_CONTEXT_WORD_SECOND] = combined(c->word, c->previous[1]);
    h[OCK_CONTEXT_TRIGRAM] = combined(combined(c->word, c->previous[0]), c->previous[1]);
    h[OCK_CONTEXT_BRACKET_ORDER2] = combined(c->brackets, newest(r, 2));
    h[OCK_CONTEXT_BRACKET_ORDER3] = combined(c->brackets, newest(r, 3));
    h[OCK_CONTEXT_BRACKET_WORD] = combined(c->brackets, c->word);
    h[OCK_CONTEXT_BRACKET_BIGRAM] = combined(combined(c->brackets, c->word), c->previous[0]);
    h[OCK_CONTEXT_COLUMN_ABOVE] = combined(column, above << 8 | newest(r, 1));
    h[OCK_CONTEXT_COLUMN] = combined(c->line_start, column);
    h[OCK_CONTEXT_LINE_START_WORD] = combined(combined(c->line_start & 255, c->word), newest(r, 1));
}

static void derive_rows(ock_contexts *c)
{
    const ock_stride *s = &c->stride;
    uint64_t r = c->recent, *h = c->hash;
    uint64_t above = ock_stride_symbol(s, s->stride);
    unsigned pixel_gradient = (unsigned)(r >> 16 & 255) + ock_stride_symbol(s, s->stride) -
                              ock_stride_symbol(s, s->stride + 3);
    h[OCK_CONTEXT_ROW_ABOVE] = above << 8 | newest(r, 1);
    h[OCK_CONTEXT_ROW_GRADIENT] = pixel_gradient & 0xFFFF;
    h[OCK_CONTEXT_ROW_NEIGHBOURS] = above << 16 |
                                    (uint64_t)ock_stride_symbol(s, s->stride - 1) << 8 |
                                    ock_stride_symbol(s, s->stride + 1);
    h[OCK_CONTEXT_ROWS] = above << 8 | ock_stride_symbol(s, 2 * s->stride);
}

static void derive(ock_contexts *c)
{
    uint64_t r = c->recent, *h = c->hash;
    h[OCK_CONTEXT_ORDER0] = 0;
    for (unsigned order = 1; order <= 6; order++)
        h[OCK_CONTEXT_ORDER0 + order] = newest(r, order);
    h[OCK_CONTEXT_ORDER8] = r;
    h[OCK_CONTEXT_HIGH_BITS] = r & 0xF8F8F8F8;
    h[OCK_CONTEXT_FOURTH] = r & 0xFF000000;
    h[OCK_CONTEXT_PIXELS] = r & 0xFF0000FF0000;
    h[OCK_CONTEXT_SKIP1_ORDER2] = r & 0xFFFF00;
    h[OCK_CONTEXT_SKIP1_ORDER3] = r & 0xFFFFFF00;
    h[OCK_CONTEXT_FOLLOWERS1] = newest(r, 1) | (uint64_t)c->followers1[newest(r, 1)] << 8;
    h[OCK_CONTEXT_FOLLOWERS2] = newest(r, 2) | (uint64_t)c->followers2[newest(r, 2)] << 16;
    h[OCK_CONTEXT_FOLLOWER2] = newest(r, 1) | (uint64_t)(c->followers2[newest(r, 2)] & 255) << 16;
    derive_text(c);
    if (follows_stride(c))
        derive_rows(c);
    for (unsigned i = 0; i < c->count; i++)
        h[i] = mix(h[i], i);
}

void ock_contexts_start(ock_contexts *contexts, size_t count)
{
    memset(contexts, 0, sizeof *contexts);
    contexts->count = count;
    ock_stride_start(&contexts->stride);
    derive(contexts);
}

static void follow_words(ock_contexts *c, uint8_t symbol)
{
    uint8_t lower = symbol >= 'A' && symbol <= 'Z' ? (uint8_t)(symbol + 32) : symbol;
    if (is_letter(lower)) {
        c->word = (c->word + lower + 1) * 0x9E3779B97F4A7C15u;
    } else if (c->word != 0) {
        c->previous[1] = c->previous[0];
        c->previous[0] = c->word;
        c->word = 0;
    }
}

/* A stack of the innermost two; what marks up text without closing itself is replaced by the next.
 * A line feed closes all. */
static void follow_brackets(ock_contexts *c, uint8_t symbol)
{
    if (symbol == '\n')
        c->brackets = 0;
    else if (symbol != 0 && strchr("[<{(|=\"'*&", symbol) != NULL)
        c->brackets = (c->brackets & 0xFF) << 8 | symbol;
    else if (symbol != 0 && strchr("]>});", symbol) != NULL)
        c->brackets >>= 8;
}

static void follow_lines(ock_contexts *c, uint8_t symbol)
{
    if (c->column < 4)
        c->line_start = c->line_start << 8 | symbol;
    c->line[c->column++ % OCK_LINE_COLUMNS] = symbol;
    if (symbol == '\n') {
        memcpy(c->above, c->line, sizeof c->above);
        memset(c->line, 0, sizeof c->line);
        c->column = 0;
        c->line_start = 0;
    }
}

static void follow(ock_contexts *c, uint8_t symbol)
{
    uint16_t *after1 = &c->followers1[newest(c->recent, 1)];
    uint16_t *after2 = &c->followers2[newest(c->recent, 2)];
    *after1 = (uint16_t)(*after1 << 8 | symbol);
    *after2 = (uint16_t)(*after2 << 8 | symbol);
    c->recent = c->recent << 8 | symbol;
    follow_words(c, symbol);
    follow_brackets(c, symbol);
    follow_lines(c, symbol);
    if (follows_stride(c))
        ock_stride_update(&c->stride, symbol);
}

void ock_contexts_update(ock_contexts *c, uint8_t symbol)
{
    follow(c, symbol);
    derive(c);
}

void ock_contexts_advance(ock_contexts *c, const uint8_t *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++)
        follow(c, symbols[i]);
    derive(c);
}
