#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# `import syncmap;` by hand, with both standard libraries; and whether the module has all public names.
. "$(dirname -- "$0")/common.sh"
sed -i '1i #define IMPORT_SYNCMAP' your_program.cpp
commands=$(readme module)
for library in libstdc++ libc++; do
    rm -f your_program syncmap.pcm syncmap.o
    sh -exc "$(echo "$commands" | sed "s/-std=c++20/& -stdlib=$library -Wall -Wextra -Werror/")"
    check ./your_program
done

# swap is found by its arguments only.
clang++-19 -std=c++20 -I../syncmap/include -fsyntax-only -Wno-pragma-once-outside-header -Xclang -ast-list \
    ../syncmap/include/syncmap/syncmap.hpp |
    sed -n 's/^syncmap::\([a-z_]*\)$/\1/p' | grep -vx 'detail\|swap' | sort -u >in_headers
sed -n 's/^using syncmap::\([a-z_]*\);$/\1/p' ../syncmap/modules/syncmap.cppm | sort >in_module
grep -qx map in_headers || fail "no names are found in the headers"
diff in_headers in_module || fail "the module exports other names than the headers have"
