/* SPDX-License-Identifier: MIT */
/* symbol_kind.c - kinds, groups and classes of symbols. */
#include "contexts/symbol_kind.h"

unsigned ock_symbol_kind(uint8_t symbol)
{
    if (symbol >= 'a' && symbol <= 'z') {
        return OCK_KIND_SMALL;
    }
    if (symbol == ' ' || symbol == '\n') {
        return OCK_KIND_SPACE;
    }
    return (symbol >= 'A' && symbol <= 'Z') || symbol >= 128 ? OCK_KIND_CAPITAL : OCK_KIND_OTHER;
}

static unsigned group_of_punctuation(uint8_t symbol)
{
    static const struct {
        const char *members;
        unsigned group;
    } groups[] = {{"([{<", OCK_GROUP_OPEN}, {")]}>", OCK_GROUP_CLOSE}, {"\"'`", OCK_GROUP_QUOTE},
                  {".!?", OCK_GROUP_STOP},  {",;:", OCK_GROUP_COMMA},  {"+-*/=_|", OCK_GROUP_SIGN}};
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (ock_symbol_is_one_of(symbol, groups[i].members)) {
            return groups[i].group;
        }
    }
    return OCK_GROUP_MARK;
}

unsigned ock_symbol_group(uint8_t symbol)
{
    if (symbol >= 128) {
        return symbol < 192   ? OCK_GROUP_CONTINUED
               : symbol < 224 ? OCK_GROUP_LEAD2
                              : OCK_GROUP_LEAD3;
    }
    if (ock_symbol_is_letter(symbol)) {
        return symbol >= 'a' ? OCK_GROUP_SMALL : OCK_GROUP_CAPITAL;
    }
    if (ock_symbol_is_digit(symbol)) {
        return OCK_GROUP_DIGIT;
    }
    if (symbol == ' ' || symbol == '\t') {
        return OCK_GROUP_SPACE;
    }
    if (symbol == '\n' || symbol == '\r') {
        return OCK_GROUP_LINE;
    }
    return symbol < ' ' || symbol == 127 ? OCK_GROUP_CONTROL : group_of_punctuation(symbol);
}

unsigned ock_symbol_class(uint8_t symbol)
{
    enum { VOWEL, CONSONANT, DIGIT, SPACE, LINE, PUNCTUATION, OTHER, CAPITAL };
    switch (ock_symbol_group(symbol)) {
    case OCK_GROUP_SMALL:
        return ock_symbol_is_vowel(symbol) ? VOWEL : CONSONANT;
    case OCK_GROUP_CAPITAL:
        return CAPITAL;
    case OCK_GROUP_DIGIT:
        return DIGIT;
    case OCK_GROUP_SPACE:
        return SPACE;
    case OCK_GROUP_LINE:
        return LINE;
    case OCK_GROUP_CONTROL:
    case OCK_GROUP_CONTINUED:
    case OCK_GROUP_LEAD2:
    case OCK_GROUP_LEAD3:
        return OTHER;
    default:
        return PUNCTUATION;
    }
}
