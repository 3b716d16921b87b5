#!/bin/sh
# SPDX-License-Identifier: MIT
# What more lanes cost in size and what they, and more ranks, bring in speed: one file at one level
# with every number of lanes on every number of ranks, each restored and compared.
# Usage: sh tests/bench/lanes.sh [-c] LEVEL FILE [LANES [RANKS]]
#   -c     compress only
#   LANES  one word, default "1 2 4 8 16 32 64"; RANKS likewise, default "1 2"
# Prints CSV: level,lanes,ranks,bytes,pack_kb_s,restore_kb_s (wall clock; mean little on a busy machine).
set -eu

restore=yes
if [ "${1:-}" = -c ]; then
    restore=no
    shift
fi
if [ $# -lt 2 ]; then
    sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
    exit 1
fi
level=$1 file=$2 lanes_list=${3:-1 2 4 8 16 32 64} ranks_list=${4:-1 2}
ockham=$(cd "$(dirname "$0")/../.." && pwd)/build/release/ockham
[ -x "$ockham" ] || { echo "lanes.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
size=$(stat -c %s "$file")

# speed COMMAND...: runs it; prints KB of the input a second.
speed() {
    from=$(date +%s%N)
    "$@" >&2 || return 1
    awk -v size="$size" -v ns="$(($(date +%s%N) - from))" 'BEGIN { printf "%.1f", size * 1e6 / ns }'
}

echo level,lanes,ranks,bytes,pack_kb_s,restore_kb_s
for lanes in $lanes_list; do
    rm -f "$work/first"
    for ranks in $ranks_list; do
        run="mpirun --oversubscribe -n $ranks $ockham"
        # shellcheck disable=SC2086
        pack=$(speed $run compress -q -f "-$level" --lanes "$lanes" "$file" -o "$work/packed")
        back=
        if [ "$restore" = yes ]; then
            # shellcheck disable=SC2086
            back=$(speed $run decompress -q -f "$work/packed" -o "$work/restored")
            cmp "$file" "$work/restored"
        fi
        [ -f "$work/first" ] || cp "$work/packed" "$work/first"
        cmp "$work/packed" "$work/first"
        echo "$level,$lanes,$ranks,$(stat -c %s "$work/packed"),$pack,$back"
    done
done
