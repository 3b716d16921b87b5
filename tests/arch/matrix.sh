#!/bin/sh
# SPDX-License-Identifier: MIT
# The same bits everywhere: codes the same inputs in every way this machine knows and prints one digest
# of all transcripts, or names the ways that differ.
#
# Usage: sh tests/arch/matrix.sh full FOLDER PROGRAM [OTHER_PROGRAM]
#        sh tests/arch/matrix.sh sample FOLDER PROGRAM
# FOLDER: where codec_alone is built and results lie. PROGRAM: ockham; OTHER_PROGRAM: by another
# compiler. Exit code 0: one digest; 1: a difference or a failure; 77: the sample found nothing to
# emulate 64-bit ARM with.
#
# full, of every case below:
#   codec_alone by gcc and clang, -O0 to -O3, on every instruction set of this CPU: short and long
#   inputs (the long one at level 5, and those of -O0, on the widest set only)
#   the same for 64-bit ARM under qemu-aarch64, scalar and NEON: short inputs, an emulator takes a
#   hundred times as long
#   PROGRAM on 1 to 8 ranks, on every instruction set: long inputs (level 5: 1, 2, 3, 5 and 8 ranks)
#   OTHER_PROGRAM on 1 and 3 ranks
#   each codec_alone also decodes PROGRAM's files of the short inputs
# sample: gcc -O2, here and for 64-bit ARM, short inputs.
#
# The digests are also compared with those recorded in tests/arch/digests, which other machines came to.
# A change of contract changes them: copy FOLDER/digests there.
set -eu
arch=$(cd "$(dirname "$0")" && pwd)
text=$arch/../data/alice29.txt

# Cases: a level of counters, the default, one with repeats, two layers of an odd size with many lanes, and numbers
# of 16 bits instead of text.
case_options() {
    case $1 in
    level1-*) echo "-1 --lanes 4" ;;
    level5-*) echo "-5" ;;
    repeats-*) echo "-1 --lanes 4 --set repeats=64" ;;
    numbers-*) echo "-1" ;;
    rows-*) echo "-2" ;;
    layers-*) echo "--set layers=2 --set width=96 --set features=0 --set order_max=4 --lanes 8 --shards 5" ;;
    esac
}
case_bytes() {
    case $1 in
    level1-long) echo 50000 ;;
    level5-long) echo 20000 ;;
    layers-long) echo 30000 ;;
    level1-short) echo 8000 ;;
    level5-short) echo 600 ;;
    layers-short) echo 2000 ;;
    repeats-*) echo 4000 ;;
    numbers-short) echo 9000 ;;
    numbers-long) echo 30000 ;;
    rows-short) echo 12000 ;;
    rows-long) echo 30000 ;;
    esac
}
cases="level1 level5 layers repeats numbers rows"

# So many bytes of a wave with some noise, as escapes of printf.
numbers() {
    awk -v bytes="$1" 'BEGIN {
        for (i = 0; i < bytes / 2; i++) {
            v += slope; slope += v > 0 ? -37 : 37; noise = (noise * 1103 + 12345) % 65536
            x = (v + noise % 64 + 65536000) % 65536
            printf "\\%03o\\%03o", x % 256, int(x / 256)
        }
    }'
}

# The same of a surface, in rows of 40 numbers.
rows() {
    awk -v bytes="$1" 'BEGIN {
        for (i = 0; i < bytes / 2; i++) {
            column = i % 40; row = int(i / 40); noise = (noise * 1103 + 12345) % 65536
            x = 20000 + (column - 17) * (column - 23) * 9 + (row % 50 - 20) * column * 5 + noise % 16
            printf "\\%03o\\%03o", x % 256, int(x / 256)
        }
    }'
}

# The worker: one way of coding, in a line "CASE DIGEST WAY" of its own.
#   work WAY CASE COMMAND...   the command writes a transcript, or is a decoder that only succeeds
if [ "$1" = work ]; then
    way=$2 name=$3
    shift 3
    result=results/$(echo "$name.$way" | tr '/ ' '__')
    digest=failed
    if "$@" >"$result.bytes" 2>"$result.log"; then
        digest=$(b2sum -l 256 <"$result.bytes" | cut -d ' ' -f 1)
    fi
    rm -f "$result.bytes"
    echo "$name $digest $way" >"$result"
    exit 0
fi

tier=$1 folder=$2 program=$3 other=${4-}
mkdir -p "$folder"
cd "$folder"
rm -rf results && mkdir results
started=$(date +%s)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
    OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1 ASAN_OPTIONS=detect_leaks=0
left_out=0

skip() {
    left_out=$((left_out + 1))
    echo "matrix: SKIPPED: $*" >&2
}

build() {
    echo "matrix: building codec_alone by $*" >&2
    sh "$arch/build.sh" "$@" >"$1.log" 2>&1 || {
        cat "$1.log" >&2
        echo "matrix: FAILED: codec_alone does not build by $*" >&2
        exit 1
    }
}

# Instruction sets of this CPU, the widest last.
instruction_sets() {
    echo scalar
    if grep -q -m 1 '^Features.* asimd' /proc/cpuinfo; then echo neon; fi
    for set in avx2 avx512f; do
        if grep -q -m 1 "^flags.* $set" /proc/cpuinfo; then echo "${set%f}"; fi
    done
}
sets=$(instruction_sets)
widest=$(echo "$sets" | tail -n 1)

# Lines of a job list: arguments of the worker, in the shell's notation.
job() {
    printf '%s\n' "$*" >>"jobs"
}

# jobs_alone BUILD SET LENGTH [RUNNER]: codec_alone codes; the short ones it decodes as well.
# shellcheck disable=SC2046 # options: lists of words
jobs_alone() {
    for name in $cases; do
        name=$name-$3
        job "'$1 $2' $name env OCKHAM_ISA=$2 $4 $1/codec_alone compress" $(case_options "$name") \
            "$name"
        [ "$3" = long ] ||
            job "'$1 $2 of $name' decoding env OCKHAM_ISA=$2 $4 $1/codec_alone test $name.ock"
    done
}

# jobs_program PROGRAM SET RANKS CASE
# shellcheck disable=SC2046 # options: lists of words
jobs_program() {
    launch="mpirun -n $3 env OCKHAM_ISA=$2 '$1'"
    job "'$1 $2 $3 ranks' $4 sh -c \"$launch compress -q -f -o $2.$3.$4.\$\$.ock" \
        $(case_options "$4") "$4 </dev/null && $reader info $2.$3.$4.\$\$.ock && rm $2.$3.$4.\$\$.ock\""
}

cross_tools() {
    command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null &&
        echo 'int main(void) { return 0; }' | aarch64-linux-gnu-gcc -static -x c - -o cross-check 2>/dev/null &&
        qemu-aarch64 cross-check
}

rm -f "jobs"
for name in $cases; do
    for length in short long; do
        head -c "$(case_bytes "$name-$length")" "$text" >"$name-$length"
        # shellcheck disable=SC2059 # nothing but escapes
        [ "$name" != numbers ] || printf "$(numbers "$(case_bytes "$name-$length")")" >"$name-$length"
        # shellcheck disable=SC2059
        [ "$name" != rows ] || printf "$(rows "$(case_bytes "$name-$length")")" >"$name-$length"
        [ "$name" != repeats ] || { # once more, by parts in another order, and zeros
            tail -c 1700 "$name-$length" && head -c 2500 "$name-$length" && head -c 5000 /dev/zero
        } >>"$name-$length"
    done
    # shellcheck disable=SC2046 # a list of words
    "$program" compress -q -f $(case_options "$name-short") "$name-short" -o "$name-short.ock"
done

emulated=yes
cross_tools || emulated=
case $tier in
sample)
    if [ -z "$emulated" ]; then
        skip "no aarch64-linux-gnu-gcc with a static libc, or no qemu-aarch64, so NEON was not tested" \
            "(sh jobs/setup.sh gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)"
        exit 77
    fi
    build here-O2 "${CC:-cc}" -O2 &
    here=$!
    build neon-O2 aarch64-linux-gnu-gcc -O2
    wait $here
    for test in golden gemm kernels cpu fpenv numeric; do # the longest begins first
        job "'neon-O2 test_$test' test env OCKHAM_TEST_STRIDE=100003 qemu-aarch64 neon-O2/test_$test"
    done
    for set in scalar neon; do jobs_alone neon-O2 "$set" short qemu-aarch64; done
    for set in $sets; do jobs_alone here-O2 "$set" short ""; done
    ;;
full)
    reader=$PWD/gcc-O2/codec_alone
    for level in O0 O1 O2 O3; do
        for compiler in gcc clang; do
            if ! command -v $compiler >/dev/null; then
                skip "no $compiler here"
                continue
            fi
            build $compiler-$level $compiler -$level
            for set in $sets; do
                jobs_alone $compiler-$level "$set" short ""
            done
            jobs_alone $compiler-$level "$widest" long ""
            [ -n "$emulated" ] || continue
            case $compiler in
            gcc) build neon-gcc-$level aarch64-linux-gnu-gcc -$level ;;
            clang) build neon-clang-$level clang --target=aarch64-linux-gnu -$level ;;
            esac
            for set in scalar neon; do
                jobs_alone neon-$compiler-$level $set short qemu-aarch64
            done
            for test in cpu fpenv numeric gemm kernels golden; do
                job "'neon-$compiler-$level test_$test' test env OCKHAM_TEST_STRIDE=100003" \
                    "qemu-aarch64 neon-$compiler-$level/test_$test"
            done
        done
    done
    [ -n "$emulated" ] || skip "nothing to build for or emulate 64-bit ARM with: NEON was not tested"
    if command -v mpirun >/dev/null; then
        for set in $sets; do
            for ranks in 1 2 3 4 5 6 7 8; do
                jobs_program "$program" "$set" $ranks level1-long
                jobs_program "$program" "$set" $ranks layers-long
            done
            for ranks in 1 2 3 5 8; do jobs_program "$program" "$set" $ranks level5-long; done
        done
        for ranks in 1 3; do
            for name in $cases; do
                [ -z "$other" ] || jobs_program "$other" "$widest" $ranks "$name-long"
            done
        done
    else
        skip "no mpirun: one rank only"
    fi
    ;;
esac

echo "matrix: $(wc -l <"jobs") runs" >&2
xargs -P "$(nproc)" -d '\n' -I '{}' sh -c "sh '$arch/matrix.sh' work {}" <"jobs"

# Per case the digest that most runs have; whatever else there is differs. Tests and decoders have no
# output to compare: they fail or they don't.
find results -type f ! -name '*.log' -exec cat {} + | sort >all
wrong=$(awk '
    $1 == "test" || $1 == "decoding" { if ($2 == "failed") print; next }
    { count[$1 " " $2]++; line[NR] = $0 }
    END {
        for (key in count) { split(key, k, " ")
            if (k[2] != "failed" && count[key] > most[k[1]]) { most[k[1]] = count[key]; best[k[1]] = k[2] } }
        for (i in line) { split(line[i], k, " "); if (k[2] != best[k[1]]) print line[i] }
    }' all)
if [ -n "$wrong" ]; then
    echo "$wrong" | sed 's/^/matrix: DIFFERS or FAILED: /' >&2
    exit 1
fi
if [ "$(wc -l <all)" -ne "$(wc -l <"jobs")" ]; then
    echo "matrix: FAILED: $(wc -l <"jobs") runs, $(wc -l <all) results" >&2
    exit 1
fi
grep -v '^test \|^decoding ' all | cut -d ' ' -f 1,2 | sort -u >digests
cat digests
if others=$(grep -vxF -f "$arch/digests" digests); then
    echo "$others" | sed 's/^/matrix: DIFFERS from what is recorded: /' >&2
    exit 1
fi
echo "matrix: one digest of $(wc -l <"jobs") runs in $(($(date +%s) - started)) s," \
    "$left_out parts skipped: $(b2sum -l 256 <digests | cut -d ' ' -f 1)"
