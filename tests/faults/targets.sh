# SPDX-License-Identifier: MIT
# targets.sh - sourced by run.sh: where the output should go stands something else, or somebody else
# writes, or the power goes.
# Commands and options are lists of words, and names of files are the script's own.
# shellcheck shell=sh disable=SC2034,SC2154,SC2046,SC2086,SC2091,SC2010,SC2143

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
    row "symlink in place of the target" "$places" \
        "$(judged "refused; with -f replaced; its target is unchanged")"
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
    row "read-only directory" "$places" "$(judged "exit code 1, nothing changed")"
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
