#!/bin/sh
# SPDX-License-Identifier: MIT
# Names reach a terminal through src/cli/print.c alone, which shows control characters as \ooo: nothing else of
# the program writes to standard output or standard error, but for a few files whose text is their own.
# Usage: sh tests/build/prints.sh            exit code 1, and a line for each breach, when there is one
#        sh tests/build/prints.sh --control  plants one breach of each kind in a copy: all must be found
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

# Their own text: numbers and words of the program. pages*.c are a program of the build.
free='^(src/cli/(print|progress|option_help|pages[a-z_]*)\.c|mpi/process/stall\.c):'

breaches() (
    cd "$1"
    grep -rnE --include='*.[ch]' \
        '(^|[^a-zA-Z_])(printf|vprintf|puts|putchar|perror|psignal) *\(|(^|[^a-zA-Z_"])(stdout|stderr)([^a-zA-Z_"]|$)|STD(OUT|ERR)_FILENO' \
        src mpi io |
        grep -vE "$free" |
        grep -vE '(fflush|ferror) *\(stdout\)|ock_print_line *\(|ock_print_json_text *\(|ock_options_print_help\(stdout\)' |
        grep -vE 'fd <= STDERR_FILENO|\? STDOUT_FILENO : STDIN_FILENO|is_terminal\(STDOUT_FILENO\)|adddup2\(' | # looked at, or another program's
        grep -vE '^io/file/output_file\.c:.*STDOUT_FILENO' # the command line's -o -
)

# plant FILE LINE: a copy of the tree with one more line in one file must be refused for it.
plant() {
    copy=$(mktemp -d)
    cp -R "$root/src" "$root/mpi" "$root/io" "$copy"
    printf '%s\n' "$2" >>"$copy/$1"
    breaches "$copy" | grep -F "$2" || {
        echo "prints: $1 with $2 was not refused" >&2
        exit 1
    }
    rm -rf "$copy"
}

if breaches "$root"; then
    echo "prints: these write past src/cli/print.c" >&2
    exit 1
fi
if [ "${1:-}" = --control ]; then
    plant src/cli/info.c '    printf("%s", path);'
    plant src/cli/mdl.c '    fprintf(stderr, "%s", path);'
    plant src/cli/plan_command.c '    fputs(path, stdout);'
    plant src/archive/run.c '    puts(path);'
    plant src/cli/info.c '    json_dumpf(object, stdout, 0);'
    plant io/tree/tree_scan.c '    perror(path);'
    plant src/cli/main.c '    dprintf(STDERR_FILENO, path);'
    echo "prints: every planted breach was found"
fi
