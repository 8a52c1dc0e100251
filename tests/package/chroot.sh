#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The Debian packages on a bare Debian 12: a system made by debootstrap, with nothing but a compiler, CMake and
# pkg-config in it. It is made once, and kept. The programs are built as the README says after an installation.
. "$(dirname -- "$0")/common.sh"
root=$(dirname -- "$work")/bookworm
[ "$(id -u)" -eq 0 ] || skip "only root can make a system to install the package on"
chroot / true 2>/dev/null || skip "chroot is not permitted here, not even to root"
device() { # device FILE MINOR: a device for memory, as /dev/null
    mknod "$1" c 1 "$2" 2>/dev/null && chmod 666 "$1"
}
if ! device "$work/null" 3 || ! (: >"$work/null") 2>/dev/null; then
    skip "devices cannot be made here, not even by root"
fi

if ! [ -e "$root.complete" ]; then
    # The mirror that this system's own packages come from, as it may be the only one that can be reached.
    # shellcheck disable=SC2016 # not the shell's
    mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
        awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
    [ -n "$mirror" ] || skip "the packages of this system do not come from Debian 12"
    eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
    export http_proxy https_proxy
    rm -rf "$root"
    # debootstrap makes what is missing of these, by a command that needs /proc, which a chroot may lack.
    mkdir -p "$root/dev"
    for numbered in null,3 zero,5 full,7 random,8 urandom,9; do
        device "$root/dev/${numbered%,*}" "${numbered#*,}"
    done
    mknod "$root/dev/tty" c 5 0
    mknod "$root/dev/console" c 5 1
    mknod "$root/dev/ptmx" c 5 2
    chmod 666 "$root/dev/tty" "$root/dev/console" "$root/dev/ptmx"
    debootstrap --variant=minbase --include=g++,make,cmake,pkg-config bookworm "$root" "$mirror" || {
        tail "$root/debootstrap/debootstrap.log"
        fail "debootstrap fails"
    }
    touch "$root.complete"
fi
eval "$(apt-config shell proxy Acquire::http::Proxy)"
in_root() {
    chroot "$root" env -i http_proxy="${proxy:-}" PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C "$@"
}
purge() {
    in_root dpkg --purge libsyncmap-etcd-dev libsyncmap-dev
    in_root apt-get -qq autoremove --purge -y # libcurl
}
purge 2>/dev/null
[ -z "$(find "$root/usr" "$root/etc" -name '*syncmap*')" ] || fail "the system is not bare"

run_readme ../syncmap debian
rm -rf "$root/root/syncmap" "$root/root/your_program"
mkdir -p "$root/root/syncmap/build" "$root/root/your_program"
cp ../syncmap/build/*.deb "$root/root/syncmap/build"
installation=$(readme debian_install)
in_root sh -exc "cd /root/syncmap; $installation"
in_root pkg-config --print-errors "syncmap = $version" || fail "pkg-config does not find the package"

uses() { # uses PREFIX WHAT: your_program.cpp is built by the README's blocks PREFIXfind_package and PREFIXpkg_config
    cmake_project "$1find_package"
    rm -rf "$root/root/your_program/build"
    cp CMakeLists.txt your_program.cpp "$root/root/your_program"
    commands=$(readme "$1pkg_config" | grep -v '^export') # the package needs no path
    in_root sh -exc "cd /root/your_program; $commands; cmake -B build; cmake --build build"
    for program in your_program build/your_program; do
        printed=$(in_root "/root/your_program/$program")
        [ "$printed" = "syncmap $version: $2" ] || fail "$program prints \`$printed'"
    done
}
uses "" "one is 1"

# The package of syncmap::etcd brings what it needs.
in_root sh -c "apt-get -qq update && apt-get -qq install -y --download-only libcurl4-openssl-dev" ||
    skip "libcurl cannot be fetched for the bare system; all was well without it"
(cd ../syncmap && cmake -B build -DSYNCMAP_ETCD=ON -DCMAKE_INSTALL_PREFIX=/usr && cmake --build build)
run_readme ../syncmap debian # configured as before, but for what it names
cp ../syncmap/build/*.deb "$root/root/syncmap/build"
installation=$(printf '%s\n' "$installation -y --no-install-recommends" |
    sed "s|dev_${version}_all|etcd-dev_${version}_$(dpkg --print-architecture)|")
in_root sh -exc "cd /root/syncmap; $installation"
cp "$top/tests/package/etcd_consumer.cpp" your_program.cpp
uses etcd_ "etcd is unavailable"

purge
[ -z "$(find "$root/usr" -name '*syncmap*')" ] || fail "what was installed is still there after a purge"
