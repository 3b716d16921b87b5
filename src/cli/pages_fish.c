/* SPDX-License-Identifier: MIT */
/* pages_fish.c - completion for fish: a line for every command and every option. */
#include "cli/option_table.h"
#include "cli/pages.h"

/* Within single quotes. */
static void print_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        fprintf(out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
    }
    fputc('\'', out);
}

/* "complete -c ockham -n '...'": with one of these commands (FILE: without any), or all. */
static void print_begin(FILE *out, unsigned commands)
{
    char name[OCK_OPTION_NAME_BYTES];
    fputs("complete -c ockham", out);
    if (commands == OCK_FOR_ALL) {
        return;
    }
    fputs(" -n \"__ockham_for", out);
    for (unsigned i = 0; i < OCK_COMMAND_ROWS; i++) {
        if ((commands >> i & 1) != 0) {
            fprintf(out, " '%s'", ock_command_typed(&ock_command_rows[i], name));
        }
    }
    fputs((commands & OCK_FOR_PLAIN) != 0 ? " 'FILE'\"" : "\"", out);
}

static const char *argument(const ock_option *option)
{
    switch (option->type) {
    case OCK_OPTION_FILE:
    case OCK_OPTION_FILES:
        return " -r -F";
    case OCK_OPTION_DIRECTORY:
        return " -x -a '(__fish_complete_directories)'";
    default:
        return option->argument != NULL ? " -x" : "";
    }
}

static void print_end(FILE *out, const ock_option *option)
{
    fprintf(out, "%s -d ", argument(option));
    print_quoted(out, option->help);
    fputc('\n', out);
}

static void print_option(FILE *out, const ock_option *option)
{
    if (option->type == OCK_OPTION_LEVEL) {
        for (uint32_t level = option->least; level <= option->most; level++) {
            print_begin(out, ock_option_accepted_by(option));
            fprintf(out, " -s %u", (unsigned)level);
            print_end(out, option);
        }
        return;
    }
    print_begin(out, ock_option_accepted_by(option));
    if (option->letter != 0) {
        fprintf(out, " -s %c", option->letter);
    }
    fprintf(out, " -l %s", option->name);
    print_end(out, option);
}

static void print_command(FILE *out, size_t index)
{
    static const char *const operands[] = {NULL, " -F", " -k -a '(__fish_complete_suffix .ock)'"};
    const ock_command_row *row = &ock_command_rows[index];
    fprintf(out, "complete -c ockham -n \"__ockham_for '%s'\" -a %s -d ",
            row->verb != NULL ? "audit " : "", row->verb != NULL ? row->verb : row->name);
    print_quoted(out, row->summary);
    fputc('\n', out);
    if (operands[row->kind] != NULL) {
        print_begin(out, 1U << index);
        fprintf(out, "%s\n", operands[row->kind]);
    }
}

/* Options whose argument may be the next word. */
static void print_with_argument(FILE *out)
{
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *option = &ock_option_rows[i];
        if (option->argument != NULL && option->letter != 0) {
            fprintf(out, " -%c", option->letter);
        }
        if (option->argument != NULL) {
            fprintf(out, " --%s", option->name);
        }
    }
}

void ock_page_fish(FILE *out)
{
    fputs(
        "# fish completion for ockham; made of its tables of commands and options.\n"
        "\n"
        "# The command before the cursor, \"audit VERB\", or FILE; \"\" or \"audit \" where it is "
        "still to come.\n"
        "function __ockham_command\n"
        "    set -l found\n"
        "    set -l due 0\n"
        "    for token in (commandline -opc)[2..-1]\n"
        "        if test $due = 1\n"
        "            set due 0\n"
        "            continue\n"
        "        end\n"
        "        switch $token\n"
        "            case",
        out);
    print_with_argument(out);
    fputs("\n"
          "                set due 1\n"
          "            case '-*'\n"
          "            case '*'\n"
          "                set found $found $token\n"
          "        end\n"
          "    end\n"
          "    if test \"$found[1]\" = audit\n"
          "        echo \"audit $found[2]\"\n"
          "    else if test -n \"$found[1]\"; and not contains -- $found[1]",
          out);
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        fprintf(out, " %s", ock_command_rows[i].name);
    }
    fputs("\n"
          "        echo FILE\n"
          "    else\n"
          "        echo \"$found[1]\"\n"
          "    end\n"
          "end\n"
          "\n"
          "function __ockham_for\n"
          "    set -l command \"$(__ockham_command)\"\n"
          "    contains -- \"$command\" $argv; and return\n"
          "    test -z \"$command\"; and contains -- FILE $argv\n"
          "end\n"
          "\n"
          "complete -c ockham -f\n"
          "complete -c ockham -n \"__ockham_for 'FILE'\" -F\n"
          "complete -c ockham -n \"__ockham_for ''\" -a audit -d 're-execution and comparison of "
          "runs, signatures'\n",
          out);
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        print_command(out, i);
    }
    for (size_t i = 0; i < ock_option_count; i++) {
        print_option(out, &ock_option_rows[i]);
    }
}
