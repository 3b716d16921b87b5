/* SPDX-License-Identifier: MIT */
/* pages_manual.c - a manual page: its template, with the lists of commands and options in the order and
 * under the headings that the tables give them.
 *
 * Lines of the template that begin with @:
 *     @commands, @options     start a list of all commands, or of all options;
 *     @commands WORD, @options WORD    of the commands whose first word it is ("audit", "mdl"), or of the
 *                             options that some of them take and not every command does;
 *     @command NAME           starts the paragraph of a command, or of "audit VERB";
 *     @option NAME            starts that of an option; "level" is that of -1 ... -9;
 *     @end                    ends the list, which is written here.
 * In other lines @version@ is replaced. */
#include <stdlib.h>
#include <string.h>

#include "cli/option_table.h"
#include "cli/pages.h"

enum { MOST_PARAGRAPHS = 64 };

/* A part of the template's text. */
typedef struct span {
    const char *text;
    size_t bytes;
} span;

typedef struct list {
    bool of_commands;
    unsigned commands;        /* it is about these */
    span of[MOST_PARAGRAPHS]; /* by the index of the row; text NULL: none yet */
    span *open;               /* the paragraph that lines are added to */
} list;

/* ---- roff ---- */

/* A hyphen that is typed, and not one of typography. */
static void print_roff(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        fprintf(out, *text == '-' ? "\\-" : "%c", *text);
    }
}

/* A sentence that ends with "decompress and test" of a set of commands. */
static void print_sentence(FILE *out, const char *begin, unsigned commands)
{
    char text[OCK_COMMAND_LIST_BYTES];
    fprintf(out, "%s\n\\fB%s\\fR.\n", begin, ock_command_list(commands, text));
}

/* --log FILE, with the argument in italics. */
static void print_option_name(FILE *out, const ock_option *option)
{
    char name[OCK_OPTION_NAME_BYTES];
    fputs("\\fB", out);
    print_roff(out, ock_option_typed(option, name));
    fputs("\\fR", out);
    if (option->argument != NULL) {
        fputs(" \\fI", out);
        print_roff(out, option->argument);
        fputs("\\fR", out);
    }
}

static void print_command(FILE *out, size_t index)
{
    const ock_command_row *row = &ock_command_rows[index];
    char name[OCK_OPTION_NAME_BYTES];
    fputs(".TP\n\\fB", out);
    print_roff(out, ock_command_typed(row, name));
    fputs("\\fR", out);
    if (row->operands[0] != '\0') {
        fprintf(out, " \\fI%s\\fR", row->operands);
    }
    for (size_t i = 0; i < ock_option_count; i++) {
        if ((ock_option_rows[i].required >> index & 1) != 0) {
            fputc(' ', out);
            print_option_name(out, &ock_option_rows[i]);
        }
    }
    fputc('\n', out);
}

/* *headed: the commands of the heading that was written last. */
static void print_option(FILE *out, const ock_option *option, unsigned commands, unsigned *headed)
{
    char names[OCK_COMMAND_LIST_BYTES];
    if (commands != *headed) {
        fprintf(out, ".SS Options of %s\n", ock_command_list(commands, names));
        *headed = commands;
    }
    fputs(".TP\n", out);
    if (option->letter != 0 && option->type != OCK_OPTION_LEVEL) {
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    }
    print_option_name(out, option);
    fputc('\n', out);
}

/* What the table knows of an option beyond its heading. */
static void print_conditions(FILE *out, const ock_option *option, unsigned commands)
{
    if (option->needs != NULL) {
        fputs("Needs\n\\fB", out);
        print_roff(out, "--");
        print_roff(out, option->needs);
        fputs("\\fR.\n", out);
    }
    if ((option->required & commands) != 0) {
        print_sentence(out, "Required by", option->required & commands);
    }
    if ((option->passed_over & commands) != 0) {
        print_sentence(out, "Accepted and ignored by", option->passed_over & commands);
    }
}

/* ---- the lists ---- */

static bool fail(const char *what, const char *name, size_t length)
{
    fprintf(stderr, "ockham_pages: the manual's template %s %.*s\n", what, (int)length, name);
    return false;
}

static const char *row_name(const list *l, size_t index, char *text)
{
    if (l->of_commands) {
        return ock_command_typed(&ock_command_rows[index], text);
    }
    const ock_option *option = &ock_option_rows[index];
    return option->type == OCK_OPTION_LEVEL ? "level" : option->name;
}

static size_t row_count(const list *l)
{
    return l->of_commands ? OCK_COMMAND_ROWS : ock_option_count;
}

/* The commands of the list that a row is about; 0: it is not in the list. */
static unsigned row_commands(const list *l, size_t index)
{
    if (l->of_commands) {
        return 1U << index & l->commands;
    }
    const unsigned commands = ock_option_rows[index].commands;
    return l->commands != OCK_FOR_ALL && commands == OCK_FOR_ALL ? 0 : commands & l->commands;
}

static bool open_paragraph(list *l, const char *name, size_t length)
{
    char text[OCK_OPTION_NAME_BYTES];
    for (size_t i = 0; i < row_count(l); i++) {
        const char *known = row_name(l, i, text);
        if (row_commands(l, i) != 0 && strlen(known) == length &&
            memcmp(known, name, length) == 0) {
            l->open = &l->of[i];
            if (l->open->text != NULL) {
                return fail("describes twice", name, length);
            }
            *l->open = (span){name + length + 1, 0};
            return true;
        }
    }
    return fail("describes something unknown:", name, length);
}

static bool print_list(FILE *out, const list *l)
{
    char text[OCK_OPTION_NAME_BYTES];
    unsigned headed = 0;
    for (size_t i = 0; i < row_count(l); i++) {
        const char *name = row_name(l, i, text);
        const unsigned commands = row_commands(l, i);
        if (commands == 0) {
            continue;
        }
        if (l->of[i].text == NULL || l->of[i].bytes == 0) {
            return fail("lacks a paragraph of", name, strlen(name));
        }
        if (l->of_commands) {
            print_command(out, i);
        } else {
            print_option(out, &ock_option_rows[i], commands, &headed);
        }
        fwrite(l->of[i].text, 1, l->of[i].bytes, out);
        if (!l->of_commands) {
            print_conditions(out, &ock_option_rows[i], commands | ock_option_rows[i].passed_over);
        } else if (!ock_command_rows[i].together) {
            fputs("Does not start MPI.\n", out);
        }
    }
    return true;
}

/* ---- the template ---- */

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* Of " WORD\n" the commands whose first word it is; of "\n" all. */
static unsigned commands_of(const char *rest)
{
    unsigned commands = rest[0] == '\n' ? OCK_FOR_ALL : 0;
    for (size_t i = 0; i < OCK_COMMAND_ROWS && rest[0] == ' '; i++) {
        const size_t length = strlen(ock_command_rows[i].name);
        if (strcspn(rest + 1, "\n") == length && begins(rest + 1, ock_command_rows[i].name)) {
            commands |= 1U << i;
        }
    }
    return commands;
}

static void print_line(FILE *out, const char *line, size_t bytes, const char *version)
{
    static const char mark[] = "@version@";
    const char *found = memmem(line, bytes, mark, sizeof mark - 1);
    if (found == NULL) {
        fwrite(line, 1, bytes, out);
        return;
    }
    fwrite(line, 1, (size_t)(found - line), out);
    fputs(version, out);
    found += sizeof mark - 1;
    fwrite(found, 1, (size_t)(line + bytes - found), out);
}

/* Starts a list when the line, "@commands" or "@options", perhaps with a word, says so. */
static bool begins_list(const char *line, list *l)
{
    static const char *const words[] = {"@options", "@commands"};
    for (size_t i = 0; i < 2; i++) {
        const size_t length = strlen(words[i]);
        if (begins(line, words[i]) && (line[length] == '\n' || line[length] == ' ')) {
            *l = (list){.of_commands = i == 1, .commands = commands_of(line + length)};
            return true;
        }
    }
    return false;
}

/* One line with its newline. *in_list: between @commands or @options and @end. */
static bool read_line(FILE *out, const char *line, size_t bytes, const char *version, list *l,
                      bool *in_list)
{
    const char *word = l->of_commands ? "@command " : "@option ";
    if (!*in_list && begins_list(line, l)) {
        *in_list = true;
        return true;
    }
    if (!*in_list) {
        print_line(out, line, bytes, version);
        return true;
    }
    if (begins(line, "@end\n")) {
        *in_list = false;
        return print_list(out, l);
    }
    if (begins(line, word)) {
        return open_paragraph(l, line + strlen(word), bytes - strlen(word) - 1);
    }
    if (l->open == NULL || line[0] == '@') {
        return fail("has a line out of place:", line, bytes - 1);
    }
    l->open->bytes += bytes;
    return true;
}

static char *read_file(const char *path, size_t *bytes)
{
    FILE *in = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    const ssize_t length = in != NULL ? getdelim(&text, &room, '\0', in) : -1;
    if (in != NULL) {
        fclose(in);
    }
    if (length <= 0 || text[length - 1] != '\n') {
        free(text);
        return NULL;
    }
    *bytes = (size_t)length;
    return text;
}

bool ock_page_manual(FILE *out, const char *template_path, const char *version)
{
    size_t bytes;
    char *text = read_file(template_path, &bytes);
    list l = {.open = NULL};
    bool in_list = false, good = text != NULL;
    for (const char *line = text; good && line < text + bytes;) {
        const size_t length = strcspn(line, "\n") + 1;
        good = read_line(out, line, length, version, &l, &in_list);
        line += length;
    }
    if (text == NULL) {
        fail("cannot be read:", template_path, strlen(template_path));
    }
    if (good && in_list) {
        good = fail("ends within a list", "", 0);
    }
    free(text);
    return good;
}
