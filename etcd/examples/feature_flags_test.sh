#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Tests the example: feature_flags_test.sh EXECUTABLE, beside the etcd at $SYNCMAP_TEST_ETCD. Stops at the first check
# that fails.
set -eu

. "$(dirname -- "$0")/../../tests/command_line.sh"
end() {
    [ -z "$asking" ] || kill -9 "$asking" 2>/dev/null || true
    rm -rf "$scratch"
}
asking=
trap end EXIT
etcd=$SYNCMAP_TEST_ETCD

flags() { run 0 --endpoint "$etcd" "$@"; }
await() { # await TEXT: until who asks has said so, for 20 s at most
    tries=0
    until grep -qF -- "$1" "$scratch/asked"; do
        tries=$((tries + 1))
        [ $tries -le 200 ] || {
            cat "$scratch/asked"
            fail "who asks is not told: $1"
        }
        sleep 0.1
    done
    echo "ok: who asks is told: $1"
}

run 0 --help
check "--help explains commands" says "roll-out"
run 2
run 2 --endpoint "$etcd"
run 2 --endpoint "$etcd" flip
run 2 --endpoint "$etcd" roll-out basket 101 --from 0
run 2 --endpoint "nonsense" list
check "an endpoint that is none is told in one line" [ "$(wc -l <"$err")" -eq 1 ]
run 1 --endpoint http://127.0.0.1:1 list
check "no etcd is told" grep -q "unavailable\|could not be asked\|refused\|connect" "$err"

"$program" --endpoint "$etcd" ask basket --seconds 60 >"$scratch/asked" 2>&1 &
asking=$!
await "basket: on for 0 % of 1000000 requests"
flags flip basket
check "flip turns on what was not there" says "basket: on 100 %"
await "basket: (none) -> on 100 %"
await "basket: on for 100 % of 1000000 requests"
flags roll-out basket 30 --from 100
await "basket: on 100 % -> on 30 %"
await "basket: on for 30 % of 1000000 requests"
run 1 --endpoint "$etcd" roll-out basket 50 --from 100
check "who has seen something else is refused" grep -qF "basket is on 30 %, not on 100 %" "$err"
flags flip basket
check "flip turns off" says "basket: off"
flags flip banner
flags list
printf 'banner: on 100 %%\nbasket: off\n' >"$scratch/expected"
check "list has both" diff "$scratch/expected" "$out"
echo "all ok"
