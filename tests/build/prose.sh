#!/bin/sh
# SPDX-License-Identifier: MIT
# The words of documents, manuals and messages.
# Usage: sh tests/build/prose.sh words      none of the phrases in words.txt, in documents and in the program's messages
#        sh tests/build/prose.sh spelling   codespell over all sources; spelling.txt has words that it takes for mistakes
#        either with --control              plants one breach of each kind in a copy: all must be found
# Exit code 1, and a line for each breach, when there is one; 77 without codespell.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
parts="src io mpi jobs tests"
what=${1:-words}

# only_there NAME...: of these the directories that are here.
only_there() {
    for name; do [ ! -d "$name" ] || echo "$name"; done
}

# Of a tree: FILE:LINE:TEXT of what people read. Of C files that is what stands in quotes.
texts() (
    cd "$1"
    # shellcheck disable=SC2046,SC2086 # lists of words
    find ./*.md $(only_there $parts) \( -name '*.md' -o -name '*.in' \) -exec grep -nH '' {} +
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
        $(find . -maxdepth 1 -type f -not -name '.git*') $(only_there $parts)
)

# plant FILE LINE: a copy of the tree with one more line in one file must be refused for it.
plant() {
    copy=$scratch/copy
    mkdir "$copy"
    (cd "$root" && cp -R src io mpi ./*.md "$copy")
    printf '%s\n' "$2" >>"$copy/$1"
    "breaches_of_$what" "$copy" | grep -F "$1" || {
        echo "prose: $1 with $2 was not refused" >&2
        exit 1
    }
    rm -rf "$copy"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ "$what" = spelling ] && ! command -v codespell >/dev/null; then
    echo "SKIPPED: no codespell here"
    exit 77
fi
if [ "${2:-}" = --control ]; then
    wrong=$([ "$what" = words ] && echo "a number That Is None" || echo "it is rec"ieved)
    plant README.md "$wrong"
    plant src/cli/ockham.1.in "$wrong"
    plant io/container/FORMAT.md "$wrong"
    plant src/archive/run.c "    fail(\"$wrong\");"
    echo "prose: every planted breach was found"
elif "breaches_of_$what" "$root"; then
    echo "prose: $what that should not stand there; see tests/build/$what.txt" >&2
    exit 1
fi
