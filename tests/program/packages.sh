#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the packages and does with them what their users do: lintian, installation into a clean Debian, a file
# compressed and restored, an example built, removal without a trace.
# Usage: bash tests/program/packages.sh SOURCE BUILD    BUILD: a directory of its own
#   OCKHAM_CHROOT   a directory that debootstrap has made, which is copied (default: one is made)
# Exit code 77: something could not be tried here. As root, where debootstrap is, a chroot; else the packages are
# only unpacked.
set -eu

source=$(cd "$1" && pwd)
mkdir -p "$2"
build=$(cd "$2" && pwd)
scratch=$(mktemp -d)
mounted=
clean() {
    [ -z "$mounted" ] || umount "$mounted"
    rm -rf --one-file-system "$scratch"
}
trap clean EXIT
left_out=

say() { echo "packages: $*"; }
fail() {
    say "$*" >&2
    exit 1
}

cmake -S "$source" -B "$build" -DOCK_PACKAGES=ON -DOCK_TESTS=OFF -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_INSTALL_PREFIX=/usr >"$build/log"
cmake --build "$build" --parallel "$(nproc)" >>"$build/log"
rm -f "$build"/*.deb "$build"/*.rpm
(cd "$build" && cpack >>log 2>&1) || fail "cpack: $(tail -n 5 "$build/log")"
version=$(sed -n 's/^project(ockham VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
[ "$(find "$build" -maxdepth 1 -name '*.deb' | wc -l)" -ge 3 ] || fail "there are too few packages"

if command -v lintian >/dev/null; then
    lintian --fail-on error "$build"/*.deb || fail "lintian has found errors"
else
    left_out="no lintian"
fi
for package in "$build"/*.deb; do dpkg-deb -x "$package" "$scratch/all"; done
if grep -rlF -e "$build" -e "$source" "$scratch/all"; then fail "these name the build's directories"; fi
LD_LIBRARY_PATH=$(dirname "$(find "$scratch/all" -name libockham.so.0)") "$scratch/all/usr/bin/ockham" --version |
    grep -x "ockham $version"

if command -v rpmbuild >/dev/null; then
    for package in "$build"/*.rpm; do rpm -qpl --nosignature "$package" >>"$scratch/rpm"; done
    for file in /usr/bin/ockham libockham.so.0 ockham.h ockham.1.gz ockham-audit.1.gz ockham-mdl.1.gz ockham.5.gz; do
        grep -q "$file\$" "$scratch/rpm" || fail "no rpm has $file"
    done
else
    left_out="no rpmbuild"
fi

in_chroot() {
    root=$scratch/root
    if [ -n "${OCKHAM_CHROOT:-}" ]; then
        cp -a "$OCKHAM_CHROOT" "$root"
    else
        debootstrap --variant=minbase bookworm "$root" >"$scratch/log" 2>&1 || return 1
    fi
    cp -L /etc/resolv.conf "$root/etc/" || true
    if mount -t proc proc "$root/proc" 2>/dev/null; then mounted=$root/proc; fi
    run() { chroot "$root" env DEBIAN_FRONTEND=noninteractive OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "$@"; }
    mkdir "$root/packages"
    cp "$build"/*.deb "$root/packages"
    {
        run apt-get -q update
        run sh -c 'apt-get -q -y --no-install-recommends install man-db gcc libc6-dev pkg-config libopenmpi-dev openmpi-bin \
            libhdf5-dev libjansson-dev libsodium-dev'
    } >"$scratch/log" 2>&1 || return 1
    find "$root" -xdev -not -path '*/var/*' -not -path "*/etc/ld.so.cache" | sort >"$scratch/before"
    run sh -c 'apt-get -q -y install /packages/*.deb' >"$scratch/log" 2>&1 || fail "$(tail -n 5 "$scratch/log")"
    # shellcheck disable=SC2016 # the chroot's words
    run sh -euc 'mkdir /trial && cd /trial && head -c 3000 /usr/share/doc/ockham/README.md >README.md
        ockham -q README.md && mv README.md as-it-was && ockham -q -d README.md.ock && cmp README.md as-it-was
        dpkg -L ockham | sed -n "s:.*/man/man\(.\)/\(.*\)\..\.gz:\1 \2:p" >pages && test -s pages
        while read -r section page; do man -w "$section" "$page"; done <pages
        cc /usr/share/doc/ockham/examples/library.c $(pkg-config --cflags --libs ockham) -o library && ./library
        mpicc /usr/share/doc/ockham/examples/library_mpi.c $(pkg-config --cflags --libs ockham-mpi) -o library_mpi
        mpirun --oversubscribe -n 2 ./library_mpi README.md together.ock && ockham test -q together.ock
        rm -r /trial'
    run sh -c "apt-get -q -y purge $(cd "$build" && printf '%s\n' *.deb | sed 's/_.*//' | tr '\n' ' ')" >"$scratch/log" 2>&1 ||
        fail "$(tail -n 5 "$scratch/log")"
    find "$root" -xdev -not -path '*/var/*' -not -path "*/etc/ld.so.cache" | sort >"$scratch/after"
    diff "$scratch/before" "$scratch/after" || fail "they were not removed without a trace"
}

if [ "$(id -u)" -eq 0 ] && command -v debootstrap >/dev/null; then
    in_chroot || left_out="no Debian could be made: $(tail -n 1 "$scratch/log")"
else
    left_out="no root, or no debootstrap"
fi
if [ -n "$left_out" ]; then
    echo "SKIPPED: $left_out" >&2
    exit 77
fi
say "installed, used and removed: $(cd "$build" && echo *.deb)"
