#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Tests the command line of what ./run cluster starts: cluster_cli_test.sh EXECUTABLE. Starts no etcd. Stops at the
# first check that fails.
set -eu

here=$(dirname -- "$0")
. "$here/../../tests/command_line.sh"

run 0 --help
check "--help explains options" says "--quick"
check "--help explains what happens" says "leader is killed"
sed 1d "$here/help.txt" >"$scratch/help"
check "\`./run cluster --help' has the same, from etcd/cluster/help.txt" diff "$out" "$scratch/help"

rejects() { # rejects TEXT ARGUMENT...: exit status 2, one line that contains TEXT, nothing else
    text=$1
    shift
    run 2 "$@"
    [ "$(wc -l <"$err")" -eq 1 ] || fail "one line of error for: $*"
    [ ! -s "$out" ] || fail "no output for: $*"
    check "rejects: $*" grep -qF -- "$text" "$err"
}
rejects "--nonsense" --nonsense
rejects "surplus" surplus
rejects "--deadline" --deadline 5
rejects "--deadline" --deadline soon
rejects "--out" --out
rejects "--measure" --measure --out folder
rejects "--endpoint" --endpoint http://127.0.0.1:1

run 1 --etcd /does/not/exist
check "says what is missing" grep -qF "is it there? (etcd-server on Debian)" "$err"
run 1 --etcd /bin/false --measure
check "says it of a program that ends at once" grep -qF "/bin/false' does not come up" "$err"
echo "all ok"
