#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds codec_alone and the tests of the numerics for this CPU or another one, without MPI, HDF5,
# libsodium and cmocka.
# Usage: sh tests/arch/build.sh FOLDER COMPILER [OPTION...]
#        sh tests/arch/build.sh build/arch/neon aarch64-linux-gnu-gcc -O2
# A file that is up to date is not built again. libm is linked to the tests only: nothing that codes
# may need it.
set -eu

folder=$1
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")/../.."

case $("$@" -dumpmachine) in
x86_64*) numeric=-mfma ;;
*) numeric= ;;
esac
flags="-std=c11 -Wall -Wextra -ffp-contract=off -fno-fast-math -fno-math-errno -fno-strict-aliasing
-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Itests/arch -Isrc -I. -Itests -Itests/unit"

# The codec and the reader of containers: not the writer, which needs HDF5, nor what writes JSON. What
# the kernels of another CPU family are made of is left out.
sources="src/cli/command_line.c src/cli/guess.c src/cli/option_files.c src/cli/option_lookup.c
src/cli/option_words.c src/cli/option_values.c src/cli/option_table.c
src/cli/output_name.c tests/arch/blake2b.c mpi/comm_serial.c mpi/comm_agree.c
mpi/reduce.c mpi/reduce_plan.c mpi/slice.c io/file/atomic_name.c io/file/file_io.c io/file/file_kind.c
io/file/identity.c io/file/input.c io/file/output.c io/file/spool.c io/file/temporaries.c io/file/variant.c
io/hdf5/fields.c io/hdf5/hdf5_subset.c io/hdf5/user_block.c io/container/container.c
io/container/container_read.c io/tree/*.c src/archive/binding.c src/archive/condensed.c src/archive/lane_layouts.c src/archive/manifest_code.c src/archive/plan_file.c src/archive/prior.c"
for source in $sources src/base/*.c src/threads/*.c src/numeric/*.c src/coder/*.c src/plan/*.c src/repeats/*.c src/transforms/*.c src/layouts/*.c src/contexts/*.c src/network/*.c src/mixing/*.c \
    src/state/*.c src/codec/*.c src/forecast/*.c; do
    case $numeric:$source in
    -mfma:*_neon.c | :*_avx*.c) continue ;;
    esac
    all="${all:-} $source"
done
sources=$all

# The flags of one file: the folders' CMakeLists.txt have the same.
own_flags() {
    case $1 in
    *_avx2.c) echo "-mavx2 -mfma -mprfchw" ;;
    *_avx512.c) echo "-mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprfchw -mprefer-vector-width=512" ;;
    src/numeric/cpu.c | src/base/* | src/cli/*) ;;
    src/* | tests/unit/*) echo "$numeric" ;;
    esac
}

newest=$(find src io mpi tests/arch tests/unit tests/cases.[ch] -name '*.[chi]*' -newer "$folder/codec_alone" 2>/dev/null | head -n 1)
if [ -x "$folder/codec_alone" ] && [ -z "$newest" ]; then exit 0; fi

rm -f "$folder/codec_alone"
objects=
for source in $sources tests/arch/codec_alone.c; do
    object=$folder/$(echo "$source" | tr / _ | sed 's/\.c$/.o/')
    # shellcheck disable=SC2046,SC2086 # lists of words
    "$@" $flags $(own_flags "$source") -c "$source" -o "$object"
    [ "$source" = tests/arch/codec_alone.c ] || objects="$objects $object"
done
rm -f "$folder/libockham.a"
# shellcheck disable=SC2086
ar rc "$folder/libockham.a" $objects
for test in cpu fpenv numeric gemm kernels golden; do
    # shellcheck disable=SC2046,SC2086
    "$@" $flags $(own_flags tests/unit/) "tests/unit/test_$test.c" tests/cases.c "$folder/libockham.a" -static -lm \
        -o "$folder/test_$test"
done
"$@" "$folder/tests_arch_codec_alone.o" "$folder/libockham.a" -static -o "$folder/codec_alone"
