# SPDX-License-Identifier: MIT
# calls.sh - sourced by run.sh: one command, hit at every system call, allocation and read in turn.
# Commands and options are lists of words, and names of files are the script's own.
# shellcheck shell=sh disable=SC2034,SC2154,SC2046,SC2086,SC2091,SC2010,SC2143

# prepare: the inputs, what must come of the first, and what stands at the target before.
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
        command="$alone compress $model -f in -o made --checkpoint D --checkpoint-every 8 --resume"
        wanted=wanted.ock
        ;;
    decompress-kept)
        command="$alone decompress -q -f wanted.ock -o made --checkpoint D --checkpoint-every 8 --resume"
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
    case $1.$2.$nameless in # a temporary name that can't be removed stays: with -f it is there for a moment
    linkat.KILL.* | renameat.KILL.* | unlink* | *.KILL.no) left= ;;
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

calls_that_write="pwrite64 write ftruncate fsync linkat renameat renameat2 unlinkat"

need_strace() {
    if ! strace -qq -o /dev/null true 2>/dev/null; then
        skip "$1" "no strace here, or it may not trace"
        return 1
    fi
}

# Whether files are made without names here: then a kill leaves none.
find_nameless() {
    command_of "$1"
    nameless=no
    strace -f -qq -e trace=openat -o trace $command >/dev/null 2>&1
    if grep -q 'O_TMPFILE.* = [0-9]' trace; then nameless=yes; fi
}

# inject DIRECTION ERROR CALL...
inject() {
    direction=$1 error=$2
    shift 2
    enter
    prepare
    find_nameless "$direction"
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

# The last flush is that of the folder. A file that replaced another then stays, with a warning; a fresh one goes.
fault_folder_flush() {
    fault="EIO when the directory is flushed after the rename, with -f and without"
    need_strace "$fault" || return 0
    for direction in compress decompress; do
        enter
        prepare
        command_of $direction
        last=$(count_calls fsync)
        flush="strace -f -qq -e trace=fsync -e signal=none -e inject=fsync:error=EIO:when=$last -o trace"
        cp before made
        $flush $command >/dev/null 2>"$scratch/err"
        code=$?
        [ $code -eq 0 ] && cmp -s made $wanted || wrong "$direction -f: exit code $code, or the file is gone"
        grep -q "complete and in place" "$scratch/err" || wrong "$direction -f: the message does not say so"
        rm -f made
        $flush $(echo "$command" | sed 's/ -f / /') >/dev/null 2>"$scratch/err"
        code=$?
        [ $code -eq 1 ] && [ ! -e made ] || wrong "$direction: exit code $code, or a file"
    done
    row "$fault" 4 "$(judged "replacing: the new file stays, exit code 0, a warning; else exit code 1 and no file")"
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
