/* SPDX-License-Identifier: MIT */
/* pages_zsh.c - completion for zsh: the specifications of _arguments for every command. */
#include "cli/option_table.h"
#include "cli/pages.h"

/* What stands within single quotes. `special` is escaped with a backslash. */
static void print_quoted(FILE *out, const char *text, char special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else if (*text == special || *text == '\\') {
            fprintf(out, "\\%c", *text);
        } else {
            fputc(*text, out);
        }
    }
}

static const char *action(const ock_option *option)
{
    switch (option->type) {
    case OCK_OPTION_FILE:
    case OCK_OPTION_FILES:
        return "_files";
    case OCK_OPTION_DIRECTORY:
        return "_files -/";
    default:
        return " ";
    }
}

/* '[what it does]:ARGUMENT:action', closing the quote. */
static void print_meaning(FILE *out, const ock_option *option)
{
    fputc('[', out);
    print_quoted(out, option->help, ']');
    fputc(']', out);
    if (option->argument != NULL) {
        fputc(':', out);
        print_quoted(out, option->argument, ':');
        fprintf(out, ":%s", action(option));
    }
    fputs("' \\\n", out);
}

static void print_levels(FILE *out, const ock_option *option, const char *between)
{
    for (uint32_t level = option->least; level <= option->most; level++) {
        fprintf(out, "%s-%u", level > option->least ? between : "", (unsigned)level);
    }
}

/* '(-o --output)'{-o+,--output=}'[...]...': the list in front is what it excludes, itself too. */
static void print_option(FILE *out, const ock_option *option)
{
    const bool repeatable = option->type == OCK_OPTION_FILES || option->type == OCK_OPTION_SETTING;
    const bool argument = option->argument != NULL;
    fputs("        ", out);
    if (option->type == OCK_OPTION_LEVEL) {
        fputs("'(", out);
        print_levels(out, option, " ");
        fputs(")'{", out);
        print_levels(out, option, ",");
        fputs("}'", out);
    } else if (option->letter != 0) {
        fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}'", option->letter, option->name, option->letter,
                argument ? "+" : "", option->name, argument ? "=" : "");
    } else {
        fprintf(out, "'%s--%s%s", repeatable ? "*" : "", option->name, argument ? "=" : "");
    }
    print_meaning(out, option);
}

static void print_options(FILE *out, unsigned commands)
{
    for (size_t i = 0; i < ock_option_count; i++) {
        if ((ock_option_accepted_by(&ock_option_rows[i]) & commands) == commands) {
            print_option(out, &ock_option_rows[i]);
        }
    }
}

static void print_command(FILE *out, size_t index)
{
    static const char *const actions[] = {"", "_files", "_files -g \"*.ock\""};
    const ock_command_row *row = &ock_command_rows[index];
    char name[OCK_OPTION_NAME_BYTES];
    fprintf(out, "    '%s')\n        _arguments -s -S \\\n", ock_command_typed(row, name));
    print_options(out, 1U << index);
    if (row->kind == OCK_OPERAND_NONE) {
        fputs("        && ret=0\n", out);
    } else {
        fprintf(out, "        '*:FILE:%s' && ret=0\n", actions[row->kind]);
    }
    fputs("        ;;\n", out);
}

/* An array of "name:summary" of the commands, or of audit's verbs. */
static void print_names(FILE *out, bool verbs)
{
    fprintf(out, "    %s=(\n", verbs ? "verbs" : "commands");
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        const ock_command_row *row = &ock_command_rows[i];
        if (verbs == (row->verb != NULL)) {
            fprintf(out, "        '%s:", verbs ? row->verb : row->name);
            print_quoted(out, row->summary, '\\');
            fputs("'\n", out);
        }
    }
    fputs(verbs ? "    )\n"
                : "        'audit:re-execution and comparison of runs, signatures'\n    )\n",
          out);
}

void ock_page_zsh(FILE *out)
{
    fputs("#compdef ockham\n"
          "# zsh completion for ockham; made of its tables of commands and options.\n"
          "\n"
          "_ockham() {\n"
          "    local curcontext=$curcontext state state_descr line name ret=1\n"
          "    local -A opt_args\n"
          "    local -a commands verbs\n",
          out);
    print_names(out, false);
    print_names(out, true);
    fputs("    _arguments -C -s -S \\\n", out);
    print_options(out, OCK_FOR_PLAIN);
    fputs("        '1:command:->command' '*::argument:->argument' && ret=0\n"
          "    if [[ $state = command ]]; then\n"
          "        _describe -t commands command commands && ret=0\n"
          "        _files && ret=0\n"
          "        return ret\n"
          "    fi\n"
          "    [[ $state = argument ]] || return ret\n"
          "    name=$words[1]\n"
          "    if [[ $name = audit ]]; then\n"
          "        if (( CURRENT == 2 )); then\n"
          "            _describe -t verbs 'audit' verbs && ret=0\n"
          "            return ret\n"
          "        fi\n"
          "        shift words\n"
          "        (( CURRENT-- ))\n"
          "        name=\"audit $words[1]\"\n"
          "    fi\n"
          "    case $name in\n",
          out);
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        print_command(out, i);
    }
    fputs("    'audit '*) ;;\n    *)\n        _arguments -s -S \\\n", out);
    print_options(out, OCK_FOR_PLAIN);
    fputs("        '*:FILE:_files' && ret=0\n        ;;\n    esac\n"
          "    return ret\n"
          "}\n"
          "\n"
          "_ockham \"$@\"\n",
          out);
}
