#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs those Debian 12 packages that Ockham is built and tested with and that are missing.
# Usage: sh jobs/setup.sh [MORE_PACKAGES...]
# The tests can also use:
#   clang             its files are compared with gcc's
#   clang-format clang-tidy   check the style of all sources
#   codespell shellcheck doxygen   check the spelling, the scripts, and the documentation of the library
#   gcovr             the lines that the tests run
#   strace            system calls that fail or block
#   gnuplot-nox python3-h5py man-db chromium   plots, the example that reads a file, manual pages, the page of mdl --html
#   gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user   the bits on 64-bit ARM, emulated
#   slurm-wlm munge   run the batch scripts under a real Slurm (as root)
#   mpich libmpich-dev lintian debootstrap rpm   the tier long of jobs/check.sh: another MPI, the packages
set -eu

packages="gcc libc6-dev make cmake pkg-config libopenmpi-dev openmpi-bin libhdf5-dev hdf5-tools
libsodium-dev libjansson-dev libcmocka-dev xz-utils $*"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup: this is not Debian or Ubuntu; install the equivalents of: $packages" >&2
    exit 0
fi

missing=
for package in $packages; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: sudo is not installed; ask root to run: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300"
echo "setup: installing$missing"
$apt update
# shellcheck disable=SC2086 # a list of words
$apt install -y --no-install-recommends $missing
