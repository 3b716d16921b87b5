#!/bin/sh
# SPDX-License-Identifier: MIT
# Injects faults into the program and says what came of them, one row of a table for each.
#
# Usage: sh tests/faults/run.sh [--stride N] [--sample] [--long] [--seed N] [--readme] PROGRAM PROGRAM_WITHOUT_MPI
#            [FAULT...]
#   --stride N  every Nth place of a fault instead of all, in runs with checkpoints
#   --sample    every 50th place everywhere, and only the faults of one process
#   --long      130,000 faults by seed instead of 4,000
#   --seed N    of those; 1 without it
#   --readme    puts the table into tests/README.md
# The second program is the serial build: where every system call is hit in turn, those of the MPI
# library would only be in the way. Exit code 0: no fault had a result that it must not have; 77: what
# the injection needs is not here.
# What the parts that are sourced use looks unused here.
# shellcheck disable=SC2034
set -u

stride=1 kept_stride=1 sample='' readme='' many_count=4000 seed=1 injected=0 here=$(cd "$(dirname "$0")" && pwd)
while :; do
    case ${1:-} in
    --stride) kept_stride=$2 && shift ;;
    --sample) stride=50 kept_stride=50 sample=yes ;;
    --long) many_count=130000 ;;
    --seed) seed=$2 && shift ;;
    --readme) readme=yes ;;
    *) break ;;
    esac
    shift
done
if [ $# -lt 2 ] || [ ! -x "$1" ] || [ ! -x "$2" ]; then
    sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
    exit 1
fi
program=$(realpath "$1") alone=$(realpath "$2")
shift 2
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ockham-faults.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
table=$scratch/table failures=0
model="-1 -q --set table_bits=10 --set match_bits=10 --set contexts=2 --lanes 2 --set step=16"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun="mpirun --oversubscribe --bind-to none -n"

# row FAULT TIMES RESULT: a line of the table.
row() {
    echo "| $1 | $2 | $3 |" >>"$table"
    echo "faults: $1; $2: $3"
}

skip() {
    echo "faults: SKIPPED: $1: $2" >&2
    row "$1" 0 "skipped: $2"
}

# wrong WHAT: a result that may not be. The row of the fault counts them.
wrong() {
    bad=$((bad + 1)) failures=$((failures + 1))
    echo "faults: WRONG: $*" >&2
    if [ -s "$scratch/err" ]; then head -n 3 "$scratch/err" >&2; fi
}

hits() {
    if [ "$places" -lt "$possible" ]; then echo "$places of $possible"; else echo "$places"; fi
}

# judged GOOD_RESULT: it, unless something was wrong.
judged() {
    if [ "$bad" -gt 0 ]; then echo "**$bad WRONG**; $1"; else echo "$1"; fi
}

enter() {
    rm -rf "$scratch/work"
    mkdir "$scratch/work"
    cd "$scratch/work" || exit 1
    bad=0 places=0 possible=0 old=0 new=0
}

# text BYTES FILE SKIP: reproducible and compressible.
text() {
    tail -c +"$3" "$here/../data/alice29.txt" | head -c "$1" >"$2"
}

for part in calls targets ranks cases many; do
    # shellcheck source=/dev/null
    . "$here/$part.sh"
done

# ---- the table ----

one_process="kill_calls eio enospc folder_flush memory reads verify symlink read_only two_writers"
several="random_kills other_ranks bits nan stopped_rank lost_rank cut_link power many"

put_into_readme() {
    awk -v table="$table" '
        /^<!-- faults: end/ { inside = 0 }
        !inside { print }
        /^<!-- faults: begin/ {
            inside = 1
            print "\n| fault | times | what happened |\n| --- | --- | --- |"
            while ((getline line <table) > 0) print line
            print ""
        }' "$here/../README.md" >"$scratch/readme" && cat "$scratch/readme" >"$here/../README.md"
}

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2086
    set -- $one_process
    # shellcheck disable=SC2086
    [ -n "$sample" ] || set -- "$@" $several
fi
: >"$table"
for fault in "$@"; do
    "fault_$fault" || exit 1
done
[ -z "$readme" ] || put_into_readme
if ! strace -qq -o /dev/null true 2>/dev/null && [ -n "$sample" ]; then exit 77; fi
echo "faults: $(wc -l <"$table") rows, $injected faults by seed $seed, $failures wrong"
[ "$failures" -eq 0 ]
