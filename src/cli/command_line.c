/* SPDX-License-Identifier: MIT */
/* command_line.c - from argv to ock_options: the command, its options, its operands, the output's name. */
#include "cli/command_line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guess.h"
#include "cli/option_table.h"
#include "cli/option_values.h"
#include "cli/option_words.h"

/* argv, and what is known of it so far. */
typedef struct command_line {
    int argc;
    char **argv;
    const char **operands; /* (operand_count) command and verb first, then files */
    size_t operand_count;
    const ock_command_row *row; /* the command's, */
    unsigned bit;               /* and its OCK_FOR_... */
    char typed[OCK_OPTION_NAME_BYTES];
    bool words;        /* the first operand stands behind --, and is no command */
    bool instead;      /* --help or --version: nothing else counts */
    uint64_t given;    /* a bit an option, by its index */
    ock_options *into; /* not owned */
} command_line;

typedef ock_status visit_word(command_line *line, const ock_word *word);

/* Every word in turn, until one fails or stands for all others. */
static ock_status each_word(command_line *line, visit_word *visit)
{
    ock_word_reader reader = {.argc = line->argc, .argv = line->argv, .next = 1};
    ock_word word;
    ock_status status = ock_word_next(&reader, &word);
    while (status == OCK_OK && (word.option != NULL || word.text != NULL) && !line->instead) {
        status = visit(line, &word);
        if (status == OCK_OK && !line->instead) {
            status = ock_word_next(&reader, &word);
        }
    }
    return status;
}

static bool is_given(const command_line *line, const ock_option *option)
{
    return (line->given >> (option - ock_option_rows) & 1) != 0;
}

static ock_status sort_word(command_line *line, const ock_word *word)
{
    if (word->option == NULL) {
        line->words = line->words || (line->operand_count == 0 && word->behind);
        line->operands[line->operand_count++] = word->text;
        return OCK_OK;
    }
    line->given |= (uint64_t)1 << (word->option - ock_option_rows);
    line->instead = word->option->type == OCK_OPTION_INSTEAD;
    const bool decides = line->instead || word->option->type == OCK_OPTION_SWITCH; /* the command */
    return decides ? ock_option_store(word->option, NULL, line->into) : OCK_OK;
}

/* ---- the command ---- */

static ock_status unknown_verb(const char *verb)
{
    char verbs[OCK_COMMAND_LIST_BYTES], meant[OCK_GUESS_BYTES];
    ock_guess guess = {.word = verb, .length = strlen(verb)};
    size_t length = 0;
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        if (ock_command_rows[i].verb != NULL) {
            ock_guess_try(&guess, ock_command_rows[i].verb);
            length += (size_t)snprintf(verbs + length, sizeof verbs - length, "%s%s",
                                       length > 0 ? ", " : "", ock_command_rows[i].verb);
        }
    }
    return ock_fail(OCK_ENVIRONMENT, "audit: expected one of %s%s", verbs,
                    ock_guess_say(&guess, "audit ", meant));
}

static void take_row(command_line *line, size_t index)
{
    line->row = &ock_command_rows[index];
    line->bit = 1U << index;
    ock_command_typed(line->row, line->typed);
    line->into->command = line->row->command;
    line->into->audit = line->row->audit;
    if (line->bit == OCK_FOR_SCORE) {
        line->into->wishes.level = OCK_LEVEL_MIN;
    }
}

/* FILEs: what is done with each says -z, -d, -t or -l. */
static void go_without_command(command_line *line)
{
    size_t index = 0;
    while ((int)ock_command_rows[index].command != line->into->mode) {
        index++;
    }
    take_row(line, index);
    line->into->plain = true;
}

static ock_status find_command(command_line *line)
{
    const char *name = line->operand_count > 0 ? line->operands[0] : "";
    const char *verb = line->operand_count > 1 ? line->operands[1] : "";
    bool known = false;
    for (size_t i = 0; i < OCK_COMMAND_ROWS && !line->words; i++) {
        const ock_command_row *row = &ock_command_rows[i];
        if (strcmp(name, row->name) != 0) {
            continue;
        }
        known = true;
        if (row->verb == NULL || strcmp(verb, row->verb) == 0) {
            take_row(line, i);
            return OCK_OK;
        }
    }
    if (known) {
        return unknown_verb(verb);
    }
    go_without_command(line);
    return OCK_OK;
}

/* ---- its options ---- */

static bool is_for_line(const command_line *line, const ock_option *option)
{
    const unsigned bits = line->bit | (line->into->plain ? OCK_FOR_PLAIN : 0);
    return ((option->commands | option->passed_over) & bits) != 0;
}

/* Without a command those of compress are passed over: tar gives its program -d behind them. */
static ock_status check_word(command_line *line, const ock_word *word)
{
    const ock_option *option = word->option;
    char name[OCK_OPTION_NAME_BYTES], commands[OCK_COMMAND_LIST_BYTES];
    if (option == NULL || is_for_line(line, option) ||
        (line->into->plain && (option->commands & OCK_FOR_COMPRESS) != 0)) {
        return OCK_OK;
    }
    return ock_fail(OCK_ENVIRONMENT, "%s does not take %s, which is for %s%s%s", line->typed,
                    ock_option_typed(option, name), ock_command_list(option->commands, commands),
                    option->commands == OCK_FOR_PLAIN ? "; a file of that name: ./" : "",
                    option->commands == OCK_FOR_PLAIN ? line->row->name : "");
}

/* What must be given: because of the command, or because of another option. */
static ock_status check_missing(const command_line *line)
{
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *option = &ock_option_rows[i];
        const ock_option *other = option->needs != NULL ? ock_option_by_name(option->needs) : NULL;
        const bool given = is_given(line, option);
        if (!given && (option->required & line->bit) != 0) {
            return ock_fail(OCK_ENVIRONMENT, "%s needs --%s %s", line->typed, option->name,
                            option->argument);
        }
        if (given && other != NULL && !is_given(line, other)) {
            return ock_fail(OCK_ENVIRONMENT, "--%s needs --%s %s", option->name, other->name,
                            other->argument);
        }
    }
    return OCK_OK;
}

static bool is_of_model(const ock_option *option)
{
    const size_t begin = offsetof(ock_options, wishes.config);
    return option->place >= begin && option->place - begin < sizeof(ock_config);
}

static ock_status store_word(command_line *line, const ock_word *word)
{
    return word->option == NULL || is_of_model(word->option) || !is_for_line(line, word->option)
               ? OCK_OK
               : ock_option_store(word->option, word->text, line->into);
}

static ock_status store_word_of_model(command_line *line, const ock_word *word)
{
    return word->option != NULL && is_of_model(word->option) && is_for_line(line, word->option)
               ? ock_option_store(word->option, word->text, line->into)
               : OCK_OK;
}

/* The numbers of the model change those of the level, wherever the level stands. */
static ock_status store_options(command_line *line)
{
    ock_status status = each_word(line, check_word);
    if (status == OCK_OK) {
        status = each_word(line, store_word);
    }
    if (status == OCK_OK) {
        status = ock_config_level(line->into->wishes.level, &line->into->wishes.config);
    }
    if (status == OCK_OK) {
        status = each_word(line, store_word_of_model);
    }
    return status != OCK_OK ? status : check_missing(line);
}

/* ---- its operands ---- */

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* A list stands where a FILE would. */
static bool takes_list(const command_line *line)
{
    return line->into->files_from != NULL && line->bit != OCK_FOR_REPLAY;
}

/* Without a command: what is for one FILE, where there may be several. */
static ock_status check_several(const ock_options *o, size_t count)
{
    const bool streams = o->wished_output != NULL && is_standard(o->wished_output);
    const bool one_output =
        o->wished_output != NULL && !(streams && o->mode == OCK_COMMAND_DECOMPRESS);
    const char *name = o->checkpoint != NULL ? "--checkpoint"
                       : o->trace_count > 0  ? "--trace-bytes"
                       : o->extract != NULL  ? "--extract"
                       : one_output          ? (streams ? "--stdout" : "--output")
                                             : NULL;
    for (size_t i = 0; i < o->prior_count; i++) {
        name = is_standard(o->priors[i]) ? "--prior -" : name;
    }
    if (o->files_from != NULL && (o->remove || o->recursive)) {
        return ock_fail(OCK_ENVIRONMENT, "--files-from does not take --rm or --recursive");
    }
    if (o->extract != NULL && o->remove) { /* of what else is in the FILE */
        return ock_fail(OCK_ENVIRONMENT, "--extract does not take --rm");
    }
    return name == NULL || (count <= 1 && !o->recursive)
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "%s is for one FILE, not for several or --recursive",
                          name);
}

static ock_status check_count(const command_line *line, size_t count)
{
    static const char *const counts[] = {"no FILE", "one FILE (- is standard input)", "two FILEs"};
    const ock_command_row *row = line->row;
    if (takes_list(line)) {
        return count == 0 ? OCK_OK
                          : ock_fail(OCK_ENVIRONMENT, "%s takes --files-from or a FILE, not both",
                                     line->typed);
    }
    if (line->into->plain) {
        return OCK_OK;
    }
    if (count >= row->least && count <= row->most) {
        return OCK_OK;
    }
    return row->most > row->least
               ? ock_fail(OCK_ENVIRONMENT, "%s takes one FILE or more", line->typed)
               : ock_fail(OCK_ENVIRONMENT, "%s takes %s", line->typed, counts[row->least]);
}

static ock_status take_operands(command_line *line)
{
    ock_options *o = line->into;
    const size_t words = o->plain ? 0 : line->row->verb != NULL ? 2 : 1; /* of the command */
    const size_t given = line->operand_count - words;
    ock_status status = o->plain ? check_several(o, given) : OCK_OK;
    o->plain = o->plain && !takes_list(line); /* which is one input */
    if (o->plain && given == 0) {
        line->operands[0] = "-";
    }
    const size_t count = o->plain && given == 0 ? 1 : given;
    if (status == OCK_OK) {
        status = check_count(line, count);
    }
    if (status != OCK_OK) {
        return status;
    }
    memmove(line->operands, line->operands + words, count * sizeof *line->operands);
    o->operand_count = count;
    if (count > 0 || takes_list(line)) {
        o->input = takes_list(line) ? o->files_from : o->operands[0];
    }
    o->second = count > 1 && line->bit == OCK_FOR_BISECT ? o->operands[1] : NULL;
    return OCK_OK;
}

static void count_standard_input(void *context, const char *path, const char *what)
{
    size_t *count = context;
    (void)what;
    *count += is_standard(path);
}

/* What can be said of operands and options together. */
static ock_status check_inputs(const command_line *line)
{
    const ock_options *o = line->into;
    size_t count = 0;
    if (line->bit != OCK_FOR_HELP) {
        ock_options_show_read(o, count_standard_input, &count);
    }
    if (o->key != NULL && line->row->most > 0 && is_standard(o->input)) {
        return ock_fail(OCK_ENVIRONMENT,
                        "%s needs a FILE with a name, because the signature is beside it: not "
                        "standard input (-)",
                        line->typed);
    }
    if (count > 0 && line->bit == OCK_FOR_BISECT) {
        return ock_fail(
            OCK_ENVIRONMENT,
            "%s reads its files more than once: standard input (-) cannot be one of them",
            line->typed);
    }
    if (count > 1) {
        return ock_fail(OCK_ENVIRONMENT,
                        "standard input (-) is named %zu times, and can be read only once", count);
    }
    if (o->trace_count > 1 && line->bit != OCK_FOR_MDL) {
        return ock_fail(OCK_ENVIRONMENT, "%s takes one --trace-bytes", line->typed);
    }
    if (o->trace_count > 0 && o->checkpoint != NULL) {
        return ock_fail(
            OCK_ENVIRONMENT,
            "--trace-bytes does not take --checkpoint: what the bytes before a checkpoint "
            "have cost is not in it");
    }
    if (o->corpus != NULL && o->files_from != NULL) {
        return ock_fail(OCK_ENVIRONMENT, "%s takes --files-from or --input, not both", line->typed);
    }
    return OCK_OK;
}

ock_status ock_options_parse(int argc, char **argv, ock_options *options)
{
    *options = (ock_options){.command = OCK_COMMAND_INFO,
                             .deadline = 600,
                             .every_seconds = 600,
                             .nodes = 1,
                             .latency = 2000,
                             .bandwidth = (uint64_t)10 << 30,
                             .top = 20,
                             .wishes = {.level = OCK_LEVEL_DEFAULT}};
    command_line line = {.argc = argc, .argv = argv, .into = options};
    line.operands = calloc((size_t)argc + 1, sizeof *line.operands);
    if (line.operands == NULL) {
        return ock_fail_memory((size_t)argc * sizeof *line.operands, "the options");
    }
    options->operands = line.operands;
    ock_status status = each_word(&line, sort_word);
    if (status == OCK_OK && !line.instead) {
        status = find_command(&line);
    }
    if (line.instead || status != OCK_OK) {
        return status;
    }
    status = store_options(&line);
    if (status == OCK_OK) {
        status = take_operands(&line);
    }
    if (status == OCK_OK) {
        status = check_inputs(&line);
    }
    return status != OCK_OK ? status : ock_options_name_output(options);
}

bool ock_options_are_for_all_ranks(const ock_options *options)
{
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        const ock_command_row *row = &ock_command_rows[i];
        if (row->command == options->command &&
            (row->verb == NULL || row->audit == options->audit)) {
            return row->together;
        }
    }
    return false;
}

void ock_options_free(ock_options *options)
{
    free(options->output);
    free((void *)options->operands);
    options->output = NULL;
    options->operands = NULL;
    options->operand_count = 0;
}
