# SPDX-License-Identifier: MIT
# ranks.sh - sourced by run.sh: a rank stops or is lost, a link is cut.
# shellcheck shell=sh disable=SC2034,SC2154

slow="-q --set layers=8 --set width=256 --lanes 4 --deadline 3 --log log"

# start_job: $mpirun 3, and waits until it works; $job is its process, pid.N those of the ranks.
start_job() {
    rm -f log pid.*
    $mpirun 3 sh -c "echo \$\$ >pid.\$OMPI_COMM_WORLD_RANK; exec $program $1" >/dev/null 2>"$scratch/err" &
    job=$!
    while [ ! -s log ] && kill -0 $job 2>/dev/null; do sleep 0.05; done
    sleep 0.3
}

have_mpi() {
    if ! command -v mpirun >/dev/null || "$program" --version | grep -q 'mpi none'; then
        skip "$1" "no MPI in this build"
        return 1
    fi
}

fault_stopped_rank() {
    have_mpi "stopped rank" || return 0
    enter
    text 60000 in 1
    for rank in 0 1 2; do
        start_job "compress $slow in -o made"
        kill -STOP "$(cat pid.$rank)"
        begin=$(date +%s)
        wait $job
        code=$?
        seconds=$(($(date +%s) - begin)) places=$((places + 1))
        [ $code -ne 0 ] || wrong "exit code 0"
        [ $seconds -lt 40 ] || wrong "it took $seconds seconds"
        grep -q "no progress for .* waiting for rank $rank" "$scratch/err" || wrong "rank $rank is not named"
        kill -KILL "$(cat pid.$rank)" 2>/dev/null
        [ ! -e made ] || wrong "an output"
        rm -f .made.*.tmp
    done
    row "stopped rank (SIGSTOP), ranks 0, 1 and 2 of 3, --deadline 3" "$places" \
        "$(judged "the job ends within the deadline and names the rank")"
}

fault_lost_rank() {
    have_mpi "lost rank" || return 0
    enter
    text 60000 in 1
    for rank in 0 1 2; do
        start_job "compress $slow in -o made"
        kill -KILL "$(cat pid.$rank)"
        wait $job
        code=$?
        places=$((places + 1))
        [ $code -ne 0 ] || wrong "exit code 0"
        grep -q "rank $rank" "$scratch/err" || wrong "rank $rank is not named"
        [ ! -e made ] || wrong "an output"
        rm -f .made.*.tmp
    done
    row "lost rank (SIGKILL), ranks 0, 1 and 2 of 3" "$places" \
        "$(judged "the job ends; the launcher names the rank; no output")"
}

# ---- hosts: two network namespaces and a cable between them ----

links_down() {
    for host in ockham-a ockham-b; do # the launcher's daemon beyond the cut has nobody to end it
        for pid in $(ip netns pids $host 2>/dev/null); do kill -KILL "$pid"; done
    done
    ip netns del ockham-a 2>/dev/null
    ip netns del ockham-b 2>/dev/null
}

links_up() {
    links_down
    ip netns add ockham-a && ip netns add ockham-b &&
        ip link add name ockham-va type veth peer name ockham-vb &&
        ip link set ockham-va netns ockham-a && ip link set ockham-vb netns ockham-b &&
        ip -n ockham-a addr add 10.77.0.1/24 dev ockham-va && ip -n ockham-b addr add 10.77.0.2/24 dev ockham-vb &&
        ip -n ockham-a link set ockham-va up && ip -n ockham-b link set ockham-vb up &&
        ip -n ockham-a link set lo up && ip -n ockham-b link set lo up
}

fault_cut_link() {
    fault="cut link between two hosts (network namespaces), --deadline 3"
    have_mpi "$fault" || return 0
    if ! links_up 2>"$scratch/err"; then
        links_down
        skip "$fault" "network namespaces are not allowed here"
        return
    fi
    enter
    text 60000 in 1
    cat >agent <<'AGENT'
#!/bin/sh
shift
exec ip netns exec ockham-b sh -c "$*"
AGENT
    chmod +x agent
    printf '10.77.0.1 slots=1\n10.77.0.2 slots=1\n' >hosts
    ip netns exec ockham-a mpirun --hostfile hosts -n 2 --map-by node --bind-to none --mca plm rsh \
        --mca plm_rsh_agent "$PWD/agent" --mca oob_tcp_if_include 10.77.0.0/24 \
        --mca btl_tcp_if_include 10.77.0.0/24 --mca pml ob1 --mca btl tcp,self \
        sh -c "echo \$\$ >pid.\$OMPI_COMM_WORLD_RANK; exec $program compress $slow in -o made" \
        >/dev/null 2>"$scratch/err" &
    job=$! tries=0
    while [ ! -s log ] && kill -0 $job 2>/dev/null && [ $tries -lt 400 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    if [ ! -s log ]; then
        kill -KILL $job 2>/dev/null
        links_down
        skip "$fault" "no job starts across namespaces here"
        return
    fi
    sleep 0.5
    ip -n ockham-a link set ockham-va down
    begin=$(date +%s)
    for rank in 0 1; do
        pid=$(cat pid.$rank)
        while kill -0 "$pid" 2>/dev/null && [ $(($(date +%s) - begin)) -lt 60 ]; do sleep 0.1; done
        if kill -0 "$pid" 2>/dev/null; then
            wrong "rank $rank lives on"
            kill -KILL "$pid"
        fi
    done
    seconds=$(($(date +%s) - begin)) places=1
    kill -TERM $job 2>/dev/null
    wait $job
    [ $seconds -lt 40 ] || wrong "it took $seconds seconds"
    grep -q "no progress for .* waiting for rank" "$scratch/err" || wrong "the cause is not named"
    [ ! -e made ] || wrong "an output"
    links_down
    row "$fault" "$places" "$(judged "both ranks end within the deadline and name the one they wait for")"
}
