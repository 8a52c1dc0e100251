#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# What docs/abi.md says may be linked together works, and another major version cannot be taken for this one.
. "$(dirname -- "$0")/common.sh"
include=$work/syncmap/include
cat >part.hpp <<'END'
#include <string>
#include <syncmap/syncmap.hpp>
#include <thread>
#include <vector>
using map = syncmap::map<std::string, std::string>;
// Stores and erases from two threads, until `kept` entries of a prefix of its own remain; false if one is wrong.
inline bool use(map& m, const std::string& prefix, int kept) {
    std::vector<std::thread> threads;
    for (int part = 0; part < 2; ++part) {
        threads.emplace_back([&m, prefix, kept, part] {
            for (int i = part; i < 20 * kept; i += 2) m.store(prefix + std::to_string(i), std::to_string(i));
            for (int i = part; i < 20 * kept; i += 2) if (i >= kept) m.erase(prefix + std::to_string(i));
        });
    }
    for (auto& thread : threads) thread.join();
    int right = 0;
    m.for_each([&](const std::string& key, const std::string& value) { right += key == prefix + value; });
    return right == kept;
}
END
part() { # part NAME COMPILER...: an object file with a function NAME that uses a map of its caller's
    part_name=$1
    shift
    echo "#include \"part.hpp\"
bool $part_name(map& m) { return use(m, \"$part_name\", 100); }
bool ${part_name}_alone() { map m; return $part_name(m); }" >"$part_name.cpp"
    "$@" -c "$part_name.cpp"
}
program() { # program NAME DECLARATIONS EXPRESSION: returns 0 if the expression is true
    echo "#include \"part.hpp\"
bool $2;
int main() { map m; return ($3) ? 0 : 1; }" >"$1.cpp"
}

# One map, used by code from two compilers, with and without optimisation, assertions, and newer instructions.
part plain g++ -std=c++20 -O0 -I"$include"
part fast g++ -std=c++20 -O2 -DNDEBUG -march=native -I"$include"
part newer g++ -std=c++2b -O1 -I"$include"
part other_compiler clang++-19 -std=c++20 -O2 -I"$include"
program shared 'plain(map&), fast(map&), newer(map&), other_compiler(map&)' \
    'plain(m) && fast(m) && newer(m) && other_compiler(m) && m.size() == 400'
g++ -std=c++20 -pthread -I"$include" shared.cpp plain.o fast.o newer.o other_compiler.o -o shared
./shared || fail "objects of different compilers and options do not share a map"

# The next major version, here with another layout: beside this one it works, and for this one it cannot be taken.
next=$work/next/include
mkdir "$work/next"
cp -R "$include" "$next"
major=${version%%.*}
grep -rl "inline v$major" "$next" | xargs sed -i "s/inline v$major/inline v$((major + 1))/"
sed -i 's/#define SYNCMAP_TINY 0/#define SYNCMAP_TINY 1/' "$next/syncmap/detail/platform.hpp"
grep -q 'SYNCMAP_TINY 1' "$next/syncmap/detail/platform.hpp" || fail "no other layout"
part of_next g++ -std=c++20 -O1 -I"$next"
program beside 'plain(map&), of_next_alone()' 'plain(m) && of_next_alone()'
g++ -std=c++20 -pthread -I"$include" beside.cpp plain.o of_next.o -o beside
./beside || fail "two major versions in one program disturb each other"
program mistaken 'of_next(map&)' 'of_next(m)'
! g++ -std=c++20 -pthread -I"$include" mistaken.cpp of_next.o -o mistaken 2>log ||
    fail "a map is handed to another major version"
grep -q 'undefined reference to .of_next(syncmap::v' log || fail "refused for another reason"

# A version with another layout but the same namespace, in shared libraries that export their own functions only.
# -fvisibility=hidden is not enough for that: functions of the standard library for types of ours stay visible.
similar=$work/similar/include
mkdir "$work/similar"
cp -R "$include" "$similar"
sed -i 's/#define SYNCMAP_TINY 0/#define SYNCMAP_TINY 1/' "$similar/syncmap/detail/platform.hpp"
grep -q 'SYNCMAP_TINY 1' "$similar/syncmap/detail/platform.hpp" || fail "no other layout"
part here g++ -std=c++20 -O1 -fPIC -I"$include"
part there g++ -std=c++20 -O1 -fPIC -I"$similar"
echo '{ global: *_alone*; local: *; };' >exports
g++ -shared -pthread -Wl,--version-script=exports here.o -o libhere.so
g++ -shared -pthread -Wl,--version-script=exports there.o -o libthere.so
program hidden 'here_alone(), there_alone()' \
    'here_alone() && there_alone() && use(m, "main", 100) && here_alone() && there_alone()'
g++ -std=c++20 -pthread -I"$include" hidden.cpp libhere.so libthere.so -Wl,-rpath,. -o hidden
./hidden || fail "shared libraries that export only their own functions disturb each other"
