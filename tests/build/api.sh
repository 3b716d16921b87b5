#!/bin/sh
# SPDX-License-Identifier: MIT
# Doxygen makes pages of the public headers, without warnings: every function, argument, result and field is described.
# Usage: sh tests/build/api.sh DIRECTORY  where the pages go; exit code 1, and the warnings, when there are any; 77 without
#                                         doxygen
#        sh tests/build/api.sh --control  a function and an argument without a word must be found
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v doxygen >/dev/null; then
    echo "SKIPPED: no doxygen here"
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
OCKHAM_API_VERSION=$(sed -n 's/^project(ockham VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
export OCKHAM_API_VERSION OCKHAM_API_PAGES

# warnings DIRECTORY: of the headers and the Doxyfile there.
warnings() (
    cd "$1"
    { doxygen 2>&1 || echo "doxygen failed"; } | tee "$scratch/log"
)

if [ "$1" = --control ]; then
    OCKHAM_API_PAGES=$scratch/pages
    cp "$root/src/lib/Doxyfile" "$root"/src/lib/ockham*.h "$scratch"
    printf 'int ockham_bare(void);\n/** Adds. @return the sum */\nint ockham_argument(int number);\n' >>"$scratch/ockham.h"
    found=$(warnings "$scratch")
    for name in ockham_bare ockham_argument; do
        echo "$found" | grep "$name" || {
            echo "api: $name was not found" >&2
            exit 1
        }
    done
    exit 0
fi
mkdir -p "$1"
OCKHAM_API_PAGES=$(cd "$1" && pwd)
warnings "$root/src/lib"
[ ! -s "$scratch/log" ] && [ -s "$OCKHAM_API_PAGES/html/ockham_8h.html" ] && echo "api: the pages are in $OCKHAM_API_PAGES/html"
