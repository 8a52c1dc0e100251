# SPDX-License-Identifier: BSL-1.0
# The first chart of performance.md, for wide screens and for small ones:
#   gnuplot one-thread.gp > one-thread.svg
#   gnuplot -e small=1 one-thread.gp > one-thread-small.svg
# ns for an operation, 100,000 keys, as the tables of the page have them: W1 and W6 of uint64, W1 and W6 of strings.
$data << END
"std + shared\\_mutex" 40.7 57.2 119 163
"oneTBB" 52.3 58.6 123 219
"libcuckoo" 58.8 72.6 124 178
"Go sync.Map" 84.6 222 101 280
"phmap" 21.9 27.2 90.8 117
"Boost cfm" 38.0 36.0 91.2 113
"syncmap" 12.1 21.2 99.3 358
END
small = exists("small")
if (small) {
    set terminal svg size 400,860 font "sans-serif,13" background "white"
    set multiplot layout 4,1 margins 0.38,0.98,0.01,0.97 spacing 0,0.05
} else {
    set terminal svg size 640,440 font "sans-serif,13" background "white"
    set multiplot layout 2,2 margins 0.25,0.99,0.02,0.93 spacing 0.04,0.1
}
names = small ? ":ytic(1)" : ""
set style fill solid 1.0 noborder
set yrange [-0.6:6.6]
unset key
unset xtics
set border 0
set ytics scale 0
set label 1 "" at graph 0, graph 1.07 left
set xrange [0:285]
set label 1 "uint64: loads"
plot $data using ($2/2):0:($2/2):(0.36):($0 == 6 ? 0x1f6fb4 : 0xb5bcc4):ytic(1) \
         with boxxyerror linecolor rgb variable, \
     '' using ($2 + 4):0:(sprintf("%.3g", $2)) with labels left
if (!small) { unset ytics }
set label 1 "uint64: half loads, half stores"
plot $data using ($3/2):0:($3/2):(0.36):($0 == 6 ? 0x1f6fb4 : 0xb5bcc4)@names \
         with boxxyerror linecolor rgb variable, \
     '' using ($3 + 4):0:(sprintf("%.3g", $3)) with labels left
set xrange [0:460]
set ytics scale 0
set label 1 "strings: loads"
plot $data using ($4/2):0:($4/2):(0.36):($0 == 6 ? 0x1f6fb4 : 0xb5bcc4):ytic(1) \
         with boxxyerror linecolor rgb variable, \
     '' using ($4 + 6):0:(sprintf("%.3g", $4)) with labels left
if (!small) { unset ytics }
set label 1 "strings: half loads, half stores"
plot $data using ($5/2):0:($5/2):(0.36):($0 == 6 ? 0x1f6fb4 : 0xb5bcc4)@names \
         with boxxyerror linecolor rgb variable, \
     '' using ($5 + 6):0:(sprintf("%.3g", $5)) with labels left
unset multiplot
