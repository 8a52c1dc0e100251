# SPDX-License-Identifier: BSL-1.0
# The picture of what ./run cluster has measured, from the tables that --out has written to the working folder:
#   gnuplot faults.gp > cluster.svg
# Above how long 99.9 % of local loads take at most, below how long writes take, for each 100 ms; grey lines are faults.
set datafile separator ","
set terminal svg size 860,560 enhanced font "sans-serif,13" background "#ffffff"
set encoding utf8
set multiplot
unset key
set border 3 lc rgb "#8c959f"
set grid ytics lc rgb "#e3e7eb" lw 1
set ytics nomirror tc rgb "#57606a"
set xtics nomirror tc rgb "#57606a" out
set lmargin at screen 0.085
set rmargin at screen 0.985

stats "events.csv" using 1 every ::1 nooutput name "EVENT"
stats "loads.csv" using 1 every ::1 nooutput name "TIME"
set xrange [0:TIME_max + 0.1]
event = ""
at = 0
do for [i = 0:EVENT_records - 1] {
    stats "events.csv" using (at = $1, event = strcol(2), $1) every ::(i + 1)::(i + 1) nooutput
    set arrow i + 1 from at, graph 0 to at, graph 1 nohead lw 1.2 lc rgb (event eq "two members stopped" ? "#c2410c" : "#8c959f") back
    set label i + 1 event at at, screen 0.905 left offset 0.3,0 font ",12" tc rgb "#57606a"
}
set logscale y

set label 20 "{/:Bold a local load: 99.9 % take at most}" at screen 0.02, screen 0.965 left font ",14" tc rgb "#24292f"
set label 21 "{/:Bold the load itself}" at screen 0.985, screen 0.965 right tc rgb "#0b5fff"
set label 22 "by the clock, with interruptions" at screen 0.855, screen 0.965 right tc rgb "#9aa4af"
set tmargin at screen 0.885
set bmargin at screen 0.58
set yrange [10:1e6]
set ytics ("10 ns" 10, "100 ns" 100, "1 µs" 1e3, "10 µs" 1e4, "100 µs" 1e5, "1 ms" 1e6)
set format x ""
plot "loads.csv" using 1:($7 > 0 ? $7 : 1/0) every ::1 with lines lw 1.2 lc rgb "#b8c0ca", \
     "loads.csv" using 1:($5 > 0 ? $5 : 1/0) every ::1 with lines lw 3 lc rgb "#0b5fff"

do for [i = 0:EVENT_records - 1] { unset label i + 1 }
set label 20 "{/:Bold a write}" at screen 0.02, screen 0.505 left
set label 21 "{/:Bold half}" at screen 0.985, screen 0.505 right tc rgb "#0b5fff"
set label 22 "the longest of each 100 ms" at screen 0.93, screen 0.505 right
set label 23 "× uncertain" at screen 0.665, screen 0.505 right tc rgb "#b91c1c"
set label 24 "× unavailable" at screen 0.55, screen 0.505 right tc rgb "#a16207"
set tmargin at screen 0.475
set bmargin at screen 0.11
set yrange [1:1e4]
set ytics ("1 ms" 1, "10 ms" 10, "100 ms" 100, "1 s" 1e3, "10 s" 1e4)
set format x "%g"
set xlabel "seconds" offset 0,0.3 tc rgb "#57606a"
plot "writes.csv" using 1:($2 > 0 ? $5 : 1/0) every ::1 with points pt 7 ps 0.3 lc rgb "#9aa4af", \
     "writes.csv" using 1:($2 > 0 ? $3 : 1/0) every ::1 with points pt 7 ps 0.4 lc rgb "#0b5fff", \
     "writes.csv" using 1:($6 > 0 ? $9 * 1.15 : 1/0) every ::1 with points pt 2 ps 0.6 lw 1.5 lc rgb "#a16207", \
     "writes.csv" using 1:($7 > 0 ? $9 : 1/0) every ::1 with points pt 2 ps 0.6 lw 1.5 lc rgb "#b91c1c"
unset multiplot
