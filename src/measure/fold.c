/* SPDX-License-Identifier: MIT */
/* fold.c - one character after another, as what it is folded to. */
#include "measure/fold.h"

#include <stdbool.h>

typedef enum sort { KEPT, SEPARATOR, APOSTROPHE } sort;

/* A character of the text: `bytes` of it stand for `to` (one or two bytes, if `changed`) or for themselves. */
typedef struct piece {
    sort sort;
    size_t bytes;
    bool changed;
    uint8_t to[2];
} piece;

static piece kept(size_t bytes)
{
    return (piece){.sort = KEPT, .bytes = bytes};
}

static piece changed_to(unsigned code)
{
    return (piece){KEPT, 2, true, {(uint8_t)(0xC0 | code >> 6), (uint8_t)(0x80 | (code & 63))}};
}

static piece fold_ascii(uint8_t c)
{
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        return (piece){KEPT, 1, true, {(uint8_t)(capital ? c + 32 : c), 0}};
    }
    return (piece){.sort = c == '\'' ? APOSTROPHE : SEPARATOR, .bytes = 1};
}

/* U+0080 to U+07FF. */
static piece fold_two(unsigned code)
{
    if (code < 0xC0 || code == 0xD7 || code == 0xF7) {
        return (piece){.sort = SEPARATOR, .bytes = 2};
    }
    if (code <= 0xDE || (code >= 0x391 && code <= 0x3A9) || (code >= 0x410 && code <= 0x42F)) {
        return changed_to(code + 0x20);
    }
    return code >= 0x400 && code <= 0x40F ? changed_to(code + 0x50) : kept(2);
}

static bool continues(const uint8_t *text, size_t left, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (i >= left || (text[i] & 0xC0) != 0x80) {
            return false;
        }
    }
    return true;
}

/* What is no UTF-8 stands for itself. */
static piece next_piece(const uint8_t *text, size_t left)
{
    const uint8_t c = text[0];
    if (c < 0x80) {
        return fold_ascii(c);
    }
    if (c >= 0xC2 && c < 0xE0 && continues(text, left, 2)) {
        return fold_two((c & 31u) << 6 | (text[1] & 63u));
    }
    if (c == 0xE2 && continues(text, left, 3) && (text[1] == 0x80 || text[1] == 0x81)) {
        const bool apostrophe = text[1] == 0x80 && text[2] == 0x99; /* U+2019 */
        return (piece){.sort = apostrophe ? APOSTROPHE : SEPARATOR, .bytes = 3};
    }
    return kept(1);
}

/* Between two characters that are kept. */
static bool is_within_word(const uint8_t *text, size_t count, size_t at, size_t bytes, bool begun)
{
    return begun && at + bytes < count &&
           next_piece(text + at + bytes, count - at - bytes).sort == KEPT;
}

/* A walk over a text: what is folded so far, and where the text's next character is. */
typedef struct walk {
    const uint8_t *text;
    size_t count, at;
    size_t folded; /* bytes so far */
    bool blank;    /* a separator came behind them */
    bool letter;   /* the last character was kept */
} walk;

/* The next character that is kept, and *blank: whether a blank stands before it. False at the end. */
static bool next_kept(walk *w, piece *found, bool *blank)
{
    while (w->at < w->count) {
        *found = next_piece(w->text + w->at, w->count - w->at);
        if (found->sort == KEPT) {
            *blank = w->blank && w->folded > 0;
            w->blank = false;
            w->letter = true;
            return true;
        }
        const bool dropped = found->sort == APOSTROPHE &&
                             is_within_word(w->text, w->count, w->at, found->bytes, w->letter);
        w->blank = w->blank || !dropped;
        w->letter = false;
        w->at += found->bytes;
    }
    return false;
}

size_t ock_fold(const uint8_t *text, size_t count, uint8_t *folded)
{
    walk w = {.text = text, .count = count};
    piece p;
    bool blank;
    while (next_kept(&w, &p, &blank)) {
        uint8_t to[3];
        for (size_t i = 0; i < p.bytes; i++) { /* read before anything is written */
            to[i] = p.changed ? p.to[i] : text[w.at + i];
        }
        if (blank) {
            folded[w.folded++] = ' ';
        }
        for (size_t i = 0; i < p.bytes; i++) {
            folded[w.folded++] = to[i];
        }
        w.at += p.bytes;
    }
    return w.folded;
}

void ock_fold_origins(const uint8_t *text, size_t count, size_t *places, size_t places_count)
{
    walk w = {.text = text, .count = count};
    size_t done = 0;
    piece p;
    bool blank;
    while (done < places_count && next_kept(&w, &p, &blank)) {
        const size_t end = w.folded + blank + p.bytes;
        for (; done < places_count && places[done] < end; done++) {
            const size_t into = places[done] - w.folded; /* 0: the blank, where there is one */
            places[done] = blank && into == 0 ? w.at - 1 : w.at + into - blank;
        }
        w.folded = end;
        w.at += p.bytes;
    }
    for (; done < places_count; done++) {
        places[done] = count;
    }
}
