# SPDX-License-Identifier: MIT
# What the batch scripts share; sourced by them, not run. jobs/README.md explains its use.
#
#     ockham_batch COMMAND FILE [OCKHAM_OPTION...]
#
# runs the command as one step of the job, with checkpoints, and ends the job with its exit code. A
# step that was asked to stop (exit code 75) is put back into the queue by the job itself.
#
# From the environment, all optional:
#   OCKHAM_HOME        the source tree, or PREFIX/share/ockham of an installation (default: the directory that
#                      sbatch was called in)
#   OCKHAM             the program (default: the tree's release build, or the one on the PATH)
#   OCKHAM_LAUNCH      the launcher of the ranks (default: srun --mpi=pmix; or mpirun), see ockham_launcher.
#                      Not with --kill-on-bad-exit: ranks that end with code 75 end a moment apart.
#   OCKHAM_THREADS     threads of each rank (default: the job's --cpus-per-task; else as many as a rank may
#                      use CPUs)
#   OCKHAM_CHECKPOINT  the checkpoint directory (default: FILE.COMMAND-state)
# shellcheck shell=bash

ockham_program=${OCKHAM:-${OCKHAM_HOME:-$SLURM_SUBMIT_DIR}/build/release/ockham}
[ -n "${OCKHAM:-}" ] || [ -x "$ockham_program" ] || ockham_program=ockham
ockham_threads=${OCKHAM_THREADS:-${SLURM_CPUS_PER_TASK:-}}

ockham_say() { echo "ockham job ${SLURM_JOB_ID:-?}: $*" >&2; }

# The last task of an array has the array's own number as SLURM_JOB_ID: asked by it, Slurm would
# requeue all tasks.
ockham_job() {
    if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
        echo "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    else
        echo "$SLURM_JOB_ID"
    fi
}

# The launcher's words, into ockham_launch: every rank may use all CPUs of its task. Left alone, srun
# (since Slurm 22.05) forgets the --cpus-per-task of sbatch, and mpirun binds a job of one or two ranks
# to one core a rank, which all its threads would share. What OCKHAM_LAUNCH says itself comes first:
# srun takes the last of several, mpirun gets nothing where there is a mapping or binding.
ockham_launcher() {
    # shellcheck disable=SC2206 # a list of words
    local words=(${OCKHAM_LAUNCH:-srun --mpi=pmix}) more=()
    case ${words[0]##*/} in
    srun)
        more=(--cpu-bind=cores)
        [ -z "${SLURM_CPUS_PER_TASK:-}" ] || more+=("--cpus-per-task=$SLURM_CPUS_PER_TASK")
        ;;
    mpirun | mpiexec)
        case ${words[*]} in *bind* | *map-by*) ;; *) more=(--bind-to none) ;; esac
        ;;
    esac
    ockham_launch=("${words[0]}" ${more[@]+"${more[@]}"} "${words[@]:1}")
}

ockham_asked= # a stop was asked for
ockham_again= # a signal came, which ends `wait` but not the step
ockham_step=  # the launcher's process

ockham_ask() {
    ockham_asked=1 ockham_again=1
    [ -z "$ockham_step" ] || kill -USR1 "$ockham_step" 2>/dev/null || true
}
trap ockham_ask USR1

# ockham_run PROGRAM ARGUMENT...: passes USR1 on to the program; its exit code.
ockham_run() {
    local code=0 waited
    "$@" &
    ockham_step=$! ockham_again=1
    [ -z "$ockham_asked" ] || ockham_ask # before the step had a number
    while [ -n "$ockham_again" ]; do
        ockham_again='' waited=0
        wait "$ockham_step" || waited=$?
        [ "$waited" -eq 127 ] || code=$waited # 127: the code was already fetched
    done
    ockham_step=
    return "$code"
}

# Requeues the job, which ends it, or says why it cannot be requeued.
ockham_requeue() {
    ockham_say "stopped with a checkpoint; requeueing the job"
    scontrol requeue "$(ockham_job)" ||
        ockham_say "could not be requeued: submit the same command again to continue"
    exit 75
}

ockham_batch() {
    if [ $# -lt 2 ]; then
        ockham_say "usage: sbatch [SBATCH_OPTION...] SCRIPT FILE [OCKHAM_OPTION...]"
        exit 1
    fi
    local command=$1 file=$2 code=0
    shift 2
    local state=${OCKHAM_CHECKPOINT:-$file.$command-state}
    local keep=(--checkpoint "$state" --resume)
    [ -z "$ockham_threads" ] || keep+=(-T "$ockham_threads")
    ockham_say "$command $file: ${SLURM_NTASKS:-1} ranks, ${ockham_threads:-their own number of} threads each," \
        "requeued ${SLURM_RESTART_COUNT:-0} times"
    ockham_launcher
    ockham_run "${ockham_launch[@]}" "$ockham_program" "$command" "$file" "${keep[@]}" "$@" || code=$?
    # 138: the signal came before the program was there to hear it
    if [ "$code" -eq 75 ] || { [ "$code" -eq 138 ] && [ -n "$ockham_asked" ]; }; then
        ockham_requeue
    fi
    rmdir "$state" 2>/dev/null || true # is empty after success, and kept otherwise
    exit "$code"
}
