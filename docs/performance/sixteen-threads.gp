# SPDX-License-Identifier: BSL-1.0
# The chart on the first screen, for wide screens and for small ones:
#   gnuplot sixteen-threads.gp > sixteen-threads.svg
#   gnuplot -e small=1 sixteen-threads.gp > sixteen-threads-small.svg
# Million operations a second of 16 threads: 16,000 divided by the ns that each took.
$data << END
"unordered\\_map + shared\\_mutex" 1229 20428
"phmap" 391 524
"oneTBB" 179 368
"Go sync.Map" 136 161
"boost::concurrent\\_flat\\_map" 111 134
"libcuckoo" 106 159
"syncmap" 21.5 48.3
END
small = exists("small")
if (small) {
    set terminal svg size 400,470 font "sans-serif,13" background "white"
    set multiplot layout 2,1 margins 0.60,0.98,0.02,0.94 spacing 0,0.1
} else {
    set terminal svg size 860,270 font "sans-serif,13" background "white"
    set multiplot layout 1,2 margins 0.32,0.98,0.04,0.87 spacing 0.06
}
set style fill solid 1.0 noborder
set xrange [0:960]
set yrange [-0.6:6.6]
unset key
unset xtics
set border 0
set ytics scale 0
side = small ? -1.25 : 0
set label 1 "loads" at graph side, graph 1.07 left
plot $data using (8000/$2):0:(8000/$2):(0.36):($0 == 6 ? 0x1f6fb4 : 0xb5bcc4):ytic(1) \
         with boxxyerror linecolor rgb variable, \
     '' using (16000/$2 + 12):0:(sprintf("%.0f", 16000/$2)) with labels left
set label 1 "90 % loads, 5 % insertions, 5 % erasures"
if (!small) { unset ytics }
names = small ? ":ytic(1)" : ""
plot $data using (8000/$3):0:(8000/$3):(0.36):($0 == 6 ? 0x1f6fb4 : 0xb5bcc4)@names \
         with boxxyerror linecolor rgb variable, \
     '' using (16000/$3 + 12):0:(sprintf("%.0f", 16000/$3)) with labels left
unset multiplot
