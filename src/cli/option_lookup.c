/* SPDX-License-Identifier: MIT */
/* option_lookup.c - rows of the two tables found and called by name. */
#include <stdio.h>
#include <string.h>

#include "cli/option_table.h"

const ock_option *ock_option_by_name(const char *name)
{
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        if (o->name != NULL && strcmp(o->name, name) == 0) {
            return o;
        }
    }
    return NULL;
}

static bool has_letter(const ock_option *o, char letter)
{
    return o->type == OCK_OPTION_LEVEL
               ? letter >= '0' + (char)o->least && letter <= '0' + (char)o->most
               : o->letter != 0 && o->letter == letter;
}

const ock_option *ock_option_by_letter(char letter)
{
    for (size_t i = 0; i < ock_option_count; i++) {
        if (has_letter(&ock_option_rows[i], letter)) {
            return &ock_option_rows[i];
        }
    }
    return NULL;
}

unsigned ock_option_accepted_by(const ock_option *option)
{
    const unsigned by = option->commands | option->passed_over;
    const unsigned forms = OCK_FOR_COMPRESS | OCK_FOR_DECOMPRESS | OCK_FOR_TEST | OCK_FOR_INFO;
    return (by & forms) != 0 ? by | OCK_FOR_PLAIN : by;
}

const char *ock_command_typed(const ock_command_row *row, char *text)
{
    snprintf(text, OCK_OPTION_NAME_BYTES, "%s%s%s", row->name, row->verb != NULL ? " " : "",
             row->verb != NULL ? row->verb : "");
    return text;
}

const char *ock_command_list(unsigned commands, char *text)
{
    char name[OCK_OPTION_NAME_BYTES];
    size_t length = 0;
    if (commands == OCK_FOR_ALL || commands == OCK_FOR_PLAIN) {
        snprintf(text, OCK_COMMAND_LIST_BYTES, "%s",
                 commands == OCK_FOR_ALL ? "every command" : "FILEs without a command");
        return text;
    }
    text[0] = '\0';
    for (unsigned i = 0; i < OCK_COMMAND_ROWS; i++) {
        if ((commands >> i & 1) == 0) {
            continue;
        }
        const char *before = length == 0 ? "" : commands >> (i + 1) == 0 ? " and " : ", ";
        length += (size_t)snprintf(text + length, OCK_COMMAND_LIST_BYTES - length, "%s%s", before,
                                   ock_command_typed(&ock_command_rows[i], name));
    }
    return text;
}

const char *ock_option_typed(const ock_option *option, char *text)
{
    if (option->type == OCK_OPTION_LEVEL) {
        snprintf(text, OCK_OPTION_NAME_BYTES, "-%u ... -%u", (unsigned)option->least,
                 (unsigned)option->most);
    } else {
        snprintf(text, OCK_OPTION_NAME_BYTES, "--%s", option->name);
    }
    return text;
}
