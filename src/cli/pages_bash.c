/* SPDX-License-Identifier: MIT */
/* pages_bash.c - completion for bash: one function, a list of words for every command. */
#include "cli/option_table.h"
#include "cli/pages.h"

static const char head[] =
    "# bash completion for ockham; made of its tables of commands and options.\n"
    "\n"
    "# All files, or those that end in .ock and directories where there are any.\n"
    "_ockham_files() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    if [[ $1 = packed ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -f -X '!*.ock' -- \"$2\"; compgen -d -- \"$2\")\n"
    "    fi\n"
    "    if [[ ${#COMPREPLY[@]} -eq 0 ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$2\")\n"
    "    fi\n"
    "}\n"
    "\n"
    "_ockham() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} found=() due='' i name options='' names='' "
    "operand='' files=any\n"
    "    COMPREPLY=()\n"
    "    # Command and operands before the cursor; the option whose argument is due there. bash "
    "cuts\n"
    "    # --name=value into three words.\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        if [[ ${COMP_WORDS[i]} = '=' ]]; then\n"
    "            continue\n"
    "        fi\n"
    "        if [[ -n $due ]]; then\n"
    "            due=''\n"
    "            continue\n"
    "        fi\n"
    "        case ${COMP_WORDS[i]} in\n";

static const char middle[] =
    "        --decompress | --test | --list | -[dtl]* | -[!-]*[dtl]*) files=packed ;;\n"
    "        -*) ;;\n"
    "        *) found+=(\"${COMP_WORDS[i]}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    if [[ $word = '=' ]]; then\n"
    "        word=''\n"
    "    fi\n"
    "    name=${found[0]-}\n"
    "    if [[ $name = audit ]]; then\n"
    "        name=\"audit ${found[1]-}\"\n"
    "    fi\n";

static const char tail[] =
    "    if [[ $word = -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
    "    elif [[ -n $names ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$names\" -- \"$word\")\n"
    "    fi\n"
    "    if [[ $word != -* && -n $operand ]]; then\n"
    "        found=(\"${COMPREPLY[@]}\")\n"
    "        COMPREPLY=()\n"
    "        _ockham_files \"$operand\" \"$word\"\n"
    "        COMPREPLY=(\"${found[@]}\" \"${COMPREPLY[@]}\")\n"
    "    fi\n"
    "}\n"
    "complete -F _ockham ockham\n";

/* Every spelling of an option, "--output -o", with what stands between two. */
static void print_spellings(FILE *out, const ock_option *option, const char *between)
{
    if (option->type == OCK_OPTION_LEVEL) {
        for (uint32_t level = option->least; level <= option->most; level++) {
            fprintf(out, "%s-%u", level > option->least ? between : "", (unsigned)level);
        }
        return;
    }
    fprintf(out, "--%s", option->name);
    if (option->letter != 0) {
        fprintf(out, "%s-%c", between, option->letter);
    }
}

static bool is_any(const ock_option *option)
{
    return option->argument != NULL;
}

static bool is_file(const ock_option *option)
{
    return option->type == OCK_OPTION_FILE || option->type == OCK_OPTION_FILES;
}

static bool is_directory(const ock_option *option)
{
    return option->type == OCK_OPTION_DIRECTORY;
}

/* A branch of `case` for the options that are of a kind. */
static void print_branch(FILE *out, bool (*kind)(const ock_option *option), const char *indent,
                         const char *commands)
{
    const char *before = "";
    fputs(indent, out);
    for (size_t i = 0; i < ock_option_count; i++) {
        if (kind(&ock_option_rows[i])) {
            fputs(before, out);
            print_spellings(out, &ock_option_rows[i], " | ");
            before = " | ";
        }
    }
    fprintf(out, ") %s ;;\n", commands);
}

static void print_options(FILE *out, unsigned commands)
{
    const char *before = "";
    fputs(" options='", out);
    for (size_t i = 0; i < ock_option_count; i++) {
        if ((ock_option_accepted_by(&ock_option_rows[i]) & commands) == commands) {
            fputs(before, out);
            print_spellings(out, &ock_option_rows[i], " ");
            before = " ";
        }
    }
    fputc('\'', out);
}

/* Where a name is still to come: the commands, audit once among them, or its verbs. */
static void print_names(FILE *out, bool verbs)
{
    const char *before = "";
    fprintf(out, "    '%s')", verbs ? "audit " : "");
    print_options(out, verbs ? OCK_FOR_ALL : OCK_FOR_PLAIN);
    fputs(verbs ? " names='" : " operand=$files names='", out);
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        const ock_command_row *row = &ock_command_rows[i];
        const bool first = row->verb == NULL || i == 0 || row[-1].verb == NULL;
        if (verbs ? row->verb != NULL : first) {
            fprintf(out, "%s%s", before, verbs ? row->verb : row->name);
            before = " ";
        }
    }
    fputs("' ;;\n", out);
}

static void print_command(FILE *out, size_t index)
{
    static const char *const kinds[] = {"", " operand=any", " operand=packed"};
    char name[OCK_OPTION_NAME_BYTES];
    fprintf(out, "    '%s')", ock_command_typed(&ock_command_rows[index], name));
    print_options(out, 1U << index);
    fprintf(out, "%s ;;\n", kinds[ock_command_rows[index].kind]);
}

void ock_page_bash(FILE *out)
{
    fputs(head, out);
    print_branch(out, is_any, "        ", "due=${COMP_WORDS[i]}");
    fputs(middle, out);
    fputs("    case $due in\n    '') ;;\n", out);
    print_branch(out, is_file, "    ", "_ockham_files any \"$word\"; return");
    print_branch(out, is_directory, "    ",
                 "compopt -o filenames 2>/dev/null\n"
                 "        mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return");
    fputs("    *) return ;;\n    esac\n    case $name in\n", out);
    print_names(out, false);
    print_names(out, true);
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        print_command(out, i);
    }
    fputs("    'audit '*) ;;\n    *)", out);
    print_options(out, OCK_FOR_PLAIN);
    fputs(" operand=$files ;;\n    esac\n", out);
    fputs(tail, out);
}
