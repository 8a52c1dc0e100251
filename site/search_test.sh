#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Whether the search works, in a browser and without a server: search_test.sh HTML
set -eu
html=$1
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

# Prints what a page shows once its scripts have run.
shown() { # shown ADDRESS
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$profile" --virtual-time-budget=10000 --dump-dom "file://$html/$1" 2>/dev/null
}
# Whether the first result of a search is a link to this page (and below, any result).
expect() { # expect first|any WORDS ADDRESS
    results=$(shown "index.html?q=$2" | tr -d '\n' | sed 's/.*<ol id="found">//; s/<\/ol>.*//; s/<li>/\
/g' | grep -o '^<a href="[^"]*"' | sed "s|file://$html/||" || true)
    [ "$1" = any ] || results=$(printf '%s\n' "$results" | head -n 1)
    if ! printf '%s\n' "$results" | grep -q "\"$3"; then
        echo "searching for $2 has not found $3, but:"
        printf '%s\n' "$results"
        exit 1
    fi
}
expect first load_or_compute classsyncmap_1_1map.html#
expect first any_cast namespacesyncmap.html#
expect first map 'classsyncmap_1_1map.html"'
expect any 'membarrier%20reader' design.html#
expect any 'who%20sees' guarantees.html#c-who-sees-what
expect any windows guarantees.html#s-windows
expect any macos index.html#requirements
expect any lru index.html#questions
expect any ttl index.html#questions
expect any 'time%20to%20live' index.html#questions
if ! shown 'machine/index.html?q=any_cast#empty' | grep -q 'href="[^"]*html/namespacesyncmap.html#'; then
    echo "the page that runs the map has no search, or its links lead nowhere"
    exit 1
fi
if shown 'index.html?q=xyzzyx' | grep -q '<ol id="found">.*<a '; then
    echo "searching for nonsense has found something"
    exit 1
fi
