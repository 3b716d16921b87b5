#!/bin/sh
# SPDX-License-Identifier: MIT
# Times of a tree of many small files: compressing and restoring it, beside a copy with all of it flushed.
# Usage: sh tests/bench/trees.sh PROGRAM [FILES [BYTES_OF_EACH [FOLDER]]]      10000 files of 12 bytes in $TMPDIR
# FOLDER decides the disk: what is measured is above all how it flushes.
set -eu

[ $# -ge 1 ] && [ -x "$1" ] || {
    sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
    exit 1
}
program=$(realpath "$1") files=${2:-10000} bytes=${3:-12}
scratch=$(mktemp -d "${4:-${TMPDIR:-/tmp}}/ockham-trees.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

now() {
    date +%s.%N
}

# timed WHAT COMMAND...: a row.
timed() {
    what=$1
    shift
    sync -f .
    begin=$(now)
    "$@"
    awk -v what="$what" -v begin="$begin" -v end="$(now)" -v files="$files" \
        'BEGIN { printf "%-38s %8.2f s %8.1f us a file\n", what, end - begin, 1e6 * (end - begin) / files }'
}

copy() {
    cp -r t copy
    sync -f copy
}

# Half of them in one folder, half in folders of a hundred.
awk -v files="$files" -v bytes="$bytes" 'BEGIN {
    for (i = 0; i < files; i++) {
        folder = i % 2 ? "t" : sprintf("t/%d", i / 200)
        if (!(folder in made)) { system("mkdir -p " folder); made[folder] = 1 }
        file = folder "/f" i
        text = sprintf("%d", i * 7919)
        while (length(text) < bytes) text = text " " text
        printf "%s", substr(text, 1, bytes) >file
        close(file)
    }
}'
echo "$files files of $bytes bytes on $(stat -f -c %T .), Linux $(uname -r)"
timed "copy (cp -r, then sync -f)" copy
timed "compress -1" "$program" compress -q -1 t
timed "restore" "$program" decompress -q t.ock -o out
timed "decode alone (test)" "$program" test -q t.ock
diff -r t out
