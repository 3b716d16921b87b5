#!/bin/sh
# SPDX-License-Identifier: MIT
# Description length against model size: one corpus compressed by networks of increasing size, the same
# program with different numbers. Writes a table (CSV) and two plots: the description length against the number of
# parameters, and against the compute spent, both with the length of the program beside them.
# Usage: sh jobs/scaling.sh [FILE [DIRECTORY]]
#   FILE       the corpus (default: the sample in tests/data)
#   DIRECTORY  for the results (default: build/scaling)
# The network is alone (--set mixing=0), in one lane and with n-grams of orders 2 to 5, so that all sizes see the
# same. Each size is trained at the rate that suits it (jobs/README.md, "Scaling").
#   OCKHAM_SCALING     the sizes, as WIDTHxLAYERS (default: a list from 64x0 to 512x2)
#   OCKHAM_OPTIMISERS  what moves the hidden matrices: adam, muon (default: both, one after the other)
#   OCKHAM_WITH        more options of compress, such as "--set mixing=1"
set -eu

cd "$(dirname "$0")/.."
# shellcheck source=jobs/model.sh
. jobs/model.sh
file=${1:-tests/data/alice29.txt} out=${2:-build/scaling}
sizes=${OCKHAM_SCALING:-64x0 128x0 256x0 64x1 128x1 192x1 256x1 384x1 256x2 384x2 512x2}
optimisers=${OCKHAM_OPTIMISERS:-adam muon}
ockham=build/release/ockham
[ -x "$ockham" ] || { echo "scaling.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
mkdir -p "$out"
csv=$out/scaling.csv

# rates OPTIMISER WIDTH: options. The best rate falls as the width grows; orthogonalised momentum takes at most 0.002.
rates() {
    awk -v optimiser="$1" -v width="$2" 'BEGIN {
        rate = 0.256 / width
        if (optimiser == "muon" && rate > 0.002) rate = 0.002
        printf "--set optimiser=%s --set rate=%.3g --set rate_end=%.3g\n", optimiser, rate, 0.4 * rate
    }'
}

# measure OPTIMISER WIDTH LAYERS: compresses, and adds a line to the table.
measure() {
    model="--lanes 1 --set mixing=0 --set order_max=5 --set features=0 --set width=$2 --set layers=$3 $(rates "$1" "$2")"
    name=$1.$2x$3
    from=$(date +%s%N)
    # shellcheck disable=SC2086
    "$ockham" compress -q -f $model ${OCKHAM_WITH:-} "$file" -o "$out/$name.ock"
    seconds=$(awk -v ns="$(($(date +%s%N) - from))" 'BEGIN { printf "%.1f", ns / 1e9 }')
    # shellcheck disable=SC2086
    "$ockham" plan --json $model ${OCKHAM_WITH:-} "$file" >"$out/plan.json"
    "$ockham" mdl --json "$out/$name.ock" >"$out/mdl.json"
    awk -v OFS=, -v optimiser="$1" -v width="$2" -v layers="$3" -v parameters="$(field parameters "$out/plan.json")" \
        -v bytes="$(field input_bytes "$out/plan.json")" -v data="$(field data_bits "$out/mdl.json")" \
        -v program="$(field bits "$out/mdl.json")" -v seconds="$seconds" '
        BEGIN { print width, layers, parameters, sprintf("%.0f", 3 * parameters * bytes), data, program,
                      sprintf("%.4f", data / bytes), seconds, optimiser }' | tee -a "$csv"
}

echo "width,layers,parameters,multiply_adds,data_bits,program_bits,bits_per_byte,seconds,optimiser" >"$csv"
for size in $sizes; do
    for optimiser in $optimisers; do
        if [ "${size#*x}" = 0 ] && [ "$optimiser" = muon ]; then
            continue # no hidden matrices
        fi
        measure "$optimiser" "${size%x*}" "${size#*x}"
    done
done
rm -f "$out/plan.json" "$out/mdl.json"
awk -F, 'NR > 1 && (best == "" || $5 < best) { best = $5; row = $0 } END {
    split(row, f, ","); printf "the shortest: width %d, %d layers, %d parameters, %s: %.4f bits a byte\n", f[1], f[2], f[3], f[9], f[7] }' "$csv"
plot scaling "$csv"
