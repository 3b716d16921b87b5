#!/bin/sh
# SPDX-License-Identifier: MIT
# The page of mdl --html in a real browser: it is drawn in light and in dark mode, and without its script; the script runs
# under the page's policy; an input full of markup is inert.
# Usage: sh tests/program/page.sh PROGRAM ALICE29 [DIRECTORY]
#   DIRECTORY  keeps light.png, dark.png and plain.png (without the script) to look at; tests/data/page.png is such a light.png
# exit code 77: no browser here
set -eu

program=$1 alice=$2
keep=${3:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "page: $*" >&2
    exit 1
}

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo "SKIPPED: there is no chromium here"
    exit 77
}

# browse OPTIONS: the browser without a window and without a network.
browse() {
    HOME=$scratch timeout 120 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars \
        --user-data-dir="$scratch/profile" --host-resolver-rules='MAP * ~NOTFOUND' "$@" 2>"$scratch/messages"
}

# shot NAME PAGE OPTIONS: NAME.png
shot() {
    name=$1 page=$2
    shift 2
    browse --window-size=920,1010 --screenshot="$scratch/$name.png" "$@" "file://$scratch/$page" >/dev/null ||
        fail "no screenshot of $page: $(tail -n 1 "$scratch/messages")"
    [ "$(wc -c <"$scratch/$name.png")" -gt 20000 ] || fail "$name.png shows hardly anything"
}

cd "$scratch"
browse --dump-dom 'data:text/html,<p>drawn' | grep -q drawn || {
    echo "SKIPPED: chromium does not start here"
    exit 77
}
small='-1 --set network=0 --set table_bits=14'
head -c 12000 "$alice" >alice
# shellcheck disable=SC2086 # words
"$program" compress -q $small alice -o good.ock --trace-bytes costs
# shellcheck disable=SC2086
"$program" compress -q $small --set contexts=1 alice -o 'one <context>.ock' --trace-bytes more
"$program" mdl good.ock 'one <context>.ock' --html page.html --input alice --trace-bytes costs \
    --trace-bytes more >/dev/null
shot light page.html
shot dark page.html --blink-settings=preferredColorScheme=0
sed '/^<script>/,/^<\/script>/d' page.html >plain.html
! grep -q '<script' plain.html || fail "the script is still there"
shot plain plain.html
! cmp -s light.png dark.png || fail "dark mode is light"
! cmp -s light.png plain.png || fail "the script adds nothing"
browse --dump-dom "file://$scratch/page.html" >dom
grep -q '<output for="at">bytes 0' dom || fail "the script did not run"

for _ in 1 2 3 4 5 6 7 8 9; do
    printf '%s' '</i></pre><script>document.title="run"</script><img src=x onerror="document.title=1"><b onclick=x>'
done >hostile
# shellcheck disable=SC2086
"$program" compress -q $small hostile --trace-bytes hostile.costs
"$program" mdl hostile.ock --html hostile.html --input hostile --trace-bytes hostile.costs >/dev/null
browse --dump-dom "file://$scratch/hostile.html" >dom
grep -q '<title>hostile.ock' dom || fail "a script of the input has run"
[ "$(grep -o '<script' dom | wc -l)" = 1 ] || fail "a script of the input is one"
! grep -q '<img' dom || fail "an image of the input is one"
if [ -n "$keep" ]; then
    cp light.png dark.png plain.png "$keep"
fi
