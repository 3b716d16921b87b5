#!/bin/sh
# SPDX-License-Identifier: MIT
# What a test program says of cases that pass, fail and are skipped: its exit codes are all that ctest sees.
# Usage: sh tests/build/run_cases.sh SPECIMEN_CASES
set -eu

specimen=$1

# expect CODE TEXT ARGUMENT...: the exit code, and a line that begins with the text.
expect() {
    code=0 wanted=$1 text=$2
    shift 2
    said=$("$specimen" "$@" 2>&1) || code=$?
    if [ "$code" -ne "$wanted" ] || ! echo "$said" | grep -q "^$text"; then
        echo "run_cases: $*: exit code $code, expected $wanted and \"$text\":" >&2
        echo "$said" >&2
        exit 1
    fi
}

names="passes fails is_skipped is_skipped_silently is_skipped_for_nothing leaves_out"
if [ "$("$specimen" --list | tr '\n' ' ')" != "$names " ]; then
    echo "run_cases: --list is not: $names" >&2
    exit 1
fi
expect 0 "torn down" --only passes
expect 1 "torn down" --only fails
expect 77 "SKIPPED: a reason" --only is_skipped
expect 1 "is_skipped_silently: was skipped without a reason" --only is_skipped_silently
expect 1 "is_skipped_for_nothing: was skipped without a reason" --only is_skipped_for_nothing
expect 0 "SKIPPED: 2 of its parts" --only leaves_out
expect 1 "" --only passes broken
expect 1 "" broken
expect 1 "torn down"
expect 2 "pass: no such case" --only pass
expect 2 "usage" --only
expect 2 "usage" --onyl passes
