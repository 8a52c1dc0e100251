#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# syncmap::etcd: installed together with the core or after it, as packages of Debian's kind, and fetched.
. "$(dirname -- "$0")/common.sh"
cp "$top/tests/package/etcd_consumer.cpp" your_program.cpp
says="etcd is unavailable"
uses() { # uses PREFIX [LIBRARIES]: the program is built with what is installed there, by CMake and by pkg-config
    rm -rf build
    cmake_project etcd_find_package
    # What is private to the library nobody else has to have.
    cmake -B build -DCMAKE_PREFIX_PATH="$1" -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON
    cmake --build build
    check build/your_program "$says"
    commands=$(readme etcd_pkg_config | sed -e "s|$work/prefix/lib/|$1/${2:-lib}/|" -e "s|$work/prefix/|$1/|")
    sh -exc "$commands"
    check ./your_program "$says"
}

run_readme ../syncmap etcd_install
mv ../prefix ../moved
mv ../syncmap ../hidden # nothing of these may be in use
uses "$work/moved"
mv ../hidden ../syncmap

# One after the other, as two packages are.
install_part() { cmake --install ../syncmap/build --prefix "$work/parts" --component "$1"; }
install_part syncmap
probe_option=-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF # this system may have a package of it
finds "$work/parts" "$version" || fail "the core is not found alone"
finds "$work/parts" "$version" OPTIONAL_COMPONENTS etcd || fail "a component that may be absent is not"
! finds "$work/parts" "$version" COMPONENTS etcd || fail "found, although it is not installed"
grep -q -e -DSYNCMAP_ETCD=ON probe/log || fail "it is not said what to do where it is not installed"
install_part syncmap-etcd
finds "$work/parts" "$version" COMPONENTS etcd || fail "not found where it was installed later"
diff -r "$work/parts" "$work/moved" || fail "both components together are not what is installed without a name"
probe_option=-DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON
finds "$work/parts" "$version" || fail "the core needs libcurl"
! finds "$work/parts" "$version" COMPONENTS etcd || fail "found, although there is no libcurl"
grep -q CURL probe/log || fail "it is not said that there is no libcurl"
probe_option=
sed -i "s/PACKAGE_VERSION \"$version\"/PACKAGE_VERSION \"$version.1\"/" \
    "$work/parts/lib/cmake/syncmap-etcd/syncmap-etcd-config-version.cmake"
! finds "$work/parts" "$version" COMPONENTS etcd || fail "found, although it is of another version"

# The packages: these files, in the folders of this architecture.
(cd ../syncmap && cmake -B build -DCMAKE_INSTALL_PREFIX=/usr)
run_readme ../syncmap debian
core=$work/syncmap/build/libsyncmap-dev_${version}_all.deb
package=$work/syncmap/build/libsyncmap-etcd-dev_${version}_$(dpkg --print-architecture).deb
[ -e "$core" ] || fail "there is no ${core##*/}"
[ -e "$package" ] || fail "there is no ${package##*/}"
[ "$(dpkg-deb -f "$package" Depends)" = "libsyncmap-dev (= $version), \
libcurl4-openssl-dev (>= 7.85) | libcurl4-gnutls-dev (>= 7.85)" ] || fail "other dependencies than expected"
dpkg-deb -x "$core" ../core
dpkg-deb -x "$package" ../root
cmp ../root/usr/share/doc/libsyncmap-etcd-dev/copyright ../syncmap/LICENSE || fail "the licence is not in the package"
(cd ../core && find . -type f) | while read -r file; do
    [ ! -e "../root/$file" ] || fail "$file is in both packages"
done
cp -R ../core/. ../root
libraries=lib/$(c++ -print-multiarch)
(cd ../root/usr && find . -type f ! -path './share/doc/*' | sed "s|^\./$libraries/|./lib/|" | sort) >packed
(cd ../moved && find . -type f | sort) | diff - packed || fail "the packages have other files than cmake --install"
uses "$work/root/usr" "$libraries"
# As of the core's package (debian.sh); and which compiler made the library may be read in it.
lintian --fail-on error,warning,info --allow-root --suppress-tags \
    malformed-contact,no-changelog,copyright-without-copyright-notice,static-library-has-unneeded-sections \
    "$package" || fail "lintian has found something"

# Built as a part of the user's project.
rm -rf build ../syncmap/build
cmake_project fetch_content
sed -i -e '/^include(FetchContent)/i set(SYNCMAP_ETCD ON)' -e 's/syncmap::syncmap/syncmap::etcd/' CMakeLists.txt
cmake -B build
cmake --build build
check build/your_program "$says"
