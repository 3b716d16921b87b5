#!/bin/sh
# SPDX-License-Identifier: MIT
# From a fresh Debian 12 to a file compressed and restored by threads on all cores, compressed again by
# 2 ranks under mpirun, and all compared, with sizes and speeds beside those of xz. Everything it makes
# goes to build/.
# Usage: sh jobs/quickstart.sh [FILE]      (without FILE: the sample in tests/data)
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
sample=$root/tests/data/alice29.txt
file=${1:-$sample}
if [ ! -f "$file" ] || [ ! -r "$file" ] || [ ! -s "$file" ]; then
    echo "quickstart: $file: not a readable regular file, or empty" >&2
    exit 1
fi
file=$(cd "$(dirname "$file")" && pwd)/$(basename "$file")
bytes=$(wc -c <"$file")

sh "$root/jobs/setup.sh"
cd "$root"
mkdir -p build
echo "quickstart: building build/release/ockham"
if ! { cmake --preset release &&
    cmake --build --preset release --target ockham --parallel "$(nproc)"; } >build/quickstart.log 2>&1
then
    cat build/quickstart.log >&2
    exit 1
fi
export LC_ALL=C # for awk's numbers
ockham=$root/build/release/ockham
out=$root/build/quickstart
mkdir -p "$out"
packed=$out/$(basename "$file").ock

now() { date +%s.%N; }

# row NAME BYTES START MIDDLE [END]: compressed from START to MIDDLE, decompressed from MIDDLE to END
row() {
    awk -v name="$1" -v out="$2" -v start="$3" -v middle="$4" -v end="${5:-}" -v bytes="$bytes" 'BEGIN {
        printf "%-22s %12d %8.3f %10.3f %14.1f", name, out, bytes / out, 8 * out / bytes, bytes / (middle - start) / 1000
        if (end == "") print ""; else printf " %14.1f\n", bytes / (end - middle) / 1000 }'
}

echo "quickstart: compressing $file ($bytes bytes) with threads, on all cores"
t0=$(now)
"$ockham" compress -f "$file" -o "$packed"
t1=$(now)
echo "quickstart: decompressing with threads"
"$ockham" decompress -f "$packed" -o "$out/restored"
t2=$(now)
cmp "$file" "$out/restored"

# Open MPI refuses root (a protection of login nodes; containers are root); without --oversubscribe, more
# ranks than cores; and it binds two ranks to a core each, which all threads of a rank would share.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
echo "quickstart: compressing on 2 ranks, to the same file"
r0=$(now)
mpirun --oversubscribe --bind-to none -n 2 "$ockham" compress -f "$file" -o "$out/ranks.ock"
r1=$(now)
cmp "$packed" "$out/ranks.ock"
t3=$(now)
xz -9e -k -c "$file" >"$out/file.xz"
t4=$(now)
xz -d -c "$out/file.xz" >"$out/xz.out"
t5=$(now)

echo
printf '%-22s %12s %8s %10s %14s %14s\n' '' bytes ratio bits/byte 'compress KB/s' 'restore KB/s'
row "ockham (threads)" "$(wc -c <"$packed")" "$t0" "$t1" "$t2"
row "ockham (2 ranks)" "$(wc -c <"$out/ranks.ock")" "$r0" "$r1"
row "xz -9e" "$(wc -c <"$out/file.xz")" "$t3" "$t4" "$t5"
echo
digest=$(b2sum -l 256 "$packed" | cut -d ' ' -f 1)
echo "restored: equal to the input, BLAKE2b-256 $(b2sum -l 256 "$out/restored" | cut -d ' ' -f 1)"
echo "compressed file: $packed, BLAKE2b-256 $digest, by threads and by ranks"
rm -f "$out/restored" "$out/ranks.ock" "$out/xz.out" "$out/file.xz"
if [ "$file" = "$sample" ]; then
    if ! grep -q "$digest" README.md; then
        echo "quickstart: the compressed file is not the one whose digest README.md states" >&2
        exit 1
    fi
    echo "the compressed file is, bit for bit, the one whose digest README.md states"
fi
