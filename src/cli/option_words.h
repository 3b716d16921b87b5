/* SPDX-License-Identifier: MIT */
/* option_words.h - argv as a row of words: options with their arguments, and operands between them.
 *
 * As getopt_long has it: letters in bundles (-kf9), arguments joined or in the next element (-oFILE,
 * -o FILE, --output=FILE, --output FILE), long names cut short where that leaves one, operands and
 * options in any order, and operands only after "--". */
#ifndef OCK_OPTION_WORDS_H
#define OCK_OPTION_WORDS_H

#include "cli/option_table.h"

typedef struct ock_word {
    const ock_option *option; /* NULL: an operand, or the end */
    const char *text; /* an option's argument (of a level: its digit), the operand, or NULL */
    bool behind;      /* an operand after "--" */
} ock_word;

/* Where reading stands. Begin with {.argc = argc, .argv = argv, .next = 1}. */
typedef struct ock_word_reader {
    int argc;
    char **argv;        /* is not changed; words point into it */
    int next;           /* the element to be read next */
    const char *bundle; /* what is left of a row of letters, or NULL */
    bool operands_only; /* "--" has been read */
} ock_word_reader;

/* The next word; at the end option and text are NULL. OCK_ENVIRONMENT, with a message, for an unknown
 * or ambiguous option, a missing argument, one too many, or a level that there is not. Not collective. */
ock_status ock_word_next(ock_word_reader *reader, ock_word *word) OCK_WARN_UNUSED;

#endif
