/* SPDX-License-Identifier: MIT */
/* option_help.c - the text of --help, from the tables. */
#include <string.h>

#include "cli/command_line.h"
#include "cli/option_table.h"

enum { COLUMNS = 80, COMMAND_TEXT = 21, OPTION_TEXT = 23 };

/* Spaces, from column `at` to column `to`; on a new line where that has been passed. */
static void pad(FILE *out, int at, int to)
{
    if (at + 1 > to) {
        fputc('\n', out);
        at = 0;
    }
    fprintf(out, "%*s", to - at, "");
}

/* The text, broken between words, with its lines beginning in column `left`, where the first stands. */
static void print_wrapped(FILE *out, const char *text, int left)
{
    int at = left;
    while (*text != '\0') {
        const int length = (int)strcspn(text, " ");
        const bool first = at == left;
        if (!first && at + 1 + length > COLUMNS) {
            fprintf(out, "\n%*s", left, "");
            at = left;
        } else if (!first) {
            fputc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", length, text);
        at += length;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_command(FILE *out, const ock_command_row *row)
{
    char name[OCK_OPTION_NAME_BYTES];
    const int at = fprintf(out, "  %s %s", ock_command_typed(row, name), row->operands);
    pad(out, at, COMMAND_TEXT);
    print_wrapped(out, row->summary, COMMAND_TEXT);
}

static void print_option(FILE *out, const ock_option *option)
{
    char name[OCK_OPTION_NAME_BYTES];
    ock_option_typed(option, name);
    int at = option->letter != 0 && option->type != OCK_OPTION_LEVEL
                 ? fprintf(out, "  -%c, %s", option->letter, name)
                 : fprintf(out, "%s%s", option->type == OCK_OPTION_LEVEL ? "  " : "      ", name);
    if (option->argument != NULL) {
        at += fprintf(out, " %s", option->argument);
    }
    pad(out, at, OPTION_TEXT);
    print_wrapped(out, option->help, OPTION_TEXT);
}

/* A heading wherever the commands change that the options are for. */
static void print_options(FILE *out)
{
    char commands[OCK_COMMAND_LIST_BYTES + sizeof "Options of :"];
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *option = &ock_option_rows[i];
        if (i == 0 || option->commands != option[-1].commands) {
            memcpy(commands, "Options of ", sizeof "Options of ");
            ock_command_list(option->commands, commands + strlen(commands));
            print_wrapped(out, strcat(commands, ":"), 0);
        }
        print_option(out, option);
    }
}

static unsigned commands_alone(void)
{
    unsigned alone = 0;
    for (unsigned i = 0; i < OCK_COMMAND_ROWS; i++) {
        alone |= ock_command_rows[i].together ? 0 : 1U << i;
    }
    return alone;
}

void ock_options_print_help(FILE *out)
{
    char commands[OCK_COMMAND_LIST_BYTES + sizeof " never start MPI."];
    fputs("Usage: ockham [OPTION]... [FILE]...   compress to FILE.ock; with -d, restore\n"
          "       ockham COMMAND [OPTION]... FILE\n"
          "       mpirun -n RANKS ockham ...\n"
          "Lossless compression by a model that is trained on the data as it is coded.\n"
          "The same input and options make the same file with any number of threads and\n"
          "ranks.\n"
          "\n"
          "Without FILE, or when FILE is -, read standard input and write standard output.\n"
          "A FILE with the name of a command is written ./FILE.\n"
          "\n"
          "Commands:\n",
          out);
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        print_command(out, &ock_command_rows[i]);
    }
    ock_command_list(commands_alone(), commands);
    print_wrapped(out, strcat(commands, " never start MPI."), 0);
    fputc('\n', out);
    print_options(out);
    fputs("\n"
          "Exit codes: 0 done, 1 usage or environment, 2 bad data, 3 internal error,\n"
          "4 an item is above --fail-above,\n"
          "75 stopped with a checkpoint (SIGUSR1, DIR/halt, --stop-before): run again with\n"
          "--resume. SIGUSR2 prints a status line. An audit's last line is MATCH (0),\n"
          "MISMATCH (2), MACHINE_FAULT (3) or INCOMPLETE (1).\n",
          out);
}
