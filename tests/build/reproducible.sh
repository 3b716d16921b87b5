#!/bin/sh
# SPDX-License-Identifier: MIT
# Two builds of one source in two directories, at two times, are one: program and libraries, byte for byte.
# Usage: sh tests/build/reproducible.sh [CMAKE_OPTION...]     JOBS=N: side by side. Exit code 1, and a line for each file that differs
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# copy DIRECTORY: the source, before anything is built: it may be worked on meanwhile.
copy() {
    mkdir -p "$1"
    cp -R "$root/CMakeLists.txt" "$root/src" "$root/io" "$root/mpi" "$root/jobs" "$root"/*.md "$root/LICENSE" "$1"
}

# build DIRECTORY [CMAKE_OPTION...]: a build of the copy in there.
build() (
    cd "$1"
    shift
    { cmake -B made -DOCK_TESTS=OFF -DCMAKE_BUILD_TYPE=Release "$@" && cmake --build made --parallel "${JOBS:-$(nproc)}"; } >log 2>&1 ||
        { tail -n 20 log >&2; exit 1; }
)

copy "$scratch/a"
copy "$scratch/another/and/longer one"
build "$scratch/a" "$@"
build "$scratch/another/and/longer one" "$@"
bad=0
for file in ockham $(cd "$scratch/a/made" && ls lib/*.so lib/*.a); do
    cmp "$scratch/a/made/$file" "$scratch/another/and/longer one/made/$file" || bad=1
done
# Not a comparison of nothing: what a path is in differs.
if cmp -s "$scratch/a/made/CMakeCache.txt" "$scratch/another/and/longer one/made/CMakeCache.txt"; then bad=1; fi
[ $bad -eq 0 ] && echo "reproducible: program and libraries are the same"
exit $bad
