#!/bin/bash
# SPDX-License-Identifier: BSL-1.0
# How long the compiler takes for compile_time.cpp with each map. Prints records as the tool's --merge reads them.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
LC_ALL=C

usage() {
    cat <<END
usage: compile_time.sh BUILD_FOLDER [REPETITIONS]
Compiles a small file with each map that the tool in BUILD_FOLDER was built with (g++ -O2, or whatever compiler
that was), in turns, REPETITIONS times (5 by default). Prints JSON: processor seconds, median, lowest and highest.
END
}
wrong() {
    echo "compile_time.sh: $1" >&2
    usage >&2
    exit 2
}

case ${1:-} in -h | --help) usage && exit ;; esac
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    wrong "one folder and at most one number are needed"
fi
list=$1/maps.txt
repetitions=${2:-5}
[ -f "$list" ] || wrong "there is no $list: is \`$1' a folder in which CMake has configured the benchmark?"
[[ $repetitions =~ ^[1-9][0-9]*$ ]] || wrong "\`$repetitions' is no number of repetitions"

# The first line is the compiler; each other one: NAME, then header, adapter and flags, separated by |.
{
    read -r compiler
    mapfile -t peers
} <"$list"

object=$(mktemp)
trap 'rm -f "$object"' EXIT
TIMEFORMAT='%U %S'

compile() { # compile HEADER ADAPTER FLAGS: prints processor seconds
    local flags times
    mapfile -t flags < <(tr ';' '\n' <<<"$3" | grep .)
    times=$({ time "$compiler" -std=c++20 -O2 -DNDEBUG "-DBENCH_HEADER=\"$1\"" "-DBENCH_ADAPTER=bench::$2" \
        ${flags[@]+"${flags[@]}"} -c "$here/compile_time.cpp" -o "$object" 2>"$object.log"; } 2>&1) || {
        cat "$object.log" >&2
        rm -f "$object.log"
        return 1
    }
    rm -f "$object.log"
    awk '{ print $1 + $2 }' <<<"$times"
}

declare -A samples
for ((n = 0; n < repetitions; n++)); do
    for peer in "${peers[@]}"; do
        IFS='|' read -r name header adapter flags <<<"$peer"
        echo "compile time: ${n}/$repetitions $name" >&2
        samples[$name]+="$(compile "$header" "$adapter" "$flags") "
    done
done

for peer in "${peers[@]}"; do
    name=${peer%%|*}
    printf '%s|%s\n' "$name" "${samples[$name]}"
done | awk -F '|' '
    BEGIN { printf "{\"results\": [" }
    {
        n = split($2, s, " ")
        list = ""
        for (i = 1; i <= n; i++) list = list (i > 1 ? ", " : "") s[i]
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && s[j - 1] + 0 > s[j] + 0; j--) { t = s[j]; s[j] = s[j - 1]; s[j - 1] = t }
        median = n % 2 ? s[(n + 1) / 2] : (s[n / 2] + s[n / 2 + 1]) / 2
        printf "%s\n  {\"workload\": \"compile\", \"type\": \"u64:u64\", \"keys\": 0, \"threads\": 1, \"peer\": \"%s\", ", separator, $1
        printf "\"metric\": \"compile s\", \"median\": %s, \"low\": %s, \"high\": %s, \"samples\": [%s]}", median, s[1], s[n], list
        separator = ","
    }
    END { print "\n]}" }'
