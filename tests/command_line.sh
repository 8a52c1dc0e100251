# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh
# To be sourced by tests of command lines, with the program as $1: runs it, and checks what it says.
# Stops at the first check that fails.

program=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out
err=$scratch/err

fail() {
    echo "FAILED: $1"
    echo "--- stdout"
    cat "$out"
    echo "--- stderr"
    cat "$err"
    exit 1
}
check() { # check WHAT COMMAND...
    what=$1
    shift
    "$@" || fail "$what"
    echo "ok: $what"
}
run() { # run STATUS ARGUMENT...: the exit status must be STATUS
    expected=$1
    shift
    status=0
    "$program" "$@" >"$out" 2>"$err" </dev/null || status=$?
    [ "$status" -eq "$expected" ] || fail "exit status $status, not $expected, of: $*"
}
says() { grep -qF -- "$1" "$out"; }
never_says() { ! says "$1"; }
