#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source names its licence in its first line, or behind #! in its second.
# Usage: sh tests/build/spdx.sh            exit code 1, and the name of each that doesn't
#        sh tests/build/spdx.sh --add      puts the line there
#        sh tests/build/spdx.sh --control  takes it from copies of several, or alters it: all must be found
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
text="SPDX-License-Identifier: $(sed -n '1s/ License$//p' "$root/LICENSE")"

# without TREE: the sources there that lack the line.
# shellcheck disable=SC2016 # awk's own
without() (
    cd "$1"
    find CMakeLists.txt src io mpi tests jobs -type f \( -name '*.[ch]' -o -name '*.inc' -o -name '*.h.in' \
        -o -name '*.sh' -o -name '*.sbatch' -o -name '*.py' -o -name '*.awk' -o -name '*.gp' -o -name '*.cmake' \
        -o -name CMakeLists.txt \) | sort | xargs awk -v text="$text" '
        FNR == 1 { behind = /^#!/ }
        FNR == 1 + behind && $0 != (FILENAME ~ /\.(c|h|inc|in)$/ ? "/* " text " */" : "# " text) { print FILENAME }'
)

add() {
    without "$root" | while read -r file; do
        case $file in
        *.c | *.h | *.inc | *.in) line="/* $text */" ;;
        *) line="# $text" ;;
        esac
        if [ "$(head -c 2 "$root/$file")" = '#!' ]; then place='1a'; else place='1i'; fi
        sed -i "$place\\$line" "$root/$file"
    done
}

control() {
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    cp -R "$root/CMakeLists.txt" "$root/src" "$root/io" "$root/mpi" "$root/tests" "$root/jobs" "$copy"
    sed -i 1d "$copy/src/cli/main.c"
    sed -i '1s/MIT/BSD/' "$copy/io/file/input.h"
    sed -i 1d "$copy/CMakeLists.txt"
    sed -i 2d "$copy/tests/build/spdx.sh"
    [ "$(without "$copy" | paste -sd ' ')" = "CMakeLists.txt io/file/input.h src/cli/main.c tests/build/spdx.sh" ] ||
        { echo "spdx: what was planted was not found" >&2 && exit 1; }
    echo "spdx: every planted breach was found"
}

case ${1:-} in
--add) add ;;
--control) control ;;
*)
    missing=$(without "$root")
    [ -z "$missing" ] || { printf 'spdx: no "%s":\n%s\n' "$text" "$missing" >&2 && exit 1; }
    ;;
esac
