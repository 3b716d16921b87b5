#!/bin/sh
# SPDX-License-Identifier: MIT
# Lines of src, io and mpi that the tests run, by directory and in all.
# Usage: sh jobs/coverage.sh [TESTS]     TESTS: which, as an extended regular expression (default: those of units, ranks
#                                        and program, in a build that is slower than the others)
#   LEAST=N   lines of a hundred that must have run (default 90)
#   JOBS=N    builds and tests side by side (default: one for each core)
# build/coverage/lines.txt gets the lines that did not run. Exit code 1: fewer did than must have; 77: there is no gcovr.
# Tests that fail are named, and what they ran counts: it is not this script that judges them.
# A process that ends by _exit, MPI_Abort or a signal of its own writes its counts (tests/coverage); one that is killed does not.
set -eu

cd "$(dirname "$0")/.."
tests=${1:-'^(unit|mpi|program)\.'} least=${LEAST:-90} jobs=${JOBS:-$(nproc)}
if ! command -v gcovr >/dev/null; then
    echo "SKIPPED: no gcovr here (sh jobs/setup.sh gcovr installs it)" >&2
    exit 77
fi
mkdir -p build
echo "coverage: building"
{ cmake --preset coverage && cmake --build --preset coverage --parallel "$jobs"; } >build/coverage.log 2>&1 || {
    tail -n 60 build/coverage.log >&2
    exit 1
}
find build/coverage -name '*.gcda' -delete
ctest --preset coverage --parallel "$jobs" --tests-regex "$tests" --no-tests=error >build/coverage/tests.log 2>&1 ||
    sed -n '/The following tests FAILED/,$p' build/coverage/tests.log >&2

# Kernels of other processors, and what the build makes, are no part of it.
gcovr --root . --filter 'src/' --filter 'io/' --filter 'mpi/' --gcov-ignore-parse-errors \
    --txt build/coverage/lines.txt --csv build/coverage/lines.csv build/coverage
awk -F, -v least="$least" '
    NR > 1 {
        directory = $1
        sub(/\/[^\/]*$/, "", directory)
        all[directory] += $2
        run[directory] += $3
    }
    END {
        for (directory in all) {
            printf "%-16s %6d of %6d lines  %5.1f %%\n", directory, run[directory], all[directory], 100 * run[directory] / all[directory] | "sort"
            lines += all[directory]
            ran += run[directory]
        }
        close("sort")
        if (!lines) { print "coverage: nothing was counted"; exit 1 }
        printf "coverage: %d of %d lines, %.1f %% (at least %s wanted)\n", ran, lines, 100 * ran / lines, least
        exit 100 * ran < least * lines
    }' build/coverage/lines.csv
