#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares the files that `mdl` counts as the program with those that were compiled and linked into it:
# every file of the tree that the compiler read for a linked object must be counted, and every counted
# source that this platform compiles must be linked. What was read stands in the compiler's dependency
# files, what was linked in the linker's map: the program is linked once more for it.
# Usage: sh tests/build/program_length.sh BUILD            exit code 1, and a line for each difference
#        sh tests/build/program_length.sh --control BUILD  plants one of each kind: all must be found
set -eu

control=
if [ "${1:-}" = --control ]; then control=yes && shift; fi
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
program=$build/src/cli/CMakeFiles/ockham.dir
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
counted=$build/program_sources.txt

# The objects of the program: its own, and those that the linker took out of the archives.
linked() (
    cd "$build/src/cli"
    sh -c "$(sed "s| -o [^ ]*| -o $scratch/ockham -Wl,-Map=$scratch/map|" "$program/link.txt")"
    tr ' ' '\n' <"$program/link.txt" | sed -n 's|^CMakeFiles/.*\.o$|src/cli/&|p'
    # `../plan/libock_plan.a(config.c.o)` at the beginning of a line says why it was taken.
    sed -n '/^Archive member included/,/^[A-Z].*[^)]$/s/^\([^ (]*\.a\)(\([^)]*\)).*/\1 \2/p' "$scratch/map" |
        while read -r archive object; do
            case $archive in
            /*) continue ;; # of a library that is not ours
            *) folder=$(cd "$(dirname "$archive")" && pwd) ;;
            esac
            target=$(basename "$archive" .a)
            echo "${folder#"$build/"}/CMakeFiles/${target#lib}.dir/$object"
        done
)

# read_for OBJECTS: the files of the tree that the compiler read for them.
read_for() {
    while read -r object; do
        tr -s ' \134' '\n' <"$build/$object.d"
    done <"$1" | while read -r file; do
        case $file in
        "$build"/*) ;; # made by CMake
        "$root"/*) echo "$file" ;;
        esac
    done | sort -u | while read -r file; do
        file=$(realpath "$file")
        echo "${file#"$root/"}"
    done
}

# compiled: the sources that this platform compiles, of all that the build knows.
compiled() {
    sed -n "s|^ *\"file\": \"$root/\(.*\)\",*\$|\1|p" "$build/compile_commands.json"
}

# differ TEXT A B: the lines of A that B lacks.
differ() {
    sort -u "$2" >"$scratch/a"
    sort -u "$3" >"$scratch/b"
    comm -23 "$scratch/a" "$scratch/b" | sed "s|^|program_length: $1: |"
}

# differences COUNTED OBJECTS
differences() {
    read_for "$2" >"$scratch/read"
    compiled | sort -u >"$scratch/compiled"
    sort -u "$1" | comm -12 - "$scratch/compiled" >"$scratch/both"
    {
        differ "part of the program, not counted" "$scratch/read" "$1"
        differ "counted and compiled, not linked" "$scratch/both" "$scratch/read"
    } >"$scratch/differences"
    cat "$scratch/differences"
    [ ! -s "$scratch/differences" ]
}

# planted TEXT COUNTED OBJECTS: must be refused with this text.
planted() {
    if differences "$2" "$3" >"$scratch/said" || ! grep -F "$1" "$scratch/said"; then
        echo "program_length: not found: $1" >&2
        exit 1
    fi
}

# compiler_sees FILE: its words without its comments, one a line.
compiler_sees() {
    { gcc -w -fpreprocessed -E -P "$1" 2>/dev/null || :; } | tr -s ' \n' '\n'
}

# What of the sources is counted is all that a compiler sees of them.
same_code() {
    if ! command -v gcc >/dev/null; then
        echo "program_length: SKIPPED: no gcc here, which tells whether comments alone were left out" >&2
        return
    fi
    (cd "$root" && xargs cat) <"$1" >"$scratch/all.c"
    awk -f "$root/src/cli/uncomment.awk" "$scratch/all.c" >"$scratch/code.c"
    if [ -n "$control" ]; then echo 'int more;' >>"$scratch/code.c"; fi
    compiler_sees "$scratch/all.c" >"$scratch/all"
    compiler_sees "$scratch/code.c" >"$scratch/code"
    if ! cmp -s "$scratch/all" "$scratch/code" || grep -n '/\*' "$scratch/code.c"; then
        echo "program_length: more than comments is left out, or less"
        return 1
    fi
}

linked >"$scratch/objects"
if [ -z "$control" ]; then
    differences "$counted" "$scratch/objects"
    same_code "$counted"
    echo "program_length: $(wc -l <"$scratch/objects") objects of $(wc -l <"$scratch/read") files," \
        "$(wc -l <"$counted") counted"
    exit 0
fi

for file in src/coder/coder.c src/coder/coder.h; do
    grep -v -x "$file" "$counted" >"$scratch/fewer"
    planted "part of the program, not counted: $file" "$scratch/fewer" "$scratch/objects"
done
{ cat "$counted" && echo tests/cases.c; } >"$scratch/more"
planted "counted and compiled, not linked: tests/cases.c" "$scratch/more" "$scratch/objects"
grep -v '/coder\.c\.o$' "$scratch/objects" >"$scratch/unlinked"
planted "counted and compiled, not linked: src/coder/coder.c" "$counted" "$scratch/unlinked"
if command -v gcc >/dev/null && same_code "$counted"; then
    echo "program_length: code that was added was not found" >&2
    exit 1
fi
echo "program_length: every planted difference was found"
