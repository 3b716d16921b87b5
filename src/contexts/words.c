/* SPDX-License-Identifier: MIT */
/* words.c - words, their beginnings and ends. */
#include "contexts/words.h"

#include <string.h>

#include "contexts/hash.h"
#include "contexts/symbol_kind.h"

static unsigned log2_of(uint64_t value)
{
    return 63u - (unsigned)__builtin_clzll(value | 1);
}

/* The last three letters, or all of a shorter word. */
static uint64_t ending_of(const ock_words *w)
{
    return w->letters & (w->length < 3 ? (1u << 8 * w->length) - 1 : 0xFFFFFF);
}

static void end_word(ock_words *w, ock_word_ages *ages)
{
    ages->ended[ock_hash_place(w->word, OCK_WORD_AGE_BITS)] = 1;
    memmove(&w->previous[1], &w->previous[0], sizeof w->previous - sizeof w->previous[0]);
    memmove(&w->stems[1], &w->stems[0], sizeof w->stems - sizeof w->stems[0]);
    w->previous[0] = w->word;
    w->stems[0] = w->stem;
    w->endings = w->endings << 24 | ending_of(w);
    w->lengths = w->lengths << 8 | (w->length < 255 ? w->length : 255);
    w->letters = w->letters << 8 | ' ';
    w->word = w->stem = w->length = w->skeleton = w->initial = w->gap = 0;
    w->sentence++;
}

static void begin_word(ock_words *w, uint8_t symbol)
{
    const uint64_t capital = symbol >= 'A' && symbol <= 'Z';
    w->initial = symbol;
    w->initials = ock_hash_pair(symbol, w->initials);
    w->capitals = w->capitals << 1 | capital;
    w->skeleton = 1;
}

static void follow_age(ock_words *w, ock_word_ages *ages)
{
    const size_t place = ock_hash_place(w->word, OCK_WORD_AGE_BITS);
    const uint32_t now = (uint32_t)w->count, last = ages->last[place];
    w->age = last != 0 ? 1 + log2_of((uint32_t)(now + 1 - last)) : 0;
    w->ended = ages->ended[place];
    ages->last[place] = now + 1;
}

static void follow_letter(ock_words *w, ock_word_ages *ages, uint8_t symbol)
{
    enum { STEM = 5 };
    const uint8_t lower = ock_symbol_lower(symbol);
    if (w->word == 0) {
        begin_word(w, symbol);
    }
    w->word = ock_hash_next(w->word, lower);
    w->cased = ock_hash_next(w->cased, symbol);
    w->letters = w->letters << 8 | lower;
    w->skeleton = w->skeleton << 2 | (ock_symbol_is_vowel(lower) ? 1 : symbol >= 128 ? 2 : 3);
    w->length++;
    w->stem = w->length <= STEM ? w->word : w->stem;
    follow_age(w, ages);
}

static void follow_number(ock_words *w, uint8_t symbol)
{
    if (ock_symbol_is_digit(symbol)) {
        w->number = w->number * 11 + (uint64_t)(symbol - '0') + 1;
    } else if (w->word == 0 && w->number != 0) {
        w->number_before = w->number;
        w->number = 0;
    }
}

void ock_words_follow(ock_words *w, ock_word_ages *ages, uint8_t symbol)
{
    w->count++;
    if (ock_symbol_is_letter(symbol)) {
        follow_letter(w, ages, symbol);
    } else {
        if (w->word != 0) {
            end_word(w, ages);
        }
        w->cased = symbol;
        w->age = w->ended = 0;
        w->gap = ock_hash_next(w->gap, symbol);
        if (symbol == '.' || symbol == '\n' || symbol == '?' || symbol == '!') {
            w->initials = w->sentence = 0;
        }
    }
    follow_number(w, symbol);
}
