#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The version is in version.hpp: what builds and packs syncmap reads it there, and what cannot says the same.
. "$(dirname -- "$0")/common.sh"
cd ../syncmap

major=${version%%.*}
others=$(grep -rn '^namespace syncmap\b' include | grep -v "namespace syncmap::inline v$major\b" || :)
[ -z "$others" ] || fail "not in the inline namespace v$major: $others"

port=$(python3 -c 'import json; print(json.load(open("packaging/vcpkg/ports/syncmap/vcpkg.json"))["version"])')
[ "$port" = "$version" ] || fail "the port for vcpkg has version $port"

# Another version there is another version everywhere.
sed -i -E 's/^(#define SYNCMAP_VERSION_MAJOR) .*/\1 12/
    s/^(#define SYNCMAP_VERSION_MINOR) .*/\1 34/
    s/^(#define SYNCMAP_VERSION_PATCH) .*/\1 56/' include/syncmap/version.hpp
says() { # says WHO VERSION
    echo "$1: $2"
    [ "$2" = 12.34.56 ] || fail "$1 says version $2, not 12.34.56"
}
says packaging/version "$(packaging/version)"
g++ -std=c++20 -pthread -Iinclude tests/package/consumer.cpp -o consumer
says version.hpp "$(./consumer | sed 's/syncmap \(.*\): .*/\1/')"
run_readme . install
says pkg-config "$(PKG_CONFIG_PATH=$work/prefix/share/pkgconfig pkg-config --modversion syncmap)"
says CMake "$(sed -n 's/^set(PACKAGE_VERSION "\(.*\)")/\1/p' \
    "$work/prefix/share/cmake/syncmap/syncmap-config-version.cmake")"
says CPack "$(sed -n 's/^set(CPACK_PACKAGE_VERSION "\(.*\)")/\1/p' build/CPackConfig.cmake)"
sed -i 's/VERSION_PATCH 56/VERSION_PATCH 57/' include/syncmap/version.hpp
cmake --build build # configures again, because the header has changed
grep -q '12\.34\.57' build/syncmap-config-version.cmake || fail "CMake does not notice another version"
sed -i 's/VERSION_PATCH 57/VERSION_PATCH 56/' include/syncmap/version.hpp
meson setup build-meson --prefix "$work/prefix-meson"
meson install -C build-meson
says Meson "$(PKG_CONFIG_PATH=$work/prefix-meson/share/pkgconfig pkg-config --modversion syncmap)"
use_conan
says Conan "$(conan inspect . -f json | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')"
