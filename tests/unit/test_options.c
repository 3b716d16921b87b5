/* SPDX-License-Identifier: MIT */
/* test_options.c - the command line: every option with every command, spellings, ranges, messages,
 * and what --help shows. That the manual and the completions agree is for build/options.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "cli/command_line.h"
#include "cli/option_table.h"
#include "cli/output_name.h"

enum { MOST_WORDS = 24, WORD_BYTES = 64 };

/* An argv that grows. */
typedef struct words {
    char text[MOST_WORDS][WORD_BYTES];
    int count;
} words;

static void add(words *w, const char *text)
{
    assert_true(w->count < MOST_WORDS && strlen(text) < WORD_BYTES);
    strcpy(w->text[w->count++], text);
}

static words begin(void)
{
    words w = {.count = 0};
    return w;
}

/* Words of a line, cut at blanks; "''" is an empty one. */
static void add_line(words *w, const char *line)
{
    while (*line != '\0') {
        const size_t length = strcspn(line, " ");
        char word[WORD_BYTES];
        assert_true(length < sizeof word);
        memcpy(word, line, length);
        word[length] = '\0';
        add(w, strcmp(word, "''") == 0 ? "" : word);
        line += length;
        line += strspn(line, " ");
    }
}

static ock_status parse(words *w, ock_options *options)
{
    char *argv[MOST_WORDS + 1] = {NULL};
    for (int i = 0; i < w->count; i++) {
        argv[i] = w->text[i];
    }
    ock_error_clear();
    return ock_options_parse(w->count, argv, options);
}

static ock_status parse_line(words *w, const char *line, ock_options *options)
{
    *w = begin();
    add(w, "ockham");
    add_line(w, line);
    return parse(w, options);
}

static void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text, part);
    }
}

static void expect_refused(const char *line, const char *because)
{
    words w;
    ock_options options;
    assert_int_equal(parse_line(&w, line, &options), OCK_ENVIRONMENT);
    assert_says(ock_error_text(), because);
    ock_options_free(&options);
}

/* ---- the table ---- */

static void table_is_consistent(void **state)
{
    char list[OCK_COMMAND_LIST_BYTES];
    (void)state;
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        const unsigned accepted = ock_option_accepted_by(o);
        assert_true(o->name != NULL || o->type == OCK_OPTION_LEVEL);
        assert_ptr_equal(o->name != NULL ? ock_option_by_name(o->name) : o, o);
        assert_ptr_equal(o->letter != 0 ? ock_option_by_letter(o->letter) : o, o);
        assert_true(o->help[0] != '\0' && o->commands != 0 && accepted <= OCK_FOR_ALL);
        assert_int_equal(o->commands & o->passed_over, 0);
        assert_int_equal(o->required & ~o->commands, 0);
        assert_true(o->required == 0 || o->argument != NULL);
        assert_true(strlen(ock_command_list(o->commands, list)) < sizeof list - 1);
        if (o->needs != NULL) {
            const ock_option *other = ock_option_by_name(o->needs);
            assert_true(other != NULL && other->argument != NULL);
            assert_int_equal(o->commands & ~other->commands, 0);
        }
        for (size_t j = i + 1; j < ock_option_count;
             j++) { /* one heading for those that share one */
            assert_true(ock_option_rows[j].commands != o->commands ||
                        ock_option_rows[j - 1].commands == o->commands);
        }
    }
}

/* ---- every option with every command ---- */

static const char *sample(const ock_option *o)
{
    switch (o->type) {
    case OCK_OPTION_COUNT:
        return "7";
    case OCK_OPTION_SIZE:
        return "3M";
    case OCK_OPTION_DELAY:
        return "5us";
    case OCK_OPTION_PERIOD:
        return "12";
    case OCK_OPTION_STEPS:
        return "3:9";
    case OCK_OPTION_SETTING:
        return "seed=77";
    default:
        return "argument";
    }
}

static void add_option(words *w, const ock_option *o)
{
    char name[OCK_OPTION_NAME_BYTES];
    if (o->type == OCK_OPTION_LEVEL) {
        snprintf(name, sizeof name, "-%u", (unsigned)o->most);
    } else {
        snprintf(name, sizeof name, "--%s", o->name);
    }
    add(w, name);
    if (o->argument != NULL) {
        add(w, sample(o));
    }
}

/* The option is this one, or needs it. */
static bool is_or_needs(const ock_option *o, const char *name)
{
    return o != NULL && ((o->name != NULL && strcmp(o->name, name) == 0) ||
                         (o->needs != NULL && strcmp(o->needs, name) == 0));
}

/* The command with all that it needs beside this option (NULL: none), and then the option. */
static words make_line(size_t command, const ock_option *o)
{
    const ock_command_row *row = &ock_command_rows[command];
    const bool list = is_or_needs(o, "files-from");
    const bool replaced = list && (1U << command & (OCK_FOR_COMPRESS | OCK_FOR_PLAN)) != 0;
    words w = begin();
    add(&w, "ockham");
    add(&w, row->name);
    if (row->verb != NULL) {
        add(&w, row->verb);
    }
    for (size_t i = 0; i < row->least && !replaced; i++) {
        add(&w, row->kind == OCK_OPERAND_PACKED ? "in.ock" : "in");
    }
    for (size_t i = 0; i < ock_option_count; i++) {
        if ((ock_option_rows[i].required >> command & 1) != 0 && &ock_option_rows[i] != o) {
            add_option(&w, &ock_option_rows[i]);
        }
    }
    if (o == NULL) {
        return w;
    }
    const bool named = list || is_or_needs(o, "extract");
    if (named && row->command <= OCK_COMMAND_DECOMPRESS) {
        add_line(&w, "-o out");
    }
    if (o->needs != NULL) {
        add_option(&w, ock_option_by_name(o->needs));
    }
    add_option(&w, o);
    return w;
}

/* What is in the field, as a number; of strings, the argument's first letter and length. */
static uint64_t stored(const ock_options *options, const ock_option *o)
{
    const char *place = (const char *)options + o->place;
    switch (o->type) {
    case OCK_OPTION_FLAG:
        return *(const bool *)place;
    case OCK_OPTION_SWITCH:
        return (uint64_t) * (const int *)place;
    case OCK_OPTION_INSTEAD:
        return options->command;
    case OCK_OPTION_LEVEL:
    case OCK_OPTION_COUNT:
    case OCK_OPTION_PERIOD:
    case OCK_OPTION_DELAY:
        return *(const uint32_t *)place;
    case OCK_OPTION_SIZE:
    case OCK_OPTION_STEPS:
        return *(const uint64_t *)place;
    case OCK_OPTION_SETTING:
        return options->wishes.config.seed;
    default:
        return *(const char *const *)place == NULL
                   ? 0
                   : strlen(*(const char *const *)place) << 8 | (*(char *const *)place)[0];
    }
}

static uint64_t expected(const ock_option *o)
{
    switch (o->type) {
    case OCK_OPTION_FLAG:
        return 1;
    case OCK_OPTION_SWITCH:
    case OCK_OPTION_INSTEAD:
        return (uint64_t)o->value;
    case OCK_OPTION_STDOUT:
        return 1 << 8 | '-';
    case OCK_OPTION_LEVEL:
        return o->most;
    case OCK_OPTION_COUNT:
        return 7;
    case OCK_OPTION_PERIOD:
        return 12;
    case OCK_OPTION_SIZE:
        return 3 << 20;
    case OCK_OPTION_DELAY:
        return 5000;
    case OCK_OPTION_STEPS:
        return 3;
    case OCK_OPTION_SETTING:
        return 77;
    default:
        return strlen("argument") << 8 | 'a';
    }
}

static void check_accepted(size_t command, const ock_option *o)
{
    words w = make_line(command, o);
    ock_options options;
    char name[OCK_OPTION_NAME_BYTES];
    if (parse(&w, &options) != OCK_OK) {
        fail_msg("%s with %s: %s", ock_command_rows[command].name, ock_option_typed(o, name),
                 ock_error_text());
    }
    if (o->type != OCK_OPTION_INSTEAD) {
        assert_int_equal(options.command, ock_command_rows[command].command);
        assert_int_equal(options.audit, ock_command_rows[command].audit);
    }
    assert_true(stored(&options, o) == expected(o));
    ock_options_free(&options);
}

static void check_refused(size_t command, const ock_option *o)
{
    words w = make_line(command, o);
    ock_options options;
    char name[OCK_OPTION_NAME_BYTES], list[OCK_COMMAND_LIST_BYTES];
    assert_int_equal(parse(&w, &options), OCK_ENVIRONMENT);
    assert_says(ock_error_text(), ock_command_typed(&ock_command_rows[command], name));
    /* the option itself, or the one that it needs */
    const bool other = o->needs != NULL &&
                       (ock_option_accepted_by(ock_option_by_name(o->needs)) >> command & 1) == 0;
    const ock_option *named = other ? ock_option_by_name(o->needs) : o;
    assert_says(ock_error_text(), ock_option_typed(named, name));
    assert_says(ock_error_text(), ock_command_list(named->commands, list));
    ock_options_free(&options);
}

static void every_option_with_every_command(void **state)
{
    size_t accepted = 0, refused = 0;
    (void)state;
    for (size_t command = 0; command < OCK_COMMAND_ROWS; command++) {
        words w = make_line(command, NULL);
        ock_options options;
        assert_int_equal(parse(&w, &options), OCK_OK);
        ock_options_free(&options);
        for (size_t i = 0; i < ock_option_count; i++) {
            const ock_option *o = &ock_option_rows[i];
            const bool good = (ock_option_accepted_by(o) >> command & 1) != 0;
            (good ? check_accepted : check_refused)(command, o);
            (*(good ? &accepted : &refused))++;
        }
    }
    assert_true(accepted > 100 && refused > 100);
}

/* Every option that needs another is refused without it, every required one is missed. */
static void what_is_missing_is_named(void **state)
{
    char line[128], because[128];
    (void)state;
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        if (o->needs != NULL) {
            snprintf(line, sizeof line, "%s in --%s %s",
                     (o->commands & OCK_FOR_COMPRESS) != 0 ? "compress" : "plan", o->name,
                     o->argument != NULL ? sample(o) : "");
            snprintf(because, sizeof because, "--%s needs --%s", o->name, o->needs);
            expect_refused(line, because);
        }
        for (size_t command = 0; command < OCK_COMMAND_ROWS; command++) {
            const ock_command_row *row = &ock_command_rows[command];
            if ((o->required >> command & 1) != 0) {
                char typed[OCK_OPTION_NAME_BYTES];
                ock_command_typed(row, typed);
                snprintf(line, sizeof line, "%s in.ock", typed);
                snprintf(because, sizeof because, "%s needs --%s", typed, o->name);
                expect_refused(line, because);
            }
        }
    }
}

/* A list that is not the table's own word: what users were misled by, and what they are used to. */
static void validity_by_example(void **state)
{
    static const char *const good[] = {
        "decompress -9 in.ock",
        "test -5kqf in.ock",
        "info -v in.ock",
        "plan -6 --ranks 16 in",
        "mdl a.ock b.ock --json",
        "audit verify -q --key k in.ock",
        "audit bisect a b --from c",
        "test --checkpoint D --resume in.ock",
        "-q compress in",
        "help anything at all",
        "compress --null --files-from - -o out",
        "plan --files-from l -0",
        "audit replay in.ock --files-from - -0",
        "audit replay - --input t",
    };
    static const char *const bad[][2] = {
        {"decompress --lanes 3 in.ock",
         "decompress does not take --lanes, which is for compress, plan and score"},
        {"test -o x in.ock", "test does not take --output, which is for compress and decompress"},
        {"info --set width=96 in.ock",
         "info does not take --set, which is for compress, plan and score"},
        {"compress --json in",
         "compress does not take --json, which is for info, plan, mdl and score"},
        {"plan --log l in", "plan does not take --log"},
        {"audit replay --checkpoint D in.ock", "audit replay does not take --checkpoint"},
        {"audit verify --steps 1:2 in.ock", "--steps, which is for audit replay"},
        {"info -9 in.ock", "info does not take -1 ... -9"},
        {"help --lanes 2", "help does not take --lanes"},
        {"test --files-from l",
         "test does not take --files-from, which is for compress, plan and audit replay"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        words w;
        ock_options options;
        if (parse_line(&w, good[i], &options) != OCK_OK) {
            fail_msg("%s: %s", good[i], ock_error_text());
        }
        ock_options_free(&options);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_refused(bad[i][0], bad[i][1]);
    }
}

/* ---- spellings ---- */

static void spellings(void **state)
{
    static const char *const lines[] = {
        "compress -kf9 -oout --lanes=4 --set seed=3 in",
        "-9 -f -o out compress in --lanes 4 --set=seed=3 -k",
        "compress --forc --keep -9foout --lan 4 --set seed=3 -- in",
        "--set seed=3 compress -1k -fo out --outp=out in -9 --lanes 4",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        words w;
        ock_options o;
        assert_int_equal(parse_line(&w, lines[i], &o), OCK_OK);
        assert_true(o.command == OCK_COMMAND_COMPRESS && o.force && !o.remove);
        assert_int_equal(o.wishes.level, 9);
        assert_int_equal(o.wishes.lanes, 4);
        assert_int_equal(o.wishes.config.seed, 3);
        assert_string_equal(o.output, "out");
        assert_string_equal(o.input, "in");
        ock_options_free(&o);
    }
    expect_refused("compress --se seed=3 in", "option --se: may be --set or --seed");
}

/* Each name, cut short, is the option's as long as no other begins so. */
static void names_cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        const size_t bytes = o->name != NULL ? strlen(o->name) : 0;
        for (size_t length = 1; length <= bytes; length++) {
            size_t others = 0;
            bool whole = length == bytes; /* it is the name of one, though others begin so */
            for (size_t j = 0; j < ock_option_count; j++) {
                const char *name = ock_option_rows[j].name;
                const bool begins = name != NULL && strncmp(name, o->name, length) == 0;
                others += j != i && begins;
                whole = whole || (begins && name[length] == '\0');
            }
            char line[64];
            words w;
            ock_options options;
            snprintf(line, sizeof line, "help --%.*s %s", (int)length, o->name,
                     o->argument != NULL ? "x" : "");
            const ock_status status = parse_line(&w, line, &options);
            assert_true((strstr(ock_error_text(), "may be") != NULL) == (others > 0 && !whole));
            assert_null(strstr(ock_error_text(), "unknown"));
            assert_true(status == OCK_OK || ock_error_text()[0] != '\0');
            ock_options_free(&options);
        }
    }
}

static void operands_and_dashes(void **state)
{
    words w;
    ock_options o;
    (void)state;
    assert_int_equal(parse_line(&w, "compress -o x -- -in", &o), OCK_OK);
    assert_string_equal(o.input, "-in");
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "compress -", &o), OCK_OK);
    assert_string_equal(o.input, "-");
    assert_string_equal(o.output, "-");
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "mdl a -q b --json -- --c", &o), OCK_OK);
    assert_int_equal(o.operand_count, 3);
    assert_string_equal(o.operands[0], "a");
    assert_string_equal(o.operands[2], "--c");
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "audit -q bisect a b", &o), OCK_OK);
    assert_string_equal(o.input, "a");
    assert_string_equal(o.second, "b");
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "compress --files-from list -0 -o out", &o), OCK_OK);
    assert_true(o.nul);
    assert_string_equal(o.files_from, "list");
    assert_string_equal(o.input, "list");
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "audit replay a.ock --files-from list", &o), OCK_OK);
    assert_string_equal(o.files_from, "list");
    assert_string_equal(o.input, "a.ock");
    ock_options_free(&o);
}

/* Without a command: what is done, with which options; each FILE has an output of its own. */
static void files_without_a_command(void **state)
{
    static const struct {
        const char *line;
        ock_command command;
        size_t count;
        const char *first, *output; /* of the first FILE; NULL: none */
        bool verify, removed;
    } lines[] = {
        {"", OCK_COMMAND_COMPRESS, 1, "-", "-", false, false},
        {"-9", OCK_COMMAND_COMPRESS, 1, "-", "-", false, false},
        {"a", OCK_COMMAND_COMPRESS, 1, "a", "a.ock", false, false},
        {"a b c -7", OCK_COMMAND_COMPRESS, 3, "a", "a.ock", false, false},
        {"-z --rm a b", OCK_COMMAND_COMPRESS, 2, "a", "a.ock", true, true},
        {"a --rm -k b", OCK_COMMAND_COMPRESS, 2, "a", "a.ock", false, false},
        {"--rm -c a", OCK_COMMAND_COMPRESS, 1, "a", "-", false, false},
        {"--rm", OCK_COMMAND_COMPRESS, 1, "-", "-", false, false},
        {"-d a.ock b.ock", OCK_COMMAND_DECOMPRESS, 2, "a.ock", "a", false, false},
        {"-d --rm a.ock", OCK_COMMAND_DECOMPRESS, 1, "a.ock", "a", false, true},
        {"-dc a.ock b.ock", OCK_COMMAND_DECOMPRESS, 2, "a.ock", "-", false, false},
        {"-zd a.ock", OCK_COMMAND_DECOMPRESS, 1, "a.ock", "a", false, false},
        {"-6 --lanes 2 --set width=96 --verify -T 3 -d", OCK_COMMAND_DECOMPRESS, 1, "-", "-", false,
         false},
        {"-tr --rm a.ock", OCK_COMMAND_TEST, 1, "a.ock", NULL, false, false},
        {"-l a b --json", OCK_COMMAND_INFO, 2, "a", NULL, false, false},
        {"-- compress -d", OCK_COMMAND_COMPRESS, 2, "compress", "compress.ock", false, false},
        {"-d -o x -- test", OCK_COMMAND_DECOMPRESS, 1, "test", "x", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        words w;
        ock_options all, one;
        if (parse_line(&w, lines[i].line, &all) != OCK_OK) {
            fail_msg("%s: %s", lines[i].line, ock_error_text());
        }
        assert_true(all.plain && all.output == NULL && all.command == lines[i].command);
        assert_int_equal(all.operand_count, lines[i].count);
        assert_int_equal(ock_options_of_file(&all, &all.operands[0], &one), OCK_OK);
        assert_string_equal(one.input, lines[i].first);
        assert_string_equal(one.output != NULL ? one.output : "",
                            lines[i].output != NULL ? lines[i].output : "");
        assert_true(one.verify == lines[i].verify && one.remove == (int)lines[i].removed);
        assert_true(!one.plain && one.operand_count == 1 && one.wishes.config.width != 96);
        free(one.output);
        ock_options_free(&all);
    }
}

static void what_is_wrong_is_named(void **state)
{
    static const char *const lines[][2] = {
        {"compress -kx in", "option -x: unknown"},
        {"compress -kfy9 in", "option -y: unknown; try ockham --help"},
        {"compress -kfZ9 in", "option -Z: unknown; did you mean -z?"},
        {"in -tO x", "option -O: unknown; did you mean -o?"},
        {"compress --frobnicate=2 in", "option --frobnicate: unknown; try ockham --help"},
        {"compress --lnaes=2 in", "option --lnaes: unknown; did you mean --lanes?"},
        {"--uncompress in.ock", "option --uncompress: unknown; did you mean --decompress?"},
        {"--best in", "option --best: a level is from -1 to -9"},
        {"--to-stdout in", "option --to-stdout: unknown; did you mean --stdout?"},
        {"test -d in", "for FILEs without a command; a file of that name: ./test"},
        {"info --rm in", "for FILEs without a command; a file of that name: ./info"},
        {"compress --=2 in", "option --: unknown"},
        {"compress --force=1 in", "option --force: takes no argument"},
        {"compress in -o", "option -o: an argument is missing"},
        {"compress in -ko", "option -o: an argument is missing"},
        {"compress in --lanes", "option --lanes: an argument is missing"},
        {"compress -12 in", "option -12: a level is from -1 to -9"},
        {"compress -k10 in", "option -10: a level is from -1 to -9"},
        {"compress -00 in", "option -00: a level is from -1 to -9"},
        {"-o x a b", "--output is for one FILE, not for several"},
        {"-c a b", "--stdout is for one FILE, not for several"},
        {"--prior p --prior - a b", "--prior - is for one FILE"},
        {"-rc a", "--stdout is for one FILE, not for several or --recursive"},
        {"-d -o x a.ock b.ock", "--output is for one FILE"},
        {"-dr --extract x -o x a.ock", "--extract is for one FILE"},
        {"--checkpoint D a b", "--checkpoint is for one FILE"},
        {"--files-from l a -o x", "--files-from or a FILE, not both"},
        {"-d --rm --extract f -o x a.ock", "--extract does not take --rm"},
        {"--files-from l --rm -o x", "--files-from does not take --rm"},
        {"a - -", "is named 2 times"},
        {"in --json", "compress does not take --json, which is for info, plan, mdl and score"},
        {"-t in --extract x", "test does not take --extract, which is for decompress"},
        {"-l in --nodes 2", "info does not take --nodes"},
        {"audit reply in.ock", "did you mean audit replay?"},
        {"audit", "verify, replay, bisect, doctor, keygen, sign, check"},
        {"audit frobnicate", "verify, replay, bisect, doctor, keygen, sign, check"},
        {"compress", "compress takes one FILE"},
        {"compress a b", "compress takes one FILE"},
        {"audit doctor in", "audit doctor takes no FILE"},
        {"audit bisect in", "audit bisect takes two FILEs"},
        {"mdl", "mdl takes one FILE or more"},
        {"compress --files-from l a -o x", "--files-from or a FILE, not both"},
        {"plan --files-from l a", "--files-from or a FILE, not both"},
        {"audit replay --files-from l", "audit replay takes one FILE"},
        {"audit replay --files-from l --input a in.ock", "--files-from or --input, not both"},
        {"compress --prior - -", "is named 2 times"},
        {"compress --prior - --files-from - -o x", "is named 2 times"},
        {"test --prior - --prior - -", "is named 3 times"},
        {"audit replay - --input -", "is named 2 times"},
        {"audit replay a --input - --prior -", "is named 2 times"},
        {"audit check - --key k", "audit check needs a FILE with a name"},
        {"audit sign - --key k", "audit sign needs a FILE with a name"},
        {"audit verify --key k -", "audit verify needs a FILE with a name"},
        {"mdl a - b -", "is named 2 times"},
        {"audit bisect - b", "reads its files more than once"},
        {"audit bisect a b --prior -", "reads its files more than once"},
        {"compress --files-from l", "--files-from and --extract need -o"},
        {"compress --files-from -", "--files-from and --extract need -o"},
        {"decompress --extract a t.ock", "--files-from and --extract need -o"},
        {"compress --checkpoint '' in", "--checkpoint: expected a directory"},
        {"compress -o '' in", "--output: expected a path"},
        {"compress --set width in", "width"},
        {"compress --memory-limit 1Q in", "--memory-limit 1Q: expected a number of bytes"},
        {"compress --memory-limit 20000000000G in", "--memory-limit 20000000000G"},
        {"compress --memory-limit 1KK in", "--memory-limit 1KK"},
        {"compress --checkpoint D --checkpoint-every 0s in", "from 1 to 1000000000"},
        {"compress --checkpoint D --checkpoint-every 5m in", "seconds with an s"},
        {"audit replay --steps 9:3 in.ock", "as in 100:200"},
        {"audit replay --steps 3 in.ock", "as in 100:200"},
        {"audit replay --steps 1:2:3 in.ock", "as in 100:200"},
        {"audit replay --steps -1:3 in.ock", "as in 100:200"},
        {"audit replay --steps 99999999999999999999999:  in.ock", "as in 100:200"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        expect_refused(lines[i][0], lines[i][1]);
    }
}

/* ---- values ---- */

/* A command that has it, with what else it needs. */
static const char *command_for(const ock_option *o)
{
    return (o->commands & OCK_FOR_COMPRESS) != 0 ? "compress"
           : (o->commands & OCK_FOR_PLAN) != 0   ? "plan"
                                                 : "score --given c";
}

static void try_count(const ock_option *o, uint64_t value, bool good)
{
    char line[128], range[64];
    snprintf(line, sizeof line, "%s in --%s %llu%s", command_for(o), o->name,
             (unsigned long long)value, o->needs != NULL ? " --checkpoint D" : "");
    snprintf(range, sizeof range, "from %u to %u", (unsigned)o->least, (unsigned)o->most);
    if (!good) {
        expect_refused(line, range);
        return;
    }
    words w;
    ock_options options;
    assert_int_equal(parse_line(&w, line, &options), OCK_OK);
    assert_true(stored(&options, o) == value);
    ock_options_free(&options);
}

static void numbers_are_held_against_their_range(void **state)
{
    size_t tried = 0;
    (void)state;
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        if (o->type != OCK_OPTION_COUNT && o->type != OCK_OPTION_PERIOD) {
            continue;
        }
        tried++;
        try_count(o, o->least, true);
        try_count(o, o->most, true);
        try_count(o, (uint64_t)o->most + 1, false);
        try_count(o, UINT64_MAX, false);
        if (o->least > 0) {
            try_count(o, o->least - 1, false);
        }
    }
    assert_true(tried >= 7);
    expect_refused("compress --lanes -1 in", "from 0 to 4096");
    expect_refused("compress --lanes +1 in", "from 0 to 4096");
    expect_refused("compress --lanes 1x in", "from 0 to 4096");
    expect_refused("compress --lanes '' in", "from 0 to 4096");
    expect_refused("compress --seed 99999999999999999999999 in", "from 0 to 4294967295");
}

static void times_and_sizes_of_links(void **state)
{
    static const struct {
        const char *text;
        uint32_t nanoseconds;
    } times[] = {{"2", 2000},
                 {"2us", 2000},
                 {"800ns", 800},
                 {"0", 0},
                 {"1000ms", 1000000000},
                 {"1000000", 1000000000},
                 {"1000000000ns", 1000000000}};
    static const char *const wrong[] = {"1001ms", "1000001", "2s", "us", "2u", "-1", "1.5us", "''"};
    char line[96];
    words w;
    ock_options o;
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        snprintf(line, sizeof line, "plan 1M --nodes 2 --latency %s", times[i].text);
        assert_int_equal(parse_line(&w, line, &o), OCK_OK);
        assert_int_equal(o.latency, times[i].nanoseconds);
        ock_options_free(&o);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(line, sizeof line, "plan 1M --nodes 2 --latency %s", wrong[i]);
        expect_refused(line, "expected a time up to 1000ms");
    }
    assert_int_equal(parse_line(&w, "plan 1M --nodes 3 --bandwidth 12G -T 4", &o), OCK_OK);
    assert_true(o.nodes == 3 && o.ranks == 0 && o.threads == 4 && o.latency == 2000);
    assert_true(o.bandwidth == (uint64_t)12 << 30);
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "plan 1M", &o), OCK_OK);
    assert_true(o.nodes == 1 && o.threads == 0 && o.bandwidth == (uint64_t)10 << 30);
    ock_options_free(&o);
    expect_refused("plan 1M --nodes 2 --bandwidth 0", "expected a number of bytes");
    expect_refused("plan 1M --nodes 2 --bandwidth 12Q", "expected a number of bytes");
    expect_refused("plan 1M --latency 2us", "--latency needs --nodes");
}

static void values_of_several_parts(void **state)
{
    static const struct {
        const char *text;
        uint64_t first, last;
    } steps[] = {{"3:9", 3, 9}, {":9", 0, 9}, {"3:", 3, 0}, {":", 0, 0}, {"4:4", 4, 4}};
    char line[64];
    words w;
    ock_options o;
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        snprintf(line, sizeof line, "audit replay in.ock --steps %s", steps[i].text);
        assert_int_equal(parse_line(&w, line, &o), OCK_OK);
        assert_true(o.first_step == steps[i].first && o.last_step == steps[i].last);
        ock_options_free(&o);
    }
    assert_int_equal(parse_line(&w, "compress in --checkpoint D --checkpoint-every 30s", &o),
                     OCK_OK);
    assert_true(o.every_steps == 0 && o.every_seconds == 30);
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "test in --memory-limit 2G --prior a --prior b", &o), OCK_OK);
    assert_true(o.memory_limit_given && o.memory_limit == (uint64_t)2 << 30 && o.prior_count == 2);
    assert_string_equal(o.priors[1], "b");
    ock_options_free(&o);
    assert_int_equal(parse_line(&w, "test in", &o), OCK_OK);
    assert_true(!o.memory_limit_given && o.deadline == 600 && o.every_seconds == 600 &&
                o.ranks == 0 && o.nodes == 1 && o.output == NULL);
    ock_options_free(&o);
}

static void too_many_priors(void **state)
{
    static char *argv[2 * OCK_MAX_PRIORS + 6];
    int argc = 0;
    ock_options o;
    (void)state;
    argv[argc++] = "ockham";
    argv[argc++] = "compress";
    argv[argc++] = "in";
    for (int i = 0; i < OCK_MAX_PRIORS; i++) {
        argv[argc++] = "--prior";
        argv[argc++] = "p";
    }
    assert_int_equal(ock_options_parse(argc, argv, &o), OCK_OK);
    assert_int_equal(o.prior_count, OCK_MAX_PRIORS);
    ock_options_free(&o);
    argv[argc++] = "--prior=q";
    ock_error_clear();
    assert_int_equal(ock_options_parse(argc, argv, &o), OCK_ENVIRONMENT);
    assert_says(ock_error_text(), "--prior: more than 64");
    ock_options_free(&o);
}

/* A level's numbers come first, wherever the level stands. */
static void numbers_of_the_model_change_the_level(void **state)
{
    words w;
    ock_options before, behind;
    (void)state;
    assert_int_equal(parse_line(&w, "compress -7 --seed 5 --set step=24 in", &before), OCK_OK);
    assert_int_equal(parse_line(&w, "compress --set step=24 --seed 5 -7 in", &behind), OCK_OK);
    assert_memory_equal(&before.wishes.config, &behind.wishes.config, sizeof before.wishes.config);
    assert_true(before.wishes.config.step == 24 && before.wishes.config.seed == 5);
    ock_options_free(&before);
    ock_options_free(&behind);
    assert_int_equal(parse_line(&w, "compress -7 in", &behind), OCK_OK);
    assert_true(behind.wishes.config.step != 24);
    ock_options_free(&behind);
}

/* ---- the output's name ---- */

static void output_names(void **state)
{
    static const struct {
        const char *input, *packed, *restored; /* NULL: refused */
    } names[] = {
        {"in", "in.ock", NULL},
        {"in.ock", NULL, "in"},
        {"-", "-", "-"},
        {"dir/", "dir.ock", NULL},
        {"dir///", "dir.ock", NULL},
        {"a/b.ock", NULL, "a/b"},
        {"a.ock/", NULL, NULL},
        {"a/b.ock/c", "a/b.ock/c.ock", NULL},
        {".", NULL, NULL},
        {"..", NULL, NULL},
        {"...", "....ock", NULL},
        {"./", NULL, NULL},
        {"a/..", NULL, NULL},
        {"a/.", NULL, NULL},
        {"a/../", NULL, NULL},
        {"/", NULL, NULL},
        {"", NULL, NULL},
        {".ock", ".ock.ock", NULL},
        {"a/.ock", "a/.ock.ock", NULL},
        {"./.ock", "./.ock.ock", NULL},
        {"a/.ock.ock", NULL, "a/.ock"},
        {".hidden", ".hidden.ock", NULL},
        {"./-", "./-.ock", NULL},
    };
    char *name;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ock_status packed = ock_output_name_packed(names[i].input, &name);
        assert_int_equal(packed, names[i].packed != NULL ? OCK_OK : OCK_ENVIRONMENT);
        if (packed == OCK_OK) {
            assert_string_equal(name, names[i].packed);
        } else {
            assert_null(name);
            assert_says(ock_error_text(), "give -o");
        }
        free(name);
        ock_error_clear();
        const ock_status restored = ock_output_name_restored(names[i].input, &name);
        assert_int_equal(restored, names[i].restored != NULL ? OCK_OK : OCK_ENVIRONMENT);
        if (restored == OCK_OK) {
            assert_string_equal(name, names[i].restored);
        } else {
            assert_null(name);
            assert_says(ock_error_text(), "give -o");
        }
        free(name);
        ock_error_clear();
    }
}

/* A name that is nothing but the suffix does end in it. */
static void nothing_but_the_suffix(void **state)
{
    static const char *const names[] = {".ock", "./.ock", "a/.ock", "...ock"};
    char *name;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(ock_output_name_restored(names[i], &name), OCK_ENVIRONMENT);
        assert_says(ock_error_text(), "its name is empty without .ock");
        ock_error_clear();
    }
}

/* ---- --help ---- */

static char *help_text(void)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    ock_options_print_help(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void help_fits_and_is_complete(void **state)
{
    char *text = help_text(), name[OCK_OPTION_NAME_BYTES], line[64];
    (void)state;
    for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1) {
        assert_true(strcspn(at, "\n") <= 80);
        assert_true(at[strcspn(at, "\n")] == '\n');
    }
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        ock_option_typed(o, name);
        if (o->letter != 0 && o->type != OCK_OPTION_LEVEL) {
            snprintf(line, sizeof line, "\n  -%c, %s", o->letter, name);
        } else {
            snprintf(line, sizeof line, "\n%s%s", o->name != NULL ? "      " : "  ", name);
        }
        assert_says(text, line);
    }
    for (size_t i = 0; i < OCK_COMMAND_ROWS; i++) {
        snprintf(line, sizeof line, "\n  %s ", ock_command_typed(&ock_command_rows[i], name));
        assert_says(text, line);
    }
    free(text);
}

static void commands_for_all_ranks(void **state)
{
    static const struct {
        const char *line;
        bool together;
    } lines[] = {{"compress in", true},
                 {"decompress in.ock", true},
                 {"test in", true},
                 {"info in", false},
                 {"plan 1M", false},
                 {"mdl in", false},
                 {"audit verify in", false},
                 {"audit replay in", true},
                 {"audit bisect a b", true},
                 {"audit doctor", false},
                 {"audit sign --key k a", false},
                 {"help", false},
                 {"a b", true},
                 {"-t a b", true},
                 {"-l a b", false},
                 {"compress in --help", false},
                 {"-V", false}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        words w;
        ock_options o;
        assert_int_equal(parse_line(&w, lines[i].line, &o), OCK_OK);
        assert_int_equal(ock_options_are_for_all_ranks(&o), lines[i].together);
        ock_options_free(&o);
    }
}

/* They win over all that stands behind them, and need no command. */
static void help_and_version(void **state)
{
    static const char *const lines[] = {
        "--help", "compress -h", "-qh --nonsense", "help", "-V", "compress --vers -x", "-kV9"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        words w;
        ock_options o;
        assert_int_equal(parse_line(&w, lines[i], &o), OCK_OK);
        assert_int_equal(o.command, i < 4 ? OCK_COMMAND_HELP : OCK_COMMAND_VERSION);
        ock_options_free(&o);
    }
    expect_refused("--nonsense --help", "--nonsense: unknown");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_consistent),
        cmocka_unit_test(every_option_with_every_command),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(validity_by_example),
        cmocka_unit_test(spellings),
        cmocka_unit_test(names_cut_short),
        cmocka_unit_test(operands_and_dashes),
        cmocka_unit_test(files_without_a_command),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(numbers_are_held_against_their_range),
        cmocka_unit_test(times_and_sizes_of_links),
        cmocka_unit_test(values_of_several_parts),
        cmocka_unit_test(too_many_priors),
        cmocka_unit_test(numbers_of_the_model_change_the_level),
        cmocka_unit_test(output_names),
        cmocka_unit_test(nothing_but_the_suffix),
        cmocka_unit_test(help_fits_and_is_complete),
        cmocka_unit_test(commands_for_all_ranks),
        cmocka_unit_test(help_and_version),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
