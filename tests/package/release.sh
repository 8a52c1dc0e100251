#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# packaging/release: the files that it makes of a tag are the tag's, can be used, and are the same each time; and
# it makes none if the tag, version.hpp and CHANGELOG.md do not agree.
. "$(dirname -- "$0")/common.sh"
command -v git >/dev/null || skip "there is no git"
cp "$top/CHANGELOG.md" ../syncmap
cd ../syncmap
commit() { # commit TAG
    git add -A
    git -c user.name=test -c user.email=test@example.org commit -q -m "$1"
    git tag -f "$1"
}
changes() { # changes HEADING: CHANGELOG.md begins with it
    sed "0,/^## .*/s//## $1/" "$top/CHANGELOG.md" >CHANGELOG.md
}
refused() { # refused SENTENCE ARGUMENT...
    sentence=$1
    shift
    ! packaging/release "$@" >messages 2>&1 || fail "not refused: $*"
    grep -qF -- "$sentence" messages || fail "refused without \`$sentence': $(cat messages)"
    rm messages
}
git init -q

# What does not agree.
changes Unreleased
commit "v$version"
refused 'CHANGELOG.md at' "v$version" "$work/none"
changes '99.1.2 (2026-01-02)'
commit v99.1.2
refused "version.hpp at v99.1.2 says $version" v99.1.2 "$work/none"
refused 'there is no tag v99.1.3' v99.1.3 "$work/none"
refused 'a tag is v and a version' "$version" "$work/none"
[ ! -e "$work/none" ] || fail "something was made of a tag that does not agree"

# What does. The files are those of the tag, whatever the folder has become since.
changes "$version (2026-01-02)"
commit "v$version"
echo '#error not a part of the release' >>include/syncmap/map.hpp
packaging/release "v$version" "$work/first" >said
grep -q "gh release create v$version" said || fail "it does not say how to publish"
(cd "$work/first" && sha256sum -c SHA256SUMS)
[ "$(cd "$work/first" && echo *)" = "SHA256SUMS notes.md syncmap-$version.tar.gz syncmap.hpp" ] || fail "other files"
first=$(sed -n '/^- /{s/^- //p;q}' CHANGELOG.md)
grep -qF -- "$first" "$work/first/notes.md" || fail "the notes are not the changelog's"
! grep -q '^## ' "$work/first/notes.md" || fail "the notes are of more than one version"
packaging/release "v$version" "$work/second" >said
diff -r "$work/first" "$work/second" || fail "two releases of one tag differ"
refused 'is not empty' "v$version" "$work/first"

tar -xzf "$work/first/syncmap-$version.tar.gz" -C "$work"
cmp "$work/syncmap-$version/include/syncmap/version.hpp" include/syncmap/version.hpp
"$work/syncmap-$version/packaging/amalgamate" | cmp - "$work/first/syncmap.hpp"

# The header in place of the #include, as in an online compiler.
cd "$work/your_program"
grep -q '^#include <syncmap/' your_program.cpp || fail "nothing to be replaced"
{ cat "$work/first/syncmap.hpp"; sed '/^#include <syncmap\//d' your_program.cpp; } >pasted.cpp
for compiler in g++ clang++-19; do
    $compiler -std=c++20 -pthread pasted.cpp -o pasted
    check ./pasted
done
