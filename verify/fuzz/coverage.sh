# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh disable=SC2154
# To be sourced by `run`: replays what both fuzzers have kept, compiled by g++ with sanitizers and by clang for
# coverage, runs the project's tests for coverage, and writes coverage.txt. (Lines and branches of a template
# count as reached if any instantiation reaches them.)
profile="-O1 -g1 -fprofile-instr-generate -fcoverage-mapping"
coverage=$build/coverage
rm -rf "$coverage"
mkdir -p "$coverage"

compile g++ "-O1 -g1 $sanitize" gcc
"$build/gcc/fuzz/replay" "$here/corpus" "$found" "$build/afl/default/queue"

compile clang++-14 "$profile" profile
compile clang++-14 "$profile -DSYNCMAP_TINY=1" profile-tiny
objects=$build/tests/tests/syncmap_tests
for folder in profile profile-tiny; do
    LLVM_PROFILE_FILE="$coverage/$folder.profraw" "$build/$folder/fuzz/replay" "$here/corpus" "$found" \
        "$build/afl/default/queue"
    objects="$objects -object $build/$folder/fuzz/replay"
done

cmake -S "$top" -B "$build/tests" -G Ninja -DSYNCMAP_BUILD_EXAMPLES=OFF \
    -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_CXX_FLAGS="-O0 ${profile#-O1}" >"$build/tests.log"
cmake --build "$build/tests" -- --quiet || fail 3 "$kind: building the tests failed"
LLVM_PROFILE_FILE="$coverage/tests-%p.profraw" ctest --test-dir "$build/tests" -LE build --parallel "$CMAKE_BUILD_PARALLEL_LEVEL" \
    >>"$build/tests.log" ||
    { tail -n 20 "$build/tests.log"; fail 1 "$kind: the tests failed"; }
for program in "$build"/tests/tests/program_*; do
    objects="$objects -object $program"
done

llvm-profdata-14 merge -o "$coverage/all.profdata" "$coverage"/*.profraw
# shellcheck disable=SC2086 # a list of words
export_as() { llvm-cov-14 export -format="$1" -instr-profile "$coverage/all.profdata" $objects "$include"; }
{
    export_as lcov
    export_as text | jq -r '.data[].files[] | .filename as $file | .branches[] |
        "BR:\($file),\(.[0]).\(.[1]),\(.[4]),\(.[5])"'
} >"$coverage/all" 2>"$coverage/export.log"
awk -v include="$include/" -f "$here/coverage.awk" "$coverage/all" >"$build/coverage.txt"
sed '/^$/,$d' "$build/coverage.txt"
echo "What was not reached is in $build/coverage.txt."
