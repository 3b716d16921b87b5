#!/bin/sh
# SPDX-License-Identifier: MIT
# All plots look alike: the program has jobs/style.gp line by line, its pages have the same colours of curves, and every
# script for gnuplot loads it and has no colours of its own.
# Usage: sh tests/build/styles.sh            exit code 1, and what differs, when something does
#        sh tests/build/styles.sh --control  a colour altered in a copy, in each place: all must be found
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

# The colours of linetypes, in order.
colours() { sed -n "s/.*set linetype [0-9].*rgb '\(#[0-9a-f]*\)'.*/\1/p" "$1"; }

compare() (
    cd "$1"
    grep -v '^#' jobs/style.gp >"$scratch/style"
    sed -n 's/^ *"\(set [^"]*\)\\n";*$/\1/p' src/cli/plot.c >"$scratch/program"
    diff "$scratch/style" "$scratch/program" || { echo "styles: src/cli/plot.c is not jobs/style.gp" >&2; exit 1; }
    colours jobs/style.gp >"$scratch/curves"
    tr -s ';{}' '[\n*]' <src/measure/page_style.h | sed -n 's/^.*--k[0-9]:\(#[0-9a-f]*\).*/\1/p' | head -n 6 >"$scratch/page"
    diff "$scratch/curves" "$scratch/page" || { echo "styles: the page has other colours" >&2; exit 1; }
    for script in jobs/*.gp tests/bench/*.gp; do
        [ "$script" != jobs/style.gp ] || continue
        grep -q '^load style$' "$script" && ! grep -q 'rgb' "$script" ||
            { echo "styles: $script has a style of its own" >&2; exit 1; }
    done
)

# plant FILE FROM TO: a copy of the tree that is altered so must be refused.
plant() {
    copy=$scratch/copy
    mkdir -p "$copy/src" "$copy/tests/bench"
    cp -R "$root/jobs" "$copy"
    cp -R "$root/src/cli" "$root/src/measure" "$copy/src"
    cp "$root"/tests/bench/*.gp "$copy/tests/bench"
    sed -i "s/$2/$3/" "$copy/$1"
    if compare "$copy" >/dev/null 2>&1; then
        echo "styles: $1 with $3 was not refused" >&2
        exit 1
    fi
    rm -rf "$copy"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
compare "$root"
if [ "${1:-}" = --control ]; then
    plant jobs/style.gp 4477aa 4477ab
    plant src/cli/plot.c cc3311 cc3312
    plant src/measure/page_style.h 'k2:#228833' 'k2:#228834'
    plant jobs/scaling.gp 'lt 1' 'lc rgb "red"'
    plant jobs/eras.gp 'lc 2' 'lc rgb "red"'
    plant tests/bench/plot.gp 'load style' ''
fi
