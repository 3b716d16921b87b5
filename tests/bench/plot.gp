# SPDX-License-Identifier: MIT
# plot.gp - ratio against speed of compression, one point for each program, from results.csv of run.sh or from
# peers.csv, of which the README shows the plot:
#     gnuplot -e "csv='tests/bench/peers.csv'; file='enwik6'; out='tests/bench/ratio-speed.svg'" tests/bench/plot.gp
# Hollow points are rows that were measured earlier on another machine ("earlier" in the last column).
if (!exists("style")) style = "jobs/style.gp"
load style
set terminal svg size 800,520 dynamic font "sans-serif,13" background "white"
set output out
set datafile separator ","
set title sprintf("%s: size against speed, one thread", file) noenhanced
set xlabel "KB of input per CPU second, compressing"
set ylabel "input bytes / compressed bytes"
set logscale x
set format x "%g"
set key off
set offsets graph 0.02, graph 0.16, graph 0.08, graph 0.06
wanted(column) = strcol(3) eq file
ours(column) = strcol(5)[1:6] eq "ockham"
earlier(column) = strcol(14) eq "earlier"
speed(column) = $4 / ($9 > 0.005 ? $9 : 0.005) / 1000
plot csv every ::1 using (wanted(0) && !ours(0) && !earlier(0) ? speed(0) : NaN):($4 / $6) with points lt 2 pt 7 ps 0.9, \
     csv every ::1 using (wanted(0) && earlier(0) ? speed(0) : NaN):($4 / $6) with points lt 2 pt 6 ps 0.9, \
     csv every ::1 using (wanted(0) && ours(0) ? speed(0) : NaN):($4 / $6) with points lt 1 pt 5 ps 1, \
     csv every ::1 using (wanted(0) && (ours(0) || earlier(0)) ? speed(0) : NaN):($4 / $6):(strcol(5)) \
         with labels left offset 0.9, 0.3 noenhanced, \
     csv every ::1 using (wanted(0) && !ours(0) && !earlier(0) ? speed(0) : NaN):($4 / $6):(strcol(5)) \
         with labels left offset 0.9, -0.4 noenhanced
