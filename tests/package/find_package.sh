#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Installed, and found by CMake; and which versions are taken for which.
. "$(dirname -- "$0")/common.sh"
run_readme ../syncmap install
rm -rf ../syncmap
mv ../prefix ../moved # an installation may be moved: it names no path of its own
cmake_project find_package
cmake -B build -DCMAKE_PREFIX_PATH="$work/moved"
cmake --build build
check build/your_program

finds() { # finds ARGUMENT...: whether find_package(syncmap ARGUMENT...) succeeds
    cat >probe.cmake <<END
cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES CXX)
find_package(syncmap $* REQUIRED)
END
    rm -rf probe
    mkdir probe
    mv probe.cmake probe/CMakeLists.txt
    cmake -S probe -B probe/build -DCMAKE_PREFIX_PATH="$work/moved" >probe/log 2>&1
}
major=${version%%.*}
finds "$version" EXACT || fail "the version itself is not found"
! finds "$((major + 1)).0" || fail "found, although a later version was asked for"
! finds 0.0 || fail "found, although a minor version may change the interface"
! finds "$version" COMPONENTS nonsense || fail "found with a component that there is not"
cmake_version=$(cmake --version | sed -n 's/^cmake version //p')
if [ "$(printf '%s\n' "$cmake_version" 3.28 | sort -V | head -1)" != 3.28 ]; then
    ! finds "$version" COMPONENTS module || fail "the module is found with CMake $cmake_version"
    grep -q 'with CMake 3.28' probe/log || fail "it is not said why there is no module"
fi
