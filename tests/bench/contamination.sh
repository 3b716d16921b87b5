#!/bin/bash
# SPDX-License-Identifier: MIT
# What contamination scores are worth: a corpus of 4 MB, 400 items of 60 to 400 bytes, half of them from the corpus in
# six disguises, half from what of the same source is not in it (contamination.py). Prints for each disguise the
# area under the ROC curve and the recall at 1 % false positives: of `ockham score`, with and without --fold, and of
# filters by 13 and by 8 equal words in a row; then the times.
# Usage: bash tests/bench/contamination.sh SOURCE [OCKHAM [SEED [CORPUS_BYTES [ITEMS]]]]
#        SOURCE: text, twice as long as the corpus or so, as Silesia's dickens; T: threads (default 1)
set -eu

source=$1
ockham=${2:-build/release/ockham}
maker=$(dirname "$0")/contamination.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 "$maker" make "$source" "$work" "${3:-1}" "${4:-4000000}" "${5:-400}"
for words in 13 8; do
    echo "filter by $words words"
    python3 "$maker" filter "$work" $words >"$work/scores"
    python3 "$maker" rate "$work" "$work/scores"
done
for fold in --fold ''; do
    echo "ockham score $fold"
    # shellcheck disable=SC2086
    ( time -p "$ockham" score -T "${T:-1}" $fold --json --field text --given "$work/corpus.txt" \
        "$work/items.jsonl" >"$work/lines" ) 2>"$work/times"
    sed 's/.*"item":\([0-9]*\),.*"evidence_bits":\([0-9.e+-]*\),.*/{"item": \1, "score": \2}/' "$work/lines" >"$work/scores"
    python3 "$maker" rate "$work" "$work/scores"
    grep -v '^$' "$work/times"
done
