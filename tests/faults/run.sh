#!/bin/sh
# Injects faults into the program and says what came of them, one row of a table for each.
#
# Usage: sh tests/faults/run.sh [--stride N] [--sample] [--readme] PROGRAM PROGRAM_WITHOUT_MPI [FAULT...]
#   --stride N  every Nth place of a fault instead of all, in runs with checkpoints
#   --sample    every 50th place everywhere, and only the faults of one process
#   --readme    puts the table into tests/README.md
# The second program is the serial build: where every system call is hit in turn, those of the MPI
# library would only be in the way. Exit code 0: no fault had a result that it must not have; 77: what
# the injection needs is not here.
set -u

stride=1 kept_stride=1 sample= readme= here=$(cd "$(dirname "$0")" && pwd)
while :; do
    case ${1:-} in
    --stride) kept_stride=$2 && shift ;;
    --sample) stride=50 kept_stride=50 sample=yes ;;
    --readme) readme=yes ;;
    *) break ;;
    esac
    shift
done
if [ $# -lt 2 ] || [ ! -x "$1" ] || [ ! -x "$2" ]; then
    sed -n '4,7s/^# //p' "$0" >&2
    exit 1
fi
program=$(realpath "$1") alone=$(realpath "$2")
shift 2
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ockham-faults.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
table=$scratch/table failures=0
model="-1 -q --set table_bits=10 --set match_bits=10 --set contexts=2 --lanes 2 --set step=16"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun="mpirun --oversubscribe --bind-to none -n"

# row FAULT TIMES RESULT: a line of the table.
row() {
    echo "| $1 | $2 | $3 |" >>"$table"
    echo "faults: $1; $2: $3"
}

skip() {
    echo "faults: SKIPPED: $1: $2" >&2
    row "$1" 0 "skipped: $2"
}

# wrong WHAT: a result that may not be. The row of the fault counts them.
wrong() {
    bad=$((bad + 1)) failures=$((failures + 1))
    echo "faults: WRONG: $*" >&2
    if [ -s "$scratch/err" ]; then head -n 3 "$scratch/err" >&2; fi
}

hits() {
    if [ "$places" -lt "$possible" ]; then echo "$places of $possible"; else echo "$places"; fi
}

# judged GOOD_RESULT: it, unless something was wrong.
judged() {
    if [ "$bad" -gt 0 ]; then echo "**$bad WRONG**; $1"; else echo "$1"; fi
}

enter() {
    rm -rf "$scratch/work"
    mkdir "$scratch/work"
    cd "$scratch/work" || exit 1
    bad=0 places=0 possible=0 old=0 new=0
}

# text BYTES FILE SKIP: reproducible and compressible.
text() {
    tail -c +"$3" "$here/../data/alice29.txt" | head -c "$1" >"$2"
}

# ---- one command, hit at every place ----

# cases: "COMMAND" with the names in the folder, what it makes, and what that must be equal to.
prepare() {
    text 1000 in 1
    text 1000 other 5000
    "$alone" compress $model in -o wanted.ock
    cp other before
}

# command DIRECTION: sets $command and $wanted; the target is "made", which exists.
command_of() {
    case $1 in
    compress) command="$alone compress $model -f in -o made" wanted=wanted.ock ;;
    decompress) command="$alone decompress -q -f wanted.ock -o made" wanted=in ;;
    compress-kept)
        command="$alone compress $model -f in -o made --checkpoint D --checkpoint-every 20 --resume"
        wanted=wanted.ock
        ;;
    decompress-kept)
        command="$alone decompress -q -f wanted.ock -o made --checkpoint D --checkpoint-every 20 --resume"
        wanted=in
        ;;
    esac
}

# count CALL: how many the command makes.
count_calls() {
    cp before made
    rm -rf D
    strace -f -qq -e trace="$1" -e signal=none -o trace $command >/dev/null 2>&1
    grep -c "$1(" trace
}

# look CALL ERROR PLACE CODE: the target is the old one or the new one, nothing else is left, and what
# the exit code says is so.
look() {
    places=$((places + 1))
    found=neither
    if cmp -s made before; then found=old; fi
    if cmp -s made "$wanted"; then found=new; fi
    left=$(ls -A | grep -vx -e in -e other -e before -e wanted.ock -e made -e trace -e D)
    case $1.$2 in # a temporary file that cannot be removed stays
    *.KILL | unlink*) left= ;;
    esac
    case $found in
    old) old=$((old + 1)) ;;
    new) new=$((new + 1)) ;;
    *) wrong "$1 $2 at $3: the target is neither old nor new" ;;
    esac
    [ -z "$left" ] || wrong "$1 $2 at $3: left behind: $left"
    rm -f .made.*.tmp
    if [ "$4" -eq 0 ] && [ $found != new ]; then wrong "$1 $2 at $3: exit code 0 without a result"; fi
    if [ "$2" != KILL ] && [ "$4" -gt 127 ]; then wrong "$1 $2 at $3: crashed, exit code $4"; fi
}

# resumed CALL ERROR PLACE: without the fault the same command ends in the wanted file.
resumed() {
    $command >/dev/null 2>"$scratch/err" && cmp -s made "$wanted" ||
        wrong "$1 $2 at $3: could not be resumed"
}

stride_of() {
    every=$stride
    case $1 in *-kept) every=$kept_stride ;; esac
}

# hit DIRECTION CALL ERROR: at every place.
hit() {
    command_of "$1"
    total=$(count_calls "$2")
    possible=$((possible + total)) place=1
    stride_of "$1"
    while [ "$place" -le "$total" ]; do
        cp before made
        rm -rf D
        how=error=$3
        [ "$3" != KILL ] || how=signal=KILL
        strace -f -qq -e trace="$2" -e signal=none -e inject="$2:$how:when=$place" -o trace \
            $command >/dev/null 2>"$scratch/err"
        code=$?
        look "$2" "$3" "$place" $code
        case $1 in *-kept) [ $code -eq 0 ] || resumed "$2" "$3" "$place" ;; esac
        place=$((place + every))
    done
}

calls_that_write="pwrite64 write ftruncate fsync rename renameat2 unlink unlinkat link"

need_strace() {
    if ! strace -qq -o /dev/null true 2>/dev/null; then
        skip "$1" "no strace here, or it may not trace"
        return 1
    fi
}

# inject DIRECTION ERROR CALL...
inject() {
    direction=$1 error=$2
    shift 2
    enter
    prepare
    for call in "$@"; do hit "$direction" "$call" "$error"; done
}

describe_direction() {
    case $1 in
    *-kept) echo "${1%-kept} with checkpoints" ;;
    *) echo "$1" ;;
    esac
}

# every_call ERROR: a row for each direction.
every_call() {
    for direction in compress decompress compress-kept decompress-kept; do
        fault="$2, $(describe_direction $direction)"
        need_strace "$fault" || continue
        # shellcheck disable=SC2086
        inject $direction "$1" $3
        result="target old $old, new $new times; no other file left"
        case $direction in *-kept) result="$result; resumed to the same bytes" ;; esac
        row "$fault" "$(hits)" "$(judged "$result")"
    done
}

fault_kill_calls() {
    every_call KILL "kill at every call of $(echo $calls_that_write | sed 's/ /, /g')" "$calls_that_write"
}

fault_eio() {
    every_call EIO "EIO at every such call and every close, openat, read, pread64" \
        "$calls_that_write close openat read pread64"
}

fault_enospc() {
    every_call ENOSPC "ENOSPC at every such call and every openat" "$calls_that_write openat"
}

# The last flush is that of the folder. A file that replaced another then stays, a fresh one goes.
fault_folder_flush() {
    fault="EIO when the folder is flushed after the rename, with -f and without"
    need_strace "$fault" || return
    for direction in compress decompress; do
        enter
        prepare
        command_of $direction
        last=$(count_calls fsync)
        flush="strace -f -qq -e trace=fsync -e signal=none -e inject=fsync:error=EIO:when=$last -o trace"
        cp before made
        $flush $command >/dev/null 2>"$scratch/err"
        code=$?
        [ $code -eq 1 ] && cmp -s made $wanted || wrong "$direction -f: exit code $code, or the file is gone"
        grep -q "complete and in its place" "$scratch/err" || wrong "$direction -f: the message does not say so"
        rm -f made
        $flush $(echo "$command" | sed 's/ -f / /') >/dev/null 2>"$scratch/err"
        code=$?
        [ $code -eq 1 ] && [ ! -e made ] || wrong "$direction: exit code $code, or a file"
    done
    row "$fault" 4 "$(judged "exit code 1; the new file stays where it replaced another, else there is none")"
}

# ---- memory, reads ----

build_shim() {
    cc -shared -fPIC -O1 -o "$scratch/shim.so" "$here/shim.c" -ldl 2>"$scratch/err"
}

# shimmed VARIABLE FIELD DIRECTION MORE: the fault at every place.
shimmed() {
    command_of "$3"
    command="$command $4"
    cp before made
    FAULT_COUNT=$scratch/count LD_PRELOAD=$scratch/shim.so $command >/dev/null 2>&1
    total=$(cut -d' ' -f"$2" "$scratch/count")
    possible=$((possible + total)) place=1
    stride_of "$3"
    while [ "$place" -le "$total" ]; do
        cp before made
        rm -rf D
        env "$1=$place" LD_PRELOAD="$scratch/shim.so" $command >/dev/null 2>"$scratch/err"
        code=$?
        look "$1" fault "$place" $code
        place=$((place + every))
    done
}

fault_memory() {
    for direction in compress decompress compress-kept decompress-kept; do
        enter
        prepare
        fault="every allocation of our own fails in turn, $(describe_direction $direction)"
        build_shim || { skip "$fault" "no library to preload can be built" && return; }
        shimmed FAULT_MALLOC 1 $direction ""
        row "$fault" "$(hits)" "$(judged "target old $old, new $new times; no crash")"
    done
}

fault_reads() {
    for direction in compress decompress; do
        enter
        prepare
        more=
        [ $direction = decompress ] || more=--verify
        fault="every read in turn has a flipped bit, $direction $more"
        build_shim || { skip "$fault" "no library to preload can be built" && return; }
        shimmed FAULT_READ 2 $direction "$more"
        row "$fault" "$(hits)" "$(judged "target old $old, new $new times; never a wrong file")"
    done
}

# What --verify is for: the file is read back wrong after it was written.
fault_verify() {
    enter
    prepare
    fault="compress --verify: a flipped bit in the transcript when it is decoded"
    build_shim || { skip "$fault" "no library to preload can be built" && return; }
    command_of compress
    FAULT_COUNT=$scratch/count LD_PRELOAD=$scratch/shim.so $command --verify
    total=$(cut -d' ' -f2 "$scratch/count")
    cp before made
    FAULT_READ=$total LD_PRELOAD=$scratch/shim.so $command --verify 2>"$scratch/err"
    code=$?
    look pread flip "$total" $code
    [ $code -eq 3 ] || wrong "exit code $code, not 3"
    row "$fault" "$places" "$(judged "exit code 3, no output")"
}

# ---- targets ----

fault_symlink() {
    enter
    prepare
    cp other victim
    for force in "" -f; do
        for direction in compress decompress; do
            command_of $direction
            rm -f made
            ln -s victim made
            $(echo "$command" | sed "s/ -f / $force /") >/dev/null 2>"$scratch/err"
            code=$?
            places=$((places + 1))
            cmp -s victim other || wrong "$direction $force wrote through the link"
            if [ -z "$force" ]; then
                [ $code -eq 1 ] && [ -L made ] || wrong "$direction did not refuse the link: $code"
            else
                [ $code -eq 0 ] && [ ! -L made ] && cmp -s made $wanted || wrong "$direction -f: $code"
            fi
        done
    done
    row "symbolic link in place of the target" "$places" \
        "$(judged "refused; with -f replaced; what it points to is untouched")"
}

fault_read_only() {
    enter
    prepare
    mkdir shut
    cp before shut/made
    cp "$alone" program
    as=
    if [ "$(id -u)" -eq 0 ]; then
        as="setpriv --reuid=65534 --regid=65534 --clear-groups"
        chmod 755 "$scratch" . && chmod a+r ./*
    fi
    chmod 555 shut
    for target in shut/made shut/fresh; do
        for direction in compress decompress; do
            command_of $direction
            $as $(echo "$command" | sed "s:$alone:./program:; s:-o made:-o $target:") >/dev/null 2>"$scratch/err"
            code=$?
            places=$((places + 1))
            [ $code -eq 1 ] || wrong "$direction to $target: exit code $code"
            [ "$(ls -A shut)" = made ] && cmp -s shut/made before || wrong "$direction changed the folder"
        done
    done
    chmod 755 shut
    row "read-only folder" "$places" "$(judged "exit code 1, nothing changed")"
}

fault_two_writers() {
    enter
    prepare
    "$alone" compress $model other -o wanted2.ock
    round=0
    while [ $round -lt $((20 / stride + 1)) ]; do
        round=$((round + 1))
        for force in "" -f; do
            rm -f made
            "$alone" compress $model $force in -o made 2>/dev/null &
            first=$!
            "$alone" compress $model $force other -o made 2>/dev/null
            second=$?
            wait $first
            first=$?
            places=$((places + 1))
            cmp -s made wanted.ock || cmp -s made wanted2.ock || wrong "neither writer's file"
            if [ -z "$force" ] && [ $((first + second)) -ne 1 ]; then wrong "codes $first, $second"; fi
            if [ -n "$force" ] && [ $((first + second)) -ne 0 ]; then wrong "codes $first, $second"; fi
            [ -z "$(ls -A | grep tmp)" ] || wrong "a temporary file is left"
        done
    done
    row "two writers on one target, without and with -f" "$places" \
        "$(judged "one whole file; without -f the other ends with exit code 1")"
}

# ---- ranks ----

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
    have_mpi "stopped rank" || return
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
    have_mpi "lost rank" || return
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
    have_mpi "$fault" || return
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

# ---- power ----

fault_power() {
    fault="power cut: an ext4 copied without sync at a random moment"
    enter
    prepare
    mkdir disk
    if ! truncate -s 24M image || ! mkfs.ext4 -q image 2>/dev/null || ! mount -o loop image disk 2>/dev/null; then
        skip "$fault" "loop mounts are not allowed here"
        return
    fi
    round=0 acknowledged=0
    while [ $round -lt $((40 / stride + 4)) ]; do
        round=$((round + 1)) done_before=
        command_of compress
        cp before disk/made && sync disk/made
        rm -f finished
        ($(echo "$command" | sed 's:-o made:-o disk/made:') >/dev/null 2>&1 && : >finished) &
        job=$!
        sleep "0.0$((round % 10))"
        [ $((round % 4)) -ne 0 ] || wait $job
        if [ -e finished ]; then done_before=yes; fi
        cp --sparse=always image after
        wait $job
        mkdir -p later && mount -o loop after later 2>/dev/null || { wrong "the copy cannot be mounted" && continue; }
        cp later/made made 2>/dev/null || rm -f made
        umount later
        places=$((places + 1))
        if cmp -s made "$wanted"; then
            new=$((new + 1))
        elif cmp -s made before && [ -z "$done_before" ]; then
            old=$((old + 1))
        else
            wrong "after round $round: neither old nor new, or a reported file is lost"
        fi
        if [ -n "$done_before" ]; then acknowledged=$((acknowledged + 1)); fi
    done
    umount disk
    row "$fault" "$places" \
        "$(judged "target old $old, new $new times; new in all $acknowledged cases where the program had ended")"
}

# ---- what ctest cases inject ----

# case_of PRESET_TEST CASE FAULT TIMES RESULT
case_of() {
    build=$(dirname "$program")
    if ! command -v ctest >/dev/null || [ ! -f "$build/CTestTestfile.cmake" ]; then
        skip "$3" "no tests in this build"
        return
    fi
    bad=0
    (cd "$build" && OCKHAM_TEST_LONG=1 OCKHAM_TEST_ONLY=$2 ctest -R "^$1\$" --output-on-failure) \
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
    case_of program.resume test_one_run_a_folder "two runs in one checkpoint folder" 1 "the second is refused"
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
        "external storage, links, filters, chunks, virtual and oversized data, extra objects, with a right seal" \
        "each" "refused"
    case_of program.damage test_altered_transcript "a flipped bit in the transcript, with a right seal" 200 \
        "exit code 2, no output"
}

fault_nan() {
    case_of 'mpi.poison.[123]' '*' "NaN in a parameter or moment of one rank, 1 to 3 ranks" 6 \
        "all ranks stop at the same step and name rank and update"
}

# ---- the table ----

one_process="kill_calls eio enospc folder_flush memory reads verify symlink read_only two_writers"
several="random_kills other_ranks bits nan stopped_rank lost_rank cut_link power"

put_into_readme() {
    awk -v table="$table" '
        /^<!-- faults: end/ { inside = 0 }
        !inside { print }
        /^<!-- faults: begin/ {
            inside = 1
            print "\n| fault | times | what happened |\n| --- | --- | --- |"
            while ((getline line <table) > 0) print line
            print ""
        }' "$here/../README.md" >"$scratch/readme" && cat "$scratch/readme" >"$here/../README.md"
}

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2086
    set -- $one_process
    # shellcheck disable=SC2086
    [ -n "$sample" ] || set -- "$@" $several
fi
: >"$table"
for fault in "$@"; do
    "fault_$fault" || exit 1
done
[ -z "$readme" ] || put_into_readme
if ! strace -qq -o /dev/null true 2>/dev/null && [ -n "$sample" ]; then exit 77; fi
echo "faults: $(wc -l <"$table") rows, $failures wrong"
[ "$failures" -eq 0 ]
