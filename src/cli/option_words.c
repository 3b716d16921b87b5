/* SPDX-License-Identifier: MIT */
/* option_words.c - the elements of argv, cut into options, arguments and operands. */
#include "cli/option_words.h"

#include <ctype.h>
#include <string.h>

#include "cli/guess.h"

/* The argument of an option to which none is joined. */
static ock_status next_argument(ock_word_reader *r, const char *typed, ock_word *word)
{
    if (r->next == r->argc) {
        return ock_fail(OCK_ENVIRONMENT, "option %s: an argument is missing; try ockham --help",
                        typed);
    }
    word->text = r->argv[r->next++];
    return OCK_OK;
}

static ock_status refuse_level(int length, const char *typed)
{
    return ock_fail(OCK_ENVIRONMENT, "option -%.*s: a level is from -%u to -%u", length, typed,
                    (unsigned)OCK_LEVEL_MIN, (unsigned)OCK_LEVEL_MAX);
}

/* More than one digit is a number that was meant as a level. */
static ock_status read_level(ock_word_reader *r, ock_word *word)
{
    const char *digits = r->bundle;
    const size_t length = strspn(digits, "0123456789");
    if (length > 1) {
        return refuse_level((int)length, digits);
    }
    word->text = digits;
    r->bundle = digits[1] != '\0' ? digits + 1 : NULL;
    return OCK_OK;
}

static ock_status read_letter(ock_word_reader *r, ock_word *word)
{
    const char letter = *r->bundle;
    const char typed[] = {'-', letter, '\0'};
    const bool digits = strspn(r->bundle, "0123456789") > 1;
    word->option = ock_option_by_letter(letter);
    if (digits || (word->option != NULL && word->option->type == OCK_OPTION_LEVEL)) {
        return read_level(r, word);
    }
    if (word->option == NULL) {
        const int byte = (unsigned char)letter,
                  other = islower(byte) ? toupper(byte) : tolower(byte);
        return ock_option_by_letter((char)other) == NULL
                   ? ock_fail(OCK_ENVIRONMENT, "option %s: unknown; try ockham --help", typed)
                   : ock_fail(OCK_ENVIRONMENT, "option %s: unknown; did you mean -%c?", typed,
                              other);
    }
    const char *rest = r->bundle[1] != '\0' ? r->bundle + 1 : NULL;
    if (word->option->argument == NULL) {
        r->bundle = rest;
        return OCK_OK;
    }
    r->bundle = NULL;
    word->text = rest;
    return rest != NULL ? OCK_OK : next_argument(r, typed, word);
}

/* By what gzip, xz and zstd call levels. */
static bool means_level(const char *name, size_t length)
{
    static const char *const names[] = {"fast", "best", "ultra", "extreme"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0) {
            return true;
        }
    }
    return false;
}

/* An option whose name begins with these letters, the only one or the one so called. */
static ock_status find_name(const char *name, size_t length, const ock_option **found)
{
    const ock_option *first = NULL, *second = NULL;
    ock_guess guess = {.word = name, .length = length};
    char meant[OCK_GUESS_BYTES];
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        if (o->name == NULL) {
            continue;
        }
        ock_guess_try(&guess, o->name);
        if (strncmp(o->name, name, length) != 0) {
            continue;
        }
        if (o->name[length] == '\0') {
            *found = o;
            return OCK_OK;
        }
        *(first == NULL ? &first : &second) = o;
    }
    if (means_level(name, length)) {
        return refuse_level((int)length + 1, name - 1);
    }
    if (first == NULL || length == 0) {
        return ock_fail(OCK_ENVIRONMENT, "option --%.*s: unknown%s", (int)length, name,
                        ock_guess_say(&guess, "--", meant));
    }
    if (second != NULL) {
        return ock_fail(OCK_ENVIRONMENT, "option --%.*s: may be --%s or --%s", (int)length, name,
                        first->name, second->name);
    }
    *found = first;
    return OCK_OK;
}

static ock_status read_name(ock_word_reader *r, const char *element, ock_word *word)
{
    const char *name = element + 2;
    const size_t length = strcspn(name, "=");
    ock_status status = find_name(name, length, &word->option);
    if (status != OCK_OK) {
        return status;
    }
    const char *joined = name[length] == '=' ? name + length + 1 : NULL;
    if (word->option->argument == NULL) {
        return joined == NULL ? OCK_OK
                              : ock_fail(OCK_ENVIRONMENT, "option --%s: takes no argument",
                                         word->option->name);
    }
    word->text = joined;
    return joined != NULL ? OCK_OK : next_argument(r, element, word);
}

ock_status ock_word_next(ock_word_reader *reader, ock_word *word)
{
    *word = (ock_word){.behind = reader->operands_only};
    if (reader->bundle != NULL) {
        return read_letter(reader, word);
    }
    if (reader->next == reader->argc) {
        return OCK_OK;
    }
    const char *element = reader->argv[reader->next++];
    if (reader->operands_only || element[0] != '-' || element[1] == '\0') {
        word->text = element;
        return OCK_OK;
    }
    if (strcmp(element, "--") == 0) {
        reader->operands_only = true;
        return ock_word_next(reader, word);
    }
    if (element[1] == '-') {
        return read_name(reader, element, word);
    }
    reader->bundle = element + 1;
    return read_letter(reader, word);
}
