/* SPDX-License-Identifier: MIT */
/* columns.c - follows the numbers of a text and their places, and says which digit comes next. */
#include "contexts/columns.h"

#include <string.h>

#include "contexts/columns_private.h"
#include "contexts/hash.h"
#include "contexts/symbol_kind.h"

/* ---- the next digit ---- */

/* What may come next. */
enum { NOTHING, END, POINT, DIGIT };

static uint64_t opinion_of(uint64_t kind, uint64_t details)
{
    return kind << 20 | details;
}

/* Digits before the point. */
static uint64_t width_of(const ock_column_slot *s, int64_t size)
{
    uint64_t width = s->width > 0 ? s->width : 1;
    while (s->decimals + width < OCK_COLUMN_DIGITS &&
           size >= ock_columns_power(s->decimals + width)) {
        width++;
    }
    return width;
}

/* Where the value lies, seen from the digits so far, in halves of the next digit's unit: 0 .. 19 if these are right. */
static uint64_t place_of(int64_t left, int64_t unit)
{
    enum { BELOW = 3, ABOVE = 22 };
    if (left < 0) {
        return left > -unit ? BELOW - 1 : left > -3 * unit ? BELOW - 2 : BELOW - 3;
    }
    const int64_t whole = left / unit;
    const uint64_t place = (uint64_t)(2 * whole + ((left - whole * unit) * 2 >= unit));
    return (place < ABOVE ? place : ABOVE) + BELOW;
}

static uint64_t bits_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (uint64_t)__builtin_clzll(value);
}

/* Of the error, in units: its logarithm. */
static uint64_t doubt(uint64_t error, int64_t unit)
{
    enum { MOST = 15 };
    const uint64_t twice = error * 2, one = (uint64_t)unit;
    const uint64_t least = bits_of(twice) > bits_of(one) ? bits_of(twice) - bits_of(one) : 0;
    const uint64_t log = least + (one << least <= twice);
    return log < MOST ? log : MOST;
}

static uint64_t expected(const ock_columns *c, const ock_column_slot *s, int64_t value,
                         uint64_t error, uint64_t exact)
{
    const bool open = c->in_number == 0, minus = open ? value < 0 : c->negative;
    const int64_t size = minus == (value < 0) ? (value < 0 ? -value : value) : 0;
    const uint64_t width = width_of(s, size), whole = c->in_number == 2 ? c->whole : width;
    if (c->in_number == 2 && c->decimals >= s->decimals) {
        return opinion_of(END, exact);
    }
    if (c->in_number == 1 && c->whole >= width) {
        return opinion_of(POINT, (uint64_t)(c->whole > width) << 2 | exact);
    }
    if (whole + s->decimals > OCK_COLUMN_DIGITS) {
        return NOTHING;
    }
    const int64_t unit = ock_columns_power(whole + s->decimals - 1 - c->whole - c->decimals);
    const int64_t left = size - (int64_t)c->value * unit * 10;
    return opinion_of(DIGIT, (uint64_t)open << 16 | place_of(left, unit) << 8 |
                                 doubt(error, unit) << 2 | exact);
}

static void expect(ock_columns *c, const ock_column_past *past)
{
    for (unsigned view = 0; view < OCK_VIEWS; view++) {
        const ock_column_slot *s = &past->slots[view][c->slot[view]];
        for (unsigned k = 0; k < OCK_GUESSES; k++) {
            c->opinion[view][k] = c->guessed[view] ? expected(c, s, (int64_t)c->guess[view][k],
                                                              c->error[view][k], s->exact[k] & 3)
                                                   : NOTHING;
        }
    }
}

/* ---- places ---- */

static uint64_t key_of(const ock_columns *c, unsigned view)
{
    return view == OCK_AT_FIELD ? ock_hash_pair(c->field << 32 | c->in_field, c->separators) | 1
                                : ock_hash_pair(c->word, c->marks) | 1;
}

/* A number may be what comes next; after a letter, only where one came before. */
static void look_ahead(ock_columns *c, const ock_column_past *past, ock_column_filters *f,
                       bool letter)
{
    for (unsigned view = 0; view < OCK_VIEWS; view++) {
        const uint64_t key = key_of(c, view);
        c->slot[view] = ock_hash_place(key, OCK_COLUMN_SLOT_BITS);
        c->guessed[view] =
            past->slots[view][c->slot[view]].key == key && !(letter && view == OCK_AT_FIELD);
        if (c->guessed[view]) {
            ock_columns_guess(c, past, f, view);
        }
    }
}

/* ---- numbers ---- */

static void begin_number(ock_columns *c, uint64_t sign)
{
    c->in_number = 1;
    c->negative = c->text = sign;
    c->apart = !ock_symbol_is_letter((uint8_t)c->newest);
}

static void follow_digit(ock_columns *c, uint8_t symbol)
{
    if (!c->in_number) {
        begin_number(c, 0);
    }
    c->text = ock_hash_next(c->text, symbol);
    if (c->whole + c->decimals < OCK_COLUMN_DIGITS) {
        c->value = c->value * 10 + symbol - '0';
        *(c->in_number == 1 ? &c->whole : &c->decimals) += 1;
    }
}

static void keep_number(ock_columns *c, ock_column_past *past)
{
    const uint64_t at = c->numbers % OCK_COLUMN_KEPT;
    c->first = c->first < c->numbers ? c->first : c->numbers;
    past->value[at] = c->negative ? -c->value : c->value;
    past->decimals[at] = c->decimals;
    past->first[at] = c->first;
    c->numbers++;
    c->in_field++;
    c->texts[1] = c->texts[0];
    c->texts[0] = c->text;
    c->in_number = c->negative = c->value = c->whole = c->decimals = c->text = 0;
}

static void end_number(ock_columns *c, ock_column_past *past, ock_column_filters *f)
{
    for (unsigned view = 0; view < OCK_VIEWS && c->active; view++) {
        ock_columns_learn(c, past, f, view, key_of(c, view));
    }
    keep_number(c, past);
}

/* ---- what stands between them ---- */

static void begin_line(ock_columns *c)
{
    c->separators = c->seen;
    c->seen = c->field = c->in_field = c->word = c->marks = 0;
    c->first = UINT64_MAX;
}

static uint64_t separator(uint8_t symbol)
{
    return symbol == '\t' ? 2 : ock_symbol_is_one_of(symbol, ",;|") ? 1 : 0;
}

static void follow_field(ock_columns *c, uint8_t symbol)
{
    const uint64_t kind = separator(symbol);
    const bool blank = symbol == ' ' && c->newest != ' ';
    c->seen = kind > c->seen ? kind : c->seen;
    if (kind == c->separators && (kind > 0 || blank)) {
        c->field++;
        c->in_field = 0;
    }
}

static void follow_other(ock_columns *c, uint8_t symbol, bool letter)
{
    if (symbol == '\n') {
        begin_line(c);
        return;
    }
    follow_field(c, symbol);
    if (letter) {
        c->word = ock_hash_next(c->marks == 0 ? c->word : 0, symbol);
        c->marks = 0;
    } else if (symbol == '\t') {
        c->word = c->marks = 0;
    } else if (!(symbol == ' ' && c->newest == ' ')) {
        c->marks = (c->marks << 8 | symbol) & UINT32_MAX;
    }
}

static void weigh(ock_columns *c, bool digit)
{
    enum { PERIOD = 64, MEMORY = 8, MANY = 65536 / 5, FEW = 65536 / 10 };
    c->digits += (digit && c->apart ? 65536 >> MEMORY : 0) - (c->digits >> MEMORY);
    if (++c->count % PERIOD == 0) {
        c->active = c->digits > (c->active ? FEW : MANY);
    }
}

void ock_columns_follow(ock_columns *c, ock_column_past *past, ock_column_filters *f,
                        uint8_t symbol)
{
    const bool digit = ock_symbol_is_digit(symbol), letter = ock_symbol_is_letter(symbol);
    if (digit) {
        follow_digit(c, symbol);
    } else if (symbol == '.' && c->in_number == 1 && c->whole > 0) {
        c->in_number = 2;
        c->text = ock_hash_next(c->text, symbol);
    } else {
        if (c->in_number) {
            end_number(c, past, f);
        }
        follow_other(c, symbol, letter);
        if (c->active) {
            look_ahead(c, past, f, letter);
        }
        if (symbol == '-' && !ock_symbol_is_letter((uint8_t)c->newest) &&
            !ock_symbol_is_digit((uint8_t)c->newest)) {
            begin_number(c, 1);
        }
    }
    weigh(c, digit);
    c->newest = symbol;
    if (c->active) {
        expect(c, past);
    }
}

/* ---- loaded states ---- */

static bool is_number(uint64_t value, uint64_t decimals)
{
    const int64_t most = ock_columns_power(OCK_COLUMN_DIGITS), number = (int64_t)value;
    return number >= -most && number <= most && decimals <= OCK_COLUMN_DIGITS;
}

static bool is_slot_sound(const ock_column_slot *s)
{
    for (size_t k = 0; k < 3; k++) {
        if (!is_number(s->value[k], s->decimals)) {
            return false;
        }
    }
    return s->filter < OCK_COLUMN_FILTERS && s->width <= OCK_COLUMN_DIGITS;
}

static bool is_past_sound(const ock_column_past *past)
{
    bool sound = true;
    for (size_t i = 0; i < OCK_COLUMN_KEPT; i++) {
        sound = sound && is_number(past->value[i], past->decimals[i]);
    }
    for (size_t i = 0; i < 1 << OCK_COLUMN_PATTERN_BITS; i++) {
        const int64_t change = (int64_t)past->went[i] / 2;
        sound = sound && is_number((uint64_t)change, 0);
    }
    for (size_t i = 0; i < OCK_COLUMN_SLOTS; i++) {
        sound = sound && is_slot_sound(&past->slots[0][i]) && is_slot_sound(&past->slots[1][i]);
    }
    return sound;
}

bool ock_columns_is_sound(const ock_columns *c, const ock_column_past *past)
{
    for (unsigned view = 0; view < OCK_VIEWS; view++) {
        if (c->slot[view] >= OCK_COLUMN_SLOTS) {
            return false;
        }
        for (unsigned k = 0; k < OCK_GUESSES; k++) {
            if (!is_number(c->guess[view][k], 0)) {
                return false;
            }
        }
    }
    return c->active <= 1 && c->in_number <= 2 && c->negative <= 1 &&
           c->whole + c->decimals <= OCK_COLUMN_DIGITS && c->whole <= OCK_COLUMN_DIGITS &&
           c->value < (uint64_t)ock_columns_power(c->whole + c->decimals) && is_past_sound(past);
}
