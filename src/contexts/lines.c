/* SPDX-License-Identifier: MIT */
/* lines.c - follows a lane's lines. */
#include "contexts/lines.h"

#include <stdbool.h>
#include <string.h>

#include "contexts/hash.h"
#include "contexts/symbol_kind.h"

static bool separates(uint8_t symbol)
{
    return symbol == ',' || symbol == ';' || symbol == '|' || symbol == '\t';
}

static void end_field(ock_lines *l)
{
    l->fields[l->field % OCK_LINE_FIELDS] = l->in_field;
    l->in_field = l->field_length = 0;
    l->field++;
}

static void begin_line(ock_lines *l, ock_line_texts *t)
{
    memcpy(t->second, t->above, sizeof t->second);
    memcpy(t->above, t->line, sizeof t->above);
    memset(t->line, 0, sizeof t->line);
    end_field(l);
    memcpy(l->fields_above, l->fields, sizeof l->fields);
    memset(l->fields, 0, sizeof l->fields);
    l->length = l->column;
    l->start_second = l->start_above;
    l->start_above = l->start;
    l->column = l->start = l->line = l->word = l->indent = l->agreed = l->field = 0;
    l->in_word = l->blank = 1;
}

static void follow_first_word(ock_lines *l, uint8_t symbol)
{
    const bool blank = symbol == ' ' || symbol == '\t';
    if (l->blank && blank) {
        l->indent++;
        return;
    }
    l->in_word = l->in_word && (l->blank || ock_symbol_is_letter(symbol));
    l->word = l->in_word ? ock_hash_next(l->word, symbol) : l->word;
    l->blank = 0;
}

void ock_lines_follow(ock_lines *l, ock_line_texts *t, uint8_t symbol)
{
    enum { FIELD_START = 6 };
    if (symbol == '\n') {
        begin_line(l, t);
        return;
    }
    l->agreed = ock_lines_above(l, t, 0) == symbol ? l->agreed + 1 : 0;
    l->start = l->column < 4 ? l->start << 8 | symbol : l->start;
    l->line = ock_hash_next(l->line, symbol);
    t->line[l->column++ % OCK_LINE_COLUMNS] = symbol;
    follow_first_word(l, symbol);
    if (separates(symbol)) {
        end_field(l);
        return;
    }
    l->in_field =
        l->field_length++ < FIELD_START ? ock_hash_next(l->in_field, symbol) : l->in_field;
}
