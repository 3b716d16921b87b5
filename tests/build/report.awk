# SPDX-License-Identifier: MIT
# report.awk - what came of each test of a report that ctest wrote (--output-junit).
# awk [-v allowed=FILE] -f report.awk REPORT
#
#     passed|failed|skipped SECONDS NAME      one line a test
#     left-out NAME REASON                    what it skipped, or left out of what it is about
#     wrong NAME TEXT                         why a test that ctest didn't fail is a failure here
#
# A test says what it leaves out in lines `SKIPPED: REASON`. One that is skipped without a reason has failed.
# So has, where there is a list of what may be left out, one that leaves out more. The list has lines
# `NAMES REASONS`, both extended regular expressions for the whole; # begins a comment.

function attribute(line, name) {
    if (!match(line, " " name "=\"[^\"]*\"")) return ""
    return plain(substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
}

function plain(text) {
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text)
    gsub(/&amp;/, "\\&", text)
    return text
}

function may(name, reason,    i) {
    for (i = 1; i <= rules; i++) if (name ~ names[i] && reason ~ reasons[i]) return 1
    return allowed == ""
}

function wrong(text) {
    print "wrong", name, text
    verdict = "failed"
}

function leave_out(reason) {
    sub(/[ \t\r]+$/, "", reason)
    if (reason == "") return
    has_reason = 1
    print "left-out", name, reason
    if (!may(name, reason)) wrong("may not leave out: " reason)
}

BEGIN {
    while (allowed != "" && (got = getline line <allowed) != 0) {
        if (got < 0) { print "report: " allowed " cannot be read" >"/dev/stderr"; exit 1 }
        if (line ~ /^[ \t]*(#|$)/) continue
        rules++
        names[rules] = reasons[rules] = line
        sub(/[ \t].*/, "", names[rules])
        sub(/^[^ \t]+[ \t]+/, "", reasons[rules])
        names[rules] = "^(" names[rules] ")$"
        reasons[rules] = "^(" reasons[rules] ")$"
    }
}

/<testcase / {
    name = attribute($0, "name")
    seconds = attribute($0, "time")
    verdict = attribute($0, "status") == "run" ? "passed" : attribute($0, "status") == "fail" ? "failed" : "skipped"
    has_reason = 0
}

/SKIPPED: / { text = $0; sub(/.*SKIPPED: /, "", text); sub(/<\/system-out>.*/, "", text); leave_out(plain(text)) }

/<\/testcase>/ {
    if (verdict == "skipped" && !has_reason) wrong("was skipped without a reason, or could not be run")
    printf "%s %.2f %s\n", verdict, seconds, name
}
