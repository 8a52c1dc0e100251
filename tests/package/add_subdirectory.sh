#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# A folder of a user's project. It has no tests/CMakeLists.txt and no examples, so this fails too if they are
# to be built where syncmap is not the top level.
. "$(dirname -- "$0")/common.sh"
mv ../syncmap .
cmake_project add_subdirectory
cmake -B build
cmake --build build
check build/your_program
