#!/bin/sh
# SPDX-License-Identifier: MIT
# The numbers of versions agree wherever they stand: the program's in the build, the change log, the citation and the
# packages' recipes; the contract's and the format's in their documents.
# Usage: sh tests/build/versions.sh            exit code 1, and a line for each that differs
#        sh tests/build/versions.sh --control  another number in a copy of each file must be found
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
named="CHANGELOG.md CITATION.cff jobs/packaging/spack/package.py src/numeric/NUMERICS.md io/container/FORMAT.md"

# first FILE EXPRESSION: the first number there.
first() {
    sed -n "s/$2/\1/p" "$1" | head -n 1
}

# same WHAT FILE EXPRESSION NUMBER
same() {
    found=$(first "$2" "$3")
    [ "$found" = "$4" ] || { echo "versions: $2: $1 is ${found:-missing}, not $4" && bad=1; }
}

# compare TREE
compare() (
    cd "$1"
    bad=0
    program=$(first CMakeLists.txt '^project(ockham VERSION \([0-9.]*\).*')
    contract=$(first src/plan/config.h '.*OCK_CONTRACT_VERSION = \([0-9]*\).*')
    format=$(first io/hdf5/user_block.h '.*OCK_FORMAT_CORPUS = \([0-9]*\).*')
    date=$(first CHANGELOG.md '^## [0-9.]* (\([0-9]\{4\}-[0-9][0-9]-[0-9][0-9]\))$')
    same "the program's version" CHANGELOG.md '^## \([0-9.]*\) (.*' "$program"
    same "the program's version" CITATION.cff '^version: \(.*\)' "$program"
    same "the date" CITATION.cff '^date-released: "\(.*\)"' "$date"
    same "the program's version" jobs/packaging/spack/package.py '^ *version("\([0-9.]*\)".*' "$program"
    same "the contract" src/numeric/NUMERICS.md '^# The numeric contract, version \([0-9]*\)$' "$contract"
    same "the format" io/container/FORMAT.md '.*version of the file format, 1 or \([0-9]*\) .*' "$format"
    [ -f "jobs/packaging/easybuild/Ockham-$program-gompi-2023a.eb" ] || { echo "versions: no recipe for EasyBuild" && bad=1; }
    exit $bad
)

if [ "${1:-}" = --control ]; then
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    (cd "$root" && cp -R CMakeLists.txt ./*.md CITATION.cff src io jobs "$copy")
    compare "$copy"
    for file in $named; do
        sed -i.bak 's/\(0\.1\.\|version \|1 or \)[0-9]/\19/' "$copy/$file"
        compare "$copy" | grep "$file" || {
            echo "versions: another number in $file was not found" >&2
            exit 1
        }
        mv "$copy/$file.bak" "$copy/$file"
    done
    exit 0
fi
compare "$root"
