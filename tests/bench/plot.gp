# SPDX-License-Identifier: MIT
# plot.gp - ratio against speed of compression, one point a program, from run.sh's results.csv.
# gnuplot -e "csv='results.csv'; file='enwik6'; out='enwik6.svg'" plot.gp
set terminal svg size 800,560 font "sans,12" background "white"
set output out
set datafile separator ","
set title file noenhanced
set xlabel "KB/s, compressing (wall clock)"
set ylabel "ratio"
set logscale x
set grid
set key off
set offsets graph 0.25, graph 0.1, graph 0.1, graph 0.1
wanted(column) = strcol(3) eq file
ours(column) = strcol(5)[1:6] eq "ockham"
plot csv every ::1 using (wanted(0) && !ours(0) ? $8 : NaN):($4 / $6) with points pt 7 ps 0.8 lc rgb "#4477aa", \
     csv every ::1 using (wanted(0) && ours(0) ? $8 : NaN):($4 / $6) with points pt 5 ps 1 lc rgb "#cc3311", \
     csv every ::1 using (wanted(0) ? $8 : NaN):($4 / $6):(strcol(5)) with labels left offset 0.8, 0.2 noenhanced
