#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Installed, and found by CMake, which looks for no other library; and which versions are taken for which.
. "$(dirname -- "$0")/common.sh"
run_readme ../syncmap install
rm -rf ../syncmap
mv ../prefix ../moved # an installation may be moved: it names no path of its own
cmake_project find_package
cmake -B build -DCMAKE_PREFIX_PATH="$work/moved"
cmake --build build
check build/your_program

major=${version%%.*}
finds "$work/moved" "$version" EXACT || fail "the version itself is not found"
! grep -qE 'CURL|nlohmann|syncmap-etcd' probe/log probe/build/CMakeCache.txt || fail "something of syncmap::etcd is looked for"
! finds "$work/moved" "$((major + 1)).0" || fail "found, although a later version was asked for"
! finds "$work/moved" 0.0 || fail "found, although a minor version may change the interface"
! finds "$work/moved" "$version" COMPONENTS nonsense || fail "found with a component that there is not"
cmake_version=$(cmake --version | sed -n 's/^cmake version //p')
if [ "$(printf '%s\n' "$cmake_version" 3.28 | sort -V | head -1)" != 3.28 ]; then
    ! finds "$work/moved" "$version" COMPONENTS module || fail "the module is found with CMake $cmake_version"
    grep -q 'with CMake 3.28' probe/log || fail "it is not said why there is no module"
fi
