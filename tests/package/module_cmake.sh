#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# `import syncmap;` by CMake's target syncmap::module: installed, and as a folder. Debian 12 has a CMake too
# old for that, so this one is from pip.
. "$(dirname -- "$0")/common.sh"
run_readme ../syncmap install # by the CMake of the system
python_tool cmake 'cmake>=3.28,<4'
CXX=clang++-19
export CXX
sed -i '1i #define IMPORT_SYNCMAP' your_program.cpp
cmake_project module_cmake 3.28
cmake -B build -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build build
check build/your_program

rm -rf build
mv ../syncmap .
cmake_project add_subdirectory 3.28
sed -i -e '/^add_subdirectory/i set(SYNCMAP_MODULE ON)' -e 's/syncmap::syncmap/syncmap::module/' CMakeLists.txt
cmake -B build
cmake --build build
check build/your_program
