#!/bin/sh
# Fuzzes the readers of files for a while, one after the other, each with its share of the time.
# Findings and corpora lie in build/fuzz/found and build/fuzz/corpus; a finding is to be fixed and kept
# as a case of tests/unit that generates it.
# Usage: sh tests/fuzz/run.sh [SECONDS] [NAME...]   (default: 600 seconds, all)
set -eu

seconds=${1:-600}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- container checkpoint pack config tree manifest repeats transforms
cd "$(dirname "$0")/../.."
if ! command -v clang >/dev/null; then
    echo "fuzz: SKIPPED: no clang here (sh jobs/setup.sh clang installs it)" >&2
    exit 0
fi
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --parallel "$(nproc)" >/dev/null
cd build/fuzz
tests/fuzz/fuzz_seeds seeds
mkdir -p found
for name in "$@"; do
    mkdir -p "corpus/$name"
    echo "fuzz: $name for $((seconds / $#)) seconds"
    nice -n 19 tests/fuzz/"fuzz_$name" -max_total_time=$((seconds / $#)) -max_len=8192 -timeout=20 \
        -print_final_stats=1 -artifact_prefix="found/$name-" "corpus/$name" "seeds/$name" \
        >"found/$name.log" 2>&1 || {
        tail -n 40 "found/$name.log" >&2
        exit 1
    }
    grep -E 'number_of_executed_units|DONE' "found/$name.log"
done
