# SPDX-License-Identifier: MIT
# cases.sh - sourced by run.sh: faults that cases of the test programs inject; the tables' rows for them.
# shellcheck shell=sh disable=SC2034,SC2154

# case_of TEST CASE FAULT TIMES RESULT: the tests TEST.CASE; CASE is a pattern of the shell's, "" of a test that is not cut
# into cases.
case_of() {
    build=$(dirname "$program")
    if ! command -v ctest >/dev/null || [ ! -f "$build/CTestTestfile.cmake" ]; then
        skip "$3" "no tests in this build"
        return
    fi
    bad=0
    name="$1${2:+\\.$(echo "$2" | sed 's/\*/.*/g')}"
    (cd "$build" && OCKHAM_TEST_LONG=1 ctest -R "^$name\$" --output-on-failure) \
        >"$scratch/ctest" 2>&1 && grep -q '100% tests passed, 0 tests failed out of [1-9]' "$scratch/ctest" || {
        tail -n 30 "$scratch/ctest" >&2
        wrong "$1 $2"
    }
    if [ "$bad" -eq 0 ]; then row "$3" "$4" "$5"; else row "$3" "up to $4" "**WRONG**: $1, $2 failed"; fi
}

fault_random_kills() {
    case_of program.resume test_killed_at_random \
        "kill -9 of a rank or of mpirun at random moments, compress and decompress" "50 each" \
        "resumed to the same bytes"
}

fault_other_ranks() {
    case_of program.resume test_stop_and_resume \
        "stopped on 1 rank with scalar kernels, on 3 with the widest, ended on 2, both directions" 2 \
        "the same bytes"
    case_of program.resume test_one_run_a_folder "two runs in one checkpoint directory" 1 "the second is refused"
    case_of program.resume test_damaged_generation "damaged checkpoints" "both directions" \
        "named, the one before is used"
    case_of program.resume test_full_disk "full disk at a checkpoint" "both directions" \
        "exit code 1, resumed to the same bytes"
}

fault_bits() {
    case_of unit.container '*every_flipped_bit*' "flip of every bit of a small .ock" all "none accepted"
    case_of unit.container '*every_truncation*' "a small .ock cut at every byte, and longer ones" all "none accepted"
    case_of unit.checkpoint '*every_flipped_bit*' "flip of every bit of a small checkpoint" all "none accepted"
    case_of unit.checkpoint '*every_cut*' "a small checkpoint cut at every byte" all "none accepted"
    case_of unit.container_hostile '*' \
        "external storage, links, filters, chunks, virtual and oversized data, extra objects, with a valid seal" \
        "each" "refused"
    case_of program.damage test_altered_transcript "a flipped bit in the transcript, with a valid seal" 200 \
        "exit code 2, no output"
}

fault_nan() {
    case_of 'mpi.poison.[123]' '' "NaN in a parameter or moment of one rank, 1 to 3 ranks" 6 \
        "all ranks stop at the same step and name rank and update"
}
