#!/bin/sh
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
-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Itests/arch -Isrc -Iio -Impi -Itests/unit"

# All of src/ but the program around the codec, the options excepted; what the kernels of another
# CPU family are made of is left out.
program=$(sed -n '/^add_executable(ockham /,/)/p' src/sources.cmake | grep -o 'src/[a-z0-9_]*\.c')
sources="src/options.c src/options_help.c tests/arch/blake2b.c mpi/comm_serial.c mpi/comm_agree.c mpi/comm_launcher.c
mpi/reduce.c mpi/reduce_plan.c io/digest.c io/file_io.c io/input.c io/output.c io/spool.c
io/parts.c io/manifest.c
io/tree_restore.c io/tree_scan.c io/temporaries.c io/end_signals.c io/container.c io/container_read.c io/user_block.c io/hdf5_subset.c"
for source in src/*.c; do
    case " $(echo $program) " in
    *" $source "*) continue ;;
    esac
    case $numeric:$source in
    -mfma:*_neon.c | :*_avx*.c) continue ;;
    esac
    sources="$sources $source"
done

# The flags of one file: sources.cmake has the same.
own_flags() {
    case $1 in
    *_avx2.c) echo "-mavx2 -mfma -mprfchw" ;;
    *_avx512.c) echo "-mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprfchw -mprefer-vector-width=512" ;;
    src/cpu.c | src/status.c | src/options.c | src/options_help.c) ;;
    src/* | tests/unit/*) echo "$numeric" ;;
    esac
}

newest=$(find src io mpi tests/arch tests/unit -name '*.[chi]*' -newer "$folder/codec_alone" 2>/dev/null | head -n 1)
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
    "$@" $flags $(own_flags tests/unit/) "tests/unit/test_$test.c" "$folder/libockham.a" -static -lm \
        -o "$folder/test_$test"
done
"$@" "$folder/tests_arch_codec_alone.o" "$folder/libockham.a" -static -o "$folder/codec_alone"
