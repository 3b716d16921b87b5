#!/bin/bash
# SPDX-License-Identifier: MIT
# Holds --help, the manual and the completions for bash, zsh and fish against the table of options:
# each must have every option for every command that it is for, and nothing else. Then plants
# differences in copies of them: each must be found.
# Usage: bash tests/build/options.sh PAGES OCKHAM
#        PAGES: the directory with table, ockham.1, ockham.5, bash, zsh and fish, as the build makes them
# zsh and fish run their scripts where they are installed; else only the text is compared, which is said.
set -euo pipefail

pages=$(cd "$1" && pwd)
ockham=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C HOME=$work # fish writes there

# Lines "COMMAND<tab>OPTION", sorted, are what is compared.
accepted() { cut -f 1,2 "$pages/table" | sort -u; }
used() { grep -P '\tused$' "$pages/table" | cut -f 1,2 | sort -u; }
commands() { cut -f 1 "$pages/table" | uniq; }
# FILEs without a command are typed as a file.
typed() { if [ "$1" = 'FILEs without a command' ]; then echo file; else echo "$1"; fi; }

# From lines "H<tab>a, b and c" and "O<tab>-o --output" below them, and "every command" for all of them.
expand() {
    awk -F '\t' -v all="$(commands | tr '\n' ,)" '
    $1 == "H" {
        list = $2 == "every command" ? all : $2
        sub(/,$/, "", list)
        gsub(/ and |, /, ",", list)
        count = split(list, command, ",")
    }
    $1 == "O" {
        if ($2 ~ /^-[0-9] \.\.\. -[0-9]$/) {
            range = ""
            for (level = substr($2, 2, 1) + 0; level <= substr($2, length($2)) + 0; level++)
                range = range " -" level
            $2 = range
        }
        options = split($2, option, " ")
        for (i = 1; i <= count; i++)
            for (j = 1; j <= options; j++)
                print command[i] "\t" option[j]
    }' | sort -u
}

# of_NAME FOLDER: the pairs that the file of that name in the folder has.

of_help() {
    sed -n -E -e '/^Options of .*[^:]$/ { N; s/\n/ /; }' -e 's/^Options of (.*):$/H\t\1/p' \
        -e 's/^  (-[0-9] \.\.\. -[0-9])  .*/O\t\1/p' \
        -e 's/^  (-[A-Za-z0-9]), (--[a-z-]+)( .*)?$/O\t\1 \2/p' \
        -e 's/^      (--[a-z-]+)( .*)?$/O\t\1/p' "$1/help" | expand
}

of_manual() {
    sed -E -e 's/\\-/-/g' -e 's/\\f[A-Z]//g' "$1/ockham.1" |
        awk '/^\.SH/ { inside = /OPTIONS/ }
             !inside { next }
             /^\.SS Options of / { sub(/^\.SS Options of /, ""); print "H\t" $0; next }
             heading && /^-[0-9] \.\.\. -[0-9]/ { print "O\t" $0 }
             heading && /^-[A-Za-z0-9], --/ { sub(/,/, ""); print "O\t" $1 " " $2 }
             heading && /^--/ { print "O\t" $1 }
             { heading = /^\.TP/ }' | expand
}

# All that looks like an option anywhere, but those of other programs: it must be in the table.
strangers() {
    sed 's/\\-/-/g' "$1" | grep -oE -e '(^|[^a-z-])--[a-z][a-z-]*' | grep -oE -e '--.*' |
        grep -vxE -e '--(mca|mpi|hostfile|map-by|bind-to|ntasks-per-node|cpus-per-task|cpu-bind)' | sort -u | comm -23 - <(cut -f 2 "$pages/table" | sort -u)
}

# bash's words are what its function gives for a hyphen behind the command.
of_bash() {
    while read -r command; do
        # shellcheck disable=SC2046 # a command with a verb is two words
        bash -c '
            source "$1/bash"
            shift
            COMP_WORDS=(ockham "$@" -)
            COMP_CWORD=$(($# + 1))
            _ockham
            printf "%s\n" "${COMPREPLY[@]}"' bash "$1" $(typed "$command") | sed "s/^/$command\t/"
    done < <(commands) | sort -u
}

# The text of zsh: under each command what is in braces, or at the beginning.
of_zsh() {
    awk "/^    case/ { inside = 1 }
        inside && /^    \*\)\$/ { command = \"FILEs without a command\" }
        inside && /^    '[a-z ]+'\)\$/ { command = \$0; gsub(/^ *'|'\)\$/, \"\", command); next }
        inside && /^        '[^:]*\{-/ { names = \$0; sub(/^[^{]*\{/, \"\", names); sub(/\}.*/, \"\", names); show(names) }
        inside && /^        '\*?--/ { names = \$0; sub(/^ *'\*?/, \"\", names); sub(/\[.*/, \"\", names); show(names) }
        function show(names,    i, n, name) {
            n = split(names, name, \",\")
            for (i = 1; i <= n; i++) { sub(/[+=]\$/, \"\", name[i]); print command \"\t\" name[i] }
        }" "$1/zsh" | sort -u
}

# What zsh hands to _arguments when it runs the function.
of_zsh_running() {
    while read -r command; do
        # shellcheck disable=SC2046
        zsh -f -c '
            file=$1/zsh
            shift
            words=("$@" -)
            CURRENT=$#words
            _describe() { : }
            _arguments() {
                [[ $1 = -C ]] && { state=argument; return 0 }
                print -rl -- "$@"
            }
            source $file' zsh "$1" $(typed "$command") |
            sed -n -E -e 's/^(\([^)]*\)|\*)?(-[A-Za-z0-9-]+)[+=]?\[.*/\2/p' | sed "s/^/$command\t/"
    done < <(commands) | sort -u
}

of_fish() {
    awk -v all="$(commands | tr '\n' ,)" "/^complete -c ockham/ && / -d / && !/ -a [a-z]+ -d / {
        line = \$0
        sub(/ -d .*/, \"\", line)
        count = split(substr(all, 1, length(all) - 1), command, \",\")
        if (match(line, /__ockham_for [^\"]*\"/)) {
            list = substr(line, RSTART + 13, RLENGTH - 14)
            sub(/FILE/, \"FILEs without a command\", list)
            gsub(/' '/, \",\", list); gsub(/'/, \"\", list)
            count = split(list, command, \",\")
        }
        for (i = 1; i <= count; i++) {
            if (match(line, / -s ./)) print command[i] \"\t-\" substr(line, RSTART + 4, 1)
            if (match(line, / -l [a-z-]+/)) print command[i] \"\t--\" substr(line, RSTART + 4, RLENGTH - 4)
        }
    }" "$1/fish" | sort -u
}

of_fish_running() {
    while read -r command; do
        for dashes in - --; do
            # shellcheck disable=SC2016 # fish's own variables
            fish --no-config -c 'source $argv[1]/fish; complete -C "ockham $argv[2] $argv[3]"' \
                "$1" "$(typed "$command")" "$dashes" | cut -f 1 | sed "s/^/$command\t/"
        done
    done < <(commands) | sort -u
}

# check NAME EXPECTED FOUND: two files of pairs.
check() {
    diff "$2" "$3" >"$work/difference" && return
    echo "options: $1 differs from the table (< is missing, > is too much):"
    head -n 20 "$work/difference"
    return 1
}

# compare FOLDER NAME: the file or files of one name; 1, with lines that say why, when they differ.
compare() {
    case $2 in
    help | manual)
        "of_$2" "$1" >"$work/found"
        check "$2" "$work/used" "$work/found" || return 1
        strangers "$1/$([ "$2" = help ] && echo help || echo ockham.1)" >"$work/strange"
        [ ! -s "$work/strange" ] || { echo "options: $2 speaks of" && cat "$work/strange" && return 1; }
        ;;
    bash | zsh | fish)
        "of_$2" "$1" >"$work/found"
        check "$2" "$work/accepted" "$work/found" || return 1
        if [ "$2" != bash ] && command -v "$2" >/dev/null; then
            "$2" -n "$1/$2" || return 1
            "of_$2_running" "$1" >"$work/found"
            check "$2, running" "$work/accepted" "$work/found" || return 1
        fi
        ;;
    esac
}

# plant NAME FILE SED_COMMAND: must be found in a copy of the file that was changed so.
plant() {
    rm -rf "$work/copy"
    cp -R "$work/original" "$work/copy"
    sed -i -E "$3" "$work/copy/$2"
    if cmp -s "$work/original/$2" "$work/copy/$2"; then
        echo "options: '$3' changes nothing in $2" >&2
        exit 1
    fi
    if compare "$work/copy" "$1" >/dev/null; then
        echo "options: '$3' in $2 was not found" >&2
        exit 1
    fi
}

# complete_bash LINE: what bash offers at the end of the line, sorted, on one line.
complete_bash() {
    bash -c '
        source "$1/bash"
        read -r -a COMP_WORDS <<<"${2%|}"
        [[ $2 != *" |" ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _ockham
        printf "%s\n" "${COMPREPLY[@]}"' bash "$pages" "$1" | sort | paste -sd ' '
}

# offers LINE EXPECTED: with "|" where the cursor is.
offers() {
    local found
    found=$(cd "$work/files" && complete_bash "$1")
    if [ "$found" != "$2" ]; then
        echo "options: bash offers '$found' at '$1', not '$2'" >&2
        exit 1
    fi
}

accepted >"$work/accepted"
used >"$work/used"
[ "$(wc -l <"$work/used")" -gt 150 ] || { echo "options: the table is short" >&2 && exit 1; }
mkdir "$work/original" "$work/files"
cp "$pages/ockham.1" "$pages/ockham.5" "$pages/bash" "$pages/zsh" "$pages/fish" "$work/original"
"$ockham" --help >"$work/original/help"

failed=0
for name in help manual bash zsh fish; do
    compare "$work/original" "$name" || failed=1
done
[ "$failed" = 0 ] || exit 1
for shell in zsh fish; do
    command -v "$shell" >/dev/null || echo "options: $shell is not installed, its completion was compared by text only"
done

# Commands, verbs and files, where they are due.
mkdir "$work/files/folder"
touch "$work/files/a.ock" "$work/files/text"
offers 'ockham |' 'a.ock audit compress decompress folder help info mdl plan score test text'
offers 'ockham -d t|' 'test text'
offers 'ockham -dc a.ock |' 'a.ock folder'
offers 'ockham -T 4 te|' 'test text'
offers 'ockham de|' 'decompress'
offers 'ockham -q audit |' 'bisect check doctor keygen replay sign verify'
offers 'ockham audit re|' 'replay'
offers 'ockham compress |' 'a.ock folder text'
offers 'ockham decompress -q |' 'a.ock folder'
offers 'ockham audit replay --steps 1:2 |' 'a.ock folder'
offers 'ockham mdl a.ock t|' 'text'
offers 'ockham audit doctor |' ''
offers 'ockham compress --log |' 'a.ock folder text'
offers 'ockham compress -o t|' 'text'
offers 'ockham compress --checkpoint |' 'folder'
offers 'ockham compress --lanes |' ''
offers 'ockham compress --log = t|' 'text'
offers 'ockham compress --log = text -|' "$(grep -P '^compress\t' "$work/accepted" | cut -f 2 | sort | paste -sd ' ')"
offers 'ockham audit sign --ke|' '--keep --key'
offers 'ockham file |' 'a.ock folder text'

# The section of ockham(5) on the configuration has every number of the model, and no other.
configured() { sed -n '/^\.SH CONFIGURATION/,/^\.SH REPEATS/p' "$1/ockham.5" | grep '^\.BR' | tr -d '",' | tr ' ' '\n' |
    grep -E '^[a-z_0-9]+$' | sort; }
"$ockham" plan --json 1000 | sed -n '/"config": {/,/}/s/^ *"\([a-z_0-9]*\)": [^{]*$/\1/p' | sort >"$work/numbers"
[ "$(wc -l <"$work/numbers")" -gt 30 ] || { echo "options: the list of the model's numbers is short" >&2 && exit 1; }
configured "$work/original" >"$work/configured"
if ! diff "$work/numbers" "$work/configured" >"$work/difference"; then
    echo "options: ockham(5)'s CONFIGURATION and the model's numbers differ:" >&2
    cat "$work/difference" >&2
    exit 1
fi
mkdir "$work/planted"
sed 's/ features "//' "$work/original/ockham.5" >"$work/planted/ockham.5"
configured "$work/planted" | cmp -s - "$work/numbers" && { echo "options: a number was left out, and not missed" >&2 && exit 1; }

# One option less, one more, one for another command.
plant help help '/--null/d'
plant help help '/--json/s/$/\n      --planted        nothing/'
plant help help 's/^(Options of mdl):/\1 and info:/'
plant manual ockham.1 '/^.*fB.-0.fR, /s/null/nul/'
plant manual ockham.1 '/^\.SS Options of plan$/s/plan/info/'
plant manual ockham.1 's/^Restores$/Restores \\-\\-planted/'
plant manual ockham.1 '/^\.SS Options of plan$/s/$/\n.TP\n\\fB\\-\\-planted\\fR/'
for command in compress 'audit sign'; do
    plant bash bash "/^    '$command'/s/ --keep / /"
    plant bash bash "/^    '$command'/s/ --keep / --keep --planted /"
    plant zsh zsh "/^    '$command'/,/;;/{/-k --keep/d}"
    plant zsh zsh "/^    '$command'/,/;;/s/^( *)(.*-k --keep.*)/\1'--planted[x]' \\\\\n\1\2/"
done
plant fish fish '/-l extract/d'
plant fish fish "s/'decompress'( 'FILE'\" -l extract)/'compress'\1/"
plant fish fish "s/ 'FILE'(\" -l rm)/\1/"
plant help help '/ --rm /d'
plant bash bash "/^    \*\) options/s/ --rm / /"
plant zsh zsh "/^    \*\)\$/,/;;/{/'--rm/d}"
plant fish fish "s/^complete .*-l extract.*/&\ncomplete -c ockham -l planted -d x/"
echo "options: help, manual and completions are those of the table; every planted difference was found"
