/* SPDX-License-Identifier: MIT */
/* text_scan.c - runs of equal lines, and of which kind they are. */
#include <string.h>

#include "base/alive.h"
#include "transforms/scan.h"

enum {
    LEAST_WIDTH = 32,
    MOST_WIDTH = 4096,
    LEAST_LONG = 256, /* of a single line */
    LEAST_BASE64 = 160,
    LEAST_HEX = 128,
    LEAST_WRAPPED_LINES = 40 /* a span costs some bytes, a line's end one bit */
};

/* The characters of all kinds. */
static bool is_word(uint8_t c)
{
    return (uint8_t)((c | 32) - 'a') < 26 || (uint8_t)(c - '/') < 11 || c == '+';
}

/* ---- of which kind ---- */

/* Which characters a span has. */
typedef struct census {
    bool seen[256];
    unsigned capitals, smalls, digits, others; /* different ones; line ends and padding aside */
    bool only_hex[2]; /* none that a digit, or a letter of that case, is not */
} census;

static ock_status take_census(const ock_source *stream, uint64_t begin, uint64_t end, census *c)
{
    uint8_t block[4096];
    ock_status status = OCK_OK;
    memset(c, 0, sizeof *c);
    for (uint64_t at = begin; at < end && status == OCK_OK; at += sizeof block) {
        const size_t count = end - at < sizeof block ? (size_t)(end - at) : sizeof block;
        status = stream->read_at(stream->context, at, block, count);
        for (size_t i = 0; i < count && status == OCK_OK; i++) {
            c->seen[block[i]] = true;
        }
        ock_alive();
    }
    c->seen['\n'] = c->seen['\r'] = c->seen['='] = false;
    return status;
}

static void count_kinds(census *c)
{
    c->only_hex[0] = c->only_hex[1] = true;
    for (int i = 0; i < 256; i++) {
        const bool letter = (uint8_t)((i | 32) - 'a') < 26, digit = (uint8_t)(i - '0') < 10;
        if (c->seen[i]) {
            *(!letter ? digit ? &c->digits : &c->others : i < 'a' ? &c->capitals : &c->smalls) += 1;
            c->only_hex[0] &= digit || (i >= 'a' && i <= 'f');
            c->only_hex[1] &= digit || (i >= 'A' && i <= 'F');
        }
    }
}

/* Where the unused bits of the last group are not 0, another text would come back. */
static ock_status ends_as_usual(const ock_source *stream, uint64_t end, unsigned padding,
                                bool *usual)
{
    static const char zeros[2][17] = {"AEIMQUYcgkosw048", "AQgw"};
    char last = 'A';
    ock_status status =
        padding == 0 ? OCK_OK : stream->read_at(stream->context, end - padding - 1, &last, 1);
    *usual = padding == 0 || strchr(zeros[padding - 1], last) != NULL;
    return status;
}

/* OCK_TRANSFORM_KINDS: none. Few letters alone are no base64, though they could be. */
static unsigned kind_of(census *c, uint64_t characters, uint64_t lines, unsigned padding)
{
    enum { FEW = 28, MANY = 24, MANY_DIGITS = 10 };
    count_kinds(c);
    const unsigned all = c->capitals + c->smalls + c->digits + c->others;
    if ((c->only_hex[0] || c->only_hex[1]) && c->digits > 0 && all > c->digits &&
        all >= MANY_DIGITS) {
        return padding == 0 && characters >= LEAST_HEX ? OCK_HEX : OCK_TRANSFORM_KINDS;
    }
    if (c->digits + c->others == 0 && all <= FEW) {
        return padding == 0 && lines >= LEAST_WRAPPED_LINES ? OCK_WRAPPED : OCK_TRANSFORM_KINDS;
    }
    const bool mixed = c->capitals > 0 && c->smalls > 0 && c->digits > 0 && all >= MANY;
    return mixed && characters >= LEAST_BASE64 ? OCK_BASE64 : OCK_TRANSFORM_KINDS;
}

/* Whole groups of the run, whose last line is padded so; lengths are those of a list. */
static ock_transform span_of(const ock_text_run *run, unsigned kind, uint64_t characters)
{
    const uint64_t whole = characters - characters % ock_text_group_of(kind).characters;
    const bool lines = run->lines > 1 && whole > run->width;
    const uint64_t ends = lines ? (whole - 1) / run->width * run->line_end : 0;
    return (ock_transform){.begin = run->begin,
                           .length = whole + ends,
                           .width = lines ? (uint32_t)run->width : 0,
                           .line_end = lines ? (uint8_t)run->line_end : 0,
                           .kind = (uint8_t)kind};
}

/* A run that is over. */
static ock_status judge(ock_text_scan *s, const ock_text_run *run, unsigned padding)
{
    const uint64_t characters = run->end - run->begin - (run->lines - 1) * run->line_end;
    census c;
    bool usual = true;
    if (run->width > MOST_WIDTH && run->lines > 1) {
        return OCK_OK;
    }
    ock_status status = take_census(s->stream, run->begin, run->end, &c);
    const unsigned kind = kind_of(&c, characters, run->lines, padding);
    if (status != OCK_OK || (s->kinds >> kind & 1) == 0 ||
        (run->lines > 1 && run->width % ock_text_group_of(kind).characters != 0)) {
        return status;
    }
    if (characters % ock_text_group_of(kind).characters == 0) {
        status = ends_as_usual(s->stream, run->end, padding, &usual);
    } else {
        usual = padding == 0;
    }
    ock_transform span = span_of(run, kind, characters);
    if (kind == OCK_HEX) {
        span.detail = c.only_hex[1];
    } else if (kind == OCK_BASE64) {
        span.detail = (uint8_t)padding;
    }
    return status != OCK_OK || !usual ? status : ock_scan_take(s->found, &span);
}

/* ---- runs ---- */

static ock_status end_run(ock_text_scan *s, unsigned padding)
{
    const ock_text_run run = s->run;
    s->run.lines = 0;
    return run.lines > 1 || (run.lines == 1 && run.end - run.begin >= LEAST_LONG)
               ? judge(s, &run, padding)
               : OCK_OK;
}

/* Behind a word. */
typedef struct word_end {
    uint64_t at;
    unsigned padding, line_end;
} word_end;

static word_end end_of_word(const ock_scan_block *b, size_t i)
{
    const size_t count = b->count + b->ahead;
    word_end e = {.at = b->at + i};
    while (e.padding < 2 && i < count && b->bytes[i] == '=') {
        e.padding++;
        i++;
    }
    if (i < count && b->bytes[i] == '\n') {
        e.line_end = 1;
    } else if (i + 1 < count && b->bytes[i] == '\r' && b->bytes[i + 1] == '\n') {
        e.line_end = 2;
    }
    return e;
}

/* A word that begins a line of the run, and is no longer than the others. */
static ock_status go_on(ock_text_scan *s, const word_end *e)
{
    ock_text_run *run = &s->run;
    const uint64_t end = e->at + e->padding;
    const bool full =
        end - s->word == run->width && e->padding == 0 && e->line_end == run->line_end;
    run->end = end;
    run->lines++;
    run->next = end + e->line_end;
    return full ? OCK_OK : end_run(s, e->padding);
}

/* One that is long enough begins a run, which may be over at once. */
static ock_status begin_run(ock_text_scan *s, const word_end *e)
{
    const uint64_t end = e->at + e->padding, width = end - s->word;
    if (width < LEAST_WIDTH) {
        return OCK_OK;
    }
    s->run = (ock_text_run){s->word, end, 1, end + e->line_end, width, e->line_end};
    return e->line_end == 0 || e->padding > 0 ? end_run(s, e->padding) : OCK_OK;
}

static ock_status take_word(ock_text_scan *s, const word_end *e)
{
    ock_status status = OCK_OK;
    s->in_word = false;
    if (s->run.lines > 0 && s->word == s->run.next &&
        e->at + e->padding - s->word <= s->run.width) {
        return go_on(s, e);
    }
    if (s->run.lines > 0) {
        status = end_run(s, 0);
    }
    return status != OCK_OK ? status : begin_run(s, e);
}

ock_status ock_text_scan_block(ock_text_scan *s, const ock_scan_block *b)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < b->count && status == OCK_OK; i++) {
        const bool word = is_word(b->bytes[i]);
        if (word && !s->in_word) {
            s->in_word = true;
            s->word = b->at + i;
        } else if (!word && s->in_word) {
            const word_end e = end_of_word(b, i);
            status = take_word(s, &e);
        }
    }
    return status;
}

ock_status ock_text_scan_end(ock_text_scan *s, uint64_t end)
{
    const word_end e = {.at = end};
    ock_status status = s->in_word ? take_word(s, &e) : OCK_OK;
    return status != OCK_OK || s->run.lines == 0 ? status : end_run(s, 0);
}
