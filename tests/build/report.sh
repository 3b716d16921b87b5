#!/bin/sh
# SPDX-License-Identifier: MIT
# What report.awk makes of planted reports: of tests that pass, fail, are skipped with a reason and
# without, are not there, and leave out what they may and may not.
# Usage: sh tests/build/report.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# test NAME STATUS OUTPUT: one of the report.
test_case() {
    printf '\t<testcase name="%s" classname="%s" time="1.25" status="%s">\n' "$1" "$1" "$2"
    [ "$2" != notrun ] || printf '\t\t<skipped message="SKIP_RETURN_CODE=77"/>\n'
    printf '\t\t<system-out>%s</system-out>\n\t</testcase>\n' "$3"
}

{
    printf '<testsuite name="(empty)"\n\ttests="8">\n'
    test_case unit.a.passes run "nothing"
    test_case unit.a.fails fail "SKIPPED: no &lt;x&gt; &amp; y"
    test_case unit.a.says_why notrun "begin
SKIPPED: root reads everything
[  SKIPPED ] says_why"
    test_case unit.a.says_nothing notrun "[  SKIPPED ] says_nothing"
    test_case unit.a.says_blank notrun "SKIPPED: "
    test_case unit.a.missing notrun ""
    test_case unit.a.in_part run "matrix: SKIPPED: no NEON here
done"
    test_case unit.a.off disabled ""
    echo '</testsuite>'
} >"$scratch/report.xml"
printf '# the list\n\nunit\\.a\\.(says|fails).* (root reads .*|no <x> & y)\n' >"$scratch/allowed"

expect() {
    sort >"$scratch/said"
    sort >"$scratch/wanted" <<END
$1
END
    diff "$scratch/wanted" "$scratch/said"
}

silent="was skipped without a reason, or could not be run"
always="passed 1.25 unit.a.passes
failed 1.25 unit.a.fails
left-out unit.a.fails no <x> & y
skipped 1.25 unit.a.says_why
left-out unit.a.says_why root reads everything
failed 1.25 unit.a.says_nothing
wrong unit.a.says_nothing $silent
failed 1.25 unit.a.says_blank
wrong unit.a.says_blank $silent
failed 1.25 unit.a.missing
wrong unit.a.missing $silent
left-out unit.a.in_part no NEON here
failed 1.25 unit.a.off
wrong unit.a.off $silent"
awk -f "$here/report.awk" "$scratch/report.xml" | expect "$always
passed 1.25 unit.a.in_part"
awk -v allowed="$scratch/allowed" -f "$here/report.awk" "$scratch/report.xml" | expect "$always
failed 1.25 unit.a.in_part
wrong unit.a.in_part may not leave out: no NEON here"
if awk -v allowed="$scratch/none" -f "$here/report.awk" "$scratch/report.xml" >/dev/null 2>&1; then
    echo "report: a list that is not there was taken for an empty one" >&2
    exit 1
fi
