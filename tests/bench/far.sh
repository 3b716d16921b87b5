#!/bin/sh
# SPDX-License-Identifier: MIT
# What a model knows of things 20,000 bytes ago: files in which some bytes depend on what stood that far before, and
# what just these bytes cost (--trace-bytes).
# Usage: sh tests/bench/far.sh [MODEL...]
#   MODEL  counts (the mixing stage alone: contexts and matches), LAYER (a network alone, of one layer of that kind), or
#          LAYER+ (both); default: all
#   OCKHAM_FAR_FILES     which files (default "recall flag")
#   OCKHAM_FAR_SECTIONS  sections of each (default "15 100")
#   OCKHAM_FAR_DISTANCE  bytes between (default 20000)
#   OCKHAM_WITH          more options of compress
# Prints CSV: file,model, bits of a byte that depends in each quarter of the file, user seconds. All else is dots.
#   recall  60 random letters, which come again after the distance. Whoever does not know them pays 4.70 bits for one.
#   flag    "amber amber ..." or "ivory ivory ...", as a coin falls, for a twentieth of the distance; after the distance,
#           behind a question mark, A or I. Whoever does not know pays 1 bit. Nothing in between tells which. Contexts of the
#           word before know at any distance.
set -eu

ockham=$(cd "$(dirname "$0")/../.." && pwd)/build/release/ockham
[ -x "$ockham" ] || { echo "far.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
[ $# -gt 0 ] || set -- counts none recurrent lstm transformer ssm none+ recurrent+ lstm+ transformer+ ssm+
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
distance=${OCKHAM_FAR_DISTANCE:-20000} sections=${OCKHAM_FAR_SECTIONS:-15 100}

# make FILE SECTIONS: writes $work/FILE, and to $work/FILE.depend the numbers, from 1, of the bytes that depend. Random
# numbers come from a linear congruential generator (Park and Miller).
make() {
    awk -v file="$1" -v sections="$2" -v distance="$distance" -v depend="$work/$1.depend" '
        function next_of(n) { seed = seed * 16807 % 2147483647; return int(seed / 2147483647 * n) }
        function letters(n,   s) { s = ""; while (n-- > 0) s = s substr("abcdefghijklmnopqrstuvwxyz", 1 + next_of(26), 1); return s }
        function put(s) { print s; at += length(s) }
        function put_dependent(s,   i) { for (i = 1; i <= length(s); i++) print at + i "\n" >depend; put(s) }
        BEGIN {
            ORS = ""; seed = 1
            for (dots = "."; length(dots) < distance; dots = dots dots) continue
            dots = substr(dots, 1, distance)
            for (b = 0; b < sections; b++) {
                if (file == "recall") {
                    key = letters(60)
                    put(key); put(substr(dots, 60)); put_dependent(key); put("\n")
                } else {
                    amber = next_of(2)
                    for (i = 0; i < distance / 120; i++) put(amber ? "amber " : "ivory ")
                    put(substr(dots, 2)); put("?"); put_dependent(amber ? "A" : "I"); put("\n")
                }
            }
        }' >"$work/$1"
}

# options MODEL: networks are small and train slowly where they seldom learn anything (beta2).
options() {
    echo "--set contexts=16 --set sets=8 --set repeats=0 --set light_after=0 --set sleep_below=0"
    case $1 in
    counts) echo "--set network=0" ;;
    *+) ;;
    *) echo "--set mixing=0" ;;
    esac
    [ "$1" = counts ] ||
        echo "--set layer=${1%+} --set layers=1 --set width=64 --set order_max=3 --set features=0 --set beta2=0.9999"
}

# spend FILE MODEL: compresses it; prints the user time.
spend() {
    (
        # shellcheck disable=SC2046,SC2086
        "$ockham" compress -q -f -T 1 --lanes 1 $(options "$2") ${OCKHAM_WITH:-} "$1" -o "$work/packed" --trace-bytes "$work/costs"
        times
    ) | awk 'END { split($1, t, /[ms]/); printf "%.1f", 60 * t[1] + t[2] }'
}

# bits FILE: the mean cost of the bytes that depend, by quarters.
bits() {
    od -An -v -tu2 -w2 -j64 --endian=little "$work/costs" | awk -v depend="$1.depend" '
        BEGIN { while ((getline at <depend) > 0) number[at] = n++ }
        NR in number { quarter = int(4 * number[NR] / n); sum[quarter] += $1 / 256; count[quarter]++ }
        END { for (i = 0; i < 4; i++) printf "%s%.2f", i ? "," : "", sum[i] / count[i] }'
}

echo file,model,first,second,third,fourth,user_seconds
for kind in ${OCKHAM_FAR_FILES:-recall flag}; do
    make "$kind" "${sections%% *}"
    sections=${sections#* }
    for model in "$@"; do
        seconds=$(spend "$work/$kind" "$model")
        echo "$kind,$model,$(bits "$work/$kind"),$seconds"
    done
done
