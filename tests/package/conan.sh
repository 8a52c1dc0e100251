#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Conan's recipe, with its own test of the package, and a project that requires the package.
. "$(dirname -- "$0")/common.sh"
use_conan
run_readme ../syncmap conan_create
rm -rf ../syncmap
readme conan_file >conanfile.txt
cmake_project find_package
run_readme . conan
check build/your_program

# Without C++20 it is refused at once, not by the first header.
! conan install . --output-folder=old -s compiler.cppstd=17 >log 2>&1 || fail "taken for C++17"
grep -q "doesn't match the required 20\|lower than the required C++ standard (20)" log ||
    fail "refused for C++17 without saying why"
