#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sizes and speeds of Ockham beside other compressors, every result restored and compared, all in
# one run and one table. Writes build/bench/table.txt, results.csv and, with gnuplot, one plot a file
# (ratio against speed, FILE.svg).
# Usage: bash tests/bench/run.sh [--install] [--record] [LEVELS [FILE...]]
#   --install  install the other compressors first (Debian packages)
#   --record   append Ockham's results on 2 ranks to tests/bench/history.csv
#   LEVELS     one word, such as "1 5 9" (default 5)
#   FILE       a path, or a name in the folder $OCKHAM_CORPORA (default ../shared/corpora beside
#              the checkout) or its folder kinds, there plain or as .xz; enwik5 and enwik6 are cut from enwik4;
#              kinds: all of that folder, beside the tools of each kind as well
#              Default: enwik6 enwik5 alice29.txt dickens xml kodim05.ppm
# Speeds are of wall-clock time and mean little on a busy machine; "cpu" is user and system seconds
# of all processes, "MB" the largest process's resident memory.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
record=no
while [[ ${1:-} == --* ]]; do
    case $1 in
    --install)
        sh "$root/jobs/setup.sh" time xz-utils zstd bzip3 zpaq p7zip-full brotli gnuplot-nox \
            flac wavpack libjxl-tools webp
        ;;
    --record) record=yes ;;
    *)
        sed -n '/^# Usage/,/^set /s/^# //p' "$0" >&2
        exit 1
        ;;
    esac
    shift
done
read -ra levels <<<"${1:-5}"
shift || true
files=("$@")
((${#files[@]})) || files=(enwik6 enwik5 alice29.txt dickens xml kodim05.ppm)

corpora=${OCKHAM_CORPORA:-$root/../shared/corpora}
if [[ ${files[*]} == kinds ]]; then
    mapfile -t files < <(find "$corpora/kinds" -name "*.xz" -exec basename {} .xz \; | sort)
fi
ockham=$root/build/release/ockham
out=$root/build/bench
csv=$out/results.csv
[[ -x $ockham ]] || { echo "run.sh: build it first: sh jobs/quickstart.sh" >&2; exit 1; }
mkdir -p "$out/work"
cd "$out/work"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)
[[ -z $(git -C "$root" status --porcelain 2>/dev/null) ]] || commit=$commit+
date=$(date -u +%Y-%m-%d)

# find_file NAME: prints the path of the file, unpacked.
find_file() {
    if [[ -f $1 ]]; then
        realpath "$1"
    elif [[ -f $corpora/$1 ]]; then
        realpath "$corpora/$1"
    elif [[ -f $root/tests/data/$1 ]]; then
        echo "$root/tests/data/$1"
    elif [[ -f $out/$1 ]]; then
        echo "$out/$1"
    elif [[ -f $corpora/$1.xz || -f $corpora/kinds/$1.xz ]]; then
        local packed=$corpora/$1.xz
        [[ -f $packed ]] || packed=$corpora/kinds/$1.xz
        xz -dc "$packed" >"$out/$1.part" && mv "$out/$1.part" "$out/$1" && echo "$out/$1"
    elif [[ $1 == enwik[56] ]]; then
        head -c $((10 ** ${1#enwik})) "$(find_file enwik4)" >"$out/$1" && echo "$out/$1"
    else
        echo "run.sh: no file $1, and none in $corpora" >&2
        return 1
    fi
}

# measure COMMAND_LINE: runs it; sets wall and cpu (seconds) and peak (MB, or - if unknown).
measure() {
    local user system
    if [[ -x /usr/bin/time ]]; then
        /usr/bin/time -o "$out/time" -f '%e %U %S %M' sh -c "$1"
    else
        TIMEFORMAT='%R %U %S -'
        { time sh -c "$1" 2>&3; } 3>&2 2>"$out/time"
    fi
    read -r wall user system peak < <(tail -n 1 "$out/time")
    cpu=$(awk "BEGIN { print $user + $system }")
    [[ $peak == - ]] || peak=$((peak / 1024))
}

# row NAME PACK UNPACK [OTHER]: PACK makes ./packed from $file, UNPACK makes ./restored from it. OTHER: the verdict
# where that isn't $file, of a tool that restores numbers and writes a header of its own; else DIFFERENT.
row() {
    local name=$1 verdict=same bytes pack_wall pack_cpu pack_peak other=${4:-DIFFERENT}
    rm -rf packed restored
    if ! measure "$2" >/dev/null; then
        echo "run.sh: $name: FAILED to compress $file" >&2
        return 0
    fi
    bytes=$(stat -c %s packed) pack_wall=$wall pack_cpu=$cpu pack_peak=$peak
    measure "$3" >/dev/null && cmp -s "$file" restored || verdict=$other
    awk -v OFS=, -v commit="$commit" -v date="$date" -v file="$(basename "$file")" -v size="$size" \
        -v name="$name" -v bytes="$bytes" -v pw="$pack_wall" -v pc="$pack_cpu" -v pm="$pack_peak" \
        -v uw="$wall" -v uc="$cpu" -v um="$peak" -v verdict="$verdict" '
        function speed(seconds) { return sprintf("%.1f", size / (seconds > 0.005 ? seconds : 0.005) / 1000) }
        BEGIN { print commit, date, file, size, name, bytes, sprintf("%.4f", 8 * bytes / size),
                      speed(pw), pc, pm, speed(uw), uc, um, verdict }' | tee -a "$csv" | show
}

# show: lines of the table from lines of the CSV.
show() {
    awk -F, '{ printf "%-12s %9d %-20s %9d %7s %9s %8s %6s %9s %8s %6s %s\n",
               $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 }'
}

header() {
    printf '%-12s %9s %-20s %9s %7s %9s %8s %6s %9s %8s %6s %s\n' \
        file bytes program packed bits/B pack_KB/s cpu_s MB back_KB/s cpu_s MB restored
}

# peer COMMAND NAME PACK UNPACK [OTHER]: a row if the command is there.
missing=()
peer() {
    if command -v "$1" >/dev/null; then
        row "${@:2}"
    elif [[ " ${missing[*]} " != *" $1 "* ]]; then
        missing+=("$1")
    fi
}

echo commit,date,file,file_bytes,program,packed_bytes,bits_per_byte,pack_kb_s,pack_cpu_s,pack_mb,restore_kb_s,restore_cpu_s,restore_mb,restored >"$csv"
header
for name in "${files[@]}"; do
    file=$(find_file "$name")
    size=$(stat -c %s "$file")
    for level in "${levels[@]}"; do
        for ranks in 1 2; do
            start="mpirun --oversubscribe -n $ranks $ockham"
            row "ockham -$level on $ranks ranks" "$start compress -q -f -$level '$file' -o packed" \
                "$start decompress -q -f packed -o restored"
        done
    done
    peer xz "xz -9e" "xz -9e -kc '$file' >packed" "xz -dc packed >restored"
    peer zstd "zstd -22 --ultra" "zstd -q --ultra -22 -c '$file' >packed" "zstd -qdc packed >restored"
    peer bzip3 "bzip3 -b 16" "bzip3 -e -b 16 -c '$file' >packed" "bzip3 -d -c packed >restored"
    peer zpaq "zpaq -m5" \
        "cp '$file' input && zpaq add new.zpaq input -m5 -t1 2>&1 && mv new.zpaq packed" \
        "mv packed old.zpaq && zpaq extract old.zpaq input -to restored -t1 2>&1; rm -f input old.zpaq"
    peer 7z "7z PPMd" "7z a -t7z -m0=PPMd -mx=9 new.7z '$file' && mv new.7z packed" \
        "7z e -so packed >restored"
    peer brotli "brotli -q 11" "brotli -q 11 --lgwin=24 -c '$file' >packed" \
        "brotli -dc packed >restored"
    case $file in
    *.wav)
        peer flac "flac -8" "flac -s -f -8 --ignore-chunk-sizes '$file' -o packed" \
            "flac -s -f -d packed -o restored" header
        peer wavpack "wavpack -hhx3" "wavpack -i -q -y -hh -x3 '$file' -o packed.wv && mv packed.wv packed" \
            "wvunpack -q -y packed -o restored" header
        ;;
    *.ppm | *.pgm)
        peer cjxl "cjxl -e 9" "cjxl --quiet -d 0 -e 9 '$file' packed.jxl && mv packed.jxl packed" \
            "djxl --quiet packed restored.ppm && mv restored.ppm restored" header
        peer cwebp "cwebp -z 9" "cwebp -quiet -lossless -z 9 '$file' -o packed" \
            "dwebp -quiet packed -ppm -o restored" header
        ;;
    *f32le.raw) peer fpzip "fpzip" "fpzip -i '$file' -t float -1 $((size / 4)) -o packed" \
        "fpzip -d -i packed -o restored" header ;;
    esac
done
for tool in ${missing[@]+"${missing[@]}"}; do
    echo "run.sh: NOT COMPARED: $tool is not installed (--install installs it)" >&2
done
{ header; tail -n +2 "$csv" | show; } >"$out/table.txt"
for name in "${files[@]}"; do
    if command -v gnuplot >/dev/null; then
        gnuplot -e "csv='$csv'; file='$(basename "$name")'; out='$out/$(basename "$name").svg'; style='$root/jobs/style.gp'" \
            "$root/tests/bench/plot.gp"
    else
        missing+=(gnuplot) && echo "run.sh: NO PLOT: gnuplot is not installed (--install)" >&2 && break
    fi
done
if [[ $record == yes ]]; then
    awk -F, -v OFS=, '$5 ~ /^ockham -[1-9] on 2 ranks/ {
        print $1, $2, substr($5, 9, 1), $3, $6, $8 }' "$csv" >>"$root/tests/bench/history.csv"
fi
rm -rf packed restored
echo "run.sh: table in $out/table.txt, figures in $csv"
grep -q DIFFERENT "$csv" && exit 1 || exit 0
