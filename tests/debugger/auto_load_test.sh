#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# auto_load_test.sh GDB PREFIX PROGRAM: the installed printers, in the ways of docs/debugging.md.
# PROGRAM has been linked with syncmap::gdb of PREFIX.
set -eu
gdb=$1 prefix=$(realpath "$2") program=$3
scripts=$prefix/share/gdb/auto-load
printers=$scripts/syncmap/syncmap-gdb.py
expected='syncmap::map with 3 elements = {['

look() { # look WHAT OPTION...: prints the map of PROGRAM
    echo "--- $1"
    shift
    output=$(LC_ALL=C "$gdb" -nx -batch -iex 'set debuginfod enabled off' "$@" \
        -ex 'set startup-with-shell off' -ex 'set disable-randomization off' \
        -ex 'break stop_here' -ex run -ex up -ex 'print squares' "$program" 2>&1)
    printf '%s\n' "$output"
}
contains() { printf '%s' "$output" | grep -qF -- "$1"; }
fail() {
    echo "FAILED: $1"
    exit 1
}
says() { contains "$1" || fail "it does not say: $1"; }
never_says() { ! contains "$1" || fail "it says: $1"; }

[ -f "$prefix/share/syncmap/syncmap.natvis" ] || fail "the visualizers are not installed"

look "a folder that gdb has not been told to trust: the map as it is, and what to do"
says "File \"$printers\" auto-loading has been declined"
says 'impl_ = {'
never_says "$expected"

look "one that it trusts" -iex "add-auto-load-safe-path $scripts"
says "$expected"
says '[3] = 9'
never_says 'impl_'

look "trusted, but told to load nothing" -iex "add-auto-load-safe-path $scripts" \
    -iex 'set auto-load off'
never_says "$expected"

look "by hand" -ex "source $printers"
says "$expected"
