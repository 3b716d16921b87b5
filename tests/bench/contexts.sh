#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which contexts a kind of data needs: begins with a list of them, and drops the least worthy again and again,
# as bench_contexts scores them on samples. Prints the list, the most worthy first: a level uses the first so
# many (src/contexts/lists.c). Sizes of the samples at each length go to standard error.
# Usage: bash tests/bench/contexts.sh LIST LEAST KEEP [WEIGHT:]SAMPLE...
#   LIST    a file of names to begin with, or "all"
#   LEAST   how many are left in the end
#   KEEP    names that are never dropped, in one word with commas, or "-"
#   SAMPLE  a file, some 100 KB; its loss counts WEIGHT times (default 1)
# The list of text was made with orders 1 to 6, the word and the word with the one before kept, samples of
# English (encyclopedia with markup, novel), German, Russian, Japanese, XML, C and Python, a log, and tables;
# that of other data with machine code, a database, a mesh, floats, a photograph and sound. A run takes hours of
# one core from all rows, minutes from 64.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bench=$root/build/release/tests/bench_contexts
(($# >= 4)) || { sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2; exit 1; }
[[ -x $bench ]] || { echo "contexts.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
least=$2 keep=,$3,
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ $1 == all ]]; then
    sed -n 's/^    ROW(\([a-z0-9_]*\),.*/\1/p' "$root/src/contexts/rows.h" >"$work/list"
else
    tr ' ' '\n' <"$1" | sed '/^$/d' >"$work/list"
fi
shift 3
: >"$work/dropped"

# More inputs learn at a lower rate.
rate() {
    awk -v n="$1" 'BEGIN { print n < 40 ? 0.006 : 0.006 * (40 / n) ^ 0.6 }'
}

while count=$(wc -l <"$work/list"); ((count > least)); do
    # shellcheck disable=SC2016 # the words of the shell that xargs starts
    for sample in "$@"; do
        weight=1 path=$sample
        [[ $sample == *:* ]] && weight=${sample%%:*} path=${sample#*:}
        echo "$weight $path"
    done | xargs -P "$(nproc)" -L 1 bash -c \
        '"$0" --set mix_rate="$3" "$1" 0 "$5" | sed "s/\$/ $4/" >"$2/$(basename "$5").loss"' \
        "$bench" "$work/list" "$work" "$(rate "$count")"
    { echo -n "$count:"; sed -n 's/^size \([^ ]*\) \([0-9]*\).*/ \1 \2/p' "$work"/*.loss | tr -d '\n'; echo; } >&2
    drop=$((count / 12 > 0 ? count / 12 : 1))
    ((count - drop >= least)) || drop=$((count - least))
    cat "$work"/*.loss | awk -v keep="$keep" \
        '$1 == "context" && !index(keep, "," $2 ",") { loss[$2] += $4 * $3 }
         END { for (name in loss) print loss[name], name }' | sort -n | sed -n "1,${drop}s/.* //p" >"$work/worst"
    [[ -s $work/worst ]] || break
    cat "$work/worst" >>"$work/dropped"
    grep -vxF -f "$work/worst" "$work/list" >"$work/rest"
    mv "$work/rest" "$work/list"
done
cat "$work/list"
tac "$work/dropped"
