#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# A subproject of a project that Meson builds; and installed by Meson, the files are those that CMake installs.
. "$(dirname -- "$0")/common.sh"
run_readme . meson_copy
{
    echo "project('your_program', 'cpp')"
    readme meson
} >meson.build
mv ../syncmap ../installed_below # the subproject's copy is the one in use
meson setup build --wrap-mode nodownload
meson compile -C build
check build/your_program
grep -q "subprojects/syncmap/include" build/compile_commands.json || fail "the subproject is not in use"

cd ../installed_below
meson setup build --prefix "$work/prefix"
meson install -C build
rm -rf build
(cd include && find . -type f | sort) >headers
(cd ../prefix/include && find . -type f | sort) | cmp headers - || fail "other headers than in include/"
cd ../your_program
PKG_CONFIG_PATH=$work/prefix/share/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # options
c++ -std=c++20 your_program.cpp -o your_program $(pkg-config --cflags --libs syncmap)
check ./your_program
