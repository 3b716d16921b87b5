#!/bin/sh
# SPDX-License-Identifier: MIT
# Every era as a model: one corpus described by counts of n-grams of growing order, by n-gram embeddings, and by
# recurrent, LSTM, transformer and state-space layers of the same width. Writes a table (CSV) and a plot, and a second
# table, of what each finds that depends on bytes 20,000 positions back (tests/bench/far.sh).
# Usage: sh jobs/eras.sh [FILE [DIRECTORY]]
#   FILE       the corpus, of which the first 10^6 bytes are taken (default: the sample in tests/data)
#   DIRECTORY  for the results (default: build/eras)
# Counts are the mixing stage alone (--set network=0), networks are level 5's with one layer, alone (--set mixing=0): their parameters
# are the embeddings of n-grams, which all have, and the dense ones. One lane, one thread; seconds are user time of
# compressing. The last row is level 5 as it is.
#   OCKHAM_ERAS   the rows (default: all)
#   OCKHAM_FAR    the second table's rows (default: far.sh's; empty: no such table)
#   OCKHAM_WITH   more options of compress, such as "--set step=64"
set -eu

cd "$(dirname "$0")/.."
# shellcheck source=jobs/model.sh
. jobs/model.sh
file=${1:-tests/data/alice29.txt} out=${2:-build/eras}
eras=${OCKHAM_ERAS:-order1 order2 order3 order4 order6 full none recurrent lstm transformer ssm both}
ockham=build/release/ockham
[ -x "$ockham" ] || { echo "eras.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
mkdir -p "$out"
csv=$out/eras.csv corpus=$out/corpus
head -c 1000000 "$file" >"$corpus"

# options ERA: those of compress.
options() {
    case $1 in
    full) echo "--set network=0" ;;
    order*) echo "--set network=0 --set orders=${1#order} --set sets=1 --set estimations=0" ;;
    both) ;;
    recurrent) echo "--set mixing=0 --set layers=1 --set rate=0.001 --set rate_end=0.0004" ;;
    *) echo "--set mixing=0 --set layers=1 --set layer=$1" ;;
    esac
}

# seconds COMMAND...: runs it; prints the user time that it took.
seconds() {
    (
        "$@" >&2
        times
    ) | awk 'END { split($1, t, /[ms]/); printf "%.1f", 60 * t[1] + t[2] }'
}

echo "era,bits_per_byte,user_seconds,bytes,dense,embeddings" >"$csv"
for era in $eras; do
    # shellcheck disable=SC2046,SC2086
    set -- --lanes 1 -T 1 $(options "$era") ${OCKHAM_WITH:-}
    spent=$(seconds "$ockham" compress -q -f "$@" "$corpus" -o "$out/$era.ock")
    "$ockham" plan --json "$@" "$corpus" >"$out/plan.json"
    "$ockham" info --json "$out/$era.ock" >"$out/info.json"
    awk -v OFS=, -v era="$era" -v bytes="$(wc -c <"$out/$era.ock")" -v all="$(wc -c <"$corpus")" -v seconds="$spent" \
        -v dense="$(field parameters "$out/plan.json")" -v network="$(field network "$out/info.json")" \
        -v width="$(field width "$out/info.json")" -v bits="$(field ngram_bits "$out/info.json")" '
        BEGIN { print era, sprintf("%.3f", 8 * bytes / all), seconds, bytes, dense, network * width * (256 + 2 ^ bits) }' |
        tee -a "$csv"
done
rm -f "$out/plan.json" "$out/info.json" "$corpus"
plot eras "$csv"
[ -z "${OCKHAM_FAR-all}" ] || {
    # shellcheck disable=SC2086
    sh tests/bench/far.sh ${OCKHAM_FAR:-} | tee "$out/far.csv"
}
