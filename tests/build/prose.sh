#!/bin/sh
# SPDX-License-Identifier: MIT
# The words of documents, manuals and messages.
# Usage: sh tests/build/prose.sh words      none of the phrases in words.txt, in documents and in the program's messages
#        sh tests/build/prose.sh spelling   codespell over all sources; spelling.txt has words that it takes for mistakes
#        either with --control              plants breaches in a copy: all must be found
# Exit code 1, and a line for each breach, when there is one; 77 without codespell.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
parts="src io mpi jobs tests"
what=${1:-words}

# Of a tree: FILE:LINE:TEXT of what people read. Of C files that is what stands in quotes.
texts() (
    cd "$1"
    # shellcheck disable=SC2086 # a list of words
    find ./*.md $parts \( -name '*.md' -o -name '*.in' \) -exec grep -nH '' {} +
    find src io mpi -name '*.[ch]' -exec grep -noHE '"([^"\\]|\\.)*"' {} +
)

breaches_of_words() {
    sed -n 's/^\([^#=]*[^ #=]\) *=.*/\1/p' "$here/words.txt" >"$scratch/phrases"
    [ -s "$scratch/phrases" ] && texts "$1" >"$scratch/texts" && grep -wiF -f "$scratch/phrases" "$scratch/texts"
}

# What is data, lists of what is wrong, and what the words are about, is left out.
breaches_of_spelling() (
    cd "$1"
    # shellcheck disable=SC2046,SC2086 # lists of words
    ! codespell --ignore-words "$here/spelling.txt" --skip "tests/data,*/spelling.txt,*/words.txt" \
        $(find . -maxdepth 1 -type f -not -name '.git*') $parts
)

# planted: a copy of the tree with one more line in each of some files must be refused for each.
planted() {
    files="README.md src/cli/ockham.1.in io/container/FORMAT.md src/archive/run.c"
    wrong=$([ "$what" = words ] && echo "a number That Is None" || echo "it is rec"ieved)
    mkdir "$scratch/copy"
    # shellcheck disable=SC2086 # a list of words
    (cd "$root" && cp -R $parts ./*.md "$scratch/copy")
    for file in $files; do printf 'fail("%s");\n' "$wrong" >>"$scratch/copy/$file"; done
    "breaches_of_$what" "$scratch/copy" >"$scratch/found" || :
    for file in $files; do
        grep -F "$file" "$scratch/found" || {
            echo "prose: $file with $wrong was not refused" >&2
            exit 1
        }
    done
    echo "prose: every planted breach was found"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ "$what" = spelling ] && ! command -v codespell >/dev/null; then
    echo "SKIPPED: no codespell here"
    exit 77
fi
if [ "${2:-}" = --control ]; then
    planted
elif "breaches_of_$what" "$root"; then
    echo "prose: $what that should not stand there; see tests/build/$what.txt" >&2
    exit 1
fi
