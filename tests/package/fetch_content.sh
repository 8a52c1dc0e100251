#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# FetchContent, from a folder and from an archive.
. "$(dirname -- "$0")/common.sh"
cmake_project fetch_content
cmake -B build
cmake --build build
check build/your_program

rm -rf build
tar -C .. -czf ../syncmap.tar.gz syncmap
rm -rf ../syncmap
cmake_project fetch_content
sed -i "s|URL $work/syncmap|&.tar.gz|" CMakeLists.txt
cmake -B build -Wno-dev
cmake --build build
check build/your_program
