#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs a build into an empty prefix, moves it, and uses what is there as others would: the program, the
# examples by pkg-config, CMake, MPI and Python, the batch scripts.
# Usage: bash tests/program/install.sh BUILD CC MPIEXEC-WITH-OPTIONS...     (no MPIEXEC: a build without MPI)
#   OCKHAM_MPI_COMPILER   the wrapper of the MPI that the build is on, where that is not the usual one
# exit code 77: something could not be tried here
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1 cc=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
skipped=

say() { echo "install: $*"; }
fail() {
    say "$*" >&2
    exit 1
}

# Somewhere else than it was installed to: nothing knows its place.
cmake --install "$build" --prefix "$scratch/first" >/dev/null
mv "$scratch/first" "$scratch/prefix"
prefix=$scratch/prefix
libraries=$(dirname "$(find "$prefix" -name libockham.so)")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries PATH=$prefix/bin:$PATH
examples=$(cd "$(dirname "$(find "$prefix" -name library.c)")" && pwd)
if grep -rlF -e "$build" -e "$root" "$prefix"; then fail "these name the build's directories"; fi
for name in bin/ockham include/ockham.h share/man/man1/ockham.1 share/man/man1/ockham-audit.1 \
    share/man/man1/ockham-mdl.1 share/man/man5/ockham.5 share/ockham/jobs/batch.sh share/doc/ockham/LICENSE \
    share/bash-completion/completions/ockham share/zsh/site-functions/_ockham share/fish/vendor_completions.d/ockham.fish; do
    [ -s "$prefix/$name" ] || fail "no $name"
done

cd "$scratch"
head -c 5000 "$root/tests/data/alice29.txt" >text
ockham compress -q -1 text
ockham decompress -q text.ock -o back
cmp text back
say "the program works"

# shellcheck disable=SC2046 # words
"$cc" -Wall -Wextra -Werror -pedantic -std=c11 "$examples/library.c" $(pkg-config --cflags --libs ockham) -o by_pkg_config
./by_pkg_config | grep restored
printf '#include <ockham.h>\nint main() { return ockham_contract() < 1; }\n' >header.cc
if command -v c++ >/dev/null; then
    # shellcheck disable=SC2046 # words
    c++ -Wall -Werror header.cc $(pkg-config --cflags --libs ockham) -o header && ./header
fi

cmake -S "$examples" -B by_cmake -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" \
    ${OCKHAM_MPI_COMPILER:+"-DMPI_C_COMPILER=$OCKHAM_MPI_COMPILER"} >cmake.log || fail "$(cat cmake.log)"
cmake --build by_cmake >cmake.log || fail "$(cat cmake.log)"
by_cmake/library | grep restored
env -u LD_LIBRARY_PATH by_cmake/library_static | grep restored

if [ $# -gt 0 ]; then
    "$@" 2 by_cmake/library_mpi text together.ock
    cmp <(ockham compress -q text -c) together.ock
    say "two ranks wrote what the program writes"
fi

python=
for candidate in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$candidate" -c 'import h5py' 2>/dev/null; then python=$candidate; fi
done
if [ -n "$python" ]; then
    "$python" "$examples/read_container.py" text.ock | grep "level=1"
else
    skipped="no Python with h5py"
fi
if command -v python3 >/dev/null; then
    python3 "$examples/library.py" "$libraries/libockham.so.0" | grep "refused: the compressed data"
else
    skipped="no Python"
fi

# The batch scripts find each other and the program.
# shellcheck disable=SC2016 # words of the script that it writes
printf '#!/bin/sh\n[ "$1" != --mpi=pmix ] || shift\nexec "$@"\n' >launch && chmod +x launch
OCKHAM_HOME=$prefix/share/ockham OCKHAM_LAUNCH=$scratch/launch SLURM_JOB_ID=1 SLURM_SUBMIT_DIR=. \
    bash "$prefix/share/ockham/jobs/verify.sbatch" text.ock -q
if command -v man >/dev/null; then
    MANPATH=$prefix/share/man man -w ockham ockham-audit ockham-mdl
    MANPATH=$prefix/share/man man -w 5 ockham
fi

if [ -n "$skipped" ]; then
    echo "SKIPPED: $skipped" >&2
    exit 77
fi
say "all is there and works"
