# SPDX-License-Identifier: MIT
# many.sh - sourced by run.sh: faults by the hundred thousand, by seed (many.c).
# shellcheck shell=sh disable=SC2154

# A row for each kind, and the last one for all.
fault_many() {
    many=$(dirname "$alone")/tests/many_faults
    if [ ! -x "$many" ]; then
        skip "faults by seed" "no $many: it is built without MPI and sanitizers"
        return
    fi
    enter
    "$many" --seed "$seed" --jobs "$(nproc)" "$scratch/many" "$many_count" "$here/../data/alice29.txt" \
        >"$scratch/out" 2>"$scratch/err" || wrong "many_faults"
    while IFS= read -r line; do
        text=${line#many: }
        case $text in
        *" faults injected, "*)
            total=${text%% *}
            row "all of these by seed ($seed, each replayable by its number)" "$total" \
                "$(judged "${text#*injected, }: 0 silent")"
            ;;
        *)
            result=${text##*; }
            text=${text%; *}
            row "${text%: *}" "${text##*: }" "$result"
            ;;
        esac
    done <"$scratch/out"
    injected=$((injected + total))
}
