# SPDX-License-Identifier: MIT
# style.gp - how all plots look, on white. All other scripts for gnuplot load it; the program has the same lines
# (src/cli/plot.c), and its pages the same colours (src/measure/page_style.h): the test build.styles compares them.
set border 3 linecolor rgb '#565b66'
set tics nomirror textcolor rgb '#1b1d21'
set grid linetype 1 dashtype 1 linewidth 0.5 linecolor rgb '#d5d8de'
set linetype 1 linecolor rgb '#cc3311' linewidth 2 pointtype 7 dashtype 1
set linetype 2 linecolor rgb '#4477aa' linewidth 2 pointtype 6 dashtype (14,6)
set linetype 3 linecolor rgb '#228833' linewidth 2 pointtype 5 dashtype (4,6)
set linetype 4 linecolor rgb '#aa3377' linewidth 2 pointtype 4 dashtype (18,6,4,6)
set linetype 5 linecolor rgb '#8a6d00' linewidth 2 pointtype 9 dashtype (24,8)
set linetype 6 linecolor rgb '#007788' linewidth 2 pointtype 8 dashtype (8,4,2,4)
set linetype cycle 6
