#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures what src/forecast/speed.c is fitted to: slices of one text, compressed and restored at several
# levels, with several numbers of lanes, threads and ranks. Of all rounds the shortest time counts; after
# each round the results are written anew.
# Usage: sh tests/bench/speed.sh FILE RESULTS.csv [MACHINE [ROUNDS]]
#   FILE     text of 1 MB at least
#   MACHINE  a word for the first column (default: here)
#   ROUNDS   default 3; a round takes some ten minutes
# Then: build/release/tests/fit_speed RESULTS.csv
# Times are the log's. Of one rank with one thread it is the CPU time, where that is less: other programs
# disturb it least. A run of more that got less than nine tenths of its cores is left out: they were busy, or
# threads that did not pay were let rest.
set -eu

if [ $# -lt 2 ]; then
    sed -n '5,9s/^# //p' "$0" >&2
    exit 1
fi
file=$(realpath "$1") results=$(realpath "$2") machine=${3:-here} rounds=${4:-3}
ockham=${OCKHAM:-$(cd "$(dirname "$0")/../.." && pwd)/build/release/ockham}
[ -x "$ockham" ] || { echo "speed.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# KB, level, lanes, step (0: by the length), and the pairs RANKSxTHREADS.
runs=${OCKHAM_RUNS:-'
100 1 1 0 1x1 1x2
100 1 4 0 1x1 1x2 2x1
100 1 16 0 1x1 1x2 2x1
100 2 8 0 1x1 1x2 2x1
50 3 8 0 1x1 1x2 2x1
50 5 1 0 1x1 1x2
50 5 4 0 1x1 1x2 2x1
50 5 4 128 1x1 2x1
50 5 16 0 1x1 1x2 2x1
50 7 4 0 1x1 1x2 2x1
25 9 2 0 1x1 1x2 2x1
400 1 1 0 1x1
400 1 4 0 1x1
400 1 16 0 1x1
1000 1 2 0 1x1
400 2 1 0 1x1
200 3 1 0 1x1
400 5 1 0 1x1
200 5 16 0 1x1
100 7 1 0 1x1
100 7 4 0 1x1
100 9 1 0 1x1
50 9 2 0 1x1
'}

# spend DIRECTION COMMAND...: runs it, and notes its time with the parameters in $run.
spend() {
    direction=$1
    shift
    /usr/bin/time -f '%U %S' -o "$work/cpu" "$@"
    sed -n 's/.*"event":"end".*"seconds":\([0-9.]*\).*/\1/p' "$work/log" >"$work/wall"
    paste -d ' ' "$work/wall" "$work/cpu" | awk -v OFS=, -v run="$machine,$direction,$run" -v cores="$cores" '
        cores == 1 { print run, $2 + $3 < $1 ? $2 + $3 : $1 }
        cores > 1 && $2 + $3 > 0.9 * cores * $1 { print run, $1 }' >>"$work/all"
    rm -f "$work/log"
}

# measure KB LEVEL LANES STEP RANKSxTHREADS
measure() {
    ranks=${5%x*} threads=${5#*x} launcher='' cores=$((${5%x*} * ${5#*x}))
    [ "$ranks" = 1 ] || launcher="mpirun -n $ranks --oversubscribe --bind-to none"
    run=$2,$(($1 * 1000)),$3,$4,$ranks,$threads
    head -c "$(($1 * 1000))" "$file" >"$work/in"
    # shellcheck disable=SC2086 # a launcher is several words
    spend compress $launcher "$ockham" compress -q -f "-$2" --lanes "$3" --set "step=$4" -T "$threads" \
        --log "$work/log" "$work/in" -o "$work/packed"
    # shellcheck disable=SC2086
    spend restore $launcher "$ockham" decompress -q -f -T "$threads" --log "$work/log" "$work/packed" -o "$work/out"
    cmp "$work/in" "$work/out"
}

write_results() {
    echo machine,direction,level,bytes,lanes,step,ranks,threads,seconds
    awk -F, '{
        key = $0
        sub(/,[^,]*$/, "", key)
        if (!(key in least)) order[++count] = key
        if (!(key in least) || $NF < least[key]) least[key] = $NF
    }
    END { for (i = 1; i <= count; i++) printf "%s,%.3f\n", order[i], least[order[i]] }' "$work/all"
}

for round in $(seq "$rounds"); do
    echo "$runs" | while read -r kb level lanes step pairs; do
        for pair in $pairs; do
            measure "$kb" "$level" "$lanes" "$step" "$pair" </dev/null
        done
    done
    write_results >"$results.part"
    mv "$results.part" "$results"
    echo "speed.sh: round $round of $rounds" >&2
done
