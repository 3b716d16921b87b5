#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares the tests that ctest knows with the cases that the test programs list, these with the
# functions in their sources, and the sources with the folders: none is left out silently.
# Usage: sh tests/build/cases.sh BUILD            exit code 1, and a line for each difference
#        sh tests/build/cases.sh --control BUILD  plants one of each kind: all must be found
set -eu

control=
if [ "${1:-}" = --control ]; then control=yes && shift; fi
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# registered: the names that ctest has, but for those of build/.
registered() {
    ctest --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: //p' | grep -v '^build\.'
}

# listed: the names that the programs answer for.
listed() {
    while read -r kind name program _; do
        if [ "$kind" = cases ]; then
            ASAN_OPTIONS=detect_leaks=0 "$program" --list | sed "s/^/$name./"
        else
            echo "$name"
        fi
    done <"$manifest"
}

# functions TESTS: the functions that look like cases, as SOURCE FUNCTION.
functions() {
    awk '$4 != "-" { print $4 }' "$manifest" | sort -u | while read -r source; do
        sed -n "s|^static void \([A-Za-z_0-9]*\)(void \*\*state)\$|$source \1|p" "$1/$source"
    done
}

# run_functions: the functions that the programs list, likewise.
run_functions() {
    awk '$4 != "-" { print $3, $4 }' "$manifest" | sort -u | while read -r program source; do
        ASAN_OPTIONS=detect_leaks=0 "$program" --list | sed "s|^|$source |"
    done
}

# sources TESTS: those of programs that this build should have.
sources() {
    folders="unit program"
    if grep -q ' mpi\.' "$manifest"; then folders="$folders mpi"; fi
    # shellcheck disable=SC2086
    (cd "$1" && find $folders -name 'test_*.c')
}

# differ TEXT A B: the lines of A that B lacks.
differ() {
    sort "$2" >"$scratch/a"
    sort "$3" >"$scratch/b"
    comm -23 "$scratch/a" "$scratch/b" | sed "s|^|cases: $1: |"
}

# differences TESTS REGISTERED
differences() {
    functions "$1" >"$scratch/functions"
    sources "$1" >"$scratch/sources"
    {
        differ "no test of ctest" "$scratch/listed" "$2"
        differ "no program has it" "$2" "$scratch/listed"
        differ "a function that no list of cases has" "$scratch/functions" "$scratch/run"
        differ "not in tests/CMakeLists.txt" "$scratch/sources" "$scratch/built"
        sort "$2" | uniq -d | sed 's/^/cases: there twice: /'
    } >"$scratch/differences"
    cat "$scratch/differences"
    [ ! -s "$scratch/differences" ]
}

# planted TEXT TESTS REGISTERED: must be refused with this text.
planted() {
    text=$1
    shift
    if differences "$@" >"$scratch/said" || ! grep -F "$text" "$scratch/said"; then
        echo "cases: not found: $text" >&2
        exit 1
    fi
}

manifest=$build/tests/cases/manifest.txt
awk '$4 != "-" { print $4 }' "$manifest" | sort -u >"$scratch/built"
registered >"$scratch/registered"
listed >"$scratch/listed"
run_functions >"$scratch/run"
[ -n "$control" ] || {
    differences "$root/tests" "$scratch/registered"
    echo "cases: $(wc -l <"$scratch/registered") tests, as listed"
    exit 0
}

grep -v '^unit\.coder\.code_lengths$' "$scratch/registered" >"$scratch/fewer"
planted "no test of ctest: unit.coder.code_lengths" "$root/tests" "$scratch/fewer"
{ cat "$scratch/registered" && echo unit.coder.no_such_case; } >"$scratch/more"
planted "no program has it: unit.coder.no_such_case" "$root/tests" "$scratch/more"
{ cat "$scratch/registered" && echo unit.coder.code_lengths; } >"$scratch/twice"
planted "there twice: unit.coder.code_lengths" "$root/tests" "$scratch/twice"
mkdir "$scratch/tests"
cp -R "$root/tests/unit" "$root/tests/program" "$root/tests/mpi" "$scratch/tests"
printf 'static void forgotten(void **state)\n{\n}\n' >>"$scratch/tests/unit/test_coder.c"
planted "a function that no list of cases has: unit/test_coder.c forgotten" "$scratch/tests" \
    "$scratch/registered"
cp "$root/tests/unit/test_coder.c" "$scratch/tests/unit/test_forgotten.c"
planted "not in tests/CMakeLists.txt: unit/test_forgotten.c" "$scratch/tests" "$scratch/registered"
echo "cases: every planted difference was found"
