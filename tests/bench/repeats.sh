#!/bin/sh
# SPDX-License-Identifier: MIT
# Sizes and times of inputs that repeat themselves, beside the tools that look for that. Level 1, default lanes, so
# many threads as there are cores; `without` is --set repeats=0. Every file is restored and compared.
# Usage: sh tests/bench/repeats.sh PROGRAM [--large] [SAMPLE_FOLDER]
#   SAMPLE_FOLDER: dickens, enwik4, kodim05.ppm or others, unpacked: must not get larger, nor slower
#   --large: also 1 GB of zeros, 1 GB of one megabyte repeated, and 10,000 small files of which each third is a copy
# Three versions of a package are taken from the libclang-common-N-dev of Debian, where apt-get can download them.
set -eu

large='' samples=''
[ $# -ge 1 ] && [ -x "$1" ] || {
    sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
    exit 1
}
program=$(realpath "$1")
shift
for word; do
    case $word in
    --large) large=yes ;;
    *) samples=$(realpath "$word") ;;
    esac
done
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ockham-repeats.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

now() {
    date +%s.%N
}

have() {
    command -v "$1" >/dev/null
}

# row WHAT INPUT FILE BEGIN
row() {
    bytes=-
    [ ! -e "$3" ] || bytes=$(stat -c %s "$3")
    awk -v what="$1" -v name="$2" -v bytes="$bytes" -v begin="$4" -v end="$(now)" \
        'BEGIN { printf "%-18s %-20s %12s bytes %9.2f s\n", name, what, bytes, end - begin }'
}

# ockham NAME INPUT WHAT OPTION...: compresses and restores.
ockham() {
    name=$1 input=$2 what=$3
    shift 3
    begin=$(now)
    "$program" compress -q -1 -f "$input" "$@" -o made.ock
    row "$what" "$name" made.ock "$begin"
    prior=
    while [ $# -gt 0 ]; do
        [ "$1" != --prior ] || prior="$1 $2"
        shift
    done
    begin=$(now)
    # shellcheck disable=SC2086 # an option and its value
    "$program" decompress -q -f made.ock $prior -o back
    row "  restored" "$name" - "$begin"
    diff -r "$input" back
    rm -rf back made.ock
}

# peer NAME WHAT COMMAND: a filter of $packed, or a command that makes the file `peer`.
peer() {
    what=$2
    have "${what%% *}" || return 0
    begin=$(now)
    rm -f peer
    sh -c "$3" >peer.out 2>/dev/null
    [ -e peer ] || mv peer.out peer
    row "$what" "$1" peer "$begin"
}

# compare NAME INPUT: a file or a directory.
compare() {
    ockham "$1" "$2" ockham
    ockham "$1" "$2" "ockham without" --set repeats=0
    packed=$2
    if [ -d "$2" ]; then
        packed=$scratch/packed.tar
        tar --sort=name --mtime=@0 --owner=0 --group=0 -cf "$packed" "$2"
    fi
    peer "$1" "xz -9" "xz -9 -c '$packed'"
    peer "$1" "zstd -19 --long=31" "zstd -q -19 --long=31 -c '$packed'"
    peer "$1" "lrzip -z" "lrzip -q -z -f -o peer '$packed'"
    peer "$1" "zpaq -m5" "zpaq a peer.zpaq '$packed' -m5 && mv peer.zpaq peer"
}

# Noise that is the same in every run.
noise() {
    head -c "$1" /dev/zero | openssl enc -aes-128-ctr -nosalt -pass pass:"$2" 2>/dev/null
}

headers() {
    find /usr/include -name '*.h' -type f | LC_ALL=C sort | xargs cat | head -c "$1"
}

noise 500000 one >half
cat half half >twice
compare "noise twice" twice
(cat half && printf 'nineteen bytes here' && cat half) >shifted
compare "noise, 19, noise" shifted
headers 1048576 >headers
cat headers headers headers headers >four
compare "headers four times" four
mkdir folder
cp headers folder/a
cp headers folder/b
compare "folder with a copy" folder
rm -rf twice shifted four folder

# Three versions of a package: in one tar, and each against the one before.
versions=
if have apt-get && have dpkg-deb; then
    for number in 14 15 16; do
        apt-get -qq download "libclang-common-$number-dev" >/dev/null 2>&1 || continue
        dpkg-deb -x "libclang-common-$number-dev"*.deb "v$number" || continue
        folder=$(find "v$number" -type d -name include -path '*clang*' | head -n 1)
        [ -n "$folder" ] || continue
        tar -C "$folder" --sort=name --mtime=@0 --owner=0 --group=0 -cf "$number.tar" .
        versions="$versions $number.tar"
    done
fi
# shellcheck disable=SC2086 # a list of files
set -- $versions
if [ $# -eq 3 ]; then
    cat "$1" "$2" "$3" >releases
    compare "three releases" releases
    ockham "release by release" "$3" "ockham --prior" --prior "$2"
    ockham "release by release" "$3" "ockham alone"
    peer "release by release" "zstd --patch-from" "zstd -q -19 --long=31 --patch-from='$2' -c '$3'"
    peer "release by release" "xdelta3 -9" "xdelta3 -e -9 -c -s '$2' '$3'"
else
    echo "repeats: SKIPPED: no three versions of libclang-common-N-dev to be had" >&2
fi
rm -rf v1? ./*.deb ./*.tar releases

for sample in ${samples:+"$samples"/*}; do
    [ -f "$sample" ] || continue
    for round in 1 2 3; do
        ockham "$(basename "$sample")" "$sample" "ockham ($round)"
        ockham "$(basename "$sample")" "$sample" "ockham without ($round)" --set repeats=0
    done
done

[ -n "$large" ] || exit 0
truncate -s 1000000000 zeros
ockham "1 GB of zeros" zeros ockham -T 1
rm zeros
noise 1000000 two >megabyte
for _ in 0 1 2 3 4 5 6 7 8 9; do cat megabyte; done >ten
for _ in 0 1 2 3 4 5 6 7 8 9; do cat ten; done >hundred
for _ in 0 1 2 3 4 5 6 7 8 9; do cat hundred; done >thousand
rm ten hundred
ockham "a megabyte, 1000 x" thousand ockham -T 1
rm thousand
headers 12000000 >text
mkdir distinct copies
awk 'BEGIN {
    srand(1)
    for (i = 0; i < 10000; i++) {
        if (i % 3 == 2) { print "cp distinct/" int(rand() * made) " copies/" i; continue }
        count = 200 + int(rand() * 2400)
        printf "tail -c +%d text | head -c %d >distinct/%d; cp distinct/%d copies/%d\n", at + 1, count, made, made, i
        at += count
        made++
    }
}' | sh
ockham "files without copies" distinct ockham
ockham "with a third copies" copies ockham
