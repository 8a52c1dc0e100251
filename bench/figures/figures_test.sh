#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# usage: figures_test.sh BUILD_FOLDER. The scripts and programs beside this one: what they print, and what
# they refuse.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

broken() { echo "broken: $1" >&2; exit 1; }
refuses() { # refuses WORD COMMAND...: exit status 2, and a message with WORD
    word=$1
    shift
    status=0
    "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -eq 2 ] || broken "$* gives $status, not 2"
    grep -q -- "$word" "$work/err" || broken "$* does not say \`$word'"
    [ ! -s "$work/out" ] || broken "$* prints results"
}
value() { # value PEER FILE: the median of the only record of this map
    sed -n "s/.*\"peer\": \"$1\".*\"median\": \([0-9.]*\),.*/\1/p" "$2"
}

"$here/compile_time.sh" --help >/dev/null || broken "compile_time.sh --help"
refuses "no $work/maps.txt" "$here/compile_time.sh" "$work"
refuses "many" "$here/compile_time.sh" "$build" many
sed -n '1p; /^syncmap|/p; /^classic|/p' "$build/maps.txt" >"$work/maps.txt"
"$here/compile_time.sh" "$work" 1 >"$work/times" 2>/dev/null || broken "compile_time.sh fails"
for peer in syncmap classic; do
    [ -n "$(value "$peer" "$work/times")" ] || broken "no time for $peer"
done

"$here/instructions.sh" --help >/dev/null || broken "instructions.sh --help"
refuses "no $work/syncmap-bench" "$here/instructions.sh" "$work"
refuses "few" "$here/instructions.sh" "$build" --ops few
refuses "--colour" "$here/instructions.sh" "$build" --colour red

"$build/syncmap-shared-writes" --help >/dev/null || broken "syncmap-shared-writes --help"
refuses "few" "$build/syncmap-shared-writes" --operations few
refuses "--colour" "$build/syncmap-shared-writes" --colour red
"$build/syncmap-shared-writes" --check --names --operations 100 >"$work/counts" || broken "syncmap-shared-writes --check"
for line in "load, hit" "erase and store again" "domain::epoch_"; do
    grep -q -- "$line" "$work/counts" || broken "syncmap-shared-writes does not show \`$line'"
done
if command -v valgrind >/dev/null; then
    for run in first second; do
        "$here/instructions.sh" "$build" --workload W1 --type u64:u64 --peers syncmap,std+mutex --ops 8192 \
            >"$work/$run" 2>/dev/null || broken "instructions.sh fails"
    done
    ours=$(value syncmap "$work/first")
    awk -v ours="$ours" -v again="$(value syncmap "$work/second")" -v other="$(value std+mutex "$work/first")" \
        'BEGIN { exit !(ours > 10 && ours < 1000 && other > 10 && again < 1.1 * ours && ours < 1.1 * again) }' ||
        broken "instructions of a load: $(cat "$work/first" "$work/second")"
fi
