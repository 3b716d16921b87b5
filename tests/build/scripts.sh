#!/bin/sh
# SPDX-License-Identifier: MIT
# Every script passes shellcheck without findings.
# Usage: sh tests/build/scripts.sh            exit code 1 and what it found, when there is something; 77 without shellcheck
#        sh tests/build/scripts.sh --control  a script with a fault must be refused
# Left out everywhere: A && B || C (SC2015), which is meant here where it stands; a file that is read and then written to
# (SC2094), of which it takes a function for one pipeline.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v shellcheck >/dev/null; then
    echo "SKIPPED: no shellcheck here"
    exit 77
fi

check() {
    find "$@" -type f \( -name '*.sh' -o -name '*.sbatch' -o -path '*/.ci/run' \) -exec shellcheck -e SC2015,SC2094 {} +
}

if [ "${1:-}" = --control ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    printf "#!/bin/sh\nrm \$1\n" >"$scratch/planted.sh"
    if check "$scratch" | grep -q SC2086; then exit 0; fi
    echo "scripts: the planted fault was not found" >&2
    exit 1
fi
cd "$root"
check .ci jobs src tests mpi io
