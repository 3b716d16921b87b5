# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by scaling.sh and eras.sh, from the top directory.

# field NAME FILE: the first number of that name in a JSON text.
field() {
    sed -n "s/^ *\"$1\": \([0-9.e+-]*\),*$/\1/p" "$2" | head -n 1
}

# plot NAME CSV: plots NAME.sh's table with NAME.gp, beside it.
plot() {
    if command -v gnuplot >/dev/null; then
        gnuplot -e "csv='$2'; out='${2%.csv}.svg'; style='jobs/style.gp'" "jobs/$1.gp"
        echo "$1.sh: $2, ${2%.csv}.svg"
    else
        echo "$1.sh: $2; NO PLOT: gnuplot is not installed (sh jobs/setup.sh gnuplot-nox)" >&2
    fi
}
