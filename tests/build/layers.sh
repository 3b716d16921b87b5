#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds every #include of the program against src/layers.txt: a folder includes only what it may, a
# `*_private.h` stays in its folder, nothing includes itself in a circle, and headers of libraries
# stay where the list has them.
# Usage: sh tests/build/layers.sh [ROOT]     exit code 1, and a line for each breach, when there is one
#        sh tests/build/layers.sh --control  plants one breach of each kind in a copy: all must be found
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

# breaches ROOT: reads the list, then all sources.
breaches() (
    cd "$1"
    find src mpi io -name '*.[ch]' -o -name '*.inc' | LC_ALL=C sort |
        awk '
    function folder_of(path) { sub(/\/[^\/]*$/, "", path); return path }
    # What stands together as one module: a source, its header and what its parts share.
    function module_of(path) { sub(/\.(c|h|inc)$/, "", path); sub(/_private$/, "", path); return path }
    function breach(file, line, text) { print file ":" line ": " text; found = 1 }

    # The list.
    FILENAME == "src/layers.txt" {
        if ($0 ~ /^#/ || $0 == "") next
        name = $1; sub(/:$/, "", name)
        known[name] = 1
        for (i = 2; i <= NF; i++) {
            if (name !~ /^</ && !($i in known)) breach(FILENAME, FNR, name " comes before " $i)
            may[name, $i] = 1
        }
        next
    }

    # The names of the sources, on standard input.
    { read_source($0) }

    function read_source(file,    line, number, name) {
        number = 0
        if (!(folder_of(file) in known)) breach(file, 1, folder_of(file) " is not in src/layers.txt")
        while ((getline line < file) > 0) {
            number++
            if (line !~ /^[ \t]*#[ \t]*include/) continue
            name = line
            sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
            if (name ~ /^</) { sub(/>.*/, ">", name); library(file, number, name) }
            else { sub(/^"/, "", name); sub(/".*/, "", name); own(file, number, name) }
        }
        close(file)
    }

    function library(file, number, name) {
        if ((name in known) && !((name, folder_of(file)) in may))
            breach(file, number, folder_of(file) " may not include " name)
    }

    function own(file, number, name,    target, from, to) {
        target = (name ~ /^(io|mpi)\//) ? name : "src/" name
        from = folder_of(file); to = folder_of(target)
        if (name !~ /\// || !(to in known)) {
            breach(file, number, "\"" name "\" does not name a folder of src/layers.txt"); return
        }
        if (from != to && !((from, to) in may)) breach(file, number, from " may not include " to " (" name ")")
        if (from != to && name ~ /_private\.h$/) breach(file, number, name " is private to " to)
        from = module_of(file); to = module_of(target)
        if (from != to && !((from, to) in edge)) {
            edge[from, to] = file ":" number
            next_of[from] = next_of[from] " " to
            module[from] = 1
        }
    }

    # Depth first; 1: on the path, 2: done.
    function visit(node,    names, count, i) {
        state[node] = 1
        count = split(next_of[node], names, " ")
        for (i = 1; i <= count; i++) {
            if ((names[i] in state) && state[names[i]] == 1) {
                split(edge[node, names[i]], place, ":")
                breach(place[1], place[2], "a circle of files: " node " and " names[i])
            } else if (!(names[i] in state)) visit(names[i])
        }
        state[node] = 2
    }

    END {
        for (node in module) if (!(node in state)) visit(node)
        exit found
    }' src/layers.txt -
)

# plant FILE LINE EXPECTED: a copy of the tree with one more line in one file must be refused for it.
plant() {
    copy=$(mktemp -d)
    cp -R "$root/src" "$root/mpi" "$root/io" "$copy"
    printf '%s\n' "$2" >>"$copy/$1"
    if breaches "$copy" >"$copy/said"; then
        echo "layers: $1 with $2 was not refused" >&2
        exit 1
    fi
    grep -F "$3" "$copy/said" || {
        echo "layers: $1 with $2 was refused for something else:" >&2
        cat "$copy/said" >&2
        exit 1
    }
    rm -rf "$copy"
}

if [ "${1:-}" = --control ]; then
    breaches "$root"
    plant src/plan/config.c '#include "mixing/mixing.h"' "src/plan may not include src/mixing"
    plant src/codec/codec.c '#include "io/file/input.h"' "src/codec may not include io/file"
    plant src/archive/keeper.c '#include "mixing/mixing_private.h"' "mixing/mixing_private.h is private to src/mixing"
    plant src/base/status.h '#include "base/arena.h"' "a circle of files"
    plant src/codec/codec.c '#include <mpi.h>' "src/codec may not include <mpi.h>"
    plant src/codec/codec.c '#include "regular.h"' "does not name a folder"
    echo "layers: every planted breach was found"
else
    breaches "${1:-$root}"
fi
