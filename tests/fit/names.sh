#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Declares, for tests/fit/names.cpp, functions that take anything, and must not be called, by every name that is
# followed by a parenthesis in the headers: so by that of every function that they call, and by some others.
# usage: names.sh FOLDER_OF_HEADERS > every_name.hpp
set -eu
names=$(find "$1" -name '*.hpp' -exec cat {} + | sed 's|//.*||' |
    grep -oE '\b[A-Za-z_][A-Za-z0-9_]*(<[^;(){}]*>)?\(' | sed 's/[<(].*//' | LC_ALL=C sort -u |
    grep -vxE '_.*|SYNCMAP_.*|assert|defined|[A-Z]' | # macros, reserved names, parameters of templates
    grep -vxE 'asm|alignas|alignof|bool|catch|const|constexpr|decltype|delete|explicit|for|if|noexcept|operator' |
    grep -vxE '[a-z]+_cast|requires|return|sizeof|static_assert|switch|throw|typeid|volatile|while')
echo '// Written by tests/fit/names.sh.'
for name in $names; do
    echo "template <class... T> void $name(T&&...) = delete;"
    echo "template <class T> void $name(const T&) = delete;"
done
