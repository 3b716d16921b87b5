#!/bin/sh
# SPDX-License-Identifier: MIT
# What the library shows, and what it uses: it defines no name but ockham_*, just those of its headers, and calls
# nothing that prints, ends the process or changes it.
# Usage: sh tests/build/exports.sh NM LIBRARY HEADER...   LIBRARY: libNAME.so or libNAME.a; exit code 1, and a line
#                                                         for each breach, when there is one
#        sh tests/build/exports.sh --control NM CC        plants one of each kind: all must be found
set -eu

# Functions that only a program may call, and its streams.
forbidden='exit|_exit|abort|atexit|signal|sigaction|kill|raise|alarm|setitimer|setenv|putenv|unsetenv|chdir|umask'
forbidden="$forbidden|printf|vprintf|puts|putchar|perror|__printf_chk|__vprintf_chk|fork|system|stdout|stderr|stdin"
forbidden="$forbidden|setlocale|fesetround|fesetenv|setrlimit"

# check NM LIBRARY HEADER...
check() (
    tool=$1 library=$2
    shift 2
    how=-g
    case $library in *.so*) how=-D ;; esac
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    "$tool" $how "$library" | sed 's/@.*//' >"$scratch/all"
    awk 'NF == 3 && $2 != "A" && $2 != "w" { print $3 }' "$scratch/all" | sort -u >"$scratch/defined"
    sed -n 's/^OCKHAM_API .*[ *]\(ockham_[a-z_]*\)(.*/\1/p' "$@" | sort -u >"$scratch/declared"
    bad=0
    comm -23 "$scratch/defined" "$scratch/declared" | grep . && bad=1 && echo "exports: $library shows these" >&2
    comm -13 "$scratch/defined" "$scratch/declared" | grep . && bad=1 && echo "exports: $library lacks these" >&2
    awk 'NF == 2 && $1 == "U" { print $2 }' "$scratch/all" | grep -xE "$forbidden" && bad=1 &&
        echo "exports: $library uses these" >&2
    exit $bad
)

# planted NAME TEXT: a library with this must be refused for that name.
planted() {
    { echo "$2" && echo 'int ockham_one(void) { return 1; }'; } >"$folder/part.c"
    "$cc" -w -fPIC -shared -o "$folder/libpart.so" "$folder/part.c"
    if check "$nm" "$folder/libpart.so" "$folder/part.h" >"$folder/said" 2>&1 || ! grep -qx "$1" "$folder/said"; then
        echo "exports: $1 was not found" >&2
        exit 1
    fi
}

if [ "$1" != --control ]; then
    check "$@"
    exit 0
fi
nm=$2 cc=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo 'OCKHAM_API int ockham_one(void);' >"$folder/part.h"
planted ock_two 'int ock_two(void) { return 2; }'
planted stderr '#include <stdio.h>
FILE *ockham_one_file(void) { return stderr; }'
planted exit 'void exit(int); static void ockham_end(void) { exit(1); } void *ockham_keep = ockham_end;'
planted ockham_three 'int ockham_three(void) { return 3; }'
echo 'OCKHAM_API int ockham_four(void);' >>"$folder/part.h"
planted ockham_four ''
echo "exports: every planted breach was found"
