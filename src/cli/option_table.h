/* SPDX-License-Identifier: MIT */
/* option_table.h - every command and every option, once. The parser, --help, the manual and the
 * shells' completions are made of these two tables; a new option is a row here, a field of
 * ock_options and a paragraph in ockham.1.in (and in ockham-audit.1.in or ockham-mdl.1.in where it is theirs). */
#ifndef OCK_OPTION_TABLE_H
#define OCK_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"

/* What a FILE on the command line is, for the completions. */
typedef enum ock_operand_kind {
    OCK_OPERAND_NONE,
    OCK_OPERAND_ANY,    /* a file, or a directory */
    OCK_OPERAND_PACKED, /* what compress has written */
} ock_operand_kind;

/* A command, or one of audit's. Its index in the table is its bit in ock_option.commands. */
typedef struct ock_command_row {
    const char *name; /* "compress" */
    const char *verb; /* "verify", behind "audit"; else NULL */
    ock_command command;
    ock_audit_command audit; /* where there is a verb */
    size_t least, most;      /* operands; without --files-from */
    const char *operands;    /* how --help names them, "" for none */
    ock_operand_kind kind;
    bool together;       /* runs on all ranks; the others never start message passing */
    const char *summary; /* for --help and completions */
} ock_command_row;

enum {
    OCK_FOR_COMPRESS = 1 << 0,
    OCK_FOR_DECOMPRESS = 1 << 1,
    OCK_FOR_TEST = 1 << 2,
    OCK_FOR_INFO = 1 << 3,
    OCK_FOR_PLAN = 1 << 4,
    OCK_FOR_MDL = 1 << 5,
    OCK_FOR_SCORE = 1 << 6,
    OCK_FOR_VERIFY = 1 << 7, /* from here on: audit's */
    OCK_FOR_REPLAY = 1 << 8,
    OCK_FOR_BISECT = 1 << 9,
    OCK_FOR_DOCTOR = 1 << 10,
    OCK_FOR_KEYGEN = 1 << 11,
    OCK_FOR_SIGN = 1 << 12,
    OCK_FOR_CHECK = 1 << 13,
    OCK_FOR_HELP = 1 << 14,
    OCK_FOR_PLAIN = 1 << 15, /* FILEs without a command; no row */
    OCK_FOR_ALL = (1 << 16) - 1,
    OCK_COMMAND_ROWS = 15
};

/* What an option's argument is, and the type of the field it is stored in. */
typedef enum ock_option_type {
    OCK_OPTION_FLAG,    /* no argument; bool, becomes true */
    OCK_OPTION_SWITCH,  /* no argument; int, becomes `value` */
    OCK_OPTION_INSTEAD, /* no argument; the command becomes `value`, the rest is not looked at */
    OCK_OPTION_STDOUT,  /* no argument; const char *, becomes "-" */
    OCK_OPTION_LEVEL,   /* -1, -2 ...: the letter is the number; uint32_t, least .. most */
    OCK_OPTION_COUNT,   /* uint32_t, least .. most */
    OCK_OPTION_SIZE,    /* bytes, as ock_size_parse reads them; uint64_t, at least `least` */
    OCK_OPTION_DELAY,   /* microseconds, or with ns, us or ms; uint32_t nanoseconds, .. most */
    OCK_OPTION_PERIOD,  /* N steps, or Ns seconds, least .. most; unsigned, other_place: seconds */
    OCK_OPTION_STEPS,   /* A:B; uint64_t, other_place: B; 0 where one is missing */
    OCK_OPTION_NAME,    /* of something that is not in the file system; const char * */
    OCK_OPTION_FILE,    /* const char * */
    OCK_OPTION_FILES, /* repeatable, at most `most`; const char *[], other_place: size_t, number */
    OCK_OPTION_DIRECTORY, /* const char * */
    OCK_OPTION_SETTING    /* NAME=VALUE, repeatable; ock_config */
} ock_option_type;

typedef struct ock_option {
    const char *name; /* without its dashes; NULL: a level, which has none */
    char letter;      /* 0: none */
    ock_option_type type;
    const char *argument; /* how --help names it; NULL: it has none */
    int value;
    uint32_t least, most;
    size_t place, other_place; /* fields, as offsets in ock_options */
    size_t given;              /* a bool there that says that the option was given; 0: none */
    unsigned commands;         /* OCK_FOR_...: that it is for */
    unsigned passed_over;      /* OCK_FOR_...: that accept it and have no use for it */
    unsigned required;         /* OCK_FOR_...: that don't work without it */
    const char *needs;         /* the option without which it has no meaning, or NULL */
    const char *help;          /* what it does, for --help and completions */
} ock_option;

extern const ock_command_row ock_command_rows[OCK_COMMAND_ROWS];

/* In the order of --help and of the manual: those for the same commands stand together. */
extern const ock_option ock_option_rows[];
extern const size_t ock_option_count;

/* NULL when there is none. */
const ock_option *ock_option_by_name(const char *name);
const ock_option *ock_option_by_letter(char letter); /* any digit that is a level is the level's */

/* OCK_FOR_... that do not refuse it; without a command, all that compress, decompress, test and info take. */
unsigned ock_option_accepted_by(const ock_option *option);

enum { OCK_COMMAND_LIST_BYTES = 256, OCK_OPTION_NAME_BYTES = 32 };

/* "audit verify", as the command is typed. text: OCK_OPTION_NAME_BYTES. Returns text. */
const char *ock_command_typed(const ock_command_row *row, char *text);

/* "compress, test and audit verify" for a set of commands, "every command" for all. Returns text, of
 * OCK_COMMAND_LIST_BYTES. */
const char *ock_command_list(unsigned commands, char *text);

/* "--output", "-1 ... -9" for the level. text: OCK_OPTION_NAME_BYTES. Returns text. */
const char *ock_option_typed(const ock_option *option, char *text);

#endif
