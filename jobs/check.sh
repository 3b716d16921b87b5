#!/bin/sh
# SPDX-License-Identifier: MIT
# One command for developers: installs what is missing, builds, tests, and ends with the ten slowest
# tests and one line of counts. Exit code 0 only if nothing failed; a test that is skipped without a
# reason counts as failed. tests/README.md says how long each tier takes.
# Usage: sh jobs/check.sh [--skips FILE] [quick|default|long|matrix|faults|faults long|tidy|coverage]
#   --skips  a list of what may be skipped, and for which reasons; any other skip is a failure
#            (tests/build/report.awk describes the format)
#   quick    unit tests of the release build
#   default  all tests of the release build, the README's first command, unit tests of what stands on
#            the communicator without MPI, those of everything under sanitizers, those of threads under
#            the thread sanitizer, one file from all builds (clang's too), tidy
#   long     every test of every build, complete matrices instead of samples
#   matrix   one digest from every instruction set, compiler, optimisation level and rank count
#            (tests/arch/matrix.sh)
#   faults   injects every fault of tests/README.md and writes the table there. With a second word,
#            long, 130,000 of them are by seed: SEED=N sh jobs/check.sh faults long
#   tidy     clang-format and clang-tidy over all C files, without findings
#   coverage the lines of src, io and mpi that the tests run, of which at least 90 of 100 (jobs/coverage.sh)
set -eu

skips=
if [ "${1:-}" = --skips ] && [ $# -gt 1 ]; then
    skips=$(realpath "$2")
    shift 2
fi
tier=${1:-default}
case $tier in
quick | default | long | matrix | faults | tidy | coverage) ;;
*)
    echo "usage: sh jobs/check.sh [--skips FILE] [quick|default|long|matrix|faults [long]|tidy|coverage]" >&2
    exit 1
    ;;
esac
cd "$(dirname "$0")/.."
sh jobs/setup.sh
mkdir -p build
passed=0 failed=0 skipped=0
results=build/check.results # of the tests of all builds: VERDICT SECONDS NAME BUILD
: >"$results"

# judge NAME COMMAND...: one check that is no ctest case.
judge() {
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "check: FAILED: $name" >&2
    fi
}

# judge_or_skip NAME COMMAND...: exit code 77 is something that could not be tried here.
judge_or_skip() {
    name=$1 code=0
    shift
    "$@" || code=$?
    if [ "$code" -eq 77 ]; then skip "$name"; else judge "$name" [ "$code" -eq 0 ]; fi
}

# build PRESET [CMAKE_BUILD_OPTION...]
build() {
    preset=$1
    shift
    echo "check: building $preset"
    if ! { cmake --preset "$preset" && cmake --build --preset "$preset" --parallel "$(nproc)" "$@"; } \
        >"build/check-$preset.log" 2>&1; then
        tail -n 60 "build/check-$preset.log" >&2
        return 1
    fi
}

# count VERDICT: the tests of the build at work.
count() {
    grep -c "^$1 " "$report.results" || true
}

# run_tests PRESET [CTEST_OPTION...]: adds what came of the tests. An empty run is a failure, and so is an
# exit code that no test explains.
run_tests() {
    preset=$1
    shift
    report=build/check-$preset
    rm -f "$report.xml"
    code=0
    ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$PWD/$report.xml" --test-output-size-passed 65536 \
        "$@" || code=$?
    : >"$report.results"
    if [ -f "$report.xml" ]; then
        awk -v allowed="$skips" -f tests/build/report.awk "$report.xml" >"$report.results" || : >"$report.results"
    fi
    tell_skips "$preset"
    bad=$(count failed)
    if [ ! -s "$report.results" ] || { [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        echo "check: FAILED: ctest of $preset" >&2
        failed=$((failed + 1))
    fi
    passed=$((passed + $(count passed))) failed=$((failed + bad)) skipped=$((skipped + $(count skipped)))
    sed -n "/^\(passed\|failed\|skipped\) /s/\$/ $preset/p" "$report.results" >>"$results"
}

# tell_skips PRESET: each reason once, with the first test that gave it, and what makes a failure of it.
tell_skips() {
    awk -v preset="$1" '
        $1 == "left-out" {
            name = $2
            sub(/^[^ ]+ [^ ]+ /, "")
            if (!count[$0]++) { order[++reasons] = $0; first[$0] = name }
        }
        $1 == "wrong" { print "check: FAILED: " preset ": " substr($0, 7) }
        END {
            for (i = 1; i <= reasons; i++) {
                more = count[order[i]] - 1
                print "check: SKIPPED: " preset ": " first[order[i]] (more ? " and " more " more" : "") ": " order[i]
            }
        }' "$report.results" >&2
}

# check_build PRESET
check_build() {
    if build "$1"; then
        run_tests "$1"
    else
        failed=$((failed + 1))
    fi
}

# check_part PRESET TESTS TARGET...: these tests (a pattern) alone, and only what they need is built.
check_part() {
    preset=$1 tests_wanted=$2
    shift 2
    if build "$preset" --target "$@"; then
        run_tests "$preset" --tests-regex "$tests_wanted"
    else
        failed=$((failed + 1))
    fi
}

# What several threads do, under the thread sanitizer; without MPI, which it doesn't know.
check_threads() {
    # shellcheck disable=SC2046 # a list of words
    check_part tsan '^unit\.(status|arena|two_runs|team)\.|\.threads_change_no_bit$|\.a_failing_lane_is_reported$' \
        $(printf 'test_%s ' status arena two_runs team tensors embedding layer head network mixing codec)
}

# skip REASON: what this machine cannot check; with a list of what may be skipped it has failed.
skip() {
    if [ -z "$skips" ]; then skipped=$((skipped + 1)); else failed=$((failed + 1)); fi
    echo "check: SKIPPED: $1" >&2
}

# Every C file, in one layout.
check_format() {
    find src mpi io tests -name '*.[ch]' -exec clang-format --dry-run --Werror {} +
}

# Every C file that the release build compiles, and the headers it includes.
check_faults_of_code() {
    log=build/check-tidy.log
    if ! run-clang-tidy -p build/release -quiet -j "$(nproc)" '/(src|mpi|io|tests)/' >"$log" 2>&1; then
        grep -E '(warning|error):' "$log" | sort -u | tail -n 60 >&2
        return 1
    fi
}

# After a release build, which makes headers and the list of what is compiled how.
check_style() {
    if command -v clang-format >/dev/null && command -v run-clang-tidy >/dev/null; then
        judge "clang-format (clang-format -i FILE puts it right)" check_format
        judge "clang-tidy (build/check-tidy.log has all of it)" check_faults_of_code
    else
        skip "no clang-format and clang-tidy here (sh jobs/setup.sh clang-format clang-tidy installs them)"
    fi
}

instruction_sets() {
    echo scalar
    if grep -q -m 1 '^Features.* asimd' /proc/cpuinfo; then echo neon; fi
    for set in avx2 avx512f; do
        if grep -q -m 1 "^flags.* $set" /proc/cpuinfo; then echo "${set%f}"; fi
    done
}

# one_file BUILD...: every build on every instruction set of this CPU writes the same bytes. In the
# default tier of 4000: under sanitizers the scalar kernels take 4 ms a byte.
one_file() (
    folder=$(mktemp -d build/check.XXXXXX)
    trap 'rm -rf "$folder"' EXIT
    export ASAN_OPTIONS=detect_leaks=0 # of the MPI library
    bytes=4000
    [ "$tier" = default ] || bytes=12000
    head -c $bytes tests/data/alice29.txt >"$folder/in"
    for options in "--set width=96 --set order_max=4 --lanes 8 --shards 5" "-5" "-1"; do
        for build in "$@"; do
            for isa in $(instruction_sets); do
                # shellcheck disable=SC2086
                OCKHAM_ISA=$isa build/"$build"/ockham compress -q $options "$folder/in" \
                    -o "$folder/$build.$isa.ock" || exit 1
                [ -f "$folder/first" ] || cp "$folder/$build.$isa.ock" "$folder/first"
                if ! cmp "$folder/first" "$folder/$build.$isa.ock"; then exit 1; fi
            done
        done
        rm -f "$folder"/*.ock "$folder/first"
    done
)

# In the default tier. Without MPI another communicator is linked, under the codec and what stands on
# it; the rest is the same code in the same build as with MPI.
serial_units="launcher reduce network regular codec codec_memory codec_calls plan_file manifest state chain"
serial_sample="^unit\.($(echo "$serial_units" | tr ' ' '|'))\.|^program\.(injected|many_faults)\$"
sanitizer_sample='^unit\.|^program\.(damage|habits)\.'
case $tier in
quick)
    check_part release '^unit\.' unit_tests
    ;;
default)
    check_build release
    judge "jobs/quickstart.sh" sh jobs/quickstart.sh
    # shellcheck disable=SC2046,SC2086 # lists of words
    check_part serial "$serial_sample" ockham many_faults $(printf 'test_%s ' $serial_units)
    check_part asan-ubsan "$sanitizer_sample" ockham unit_tests program_damage program_habits
    check_threads
    check_style
    builds="release serial asan-ubsan"
    ;;
tidy)
    sh jobs/setup.sh clang-format clang-tidy
    if build release; then check_style; else failed=$((failed + 1)); fi
    ;;
coverage)
    sh jobs/setup.sh gcovr
    judge "coverage" sh jobs/coverage.sh
    ;;
faults)
    sh jobs/setup.sh strace iproute2 e2fsprogs
    judge "building" build release
    judge "building without MPI" build serial
    many=
    [ "${2:-}" != long ] || many=--long
    # shellcheck disable=SC2086 # an option or none
    judge "faults" sh tests/faults/run.sh --readme $many --seed "${SEED:-1}" build/release/ockham build/serial/ockham
    ;;
long)
    export OCKHAM_TEST_LONG=1
    check_build release
    judge "jobs/quickstart.sh" sh jobs/quickstart.sh
    for preset in dev serial asan-ubsan; do
        check_build "$preset"
    done
    if command -v mpicc.mpich >/dev/null; then
        check_build mpich
    else
        skip "no MPICH here (sh jobs/setup.sh mpich libmpich-dev installs it)"
    fi
    judge "one binary from two directories" sh tests/build/reproducible.sh
    judge_or_skip "coverage (sh jobs/setup.sh gcovr)" env -u OCKHAM_TEST_LONG sh jobs/coverage.sh
    judge_or_skip "packages (as root: sh jobs/setup.sh lintian debootstrap rpm)" \
        bash tests/program/packages.sh . build/packages
    check_threads
    check_style
    builds="release dev serial asan-ubsan"
    ;;
matrix)
    build release
    other=
    if command -v clang >/dev/null && build clang; then other=$PWD/build/clang/ockham; fi
    judge "one digest from everything" \
        sh tests/arch/matrix.sh full "$PWD/build/matrix" "$PWD/build/release/ockham" "$other"
    ;;
esac

if [ "$tier" = default ] || [ "$tier" = long ]; then
    if command -v clang >/dev/null; then
        if [ "$tier" = long ]; then check_build clang && check_build clang-asan-ubsan; else judge "clang builds" build clang --target ockham; fi
        builds="$builds clang"
    else
        skip "no clang here, so gcc's and clang's files were not compared (sh jobs/setup.sh clang installs it)"
    fi
    # shellcheck disable=SC2086
    judge "one file from: $builds" one_file $builds
fi

if [ -s "$results" ]; then
    echo "check: the ten slowest tests, in seconds:"
    sort -k 2,2nr "$results" | head -n 10 | awk '{ printf "%8.1f  %s (%s)\n", $2, $3, $4 }'
fi
echo "check: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
