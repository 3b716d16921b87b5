#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's table of memory and times, and its 100 GB on one rank, are what `ockham plan` says.
# Usage: sh tests/build/times.sh OCKHAM [README]      exit code 1, and a line for each that differs
set -eu

ockham=$1
readme=${2:-$(dirname "$0")/../../README.md}
export LC_ALL=C

# numbers NAMES OPTION...: of a plan.
numbers() {
    names=$1
    shift
    "$ockham" plan --json --threads 16 "$@" | sed -n "s/^  \"\($names\)\": \([0-9.]*\),*$/\2/p"
}

row() {
    for bytes in 1MB 10MB 100MB; do numbers rank_bytes "-$1" $bytes; done
    numbers 'rank_bytes\|estimated_compress_seconds\|estimated_restore_seconds' "-$1" 1GB
}

expect() {
    grep -qF -- "$1" "$readme" || { echo "times: the README has no \"$1\"" && bad=1; }
}

bad=0
for level in 1 2 3 4 5 6 7 8 9; do
    expect "$(row $level | awk -v level=$level '
        BEGIN { printf "| %s |", level == 5 ? "5 (default)" : level }
        NR < 5 { mb = sprintf("%.0f", $1 / 1e6); sub(/...$/, ",&", mb); sub(/^,/, "", mb); printf " %s |", mb }
        NR > 4 { printf $1 < 6000 ? " %.0f min |" : " %.1f h |", $1 / ($1 < 6000 ? 60 : 3600) }')"
done
expect "$(numbers rank_bytes 100GB | awk '{ printf "%.0f GB for", $1 / 1e9 }')"
exit $bad
