# SPDX-License-Identifier: MIT
# eras.gp - bits a byte of each era against the time it took, from eras.sh's table.
# gnuplot -e "csv='eras.csv'; out='eras.svg'; style='jobs/style.gp'" eras.gp
load style
set terminal svg size 1100,480 font "sans,12" background "white"
set output out
set datafile separator ","
set ylabel "bits a byte"
set multiplot layout 1,2
set style fill solid 0.8
set boxwidth 0.7
set yrange [0:*]
set xtics rotate by 40 right
plot csv every ::1 using 0:2:xticlabels(1) with boxes lc 2 notitle, \
     csv every ::1 using 0:2:2 with labels offset 0,0.6 font ",9" notitle
unset xtics
set xtics
set logscale x
set xlabel "user seconds"
set yrange [*:*]
set offsets graph 0.1, graph 0.25, graph 0.1, graph 0.05
plot csv every ::1 using 3:2 with points pt 7 lc 1 notitle, \
     csv every ::1 using 3:2:1 with labels left offset 0.7,0.2 font ",9" notitle
unset multiplot
