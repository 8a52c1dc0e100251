#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The header that packaging/amalgamate makes: to a compiler it is the same text as that of the folder.
. "$(dirname -- "$0")/common.sh"
run_readme . single_header
check ./your_program
single=syncmap/syncmap.hpp
folder=$work/syncmap/include

# What a compiler sees of our own headers, with the flags given: no comments, no system headers.
own_text() { # own_text HEADER COMPILER...
    header=$1
    shift
    "$@" -std=c++20 -I"$folder" -I. -E -x c++ "$header" >preprocessed || fail "not preprocessed with: $*"
    awk '
        /^# [0-9]+ "/ { ours = $3 ~ /syncmap\.hpp"$|\/include\/syncmap\//; next }
        ours && NF && !/^#pragma once/ { $1 = $1; print }' preprocessed |
        sed 's|, "[^"]*\.hpp", [0-9]*,|, PLACE,|' # of an assertion
}
same_text() { # same_text COMPILER...
    own_text "$folder/syncmap/syncmap.hpp" "$@" >of_folder
    own_text "$single" "$@" >of_single
    grep -q 'namespace syncmap' of_folder || fail "nothing to compare"
    cmp of_folder of_single || fail "another text than in the folder with: $*"
}
same_text g++
same_text g++ -fno-exceptions -fno-rtti -DSYNCMAP_PORTABLE_TAGS=1 -DNDEBUG
same_text g++ -fsanitize=thread -DSYNCMAP_TINY=1 -DSYNCMAP_FULL_FENCE=1 -U__linux__ -U__SSE2__
same_text clang++-19 -stdlib=libc++

# Each header once, and nothing of ours is still included.
! grep '^#include "' "$single" || fail "it includes headers of ours"
g++ -std=c++20 -I"$folder" -MM "$folder/syncmap/syncmap.hpp" | sed ':again; s|[a-z]*/\.\./||; t again' |
    grep -o 'include/syncmap/[a-z_/]*\.hpp' |
    sed 's|include/syncmap/||' | sort -u >names_in_folder
sed -n 's|^// --- \(.*\) ---$|\1|p' "$single" | sort >names_in_single
cmp names_in_folder names_in_single || fail "other headers than those that syncmap.hpp includes"
sed '/#if defined(SYNCMAP_VERSION_MAJOR)/,/#endif/d; /^namespace/,$d' "$single" |
    sed -n 's/^#include //p' | sed '/sys/,$d' | LC_ALL=C sort -c -u || fail "system headers are not sorted, or twice"
(cd "$folder/syncmap" && xargs grep -hE '^# *include [<A-Z]' <"$work/your_program/names_in_folder") | sort -u >includes
grep -E '^# *include [<A-Z]' "$single" | sort -u | diff includes - || fail "other system headers than in the folder"

# Alone, without a warning.
for compiler in g++ 'clang++-19 -stdlib=libc++'; do
    printf '#include <syncmap/syncmap.hpp>\nint main() { syncmap::map<int, int> m; m.store(1, 2); }\n' >alone.cpp
    # shellcheck disable=SC2086 # a compiler and its options
    $compiler -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I. -fsyntax-only alone.cpp ||
        fail "does not compile alone with $compiler"
done

# Translation units with it, and one with the folder, are one program.
cat >shared.hpp <<'END'
#include <syncmap/syncmap.hpp>
inline syncmap::map<int, int> shared;
void store_from_b();
void store_from_c();
END
echo '#include "shared.hpp"
void store_from_b() { shared.store(1, 2); }' >b.cpp
echo '#include "shared.hpp"
void store_from_c() { shared.store(2, 3); }' >c.cpp
echo '#include "shared.hpp"
int main() {
    store_from_b();
    store_from_c();
    return shared.load(1) == 2 && shared.load(2) == 3 ? 0 : 1;
}' >a.cpp
g++ -std=c++20 -pthread -I. -c a.cpp b.cpp
g++ -std=c++20 -pthread -I"$folder" -c c.cpp
g++ -pthread a.o b.o c.o -o together
./together || fail "translation units do not share a map"

# Both in one translation unit are refused, with a sentence.
refused() { # refused FIRST SECOND SENTENCE
    printf '#include "%s"\n#include "%s"\n' "$1" "$2" >mixed.cpp
    ! g++ -std=c++20 -E mixed.cpp >preprocessed 2>messages || fail "$1 and then $2 are not refused"
    grep 'error:' messages | head -1 | grep -q "$3" || fail "$1 and then $2 are refused without saying why"
}
cp "$single" other.hpp
for header in "$folder"/syncmap/*.hpp; do
    refused "$work/your_program/$single" "$header" 'the single header comes before'
    refused "$header" "$work/your_program/$single" 'come before this one'
done
refused "$work/your_program/$single" "$work/your_program/other.hpp" 'another single header'
