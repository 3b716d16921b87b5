#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzes the readers of files for a while, one after the other, each with its share of the time; `ranks` (by name only)
# is what three ranks make of them. Findings and corpora lie in build/fuzz/found and build/fuzz/corpus; a finding is to be
# fixed and kept as a case of tests/unit that generates it.
# Usage: sh tests/fuzz/run.sh [SECONDS] [NAME...]   (default: 600 seconds, all)
set -eu

seconds=${1:-600}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- container checkpoint pack config tree manifest repeats transforms layouts
cd "$(dirname "$0")/../.."
if ! command -v clang >/dev/null; then
    echo "fuzz: SKIPPED: no clang here (sh jobs/setup.sh clang installs it)" >&2
    exit 0
fi

# build PRESET [OPTION...]
build() {
    cmake --preset "$1" >/dev/null
    cmake --build --preset "$@" --parallel "$(nproc)" >/dev/null
}

# A file of a very small model, and a checkpoint of each direction. Leaks are those of the MPI library.
make_files() {
    export ASAN_OPTIONS=detect_leaks=0
    rm -rf made && mkdir made
    head -c 160 ../../tests/data/alice29.txt >made/in
    kept="-q --checkpoint made/D --checkpoint-every 3 --keep-checkpoints"
    # shellcheck disable=SC2086
    ../fuzz-ranks/ockham compress $kept --lanes 4 --shards 3 --set step=8 --set mark_steps=2 --set width=32 \
        --set order_max=3 --set features=0 --set layers=1 --set ngram_bits=4 --set table_bits=4 --set match_bits=4 \
        --set contexts=4 --set sets=1 --set estimations=0 made/in -o made/ock
    mv made/D/0000000001.ockc made/encoding && rm -rf made/D
    # shellcheck disable=SC2086
    ../fuzz-ranks/ockham decompress $kept made/ock -o made/out
    mv made/D/0000000001.ockc made/decoding
}

[ "$*" = ranks ] || build fuzz
case " $* " in *" ranks "*) build fuzz-ranks --target fuzz_ranks ockham ;; esac
mkdir -p build/fuzz/found && cd build/fuzz
[ "$*" = ranks ] || tests/fuzz/fuzz_seeds seeds
for name in "$@"; do
    mkdir -p "corpus/$name" "seeds/$name"
    echo "fuzz: $name for $((seconds / $#)) seconds"
    start="tests/fuzz/fuzz_$name" longest=8192
    if [ "$name" = ranks ]; then
        (make_files)
        start="env ASAN_OPTIONS=detect_leaks=0 mpirun --oversubscribe --bind-to none -n 3 ../fuzz-ranks/tests/fuzz/fuzz_ranks made/ock made/encoding made/decoding"
        longest=64
    fi
    # shellcheck disable=SC2086
    nice -n 19 $start -max_total_time=$((seconds / $#)) -max_len=$longest -timeout=60 \
        -print_final_stats=1 -artifact_prefix="found/$name-" "corpus/$name" "seeds/$name" \
        >"found/$name.log" 2>&1 || {
        tail -n 40 "found/$name.log" >&2
        exit 1
    }
    grep -E 'number_of_executed_units|DONE' "found/$name.log"
done
