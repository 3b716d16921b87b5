#!/bin/sh
# SPDX-License-Identifier: MIT
# The times of tests, for CMake to begin the longest first: of the last run of jobs/check.sh, the longest of
# all its builds, those of a second or more.
# Usage: sh tests/build/costs.sh [RESULTS] >tests/costs.txt
set -eu

awk '
    $1 == "passed" && $2 > most[$3] { most[$3] = $2 }
    END { for (name in most) if (most[name] >= 1) printf "%d %s\n", most[name], name }' \
    "${1:-$(dirname "$0")/../../build/check.results}" | sort -k 1,1nr -k 2
