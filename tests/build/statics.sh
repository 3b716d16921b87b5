#!/bin/sh
# SPDX-License-Identifier: MIT
# Below src/cli nothing lives as long as the process and changes, but what statics.txt gives a reason for:
# holds every writable variable of the folders' libraries against that list, and the list against them.
# Usage: sh tests/build/statics.sh NM ROOT LIBRARY...     exit code 1, and a line for each, when there is one
#        sh tests/build/statics.sh --control NM CC        plants such variables in a library: all must be found
# A LIBRARY lies at ROOT/FOLDER/lib*.a: so its folder is known.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# variables NM ROOT LIBRARY...: "FOLDER SOURCE NAME" of each. What lies in .data.rel.ro is constant once it is
# relocated. The compiler numbers the statics of functions (text.0).
variables() (
    nm=$1 root=$2
    shift 2
    for library in "$@"; do
        [ -f "$library" ] || { echo "statics: no $library" >&2; exit 2; }
        folder=$(dirname "$library")
        "$nm" -f sysv "$library" | awk -F'|' -v folder="${folder#"$root"/}" '
            /^Symbols from/ { source = $0; sub(/^.*\[/, "", source); sub(/\.o\]:.*/, "", source) }
            NF >= 7 {
                name = $1; class = $3; section = $7
                gsub(/[ \t]/, "", name); gsub(/[ \t]/, "", class); gsub(/[ \t]/, "", section)
                sub(/\.[0-9]+$/, "", name)
                if (class ~ /^[bBdDsSgGCcVv]$/ && section !~ /^\.data\.rel\.ro/) print folder, source, name
            }'
    done
)

# check LIST NM ROOT LIBRARY...
check() (
    list=$1
    shift
    found=$(mktemp)
    trap 'rm -f "$found"' EXIT
    variables "$@" >"$found"
    awk '
    FILENAME == ARGV[1] {
        if ($0 ~ /^#/ || NF == 0) next
        if (NF < 4) { print "statics: " $0 ": needs FOLDER SOURCE NAME REASON"; bad = 1; next }
        listed[$1 " " $2 " " $3] = 1
        next
    }
    { here[$1 " " $2 " " $3] = 1 }
    END {
        for (name in here) if (!(name in listed)) { print "statics: " name ": lives as long as the process"; bad = 1 }
        for (name in listed) if (!(name in here)) { print "statics: " name ": is listed and not there"; bad = 1 }
        exit bad
    }' "$list" "$found"
)

# Each of the first must be found, none of the second may be.
control() {
    nm=$1 cc=$2
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    mkdir -p "$copy/src/base"
    cat >"$copy/planted.c" <<'C'
static int set = 1, unset;
int for_all, for_all_set = 2;
static _Thread_local int of_thread;
static const char *moving = "text";
const int constant = 3;
static const char *const relocated[] = {"a", "b"};
int use(int i)
{
    static int inner = 4;
    inner += i;
    of_thread += inner;
    moving = relocated[i & 1];
    return set++ + unset++ + of_thread + moving[0];
}
C
    "$cc" -std=c11 -O0 -fPIE -c "$copy/planted.c" -o "$copy/planted.c.o"
    ar rc "$copy/src/base/libplanted.a" "$copy/planted.c.o"
    printf 'src/base planted.c %s for the control\n' set gone >"$copy/list"
    if check "$copy/list" "$nm" "$copy" "$copy/src/base/libplanted.a" >"$copy/said"; then
        echo "statics: the planted variables were not refused" >&2
        exit 1
    fi
    for name in unset for_all for_all_set of_thread moving inner; do
        grep -q "^statics: src/base planted.c $name: lives as long as the process" "$copy/said" || {
            echo "statics: $name was not found in:" >&2
            cat "$copy/said" >&2
            exit 1
        }
    done
    grep -q "planted.c gone: is listed and not there" "$copy/said"
    if grep -qE "constant|relocated| set:" "$copy/said"; then
        echo "statics: a constant or a listed variable was refused:" >&2
        cat "$copy/said" >&2
        exit 1
    fi
    echo "statics: every planted variable was found"
}

if [ "${1:-}" = --control ]; then
    shift
    control "$@"
else
    check "$here/statics.txt" "$@"
fi
