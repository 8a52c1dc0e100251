#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Runs a command beside one member of etcd, which has free ports and a folder of its own, and ends with it:
#   with_etcd.sh COMMAND...
# The command finds its address in SYNCMAP_TEST_ETCD. `ETCD=PROGRAM' names another etcd than that of PATH. Exit status:
# the command's; 77 if there is no etcd, 1 if it does not come up.
set -eu

etcd=${ETCD:-etcd}
command -v "$etcd" >/dev/null || {
    echo "skipped: there is no $etcd (etcd-server on Debian)"
    exit 77
}
folder=$(mktemp -d)
member=
# shellcheck disable=SC2317 # the trap calls it
end() {
    [ -z "$member" ] || kill -9 "$member" 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

random_port() { # below those that the system gives to clients
    echo $((10000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
}
answers() { # whether the member is there, and its own: another would not have this name
    grep -q 'serving client traffic' "$folder/log" && kill -0 "$member" 2>/dev/null
}

tries=0
until [ -n "$member" ] && answers; do
    tries=$((tries + 1))
    if [ "$tries" -gt 5 ]; then
        echo "with_etcd.sh: $etcd does not come up:" >&2
        tail -n 5 "$folder/log" >&2
        exit 1
    fi
    [ -z "$member" ] || kill -9 "$member" 2>/dev/null || true
    rm -rf "$folder/data"
    client=http://127.0.0.1:$(random_port) peer=http://127.0.0.1:$(random_port)
    "$etcd" --name test --data-dir "$folder/data" --logger zap \
        --listen-client-urls "$client" --advertise-client-urls "$client" \
        --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
        --initial-cluster "test=$peer" >"$folder/log" 2>&1 </dev/null &
    member=$!
    waited=0
    while [ $waited -lt 100 ] && kill -0 "$member" 2>/dev/null && ! answers; do
        sleep 0.1
        waited=$((waited + 1))
    done
done

status=0
SYNCMAP_TEST_ETCD=$client "$@" || status=$?
exit $status
