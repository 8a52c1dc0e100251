# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh
# To be sourced by the tests of the ways to get syncmap, each of which is called as `sh NAME.sh SOURCES WORK`.
# Leaves two folders in WORK, which is emptied before: `syncmap`, a copy of what a user needs, without the
# tests; and `your_program`, with your_program.cpp, where the test starts. Nothing may come from SOURCES itself.
set -eu
top=$1 work=$2
test_name=package.$(basename -- "$0" .sh)
unset CPATH CPLUS_INCLUDE_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH CMAKE_TOOLCHAIN_FILE DESTDIR
LC_ALL=C CMAKE_GENERATOR=Ninja
export LC_ALL CMAKE_GENERATOR

rm -rf "$work"
mkdir -p "$work/syncmap/tests/package" "$work/your_program"
(cd "$top" && cp -R cmake debuggers etcd include modules packaging CMakeLists.txt LICENSE README.md conanfile.py meson.build \
    "$work/syncmap")
(cd "$work/syncmap/etcd" && rm -rf tests examples cluster)
cp "$top/tests/package/consumer.cpp" "$work/syncmap/tests/package" # for Conan's own test of the package
cp "$top/tests/package/consumer.cpp" "$work/your_program/your_program.cpp"
cd "$work/your_program"
version=$(../syncmap/packaging/version)

fail() {
    echo "failed: $test_name: $1"
    exit 1
}
skip() { # what cannot be done here is not a failure, but has to be seen: ./run prints this line
    echo "skipped: $test_name: $1"
    exit 77
}

# Prints the block of the README after the line `<!-- tested: $1 -->`, with the paths of this test.
readme() {
    block=$(awk -v marker="<!-- tested: $1 -->" '
        $0 == marker { found = 1; next }
        found && /^```/ { if (inside++) exit; next }
        inside' "$top/README.md" |
        sed -e "s|/path/to/syncmap|$work/syncmap|g" -e "s|/where/you/like|$work/prefix|g" -e 's|^sudo ||')
    [ -n "$block" ] || fail "the README has no block \`$1'"
    printf '%s\n' "$block"
}
run_readme() { # run_readme FOLDER BLOCK: the commands of a block, in a folder
    commands=$(readme "$2")
    (cd "$1" && sh -exc "$commands")
}

# Writes the CMakeLists.txt of your_program: its last lines are the README's block $1.
cmake_project() { # cmake_project BLOCK [VERSION]
    lines=$(readme "$1")
    cat >CMakeLists.txt <<END
cmake_minimum_required(VERSION ${2:-3.25})
project(your_program LANGUAGES CXX)
add_executable(your_program your_program.cpp)
$lines
END
}

# Whether find_package(syncmap ARGUMENT...) succeeds with what is installed in PREFIX; what it says is in probe/log.
finds() { # finds PREFIX ARGUMENT... ; CMake is also given $probe_option
    probe_prefix=$1
    shift
    rm -rf probe
    mkdir probe
    cat >probe/CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES CXX)
find_package(syncmap $* REQUIRED)
END
    cmake -S probe -B probe/build -DCMAKE_PREFIX_PATH="$probe_prefix" "${probe_option:--Wdev}" >probe/log 2>&1
}

# $1 has been built from your_program.cpp: runs it, and looks whether anything in WORK names our own headers.
check() { # check PROGRAM [WHAT]
    printed=$("$1") || fail "$1 exits with $?"
    [ "$printed" = "syncmap $version: ${2:-one is 1}" ] || fail "$1 prints \`$printed'"
    leaks=$(grep -rlaE "(^|[^[:alnum:]_./-]|-I|-isystem)$top/(etcd/)?include" "$work" || :)
    [ -z "$leaks" ] || fail "headers of the source tree itself are in use: $leaks"
}

# Installs a Python package into a virtual environment of its own, kept for the next time, and puts its
# programs on the PATH.
python_tool() { # python_tool NAME REQUIREMENT
    tools=$(dirname -- "$work")/tools/$1
    if ! [ -e "$tools/complete" ]; then
        rm -rf "$tools"
        python3 -m venv "$tools"
        "$tools/bin/pip" install -q "$2" || skip "pip cannot install $1 here"
        touch "$tools/complete"
    fi
    PATH=$tools/bin:$PATH
}

# Conan is no package of Debian's. All that it keeps is in a folder of the test's own.
use_conan() {
    python_tool conan 'conan>=2,<3'
    CONAN_HOME=$work/conan_home
    export CONAN_HOME
    conan profile detect
}
