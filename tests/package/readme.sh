#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Every block of code in the README's section about getting the library is one that a test runs or builds with.
. "$(dirname -- "$0")/common.sh"
sed -n '/^## Getting it$/,/^## See it work/p' "$top/README.md" >section
unmarked=$(awk '/^```/ { if (!inside && before !~ /^<!-- tested: /) print NR ": " $0; inside = !inside }
    { before = $0 }' section)
[ -z "$unmarked" ] || fail "no marker before these blocks: $unmarked"
names=$(sed -n 's/^<!-- tested: \(.*\) -->$/\1/p' section)
[ -n "$names" ] || fail "no block is marked"
for name in $names; do
    grep -qE "(run_readme [^ ]+|readme|cmake_project) $name\b" "$top"/tests/package/*.sh ||
        fail "no test uses the block \`$name'"
done
