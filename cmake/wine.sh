#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Runs a program for Windows: `wine.sh PROGRAM ARGUMENT...`. What it prints goes through a file: the services that wine
# starts beside the first program live on, and would hold a pipe for whose end ctest waits.
: "${WINEDEBUG:=-all}"
export WINEDEBUG
output=$(mktemp)
trap 'rm -f "$output"' EXIT
status=0
timeout -s KILL 280 wine "$@" >"$output" 2>&1 </dev/null || status=$?
cat "$output"
exit $status
