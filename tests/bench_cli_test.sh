#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Tests the benchmark's command line: bench_cli_test.sh EXECUTABLE. Says nothing about how fast anything is.
# Stops at the first check that fails.
set -eu

. "$(dirname -- "$0")/command_line.sh"

quick() { run 0 --peers syncmap,std+mutex --reps 1 --seconds 0.002 "$@"; }
file_says() { grep -qF -- "$2" "$1"; }

# --- what can be chosen ---

run 0 --help
check "--help explains options" says "--read-ratio"
check "--help explains workloads" says "ReadHeavy"
check "--help explains figures" says "ns/op"
check "--help has examples" says "EXAMPLES"
sed 1d "$(dirname -- "$0")/../bench/help.txt" >"$scratch/help"
check "\`./run bench --help' has the same, from bench/help.txt" diff "$out" "$scratch/help"
run 0 --list
check "--list names workloads" says "erase and reinsert"
check "--list names maps" says "std+shared_mutex"

# --- every kind of workload ---

for workload in W1 W2 W3 W4 W5 W6 W7 W8 W9 W10 W11 W12 ReadHeavy Exchange RapidGrow YCSB-A YCSB-B YCSB-C \
    YCSB-D YCSB-F memory custom; do
    quick --workload $workload --keys 1k --type u64:u64
    check "$workload" says "u64:u64"
    check "$workload with the other map" grep -q '^std+mutex .*[0-9]' "$out"
done
quick --workload batch --keys 1k --type u64:u64
check "batch" grep -q '^syncmap .*[0-9]' "$out"

for type in u64:u64 string:string pointer:u64 u64:string u64:struct string:u64; do
    quick --workload W6 --keys 100 --type $type --threads 2
    check "$type" says "$type, 2 threads"
done

tree=$scratch/tree
mkdir "$tree"
echo 'int alpha = beta + alpha;' >"$tree/a.c"
quick --workload trace --tree "$tree"
check "a trace has its own types" says "string:u64"

quick --workload Go/LoadMostlyHits
check "Go's benchmarks" says "LoadMostlyHits"

quick --workload w1 --keys 1k,2000 --type u64:u64 --threads 1,2 --dist zipf
check "names in small letters, and --dist" says "W1/zipf"
check "two numbers of keys" says "2k"
check "two numbers of threads" says "2 threads"

quick --workload W1 --keys 1k --type u64:u64 --latency
check "--latency gives percentiles" says "p99.99"
check "--latency gives no mean" never_says "ns for each operation"

run 0 --peers syncmap --workload W5 --keys 1k --type u64:u64 --ops 1000 --no-fork --reps 1
check "--ops and --no-fork" says "W5"

# --- other allocators ---

quick --workload W6 --keys 1k --type string:string --json "$scratch/malloc.json"
check "the table says whose malloc it is" says "malloc: the C library's"
check "and so does JSON" file_says "$scratch/malloc.json" "\"malloc\": \"the C library's\""
for allocator in jemalloc:libjemalloc.so.2:libjemalloc2 mimalloc:libmimalloc.so.2:libmimalloc2.0 \
    tcmalloc:libtcmalloc_minimal.so.4:libtcmalloc-minimal4; do
    name=${allocator%%:*} package=${allocator##*:} library=${allocator#*:}
    if ldconfig -p 2>/dev/null | grep -q "${library%:*}"; then
        quick --workload W6,memory --keys 50k --type string:string --malloc "$name" --json "$scratch/malloc.json"
        check "--malloc $name: the table says so" says "malloc: $name"
        check "--malloc $name: JSON says so" file_says "$scratch/malloc.json" "\"malloc\": \"$name\""
        check "--malloc $name: no figure of the other heap" never_says "heap"
    else
        run 2 --workload W6 --malloc "$name"
        check "--malloc $name: what to install" grep -qF "$package" "$err"
    fi
done

# --- results in files ---

quick --workload W1,memory --keys 1k --type u64:u64 --json "$scratch/r.json" --csv "$scratch/r.csv"
check "JSON has samples" file_says "$scratch/r.json" '"samples"'
check "JSON knows the machine" file_says "$scratch/r.json" '"cpu"'
check "CSV has a heading" file_says "$scratch/r.csv" 'workload,type,keys,threads,peer,metric,median,low,high'
check "CSV has figures" grep -q '^W1,u64:u64,1000,1,syncmap,ns/op,[0-9.]*,' "$scratch/r.csv"
run 0 --workload none --merge "$scratch/r.json"
check "--merge shows what another run has written" grep -q '^syncmap .*[0-9]' "$out"
if command -v gnuplot >/dev/null; then
    quick --workload W1 --keys 1k,2k --type u64:u64 --output "$scratch/all"
    for file in results.json results.csv table.txt charts.html; do
        check "--output writes $file" test -s "$scratch/all/$file"
    done
fi

# --- the budget and interrupts ---

run 0 --peers syncmap --workload W1 --keys 1k --type u64:u64 --seconds 0.3 --reps 1000 --budget 1
check "--budget ends it, and says so" says "the time was over"

status=0
"$program" --peers syncmap --workload W1 --keys 1k --type u64:u64 --seconds 0.1 --reps 1000 >"$out" 2>"$err" &
process=$!
sleep 2
kill -INT $process
wait $process || status=$?
check "an interrupt ends it in order" test "$status" -eq 0
check "and what there is so far is shown" grep -q '^syncmap .*[0-9]' "$out"

# --- wrong values: what was wrong, exit status 2, one line ---

rejects() { # rejects TEXT ARGUMENT...
    text=$1
    shift
    run 2 "$@"
    [ "$(wc -l <"$err")" -eq 1 ] || fail "one line of error for: $*"
    [ ! -s "$out" ] || fail "no output for: $*"
    check "rejects: $*" grep -qF -- "$text" "$err"
}
rejects "there is no workload \`W99'" --workload W99
rejects "there is no pair of types" --type u32:u32
rejects "is no number from 1 to" --keys 0
rejects "is no number from 1 to" --keys 10Q
rejects "is no number from 1 to" --keys -5
rejects "is no number from 1 to" --keys 99999M
rejects "--threads" --threads 0
rejects "--threads" --threads many
rejects "there is no distribution" --dist normal
rejects "there is no allocator \`hoard'" --malloc hoard
rejects "is not in the range" --read-ratio 1.5
rejects "is not in the range" --seconds 0
rejects "--reps" --reps 0
rejects "--seconds" --seconds soon
rejects "there is no map \`nonsense'" --peers nonsense
rejects "must end in .html or .svg" --plot picture.png
rejects "there is no folder" --peers syncmap --workload W1 --json /does/not/exist/r.json
rejects "there is no folder" --tree /does/not/exist
rejects "does not exist" --merge /does/not/exist.json
rejects "--nonsense" --nonsense
rejects "not expected" surplus
rejects "none of these maps" --peers std+mutex --workload batch --type u64:u64
echo "all ok"
