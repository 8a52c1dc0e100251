#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Tests the example: service_registry_test.sh EXECUTABLE, beside the etcd at $SYNCMAP_TEST_ETCD. Ends only what it has
# started. Stops at the first check that fails.
set -eu

. "$(dirname -- "$0")/../../tests/command_line.sh"
end() {
    for id in $started; do kill -9 "$id" 2>/dev/null || true; done
    rm -rf "$scratch"
}
started=
trap end EXIT
etcd=$SYNCMAP_TEST_ETCD

start() { # start NAME ARGUMENT...: in the background, what it says is in $scratch/NAME
    name=$1
    shift
    "$program" --endpoint "$etcd" "$@" >"$scratch/$name" 2>&1 &
    last=$!
    started="$started $last"
}
await() { # await NAME LINE: until NAME has said that (a basic regular expression), for 20 s at most
    tries=0
    until grep -qx -- "$2" "$scratch/$1"; do
        tries=$((tries + 1))
        [ $tries -le 200 ] || {
            cat "$scratch/$1"
            fail "$1 does not say: $2"
        }
        sleep 0.1
    done
    echo "ok: $1: $2"
}

run 0 --help
check "--help explains commands" says "registers, and stays there"
run 2
run 2 --endpoint "$etcd"
run 2 --endpoint "$etcd" serve web/1
run 2 --endpoint "$etcd" serve web/1 here:80 --ttl 0
run 2 --endpoint "nonsense" list
check "an endpoint that is none is told in one line" [ "$(wc -l <"$err")" -eq 1 ]
run 1 --endpoint http://127.0.0.1:1 list
check "no etcd is told" grep -q "unavailable\|could not be asked\|refused\|connect" "$err"

start watcher watch web/
start first serve web/1 10.0.0.1:80 --ttl 2
first=$last
await first "registered web/1 10.0.0.1:80"
start second serve web/2 10.0.0.2:80 --ttl 2
second=$last
# It may begin when one is there already, which it shows without the plus.
await watcher "\(+ \)*web/1 10.0.0.1:80"
await watcher "\(+ \)*web/2 10.0.0.2:80"
run 0 --endpoint "$etcd" list
printf 'web/1 10.0.0.1:80\nweb/2 10.0.0.2:80\n' >"$scratch/expected"
check "list has both" diff "$scratch/expected" "$out"
run 0 --endpoint "$etcd" list web/2
check "list can be asked for some" [ "$(cat "$out")" = "web/2 10.0.0.2:80" ]
run 1 --endpoint "$etcd" serve web/1 10.0.0.9:80
check "a place that is taken stays so" grep -qF "is at 10.0.0.1:80 already" "$err"

kill -TERM "$first"
wait "$first" || fail "exit status $? after SIGTERM"
await watcher "- web/1 10.0.0.1:80"
kill -9 "$second"
await watcher "- web/2 10.0.0.2:80"
run 0 --endpoint "$etcd" list
check "nobody is left" [ ! -s "$out" ]
echo "all ok"
