# SPDX-License-Identifier: MIT
# C without its comments, without blank lines and what blanks begin or end a line: what of the sources a receiver needs.
# Usage: awk -f uncomment.awk FILE...
{
    line = $0
    out = ""
    while (line != "") {
        if (inside) {
            if (!(end = index(line, "*/"))) { line = ""; break }
            line = substr(line, end + 2)
            inside = 0
        }
        if (!match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|'([^'\\]|\\.)*'/)) { out = out line; break }
        found = substr(line, RSTART, 2)
        if (found == "//") { out = out substr(line, 1, RSTART - 1); break }
        if (found == "/*") {
            out = out substr(line, 1, RSTART - 1) " "
            inside = 1
            line = substr(line, RSTART + 2)
        } else {
            out = out substr(line, 1, RSTART + RLENGTH - 1)
            line = substr(line, RSTART + RLENGTH)
        }
    }
    sub(/^[ \t]+/, "", out)
    sub(/[ \t]+$/, "", out)
    if (out != "") print out
}
