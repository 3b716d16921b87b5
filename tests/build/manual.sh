#!/bin/bash
# SPDX-License-Identifier: MIT
# Checks the manual pages: groff and man format them without a warning, each has a name that whatis can index, examples,
# and references to pages that exist; no page names an option that ockham(1) does not have. Then plants errors in
# copies of them: each must be found.
# Usage: bash tests/build/manual.sh PAGES
#        PAGES: the directory with the pages, as the build makes them
# Exit code 77: neither groff nor man is installed
set -euo pipefail

pages=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8
names="ockham.1 ockham-audit.1 ockham-mdl.1 ockham.5"

if ! command -v groff >/dev/null && ! command -v man >/dev/null; then
    echo "SKIPPED: neither groff nor man is installed" >&2
    exit 77
fi

# warnings PAGE: what the formatters say of it.
warnings() {
    if command -v groff >/dev/null; then groff -ww -man -Tutf8 -z "$1" 2>&1; fi
    if command -v man >/dev/null; then { MANWIDTH=80 man --warnings=w -E UTF-8 -l -Tutf8 "$1" >/dev/null; } 2>&1; fi
    if command -v lexgrog >/dev/null; then lexgrog "$1" 2>&1 | grep -v ': "ockham[a-z-]* - .*"$' || true; fi
}

options_of() { sed 's/\\-/-/g' "$1" | grep -oE -e '(^|[^a-z-])--[a-z][a-z-]*' | grep -oE -e '--.*' | sort -u; }

# check DIRECTORY PAGE...: prints what is wrong with these pages in it.
check() {
    local name reference directory=$1
    shift
    options_of "$pages/ockham.1" >"$work/known"
    for name; do
        warnings "$directory/$name" | sed "s/^/$name: /"
        grep -q '^\.SH EXAMPLES' "$directory/$name" || echo "$name: has no examples"
        options_of "$directory/$name" | comm -23 - "$work/known" | sed "s/^/$name: unknown option /"
        # Pages of other programs may not be installed here.
        sed -n 's/\\-/-/g; s/^\.BR \(ockham[a-z-]*\) (\([15]\)).*/\1.\2/p' "$directory/$name" | sort -u |
            while read -r reference; do
                [ -s "$directory/$reference" ] || echo "$name: refers to $reference, which does not exist"
            done
    done
}

# plant NAME SED_COMMAND: must be found in copies of the pages of which one was changed so.
plant() {
    rm -rf "$work/copy"
    mkdir "$work/copy"
    for name in $names; do cp "$pages/$name" "$work/copy"; done
    sed -i "$2" "$work/copy/$1"
    if cmp -s "$pages/$1" "$work/copy/$1"; then
        echo "manual: '$2' changes nothing in $1" >&2
        exit 1
    fi
    if [ -z "$(check "$work/copy" "$1")" ]; then
        echo "manual: '$2' in $1 was not found" >&2
        exit 1
    fi
}

# shellcheck disable=SC2086 # a list of words
check "$pages" $names >"$work/found"
if [ -s "$work/found" ]; then
    cat "$work/found" >&2
    exit 1
fi
plant ockham.1 's/^\.SH OPTIONS/.SX OPTIONS/'
plant ockham-audit.1 's/^\.SH EXAMPLES/.SH SAMPLES/'
plant ockham-mdl.1 's/^\.BR ockham-audit (1)/.BR ockham-nothing (1)/; s/^\.BR ockham\\-audit (1)/.BR ockham\\-nothing (1)/'
plant ockham.5 's/\\-\\-set/\\-\\-planted/'
plant ockham.5 's/\\fB+\\fR/\\*[planted]/'
echo "manual: four pages without a warning; every planted error was found"
