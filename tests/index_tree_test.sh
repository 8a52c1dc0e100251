#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Tests the demo: index_tree_test.sh EXECUTABLE. Stops at the first check that fails.
set -eu

. "$(dirname -- "$0")/command_line.sh"
unset NO_COLOR
escape=$(printf '\033')

# listed NAME TIMES FILES FIRST: a row of the list says so.
listed() {
    awk -v row="$1 $2 $3 $4" 'NF >= 4 && $1 " " $(NF - 2) " " $(NF - 1) " " $NF == row { found = 1 }
                              END { exit !found }' "$out"
}

# never_says_any WORD...: none of these is in the output, nor in the progress.
never_says_any() {
    for word in "$@"; do
        ! grep -q "$word" "$out" "$err" || return 1
    done
}

# --- a tree with known numbers ---

tree=$scratch/tree
mkdir -p "$tree/b/deep" "$tree/c"
cat >"$tree/a.h" <<'END'
#include <not_an_identifier.h>
// alpha in a comment \
   alpha in its next line
/* alpha
   alpha */ int alpha = 0x1alpha + 1'000 + 1e+5;
const char* beta = "alpha \" alpha"; char c = '"'; // '"'
const char* raw = u8R"x(alpha )" alpha
)x"; int gamma_;
END
cat >"$tree/b/deep/z.cpp" <<'END'
alpha(alpha, beta)
#define delta(x) #x L"alpha" alpha
END
printf 'beta\r\nalpha\r\n' >"$tree/c/last.c"
printf '// vec -*- C++ -*-\nint alpha;\n' >"$tree/c/vec"
printf 'alpha\n' >"$tree/Makefile"
printf 'alpha\n' >"$tree/notes.txt"

run 0 "$tree" --reps 1 --threads 3
check "counts of a known tree" says "23 identifiers, 10 different, in 4 files"
check "comments, literals, numbers and header names are skipped" listed alpha 6 4 a.h:5
check "the first position is in the first file by name" listed beta 3 3 a.h:6
check "a line is counted in literals that span lines" listed gamma_ 1 1 a.h:8
check "a literal's prefix is no identifier" never_says u8R
check "keywords are not listed" never_says "int "
check "the index is checked" says "the index: all equal"
check "the indexes of the comparison are checked" says "the 2 indexes of the comparison: all equal"
check "nothing is unreadable" never_says "could not be read"

run 0 "$tree" --reps 1 --top 1
check "--top shortens the list" never_says beta

# --- the same result with any number of threads ---

many=$scratch/many
mkdir "$many"
i=100
while [ $i -lt 400 ]; do
    printf 'common\nsecond common own%s\n' $i >"$many/$i.h"
    i=$((i + 1))
done
for threads in 1 2 8; do
    run 0 "$many" --reps 1 --threads $threads
    check "$threads threads: counts" listed common 600 300 100.h:1
    check "$threads threads: first position" listed second 300 300 100.h:2
done

# --- what cannot be read ---

nasty=$scratch/nasty
mkdir -p "$nasty/folder.h"
echo 'int fine;' >"$nasty/fine.c"
ln -s nowhere "$nasty/broken.h"
ln -s itself.h "$nasty/itself.h"
ln -s .. "$nasty/folder.h/loop"
mkfifo "$nasty/pipe.hpp"
head -c 100000 /dev/urandom >"$nasty/binary.cpp"
printf '"never closed\n/* never closed' >"$nasty/open.c"
printf 'R"(never closed' >"$nasty/raw.c"
: >"$nasty/empty.h"
name=$(printf 'bad\377\033[31m\nname.h')
echo 'int named;' >"$nasty/$name"
run 0 "$nasty" --reps 1 --top 10000
check "unreadable files are counted" says "3 files and folders could not be read"
check "a broken link is named" says "broken.h (broken link)"
check "a pipe is not read" says "pipe.hpp (not a regular file)"
check "loops of folders are not followed" says "1 link to a folder was not followed"
check "the rest is indexed" listed fine 1 1 fine.c:1
check "a file name cannot control the terminal" never_says "$escape"
check "a file name is made printable" says "bad??[31m?name.h:1"

i=0
while [ $i -lt 12 ]; do
    ln -s nowhere "$nasty/more$i.h"
    i=$((i + 1))
done
run 0 "$nasty" --reps 1
check "many unreadable files are counted" says "15 files and folders could not be read"
check "ten of them are named" says "and 5 more"

if [ "$(id -u)" -ne 0 ]; then
    mkdir "$nasty/closed"
    : >"$nasty/secret.h"
    chmod 000 "$nasty/closed" "$nasty/secret.h"
    run 0 "$nasty" --reps 1 --top 0
    chmod 700 "$nasty/closed"
    check "without permission is unreadable" says "17 files and folders could not be read"
fi

# --- where there is no terminal ---

run 0 "$tree" --reps 1
check "no escape codes in a pipe" never_says "$escape"
check "no redrawing in a pipe" awk '/\033|\r/ { exit 1 }' "$err"
check "the progress in a pipe is lines" grep -q '^index .* 4/4 files ' "$err"
check "the state of the map is told in words" says "14 places each"
check "no word of the library's insides is left unexplained" never_says_any promot retired amended overflow

large=$scratch/large
mkdir "$large"
yes 'int some_name = other_name + 1; // and a comment' | head -c 8000000 >"$large/long.c"
run 0 "$large" --reps 1
sed 's, [^ ]*/s,,' "$err" | uniq -d >"$scratch/again"
check "no line is repeated in a pipe when nothing has changed" [ ! -s "$scratch/again" ]

on_terminal() { # on_terminal ASSIGNMENT
    script -qec "env TERM=xterm $1 '$program' '$tree' --reps 1 --threads 2" "$scratch/typescript" \
        </dev/null >"$out" || fail "runs on a terminal"
}
if command -v script >/dev/null; then
    on_terminal NO_COLOR=
    check "colours on a terminal" says "$escape"
    on_terminal NO_COLOR=1
    check "NO_COLOR on a terminal" never_says "$escape"
    check "a bar on a terminal" says "█"
fi

# --- wrong arguments ---

rejects() { # rejects TEXT ARGUMENT...: exit status 2, one line with TEXT on stderr, nothing on stdout
    text=$1
    shift
    run 2 "$@"
    [ "$(wc -l <"$err")" -eq 1 ] || fail "one line of error for: $*"
    [ ! -s "$out" ] || fail "no output for: $*"
    check "rejects: $*" grep -qF -- "$text" "$err"
}
mkdir "$scratch/nothing" "$scratch/broken"
ln -s nowhere "$scratch/broken/a.h"
rejects "--nonsense" --nonsense
rejects "/does/not/exist" /does/not/exist
rejects "is actually a file" "$tree/a.h"
rejects "--threads" "$tree" --threads 0
rejects "--threads" "$tree" --threads -1
rejects "--threads" "$tree" --threads many
rejects "--threads" "$tree" --threads 257
rejects "--threads" "$tree" --threads
rejects "--top" "$tree" --top -1
rejects "--reps" "$tree" --reps 0
rejects "not expected" "$tree" "$tree"
rejects "no C or C++ source" "$scratch/nothing"
rejects "broken link" "$scratch/broken"
rejects "does not exist" "$(printf 'two\nlines')"

run 0 --help
check "--help tells the options" says "--threads"
sed 's/--threads N=[0-9]* /--threads N   /' "$out" >"$scratch/help"
sed 1d "$(dirname -- "$0")/../examples/index_tree_help.txt" >"$scratch/written"
check "\`./run demo --help' has the same, from examples/index_tree_help.txt" diff "$scratch/help" "$scratch/written"
echo "all ok"
