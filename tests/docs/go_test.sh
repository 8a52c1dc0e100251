#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# go_test.sh FOLDER PRELUDE [REGEX]: FOLDER/main.go passes `go vet` and runs; with REGEX `go vet` refuses it, with a
# message that matches. Status 77: there is no Go of 1.23 or later here, in which sync.Map has Clear.
set -eu
version=$(go env GOVERSION 2>/dev/null) || version=none
case $version in
    none | go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.2[0-2]*)
        echo "skipped: $(basename -- "$1"): needs Go 1.23 or later, and there is $version"
        exit 77
        ;;
esac
cp "$2" "$1/prelude.go"
cd "$1"
# Nothing is fetched, and nothing is left outside of the build folder.
GOCACHE=$(pwd -P)/../go-cache GOTOOLCHAIN=local GOPROXY=off GOWORK=off GO111MODULE=off
export GOCACHE GOTOOLCHAIN GOPROXY GOWORK GO111MODULE
if [ $# -gt 2 ]; then
    if go vet main.go prelude.go >vet.txt 2>&1; then
        echo "must be refused by go vet, but is not"
        exit 1
    fi
    cat vet.txt
    grep -Eq -- "$3" vet.txt
else
    go vet main.go prelude.go
    go run main.go prelude.go
fi
