# SPDX-License-Identifier: MIT
# scaling.gp - description length against model size and compute, from scaling.sh's table.
# gnuplot -e "csv='scaling.csv'; out='scaling.svg'; style='jobs/style.gp'" scaling.gp
load style
set terminal svg size 1100,480 font "sans,12" background "white"
set output out
set datafile separator ","
set logscale x
set ylabel "kilobits"
set offsets graph 0, graph 0.05, graph 0.1, graph 0.05
set key top right
set format x "10^{%L}"
set multiplot layout 1,2
do for [panel = 1:2] {
    column = panel + 2
    set xlabel panel == 1 ? "dense parameters" : "multiply-adds"
    plot csv every ::1 using column:(column(5) / 1000) with points lt 1 title "L(data | program), with the loss integral", \
         csv every ::1 using column:(column(5) / 1000):(sprintf("%dx%d", column(1), column(2))) with labels left rotate by 50 offset 0.3,0.6 font ",9" notitle, \
         csv every ::1 using column:(column(6) / 1000) with points lt 2 title "L(program)"
}
unset multiplot
