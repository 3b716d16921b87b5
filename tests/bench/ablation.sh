#!/bin/sh
# SPDX-License-Identifier: MIT
# What the parts of the predictor are worth: files at one level, whole and without a part each time.
# Usage: sh tests/bench/ablation.sh [-r] LEVEL FILE...
#   -r   restores each file too, and compares
# Prints a table for PREDICTOR.md: bytes of each file's transcript (one lane; the container, which names every option that
# is changed, is left out), and how much more that is than with everything, with the seconds of user time that all
# files took together.
set -eu

restore=
if [ "${1:-}" = -r ]; then
    restore=yes
    shift
fi
if [ $# -lt 2 ]; then
    sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
    exit 1
fi
level=$1
shift
ockham=$(cd "$(dirname "$0")/../.." && pwd)/build/release/ockham
[ -x /usr/bin/time ] || { echo "ablation.sh: needs GNU time (package time)" >&2; exit 1; }
[ -x "$ockham" ] || { echo "ablation.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is changed, in words: options. The first one is the base.
variants() {
    cat <<'LIST'
everything|
no network|network=0
the network never asleep|sleep_below=0
half of the sets|sets=8
one set|sets=1
four estimations|estimations=4
no estimation|estimations=0
32 contexts|contexts=32
16 contexts|contexts=16
8 contexts|contexts=8
no easy symbols|easy_after=0
no light steps|light_after=0
no references to repeats|repeats=0
the network alone|mixing=0
LIST
}

printf '| |'
for file in "$@"; do printf ' %s |' "$(basename "$file")"; done
printf ' seconds |\n| --- |'
for file in "$@"; do printf ' --- |'; done
printf ' --- |\n'
variants | while IFS='|' read -r words setting; do
    printf '| %s |' "$words"
    : >"$work/times"
    number=0
    for file in "$@"; do
        number=$((number + 1))
        # shellcheck disable=SC2086 # no word, or two
        /usr/bin/time -a -o "$work/times" -f %U "$ockham" compress -q -f "-$level" --lanes 1 -T 1 \
            ${setting:+--set "$setting"} "$file" -o "$work/packed"
        if [ -n "$restore" ]; then
            "$ockham" decompress -q -f -T 1 "$work/packed" -o "$work/restored"
            cmp "$file" "$work/restored"
        fi
        bytes=$("$ockham" info --json "$work/packed" |
            sed -n '0,/"transcript_bytes"/s/.*"transcript_bytes": *\([0-9]*\).*/\1/p')
        [ -n "$setting" ] || echo "$bytes" >"$work/base.$number"
        awk -v bytes="$bytes" -v base="$(cat "$work/base.$number")" -v whole="${setting:-}" 'BEGIN {
            if (whole == "") printf " %d |", bytes
            else printf " %d (%+.2f %%) |", bytes, 100 * (bytes - base) / base }'
    done
    awk '{ sum += $1 } END { printf " %.0f |\n", sum }' "$work/times"
done
