#!/bin/sh
# SPDX-License-Identifier: MIT
# What a position costs across two hosts, against the time a message takes between them: two network
# namespaces with a delay on the link, one rank in each.
# Usage: sh tests/bench/nodes.sh [-l LEVELS] [-d MICROSECONDS] [-n LANES] [-r RUNS] [FILE]
#   -l LEVELS        one word, default "1 5"
#   -d MICROSECONDS  one word, default "0 10 50 100 200 500 1000": one way, each
#   -n LANES         default 4
#   -r RUNS          of each the fastest counts, default 1
#   FILE             default: the first 100,000 bytes of the sample text
# OCKHAM names another program than build/release/ockham.
# Prints CSV: level,delay_us,pack_us,restore_us,took_us: of wall-clock time for one position of all lanes, the
# start of the ranks not counted; took_us is what packets did take, by the cable's own account. Restored bytes
# are compared, and each file with that of one rank.
# The delay is tc's (netem) where the kernel has it; else the link is a program, cable.c: it hands on each
# packet that long after it was sent, any number of them being under way. Both also cost what TCP and they
# themselves cost, which the row of delay 0 shows; the row "-" is of one host, by shared memory. Needs root.
set -eu

usage() {
    sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
    exit 1
}

levels="1 5" delays="0 10 50 100 200 500 1000" lanes=4 runs=1
while getopts l:d:n:r: option; do
    case $option in
    l) levels=$OPTARG ;;
    d) delays=$OPTARG ;;
    n) lanes=$OPTARG ;;
    r) runs=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || usage
root=$(cd "$(dirname "$0")/../.." && pwd)
ockham=${OCKHAM:-$root/build/release/ockham}
[ -x "$ockham" ] || { echo "nodes.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
a=ockham-$$-a b=ockham-$$-b cable=

# link_down: no hosts any more; $took is how long packets took by the cable's own account.
link_down() {
    took=
    if [ -n "$cable" ]; then
        kill "$cable" 2>/dev/null && wait "$cable" && took=$(tail -n 1 "$work/ready")
        cable=
    fi
    for host in $a $b; do
        for pid in $(ip netns pids "$host" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done
        ip netns del "$host" 2>/dev/null || true
    done
}
trap 'link_down; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# have_netem: whether the kernel can delay packets.
have_netem() {
    ip netns add $a
    found=0
    ip netns exec $a tc qdisc add dev lo root netem delay 1ms 2>/dev/null || found=1
    ip netns del $a
    return $found
}

# link_up MICROSECONDS: both hosts, an interface "cable" in each.
link_up() {
    ip netns add $a
    ip netns add $b
    if [ $shim = no ]; then
        ip link add name cable netns $a type veth peer name cable netns $b
        for host in $a $b; do ip netns exec "$host" tc qdisc add dev cable root netem delay "$1us" limit 100000; done
    else
        rm -f "$work/ready"
        "$work/cable" "$1" $a $b >"$work/ready" &
        cable=$!
        while [ ! -s "$work/ready" ] && kill -0 $cable; do sleep 0.05; done
        for host in $a $b; do ip -n "$host" link set cable mtu 65000; done
    fi
    ip -n $a addr add 10.78.0.1/24 dev cable
    ip -n $b addr add 10.78.0.2/24 dev cable
    for host in $a $b; do
        ip -n "$host" link set lo up
        ip -n "$host" link set cable up
    done
}

# across ARGUMENTS...: ockham on both hosts.
across() {
    ip netns exec $a mpirun --hostfile "$work/hosts" -n 2 --map-by node --bind-to none --mca plm rsh \
        --mca plm_rsh_agent "$work/agent" --mca oob_tcp_if_include cable --mca btl_tcp_if_include cable \
        --mca pml ob1 --mca btl tcp,self "$ockham" "$@"
}

here() {
    mpirun --oversubscribe --bind-to none -n 2 "$ockham" "$@"
}

# cost RUN ARGUMENTS...: microseconds a position, by the program's own clock.
cost() {
    for _ in $(seq "$runs"); do
        rm -f "$work/log"
        "$@" -q -f --log "$work/log" -T 1 >&2 || return 1
        sed -n 's/.*"event":"end".*"seconds":\([0-9.e+-]*\).*/\1/p' "$work/log"
    done >"$work/seconds"
    sort -g "$work/seconds" | awk -v positions="$positions" 'NR == 1 { printf "%.1f", $1 * 1e6 / positions }'
}

# row NAME RUN: both directions at $level.
row() {
    pack=$(cost "$2" compress "-$level" --lanes "$lanes" "$file" -o "$work/packed")
    restore=$(cost "$2" decompress "$work/packed" -o "$work/restored")
    cmp "$work/packed" "$work/alone"
    cmp "$file" "$work/restored"
    made="$level,$1,$pack,$restore"
}

if [ $# = 1 ]; then
    file=$1
else
    file=$work/text
    head -c 100000 "$root/tests/data/alice29.txt" >"$file"
fi
positions=$((($(stat -c %s "$file") + lanes - 1) / lanes))
printf '10.78.0.1 slots=1\n10.78.0.2 slots=1\n' >"$work/hosts"
printf '#!/bin/sh\nshift\nexec ip netns exec %s sh -c "$*"\n' "$b" >"$work/agent"
chmod +x "$work/agent"
shim=no
if ! have_netem; then
    shim=yes
    cc -std=c11 -O2 -D_GNU_SOURCE -o "$work/cable" "$root/tests/bench/cable.c"
    echo "nodes.sh: no netem in this kernel: the link is cable.c" >&2
fi
echo level,delay_us,pack_us,restore_us,took_us
for level in $levels; do
    "$ockham" compress -q "-$level" --lanes "$lanes" "$file" -o "$work/alone" -f
    row - here
    echo "$made,"
    for delay in $delays; do
        link_up "$delay"
        row "$delay" across
        link_down
        echo "$made,$took"
    done
done
