#!/bin/sh
# SPDX-License-Identifier: MIT
# What more threads bring: one file at one level with every number of threads, compressed and restored in turn,
# several rounds; every file compared with the first and with what is restored from it.
# Usage: sh tests/bench/threads.sh [-n ROUNDS] LEVEL FILE [THREADS [OPTIONS ...]]
#   ROUNDS   default 3
#   THREADS  one word, default "1 2"; the first is the measure of the others
#   OPTIONS  of compress, --lanes 1 for example
# Prints CSV: level,threads,bytes,pack_s,pack_ratio,restore_s,restore_ratio,mb. Seconds are medians of the rounds; a
# ratio is that of the first number's median to this one's (they mean little on a busy machine); mb: largest
# resident memory while compressing.
set -eu

rounds=3
if [ "${1:-}" = -n ]; then
    rounds=$2
    shift 2
fi
if [ $# -lt 2 ]; then
    sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
    exit 1
fi
level=$1 file=$2 threads_list=${3:-1 2}
if [ $# -gt 3 ]; then
    shift 3
else
    shift $#
fi
ockham=${OCKHAM:-$(cd "$(dirname "$0")/../.." && pwd)/build/release/ockham}
[ -x "$ockham" ] || { echo "threads.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
[ -x /usr/bin/time ] || { echo "threads.sh: needs GNU time (package time)" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=${threads_list%% *}

for _ in $(seq "$rounds"); do
    for threads in $threads_list; do
        /usr/bin/time -a -o "$work/pack.$threads" -f '%e %M' \
            "$ockham" compress -q -f "-$level" -T "$threads" "$@" "$file" -o "$work/packed.$threads"
        cmp "$work/packed.$first" "$work/packed.$threads"
        /usr/bin/time -a -o "$work/restore.$threads" -f '%e' \
            "$ockham" decompress -q -f -T "$threads" "$work/packed.$threads" -o "$work/restored"
        cmp "$file" "$work/restored"
    done
done

# median FILE FIELD
median() {
    awk -v field="$2" '{ print $field }' "$1" | sort -n |
        awk '{ of[NR] = $1 } END { print NR % 2 ? of[(NR + 1) / 2] : (of[NR / 2] + of[NR / 2 + 1]) / 2 }'
}

echo level,threads,bytes,pack_s,pack_ratio,restore_s,restore_ratio,mb
for threads in $threads_list; do
    awk -v level="$level" -v threads="$threads" -v bytes="$(stat -c %s "$work/packed.$threads")" \
        -v pack1="$(median "$work/pack.$first" 1)" -v pack="$(median "$work/pack.$threads" 1)" \
        -v restore1="$(median "$work/restore.$first" 1)" -v restore="$(median "$work/restore.$threads" 1)" \
        -v kb="$(median "$work/pack.$threads" 2)" \
        'BEGIN { printf "%d,%d,%d,%.2f,%.2f,%.2f,%.2f,%.0f\n", level, threads, bytes, pack, pack1 / pack,
                 restore, restore1 / restore, kb / 1024 }'
done
