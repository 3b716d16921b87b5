#!/bin/sh
# SPDX-License-Identifier: MIT
# What a model knows of things 20,000 bytes ago: files in which what comes depends on what stood that far before,
# and the same files with that broken. The bytes between the two sizes are what the model found.
# Usage: sh tests/bench/far.sh [MODEL...]
#   MODEL  full (level 1: counts and matches), order6 (counts alone), or LAYER:WIDTH, a network alone (default: a list)
#   OCKHAM_FAR_BLOCKS    how many times it happens in a file (default 30)
#   OCKHAM_FAR_DISTANCE  bytes between (default 20000)
#   OCKHAM_FAR_FILES     which files (default "mood recall")
#   OCKHAM_WITH          more options of compress
# Prints CSV: file,model,bytes,broken_bytes,found_bytes,of_bytes,user_seconds.
#   mood   2,000 letters of one of four alphabets, digits at random for the distance, then twenty questions 400 digits apart
#          whose answers tell which alphabet it was; broken: they tell one at random. 40 bits a block can be found.
#   recall a string of 60 letters, digits at random for the distance, the string again; broken: another. 282 bits.
set -eu

ockham=$(cd "$(dirname "$0")/../.." && pwd)/build/release/ockham
[ -x "$ockham" ] || { echo "far.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
[ $# -gt 0 ] || set -- order6 full none:64 recurrent:64 lstm:64 transformer:64 ssm:64
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
blocks=${OCKHAM_FAR_BLOCKS:-30} distance=${OCKHAM_FAR_DISTANCE:-20000}

# make FILE BROKEN: prints it. Numbers come from a linear congruential generator (Park and Miller); what breaks a
# file has one of its own, so that nothing else differs.
make() {
    awk -v file="$1" -v broken="$2" -v blocks="$blocks" -v distance="$distance" '
        function next_of(k, n) { seed[k] = seed[k] * 16807 % 2147483647; return int(seed[k] / 2147483647 * n) }
        function digits(n,   s) { s = ""; while (n-- > 0) s = s next_of(0, 10); return s }
        function letters(n, from, of, k,   s) {
            s = ""
            while (n-- > 0) s = s substr("abcdefghijklmnopqrstuvwxyz", from + next_of(k, of), 1)
            return s
        }
        BEGIN {
            ORS = ""; seed[0] = 1; seed[1] = 2
            for (b = 0; b < blocks; b++) {
                if (file == "recall") {
                    first = letters(60, 1, 26, 0); other = letters(60, 1, 26, 1)
                    print first digits(distance) (broken ? other : first) digits(400)
                    continue
                }
                mood = next_of(0, 4)
                print letters(2000, 1 + 5 * mood, 5, 0) digits(distance)
                for (q = 0; q < 20; q++) {
                    other = next_of(1, 4)
                    print digits(400) "?" substr("WXYZ", 1 + (broken ? other : mood), 1)
                }
            }
        }'
}

options() {
    case $1 in
    full) echo "-1" ;;
    order*) echo "--set network=0 --set orders=${1#order} --set sets=1 --set estimations=0" ;;
    *) echo "--set mixing=0 --set order_max=3 --set features=0 --set layer=${1%:*} --set width=${1#*:}" ;;
    esac
}

# spend FILE MODEL: compresses it to $work/packed; prints the user time.
spend() {
    (
        # shellcheck disable=SC2046,SC2086
        "$ockham" compress -q -f -T 1 --lanes 1 --set repeats=0 --set light_after=0 --set sleep_below=0 \
            $(options "$2") ${OCKHAM_WITH:-} "$1" -o "$work/packed"
        times
    ) | awk 'END { split($1, t, /[ms]/); printf "%.1f", 60 * t[1] + t[2] }'
}

files=${OCKHAM_FAR_FILES:-mood recall}
for kind in $files; do
    make "$kind" 0 >"$work/$kind"
    make "$kind" 1 >"$work/$kind.broken"
done
echo file,model,bytes,broken_bytes,found_bytes,of_bytes,user_seconds
for kind in $files; do
    [ "$kind" = mood ] && of=$((blocks * 5)) || of=$((blocks * 282 / 8))
    for model in "$@"; do
        broken_seconds=$(spend "$work/$kind.broken" "$model")
        broken=$(wc -c <"$work/packed")
        seconds=$(spend "$work/$kind" "$model")
        whole=$(wc -c <"$work/packed")
        echo "$kind,$model,$whole,$broken,$((broken - whole)),$of,$(awk -v a="$seconds" -v b="$broken_seconds" 'BEGIN { printf "%.1f", a + b }')"
    done
done
