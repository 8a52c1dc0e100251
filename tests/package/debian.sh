#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The Debian package: what is in it, and what lintian thinks of it.
. "$(dirname -- "$0")/common.sh"
run_readme ../syncmap debian
package=$work/syncmap/build/libsyncmap-dev_${version}_all.deb
[ -e "$package" ] || fail "there is no ${package##*/}"
[ "$(dpkg-deb -f "$package" Version Architecture Section Depends | tr '\n' ' ')" = \
    "Version: $version Architecture: all Section: libdevel " ] || fail "other fields than expected"

run_readme ../syncmap install
(cd ../prefix && find . ! -type d | sort) >installed
dpkg-deb --fsys-tarfile "$package" | tar t | grep -v '/$' | sed 's|^\./usr|.|' |
    grep -vxF ./share/doc/libsyncmap-dev/copyright | sort | diff installed - ||
    fail "the package has other files than cmake --install"
dpkg-deb --fsys-tarfile "$package" | tar xO ./usr/share/doc/libsyncmap-dev/copyright |
    cmp - ../syncmap/LICENSE || fail "the licence is not in the package"

# It is no package of Debian's: nobody signs it, and it has no Debian changelog. Nor does our licence name anybody.
lintian --fail-on error,warning,info --allow-root \
    --suppress-tags malformed-contact,no-changelog,copyright-without-copyright-notice "$package" ||
    fail "lintian has found something"
