# SPDX-License-Identifier: BSL-1.0
# Memory over time, from the table of soak.cpp: gnuplot -e "table='...'; picture='...'; kind='svg'"
if (kind eq "svg") {
    set terminal svg size 900,420 font "sans-serif,12" background "white"
} else {
    set terminal pngcairo size 900,420 font "sans-serif,10" background "white"
}
set output picture
set title "Churn: resident memory and garbage over time"
set xlabel "seconds"
set ylabel "resident memory, MiB"
set y2label "garbage, objects"
set yrange [0:*]
set y2range [0:*]
set ytics nomirror
set y2tics
set grid ytics lc rgb "#dddddd"
set key below
plot table using 1:2 with lines lw 2 lc rgb "#1f77b4" title "resident memory", \
     table using 1:3 axes x1y2 with lines lw 1 lc rgb "#cccccc" title "garbage"
