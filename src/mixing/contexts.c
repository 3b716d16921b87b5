/* contexts.c - what each context is made of. */
#include "mixing/contexts.h"

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

/* Where followers of the newest three symbols are kept. */
static size_t place3(uint64_t recent)
{
    return (size_t)(newest(recent, 3) * 0x9E3779B97F4A7C15u >> 48);
}

static unsigned kind_of(uint8_t symbol)
{
    if (symbol >= 'a' && symbol <= 'z') {
        return OCK_KIND_SMALL;
    }
    if (symbol == ' ' || symbol == '\n') {
        return OCK_KIND_SPACE;
    }
    return (symbol >= 'A' && symbol <= 'Z') || symbol >= 128 ? OCK_KIND_CAPITAL : OCK_KIND_OTHER;
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

/* The further contexts of text. */
static void derive_more_text(ock_contexts *c)
{
    uint64_t r = c->recent, *h = c->hash;
    uint64_t bigram = combined(c->previous[0], c->previous[1]);
    uint64_t above = c->above[c->column % OCK_LINE_COLUMNS];
    h[OCK_CONTEXT_CASED_WORD] = c->cased_word;
    h[OCK_CONTEXT_LETTERS3] = newest(c->letters, 3);
    h[OCK_CONTEXT_LETTERS5] = newest(c->letters, 5);
    h[OCK_CONTEXT_WORD_THIRD] = combined(c->word, c->previous[2]);
    h[OCK_CONTEXT_BIGRAM_ORDER1] = combined(bigram, newest(r, 1));
    h[OCK_CONTEXT_BIGRAM_LENGTH] = combined(bigram, c->word_length);
    h[OCK_CONTEXT_PREVIOUS_ORDER2] = combined(newest(r, 2), c->previous[0]);
    h[OCK_CONTEXT_PREVIOUS_INITIAL] =
        combined(c->previous[0], (uint64_t)c->initial << 32 | c->word_length);
    h[OCK_CONTEXT_BRACKET_SECOND] = combined(combined(c->brackets & 255, c->word), c->previous[1]);
    h[OCK_CONTEXT_INITIALS] = combined(c->initials, newest(r, 1));
    h[OCK_CONTEXT_LENGTHS] =
        (uint64_t)c->previous_length << 40 | (uint64_t)c->word_length << 8 | newest(r, 1);
    h[OCK_CONTEXT_NUMBER] = combined(c->number, newest(r, 1));
    h[OCK_CONTEXT_KINDS16] = combined(c->kinds & 0xFFFFFFFF, newest(r, 1));
    h[OCK_CONTEXT_KINDS8_ORDER2] = combined(c->kinds & 0xFFFF, newest(r, 2));
    h[OCK_CONTEXT_KINDS6_ORDER3] = combined(c->kinds & 0xFFF, newest(r, 3));
    h[OCK_CONTEXT_ABOVE_WORD] = combined(above, c->word);
    h[OCK_CONTEXT_ABOVE_ORDER2] = combined(above, newest(r, 2));
    h[OCK_CONTEXT_LINE_ORDER4] = combined(newest(r, 4), c->line_start & 255);
    h[OCK_CONTEXT_TAG_WORD] = combined(c->tag, c->word);
}

/* Symbols at fixed distances, and what followed in the past. */
static void derive_distances(ock_contexts *c)
{
    uint64_t r = c->recent, *h = c->hash;
    uint64_t column = c->column < OCK_LINE_COLUMNS ? c->column : OCK_LINE_COLUMNS - 1;
    uint64_t followers1 = c->followers1[newest(r, 1)];
    h[OCK_CONTEXT_HIGH_BITS] = r & 0xF8F8F8F8;
    h[OCK_CONTEXT_FOURTH] = r & 0xFF000000;
    h[OCK_CONTEXT_PIXELS] = r & 0xFF0000FF0000;
    h[OCK_CONTEXT_SKIP1_ORDER2] = r & 0xFFFF00;
    h[OCK_CONTEXT_SKIP1_ORDER3] = r & 0xFFFFFF00;
    h[OCK_CONTEXT_FOLLOWERS1] = newest(r, 1) | (followers1 & 0xFFFF) << 8;
    h[OCK_CONTEXT_FOLLOWERS2] = newest(r, 2) | (uint64_t)c->followers2[newest(r, 2)] << 16;
    h[OCK_CONTEXT_FOLLOWER2] = newest(r, 1) | (uint64_t)(c->followers2[newest(r, 2)] & 255) << 16;
    h[OCK_CONTEXT_FOLLOWERS3] = newest(r, 1) | (uint64_t)c->followers3[place3(r)] << 8;
    h[OCK_CONTEXT_FOLLOWERS4] = newest(r, 1) | followers1 << 8;
    h[OCK_CONTEXT_FOLLOWERS_ORDER2] = newest(r, 2) | (followers1 & 0xFFFFFF) << 16;
    h[OCK_CONTEXT_COLUMN_ORDER1] = combined(column, newest(r, 1));
    h[OCK_CONTEXT_SECOND] = r & 0xFF00;
    h[OCK_CONTEXT_THIRD] = r & 0xFF0000;
    h[OCK_CONTEXT_FIRST_THIRD] = r & 0xFF00FF;
    h[OCK_CONTEXT_FIRST_FOURTH] = r & 0xFF0000FF;
    h[OCK_CONTEXT_SECOND_FOURTH] = r & 0xFF00FF00;
    h[OCK_CONTEXT_THIRD_FOURTH] = r & 0xFFFF0000;
    h[OCK_CONTEXT_SECOND_FIFTH] = r & 0xFF0000FF00;
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
    for (unsigned order = 1; order <= 6; order++) {
        h[OCK_CONTEXT_ORDER0 + order] = newest(r, order);
    }
    h[OCK_CONTEXT_ORDER8] = r;
    h[OCK_CONTEXT_ORDER7] = newest(r, 7);
    h[OCK_CONTEXT_ORDER10] = combined(r, c->older & 0xFFFF);
    derive_distances(c);
    derive_text(c);
    if (c->count > OCK_CONTEXT_KINDS8_ORDER2) {
        derive_more_text(c);
    }
    if (follows_stride(c)) {
        derive_rows(c);
    }
    for (unsigned i = 0; i < c->count; i++) {
        h[i] = mix(h[i], i);
    }
}

void ock_contexts_start(ock_contexts *contexts, size_t count)
{
    memset(contexts, 0, sizeof *contexts);
    contexts->count = count;
    ock_stride_start(&contexts->stride);
    derive(contexts);
}

static void end_word(ock_contexts *c)
{
    c->previous[2] = c->previous[1];
    c->previous[1] = c->previous[0];
    c->previous[0] = c->word;
    c->previous_length = c->word_length;
    c->letters = c->letters << 8 | ' ';
    c->word = 0;
    c->word_length = 0;
}

static void follow_words(ock_contexts *c, uint8_t symbol)
{
    uint8_t lower = symbol >= 'A' && symbol <= 'Z' ? (uint8_t)(symbol + 32) : symbol;
    if (is_letter(lower)) {
        if (c->word == 0) {
            c->initial = symbol;
            c->initials = combined(symbol, c->initials);
        }
        c->word = (c->word + lower + 1) * 0x9E3779B97F4A7C15u;
        c->cased_word = (c->cased_word + symbol + 1) * 0x9E3779B97F4A7C15u;
        c->letters = c->letters << 8 | lower;
        c->word_length++;
        return;
    }
    if (c->word != 0) {
        end_word(c);
    }
    c->cased_word = symbol;
    c->initial = 0;
    if (symbol == '.' || symbol == '\n') {
        c->initials = 0;
    }
}

static void follow_numbers_and_tags(ock_contexts *c, uint8_t symbol)
{
    bool letter = c->word != 0;
    if (symbol >= '0' && symbol <= '9') {
        c->number = c->number * 11 + (uint32_t)(symbol - '0') + 1;
    } else if (!letter) {
        c->number = 0;
    }
    if (symbol == '<') {
        c->tag = 0;
    } else if (c->in_tag_name && letter) {
        c->tag = combined(symbol, c->tag);
    }
    c->in_tag_name = symbol == '<' || (c->in_tag_name && letter);
}

/* A stack of the innermost two; what marks up text without closing itself is replaced by the next.
 * A line feed closes all. */
static void follow_brackets(ock_contexts *c, uint8_t symbol)
{
    if (symbol == '\n') {
        c->brackets = 0;
    } else if (symbol != 0 && strchr("[<{(|=\"'*&", symbol) != NULL) {
        c->brackets = (c->brackets & 0xFF) << 8 | symbol;
    } else if (symbol != 0 && strchr("]>});", symbol) != NULL) {
        c->brackets >>= 8;
    }
}

static void follow_lines(ock_contexts *c, uint8_t symbol)
{
    if (c->column < 4) {
        c->line_start = c->line_start << 8 | symbol;
    }
    c->line[c->column++ % OCK_LINE_COLUMNS] = symbol;
    if (symbol == '\n') {
        memcpy(c->above, c->line, sizeof c->above);
        memset(c->line, 0, sizeof c->line);
        c->column = 0;
        c->line_start = 0;
    }
}

static void follow_followers(ock_contexts *c, uint8_t symbol)
{
    uint32_t *after1 = &c->followers1[newest(c->recent, 1)];
    uint16_t *after2 = &c->followers2[newest(c->recent, 2)];
    uint16_t *after3 = &c->followers3[place3(c->recent)];
    *after1 = *after1 << 8 | symbol;
    *after2 = (uint16_t)(*after2 << 8 | symbol);
    *after3 = (uint16_t)(*after3 << 8 | symbol);
}

static void follow(ock_contexts *c, uint8_t symbol)
{
    follow_followers(c, symbol);
    c->older = c->older << 8 | c->recent >> 56;
    c->recent = c->recent << 8 | symbol;
    c->kinds = c->kinds << 2 | kind_of(symbol);
    follow_words(c, symbol);
    follow_numbers_and_tags(c, symbol);
    follow_brackets(c, symbol);
    follow_lines(c, symbol);
    if (follows_stride(c)) {
        ock_stride_update(&c->stride, symbol);
    }
}

void ock_contexts_update(ock_contexts *c, uint8_t symbol)
{
    follow(c, symbol);
    derive(c);
}

void ock_contexts_advance(ock_contexts *c, const uint8_t *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        follow(c, symbols[i]);
    }
    derive(c);
}
