#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# vcpkg's port: by vcpkg itself where there is one, and otherwise with functions that stand in for vcpkg's.
# The latter shows that the port's own lines are right, and nothing about vcpkg.
. "$(dirname -- "$0")/common.sh"
port=$work/syncmap/packaging/vcpkg/ports/syncmap
cmake_project find_package
if command -v vcpkg >/dev/null && [ -n "${VCPKG_ROOT:-}" ]; then
    vcpkg remove syncmap
    VCPKG_BINARY_SOURCES=clear # no package that it has made before
    export VCPKG_BINARY_SOURCES
    run_readme . vcpkg
    check build/your_program
    vcpkg remove syncmap
    exit
fi

packages=$work/packages
cmake -DPORT=syncmap -DCURRENT_PORT_DIR="$port" -DCURRENT_PACKAGES_DIR="$packages" -DBUILD="$work/build" \
    -DPORTFILE="$port/portfile.cmake" -P "$top/tests/package/vcpkg_stand_ins.cmake"
rm -rf ../syncmap
cmake -B build -DCMAKE_PREFIX_PATH="$packages"
cmake --build build
check build/your_program
for file in copyright usage syncmap-config.cmake; do
    [ -s "$packages/share/syncmap/$file" ] || fail "no share/syncmap/$file in the package"
done
[ "$(PKG_CONFIG_PATH=$packages/lib/pkgconfig pkg-config --modversion syncmap)" = "$version" ] ||
    fail "nothing for pkg-config in lib/pkgconfig"
echo "passed with stand-ins for vcpkg's functions, because there is no vcpkg on the PATH"
