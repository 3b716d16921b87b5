#!/bin/bash
# SPDX-License-Identifier: MIT
# The batch scripts of jobs/ under a real Slurm: a cluster of this one machine, started here with
# ports, folders and a key of its own, and taken down again whatever happens.
# Usage: slurm.sh PROGRAM SOURCE_FOLDER       exit code 77: skipped, the reason is on standard error
set -euo pipefail

program=$1 source=$2
# Ranks may have to share cores, here and with other programs. How they are bound, and with how many threads, is
# up to the scripts.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
unset OMPI_MCA_hwloc_base_binding_policy OMPI_MCA_rmaps_base_oversubscribe \
    PRTE_MCA_rmaps_default_mapping_policy OCKHAM_THREADS OMP_NUM_THREADS
started=() # processes of the cluster, newest last

# The scripts' own way to launch ranks, and mpirun; or MPICH's, whose mpiexec does not know the options of mpirun.
srun="srun --mpi=pmix" launchers=("srun --mpi=pmix" mpirun)
if ldd "$program" | grep -q libmpich; then
    srun="srun --mpi=pmi2" launchers=("srun --mpi=pmi2")
    export OCKHAM_LAUNCH=$srun
fi
usual=${OCKHAM_LAUNCH:-}

skip() {
    echo "slurm.sh: SKIPPED: $*" >&2
    exit 77
}

fail() {
    echo "slurm.sh: FAILED: $*" >&2
    tail -n 40 "$root"/*.log "$root"/work/*.out >&2 || true
    exit 1
}

# until SECONDS COMMAND...: true as soon as the command is.
until_true() {
    local tries=$(($1 * 10))
    shift
    while ! "$@"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# Processes of jobs and their keepers belong to nobody once the daemons are gone; all of them have
# the configuration's name in their environment.
kill_leftovers() {
    local environment
    for environment in /proc/[0-9]*/environ; do
        if grep -q -s -a -F "SLURM_CONF=$SLURM_CONF" "$environment"; then
            environment=${environment#/proc/}
            kill -9 "${environment%/environ}" 2>/dev/null || true
        fi
    done
}

take_down() {
    local i
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do
        kill "${started[i]}" 2>/dev/null || true
        until_true 5 gone "${started[i]}" || kill -9 "${started[i]}" 2>/dev/null || true
    done
    kill_leftovers
    rm -rf "$root"
}

for need in slurmctld slurmd sbatch srun scontrol munged mungekey; do
    command -v "$need" >/dev/null ||
        skip "no $need here (sh jobs/setup.sh slurm-wlm munge installs it)"
done
[ "$(id -u)" -eq 0 ] || skip "Slurm's daemons want root"
[ -r "$program" ] || fail "no program at $program"

root=$(mktemp -d /tmp/ockham-slurm.XXXXXX)
trap take_down EXIT
trap 'exit 1' INT TERM HUP
mkdir "$root/work" "$root/state" "$root/spool" "$root/munge"
export SLURM_CONF=$root/slurm.conf

# ---- the cluster ----

# Two ports that nobody listens on now.
free_ports() {
    local port=$((20000 + RANDOM % 20000)) found=()
    while [ ${#found[@]} -lt 2 ]; do
        port=$((port + 1))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || found+=("$port")
    done
    echo "${found[@]}"
}

configure() {
    local ports
    read -r -a ports <<<"$(free_ports)"
    cat >"$SLURM_CONF" <<END
ClusterName=ockham
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$root/munge/socket
CredType=cred/munge
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool
SlurmctldPidFile=$root/slurmctld.pid
SlurmdPidFile=$root/slurmd.pid
SlurmctldLogFile=$root/slurmctld.log
SlurmdLogFile=$root/slurmd.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
KillWait=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES OverSubscribe=FORCE:8 State=UP
END
}

# start NAME COMMAND...: a daemon that stays in the foreground.
start() {
    local name=$1
    shift
    "$@" >>"$root/$name.log" 2>&1 &
    started+=($!)
}

start_munge() {
    chmod 700 "$root/munge"
    mungekey --create --keyfile="$root/munge/key"
    start munged munged --foreground --force --socket="$root/munge/socket" \
        --key-file="$root/munge/key" --pid-file="$root/munge/pid" --seed-file="$root/munge/seed" \
        --log-file="$root/munge/log"
    until_true 10 test -S "$root/munge/socket"
}

is_idle() { sinfo -h -o %T 2>/dev/null | grep -q '^idle$'; }

configure
start_munge || skip "munged does not start: $(cat "$root/munged.log")"
start slurmctld slurmctld -D -f "$SLURM_CONF"
start slurmd slurmd -D -f "$SLURM_CONF" -N "$(hostname -s)"
until_true 30 is_idle ||
    skip "Slurm does not start here: $(tail -n 5 "$root/slurmctld.log" "$root/slurmd.log")"

# ---- jobs ----

cd "$root/work"
export OCKHAM_HOME=$source OCKHAM=$program
# A small model in four lanes, whose checkpoints are quick to make; many of them in a run.
model=(--lanes 4 --set table_bits=14 --set match_bits=12)
often=(--checkpoint-every 15)

# state JOB, field JOB NAME: what Slurm says of it.
field() { scontrol show job "$1" 2>/dev/null | grep -o -m 1 "\<$2=[^ ]*" | cut -d = -f 2-; }
state() { field "$1" JobState; }
ended() { [[ $(state "$1") =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)$ ]]; }

# A job that was requeued is given a later time to begin; here it need not wait, once the node has
# forgotten its former life.
hurried=''
hurry() {
    if [ -z "$hurried" ] && [ "$(field "$1" Restarts)" = 1 ] && [ "$(state "$1")" = PENDING ]; then
        hurried=1
        sleep 3
        scontrol update "JobId=$1" StartTime=now || true
    fi
    ended "$1"
}

# submit SCRIPT ARGUMENT...: the job's number. Options of sbatch in $options.
options=()
submit() {
    local script=$1
    shift
    sbatch --parsable --output=%x-%A.out ${options[@]+"${options[@]}"} "$source/jobs/$script" "$@"
}

# ends JOB CODE
ends() {
    hurried=''
    until_true 600 hurry "$1" || fail "job $1 does not end: $(scontrol show job "$1")"
    [ "$(field "$1" ExitCode)" = "$2:0" ] || fail "job $1 ends with $(field "$1" ExitCode), not $2"
}

launch_as_usual() {
    unset OCKHAM_LAUNCH
    if [ -n "$usual" ]; then export OCKHAM_LAUNCH=$usual; fi
}

same() { cmp "$1" "$2" || fail "$1 is not $2"; }

# heard JOB TEXT: its output has the text; says: must have it.
heard() { grep -q -s -e "$2" ./*-"$1".out; }
says() { heard "$1" "$2" || fail "job $1 does not say: $2"; }

has_checkpoint() { compgen -G "$1/*.ockc" >/dev/null; }

# interrupt FOLDER COMMAND...: once there is a checkpoint in it.
interrupt() {
    until_true 300 has_checkpoint "$1" || fail "no checkpoint in $1"
    shift
    "$@" || fail "$*"
}

only() { # the folder holds these files and what the jobs said
    local found
    found=$(ls -A --ignore='*.out')
    [ "${found//$'\n'/ }" = "$*" ] || fail "left behind: $found"
}

head -c 9000 "$source/tests/data/alice29.txt" >short
head -c 24000 "$source/tests/data/alice29.txt" >in
for i in short in; do "$program" compress -q "${model[@]}" "$i" -o "want.$i"; done
files="in short want.in want.short"

echo "slurm.sh: a file is compressed, tested, restored"
job=$(submit compress.sbatch short "${model[@]}")
ends "$job" 0
says "$job" "requeued 0 times"
same short.ock want.short
tested=$(submit verify.sbatch short.ock)
job=$(submit decompress.sbatch short.ock -o out)
ends "$tested" 0
says "$tested" "good"
ends "$job" 0
same out short
rm short.ock out
only "$files"

# A program that notes how many CPUs a rank may use.
cat >"$root/probe" <<'END'
#!/bin/sh
nproc >>"cpus.$SLURM_JOB_ID"
exec "$OCKHAM_PROBED" "$@"
END
chmod +x "$root/probe"

# ranks_have JOB RANKS CPUS THREADS: so many, each of them; the last two as the probe and the log have it.
ranks_have() {
    local found wished=$3 i
    for ((i = 1; i < $2; i++)); do wished+=" $3"; done
    found=$(paste -sd ' ' "cpus.$1")
    [ "$found" = "$wished" ] || fail "job $1: its ranks may use $found CPUs, not $wished"
    grep -q "\"ranks\":$2,\"threads\":$4," "log.$1" || fail "job $1: $(head -n 1 "log.$1")"
    rm "cpus.$1" "log.$1"
}

echo "slurm.sh: threads have the CPUs of their rank's task"
export OCKHAM=$root/probe OCKHAM_PROBED=$program
# placed LAUNCHER RANKS CPUS THREADS SBATCH_OPTION...
placed() {
    export OCKHAM_LAUNCH=$1
    options=("${@:5}")
    job=$(submit compress.sbatch short "${model[@]}" --log log)
    ends "$job" 0
    same short.ock want.short
    mv log "log.$job"
    ranks_have "$job" "$2" "$3" "$4"
    rm short.ock
}
for launch in "${launchers[@]}"; do
    placed "$launch" 1 2 2 --cpus-per-task=2
done
placed "$srun" 1 2 1 --cpus-per-task=2 --export=ALL,OCKHAM_THREADS=1
placed "$srun" 2 1 1 --cpus-per-task=1 --ntasks-per-node=2
placed "$srun --cpus-per-task=1" 1 1 2 # the control: what is wished instead is seen
if [ ${#launchers[@]} -gt 1 ]; then
    placed mpirun 2 2 1 --cpus-per-task=1 --ntasks-per-node=2
    placed "mpirun --map-by ppr:1:node:PE=2" 1 2 2 --cpus-per-task=2
    placed "mpirun --bind-to core" 1 1 2
fi
launch_as_usual
unset OCKHAM_PROBED
export OCKHAM=$program
options=()
only "$files"

echo "slurm.sh: what failed is not requeued"
job=$(submit verify.sbatch in)
ends "$job" 2
says "$job" "requeued 0 times"
only "$files"

for launch in "${launchers[@]}"; do
    echo "slurm.sh: $launch: stopped by a signal to the script, requeues itself"
    export OCKHAM_LAUNCH=$launch
    options=(--ntasks-per-node=2 --cpus-per-task=1)
    job=$(submit compress.sbatch in "${model[@]}" "${often[@]}")
    interrupt in.compress-state scancel --signal=USR1 --batch "$job"
    ends "$job" 0
    says "$job" "2 ranks, 1 threads each"
    says "$job" "stopped by SIGUSR1"
    says "$job" "requeued 1 times"
    says "$job" "resuming from"
    same in.ock want.in
    rm in.ock
    only "$files"
done
launch_as_usual
options=()

echo "slurm.sh: requeued by another's hand, in both directions"
job=$(submit compress.sbatch in "${model[@]}" "${often[@]}")
interrupt in.compress-state scontrol requeue "$job"
ends "$job" 0
says "$job" "resuming from"
same in.ock want.in
job=$(submit decompress.sbatch want.short -o out "${often[@]}")
interrupt want.short.decompress-state scontrol requeue "$job"
ends "$job" 0
says "$job" "resuming from"
same out short
rm in.ock out
only "$files"

echo "slurm.sh: an array, whose last task is stopped and requeues itself alone"
mkdir files
head -c 5000 in >"files/a file"
head -c 6000 in >"files/b"
cp in files/z
for i in files/*; do
    "$program" compress -q "${model[@]}" "$i" -o "want ${i#files/}"
    echo "$i"
done | LC_ALL=C sort >list # the whole input is the last one
options=(--array=1-3 --output=array-%A_%a.out)
job=$(submit array.sbatch list compress "${model[@]}" "${often[@]}")
interrupt files/z.compress-state scancel --signal=USR1 --batch "${job}_3"
for i in 1 2 3; do ends "${job}_$i" 0; done
says "${job}_3" "resuming from"
for i in 1 2; do
    [ "$(grep -c requeued "array-${job}_$i.out")" -eq 1 ] || fail "task $i was requeued too"
done
for i in "a file" b z; do same "files/$i.ock" "want $i"; done
options=()

if [ "${OCKHAM_TEST_LONG:-0}" = 1 ]; then
    echo "slurm.sh: stopped by the time limit (a minute; Slurm gives its signal early)"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat in; done >long
    options=(--time=1 --signal=B:USR1@50)
    job=$(submit compress.sbatch long -9 "${model[@]}")
    until_true 100 heard "$job" "stopped by SIGUSR1" || fail "no signal before the end"
    scontrol update "JobId=$job" TimeLimit=60
    ends "$job" 0
    says "$job" "resuming from"
    "$program" compress -q -9 "${model[@]}" long -o "want long"
    same long.ock "want long"
fi

echo "slurm.sh: all good"
