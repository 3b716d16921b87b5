/* SPDX-License-Identifier: MIT */
/* lines.h - lines, their columns and fields, and the line above. */
#ifndef OCK_LINES_H
#define OCK_LINES_H

#include <stdint.h>

enum { OCK_LINE_COLUMNS = 256, OCK_LINE_FIELDS = 32 };

typedef struct ock_lines {
    uint64_t column;                    /* symbols since the last line feed */
    uint64_t start;                     /* the line's first symbols, up to four */
    uint64_t start_above, start_second; /* those of the two lines before */
    uint64_t line;                      /* hash of the line so far */
    uint64_t word;                      /* hash of its first word so far: any symbol and letters */
    uint64_t in_word;                   /* 1: the first word goes on */
    uint64_t indent;                    /* blanks before the first other symbol */
    uint64_t blank;                     /* 1: there was no other symbol yet */
    uint64_t agreed;                    /* newest symbols that were those above */
    uint64_t length;                    /* of the line above */
    uint64_t field;                     /* number of separators , ; | or tab so far */
    uint64_t in_field;                  /* hash of the field so far, its first six symbols */
    uint64_t field_length;
    uint64_t fields_above[OCK_LINE_FIELDS]; /* hashes of the fields of the line before */
    uint64_t fields[OCK_LINE_FIELDS];       /* and of this one */
} ock_lines;

typedef struct ock_line_texts {
    uint8_t line[OCK_LINE_COLUMNS];   /* this line, by column; longer ones wrap around */
    uint8_t above[OCK_LINE_COLUMNS];  /* the line before */
    uint8_t second[OCK_LINE_COLUMNS]; /* and the one before that */
} ock_line_texts;

void ock_lines_follow(ock_lines *lines, ock_line_texts *texts, uint8_t symbol);

/* The symbol of the line above, `ahead` columns ahead of the next one. */
static inline uint8_t ock_lines_above(const ock_lines *lines, const ock_line_texts *texts,
                                      uint64_t ahead)
{
    return texts->above[(lines->column + ahead) % OCK_LINE_COLUMNS];
}

#endif
