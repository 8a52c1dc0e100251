# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh
# To be sourced by the `run` of each kind, whose one argument is `short` or `long`. Sets:
#   top    the project's folder               kind   the kind's name
#   form   short or long                      build  where everything goes that is built or written
#   include  the headers that are verified: $SYNCMAP_INCLUDE, by default the project's own
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=$(dirname -- "$(dirname -- "$here")")
kind=$(basename -- "$here")
form=${1:-short}
include=${SYNCMAP_INCLUDE:-$top/include}
build=${SYNCMAP_BUILD:-$top/build/verify}/$kind
. "$top/scripts/packages.sh"
case $form in short | long) ;; *) fail 2 "usage: $0 short|long" ;; esac
LC_ALL=C
: "${CMAKE_BUILD_PARALLEL_LEVEL:=$(getconf _NPROCESSORS_ONLN)}"
export LC_ALL CMAKE_BUILD_PARALLEL_LEVEL
mkdir -p "$build"

need_to_build() {
    need g++ "compiling" command -v g++
    need cmake "building" command -v cmake
    need ninja-build "building" command -v ninja
}

# compile COMPILER FLAGS [FOLDER]: builds the kind's CMakeLists.txt in $build/FOLDER (by default `bin`).
# A build that fails ends with status 3, so that nobody takes it for something found.
compile() {
    cmake -S "$top/verify" -B "$build/${3:-bin}" -G Ninja -DKIND="$kind" -DSYNCMAP_INCLUDE="$include" \
        -DCMAKE_CXX_COMPILER="$1" -DCMAKE_CXX_FLAGS="$2" >"$build/configure.log" ||
        { cat "$build/configure.log"; fail 3 "$kind: configuring failed"; }
    cmake --build "$build/${3:-bin}" -- --quiet || fail 3 "$kind: building failed"
}
