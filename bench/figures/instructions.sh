#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# How many instructions an operation takes, counted by callgrind: a figure without noise. A run of 2n operations
# less one of n leaves what n operations take, without the set-up. Prints records as the tool's --merge reads them.
set -eu
LC_ALL=C
export LC_ALL

usage() {
    cat <<END
usage: instructions.sh BUILD_FOLDER [--workload LIST] [--type LIST] [--keys LIST] [--peers LIST] [--ops N]
Runs BUILD_FOLDER/syncmap-bench under valgrind, with one thread. Lists are separated by commas.
  --workload  by default W1,W3,W5,W6
  --type      by default u64:u64,string:string
  --keys      by default 1k
  --peers     by default all
  --ops       how many operations are counted, by default 65536
END
}
wrong() {
    echo "instructions.sh: $1" >&2
    exit 2
}

workloads=W1,W3,W5,W6 types=u64:u64,string:string keys=1k peers='' ops=65536
case ${1:-} in -h | --help) usage && exit ;; '' | -*) wrong "the first argument must be a folder; see --help" ;; esac
tool=$1/syncmap-bench list=$1/maps.txt
shift
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || wrong "$1 needs a value"
    case $1 in
        --workload) workloads=$2 ;;
        --type) types=$2 ;;
        --keys) keys=$2 ;;
        --peers) peers=$2 ;;
        --ops) ops=$2 ;;
        *) wrong "unknown option $1; see --help" ;;
    esac
    shift 2
done
if [ ! -x "$tool" ] || [ ! -f "$list" ]; then
    wrong "there is no $tool or no $list: build the benchmark first"
fi
command -v valgrind >/dev/null || { echo "instructions.sh: valgrind is missing" >&2; exit 1; }
case $ops in '' | *[!0-9]* | 0*) wrong "--ops: \`$ops' is no number of operations" ;; esac

log=$(mktemp)
trap 'rm -f "$log"' EXIT

count() { # count OPERATIONS WORKLOAD TYPE KEYS PEER: prints instructions, nothing if that failed
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$tool" --no-fork --reps 1 --threads 1 \
        --ops "$1" --workload "$2" --type "$3" --keys "$4" --peers "$5" >"$log" 2>&1 || return 0
    sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$log"
}

number() { # number 100k
    case $1 in
        *[kK]) echo "${1%?}000" ;;
        *[mM]) echo "${1%?}000000" ;;
        *) echo "$1" ;;
    esac
}

each() { # each LIST: one a line
    printf '%s\n' "$1" | tr ',' '\n'
}

[ -n "$peers" ] || peers=$(sed '1d; s/|.*//' "$list" | paste -sd, -)

printf '{"results": ['
each "$workloads" | while read -r workload; do
    each "$types" | while read -r type; do
        each "$keys" | while read -r k; do
            each "$peers" | while read -r peer; do
                echo "instructions: $workload $type $k $peer" >&2
                once=$(count "$ops" "$workload" "$type" "$k" "$peer")
                twice=$(count $((2 * ops)) "$workload" "$type" "$k" "$peer")
                if [ -z "$once" ] || [ -z "$twice" ]; then
                    echo "instructions: the program failed: $(tail -n 1 "$log")" >&2
                    continue
                fi
                [ $((twice - once)) -gt "$ops" ] || continue # this map cannot do it
                awk -v once="$once" -v twice="$twice" -v ops="$ops" -v head="{\"workload\": \"$workload\", \
\"type\": \"$type\", \"keys\": $(number "$k"), \"threads\": 1, \"peer\": \"$peer\", \"metric\": \"instr/op\"" \
                    'BEGIN { each = sprintf("%.1f", (twice - once) / ops)
                             printf "%s, \"median\": %s, \"low\": %s, \"high\": %s, \"samples\": [%s]}\n", head, each, each, each, each }'
            done
        done
    done
done | awk '{ printf "%s\n  %s", separator, $0; separator = "," } END { print "\n]}" }'
