/* SPDX-License-Identifier: MIT */
/* pages.c - the program that writes the manual pages and the completions during the build.
 *
 * Usage: ockham_pages manual OUT TEMPLATE VERSION
 *        ockham_pages bash|zsh|fish OUT
 *        ockham_pages table OUT    for the tests, what is accepted: lines of COMMAND, OPTION, and whether
 *                                  it is used or passed-over, with tabs between them
 */
#include "cli/pages.h"

#include <stdlib.h>
#include <string.h>

#include "cli/option_table.h"

/* A line for every spelling: --output and -o, and each level. */
static void print_pair(FILE *out, size_t index, const ock_option *option)
{
    char command[OCK_COMMAND_LIST_BYTES];
    const char *how = (option->commands >> index & 1) != 0 ? "used" : "passed-over";
    ock_command_list(1U << index, command);
    if (option->type == OCK_OPTION_LEVEL) {
        for (uint32_t level = option->least; level <= option->most; level++) {
            fprintf(out, "%s\t-%u\t%s\n", command, (unsigned)level, how);
        }
        return;
    }
    fprintf(out, "%s\t--%s\t%s\n", command, option->name, how);
    if (option->letter != 0) {
        fprintf(out, "%s\t-%c\t%s\n", command, option->letter, how);
    }
}

static void print_table(FILE *out)
{
    for (size_t i = 0; OCK_FOR_ALL >> i != 0; i++) {
        for (size_t j = 0; j < ock_option_count; j++) {
            if ((ock_option_accepted_by(&ock_option_rows[j]) >> i & 1) != 0) {
                print_pair(out, i, &ock_option_rows[j]);
            }
        }
    }
}

static bool print_page(FILE *out, int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(FILE *out);
    } pages[] = {{"bash", ock_page_bash},
                 {"zsh", ock_page_zsh},
                 {"fish", ock_page_fish},
                 {"table", print_table}};
    if (argc == 5 && strcmp(argv[1], "manual") == 0) {
        return ock_page_manual(out, argv[3], argv[4]);
    }
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (argc == 3 && strcmp(argv[1], pages[i].name) == 0) {
            pages[i].print(out);
            return true;
        }
    }
    fputs("ockham_pages: wrong usage\n", stderr);
    return false;
}

int main(int argc, char **argv)
{
    FILE *out = argc > 2 ? fopen(argv[2], "w") : NULL;
    if (out == NULL) {
        fputs("ockham_pages: cannot write\n", stderr);
        return EXIT_FAILURE;
    }
    bool good = print_page(out, argc, argv);
    good = ferror(out) == 0 && good;
    good = fclose(out) == 0 && good;
    if (!good) {
        remove(argv[2]);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
