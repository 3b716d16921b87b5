/* SPDX-License-Identifier: MIT */
/* symbol_kind.h - what kinds of symbols there are, at several grains. Pure functions of one symbol. */
#ifndef OCK_SYMBOL_KIND_H
#define OCK_SYMBOL_KIND_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Two bits. */
enum { OCK_KIND_SMALL, OCK_KIND_SPACE, OCK_KIND_CAPITAL, OCK_KIND_OTHER };

/* Four bits: finer, with one group for each job that punctuation has. */
enum {
    OCK_GROUP_CONTROL,
    OCK_GROUP_SMALL,
    OCK_GROUP_CAPITAL,
    OCK_GROUP_DIGIT,
    OCK_GROUP_SPACE,
    OCK_GROUP_LINE,
    OCK_GROUP_OPEN,  /* brackets that open */
    OCK_GROUP_CLOSE, /* and that close */
    OCK_GROUP_QUOTE,
    OCK_GROUP_STOP,      /* . ! ? */
    OCK_GROUP_COMMA,     /* , ; : */
    OCK_GROUP_SIGN,      /* + - * / = and the like */
    OCK_GROUP_MARK,      /* the rest of ASCII */
    OCK_GROUP_CONTINUED, /* UTF-8: a byte that continues a character, */
    OCK_GROUP_LEAD2,     /* one that begins a character of two bytes, */
    OCK_GROUP_LEAD3      /* or of more */
};

static inline uint8_t ock_symbol_lower(uint8_t symbol)
{
    return symbol >= 'A' && symbol <= 'Z' ? (uint8_t)(symbol + 32) : symbol;
}

/* Of any language: bytes of UTF-8 beyond ASCII count as letters. */
static inline bool ock_symbol_is_letter(uint8_t symbol)
{
    uint8_t lower = ock_symbol_lower(symbol);
    return (lower >= 'a' && lower <= 'z') || symbol >= 128;
}

static inline bool ock_symbol_is_digit(uint8_t symbol)
{
    return symbol >= '0' && symbol <= '9';
}

static inline bool ock_symbol_is_one_of(uint8_t symbol, const char *list)
{
    return symbol != 0 && strchr(list, symbol) != NULL;
}

/* Of small letters. */
static inline bool ock_symbol_is_vowel(uint8_t symbol)
{
    return ock_symbol_is_one_of(symbol, "aeiouy");
}

unsigned ock_symbol_kind(uint8_t symbol);

unsigned ock_symbol_group(uint8_t symbol);

/* Three bits: vowels, other letters, digits, space, line feed, punctuation, other bytes, capitals. */
unsigned ock_symbol_class(uint8_t symbol);

#endif
