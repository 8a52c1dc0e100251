# SPDX-License-Identifier: BSL-1.0
"""Makes programs of the code in the documents: code_blocks.py ROOT OUTPUT DOCUMENT...

Every fenced block has a language. `cpp` and `go` become programs that are run, `json` is parsed here, what
ELSEWHERE names is left to others, and any other language is an error, so that somebody decides.

HTML comments, which readers do not see, say the rest. Directly before a block:
  <!-- continues -->      it goes on where the block before it in its language ended; otherwise it begins anew
  <!-- declarations -->   it stands outside of functions
  <!-- needs: NAME -->    it goes into a program of its own that has the library NAME (CMakeLists.txt looks for it)
  <!-- refused: REGEX --> it must not compile (Go: not pass `go vet`), and the message matches REGEX
  <!-- before: CODE -->   put before it; outside of functions if CODE begins with `declarations`
  <!-- tested: NAME -->   what tests/package or tests/debugger calls it, for what is left to those
directly behind it, in this order:
  <!-- check: CODE -->    put behind it, mostly calls of check(condition)
  <!-- prints: TEXT -->   what it prints, line by line; a program that prints anything else fails

A block and those that continue it make one function in a namespace of its own. All functions of a document
make one program, but for blocks with `needs`; all declarations in Go are of one package. Messages name the
lines of the document. The programs are listed in OUTPUT/programs.cmake, as calls of
docs_program(NAME NEEDS SOURCE), docs_go(NAME SOURCE) and docs_refused(NAME LANGUAGE SOURCE REGEX).
"""

import json
import re
import sys
from pathlib import Path

CHECKED = {"cpp", "go", "json"}
MARKED = {"cmake", "meson", "ini"}  # tests/package, tests/debugger
ELSEWHERE = MARKED | {"sh"}  # of commands for a terminal those that install are marked and tested
COMMENTS = {"continues", "declarations", "needs", "refused", "before", "check", "prints", "tested"}
GO_IMPORTS = {"atomic": "sync/atomic", "bytes": "bytes", "errors": "errors", "fmt": "fmt",
              "strings": "strings", "sync": "sync", "time": "time"}


class Mistake(Exception):
    """Something in a document that has to be put right; the text begins with its place."""


class Code:
    """Lines of a document that become lines of a program."""

    def __init__(self, line, lines):
        self.line, self.lines = line, lines


class Program:
    """A block and those that continue it."""

    def __init__(self, language, line, needs):
        self.language, self.line, self.needs = language, line, needs
        self.includes, self.outside, self.inside = [], [], []
        self.refused = None
        self.prints = []


def comment_at(lines, at, place):
    """The comment that begins at lines[at]: (word, Code of its text, index behind it), or None."""
    if not lines[at].lstrip().startswith("<!--"):
        return None
    begin = re.match(r"<!--\s*([a-z]+)(:|(?=\s*-->))[ \t]*", lines[at])
    if begin is None:
        raise Mistake(f"{place}:{at + 1}: no comment like `<!-- word -->` or `<!-- word: text -->` from the first column")
    if begin[1] not in COMMENTS:
        raise Mistake(f"{place}:{at + 1}: no comment is called `{begin[1]}`")
    end = at
    while "-->" not in lines[end]:
        end += 1
        if end == len(lines):
            raise Mistake(f"{place}:{at + 1}: the comment does not end")
    if not lines[end].rstrip().endswith("-->"):
        raise Mistake(f"{place}:{end + 1}: there is something behind the comment")
    text = lines[at:end + 1]
    text[-1] = text[-1][:text[-1].rindex("-->")].rstrip()
    text[0] = text[0][begin.end():]
    return begin[1], Code(at + 1, text), end + 1


def fence_at(lines, at, place):
    """The block that begins at lines[at]: (language, Code, index behind it), or None."""
    begin = re.match(r"( *)(`{3,}|~{3,})(.*)", lines[at])
    if begin is None:
        return None
    end = at + 1
    while end < len(lines) and not re.fullmatch(rf" *{begin[2]}\s*", lines[end]):
        end += 1
    if end == len(lines):
        raise Mistake(f"{place}:{at + 1}: the block does not end")
    inside = [line[len(begin[1]):] for line in lines[at + 1:end]]
    return begin[3].strip(), Code(at + 2, inside), end + 1


class Document:
    """Reads one document; `programs` and `others` (languages left to others) are what it found."""

    def __init__(self, place, text):
        self.place, self.lines = place, text.splitlines()
        self.programs, self.others = [], []
        self.last = {}
        self.read()

    def mistake(self, line, what):
        raise Mistake(f"{self.place}:{line}: {what}")

    def read(self):
        at, waiting = 0, {}
        while at < len(self.lines):
            comment = comment_at(self.lines, at, self.place)
            if comment is not None:
                word, code, at = comment
                if word in waiting:
                    self.mistake(code.line, f"`{word}` is there twice")
                waiting[word] = code
                continue
            block = fence_at(self.lines, at, self.place)
            if block is None:
                if waiting:
                    word, code = next(iter(waiting.items()))
                    self.mistake(code.line, f"`{word}` must stand directly at a block")
                at += 1
                continue
            language, code, at = block
            behind = {}
            for word in ("check", "prints"):
                comment = comment_at(self.lines, at, self.place) if at < len(self.lines) else None
                if comment is not None and comment[0] == word:
                    behind[word], at = comment[1:]
            self.block(language, code, waiting, behind)
            waiting = {}
        if waiting:
            self.mistake(next(iter(waiting.values())).line, "there is no block behind this comment")

    def block(self, language, code, before, behind):
        if language in ELSEWHERE or language == "json":
            if behind or before.keys() - ({"tested"} if language in ELSEWHERE else set()):
                self.mistake(code.line, f"comments do nothing at {language} blocks")
            if language == "json":
                try:
                    json.loads("\n".join(code.lines))
                except ValueError as wrong:
                    self.mistake(code.line, f"no JSON: {wrong}")
            if language in MARKED and "tested" not in before:
                self.mistake(code.line - 1, f"nobody says who tests this {language}: `<!-- tested: NAME -->`")
            self.others.append(language)
            return
        if "tested" in before:
            self.mistake(code.line, f"{language} is tested here, and not by tests/package")
        if language not in CHECKED:
            self.mistake(code.line - 1, f"nobody checks code in `{language}`: see tests/docs/code_blocks.py")
        for word in ("check", "prints"):
            if word in before:
                self.mistake(before[word].line, f"`{word}` must stand directly behind a block")

        if "continues" in before:
            if language not in self.last or "needs" in before or "refused" in before:
                self.mistake(code.line, "there is nothing that this block could continue")
            program = self.last[language]
        else:
            needs = "\n".join(before["needs"].lines) if "needs" in before else ""
            program = Program(language, code.line - 1, needs)
            self.programs.append(program)
            self.last[language] = program
        if "refused" in before:
            if behind:
                self.mistake(code.line, "what does not compile can neither be checked nor print")
            program.refused = "\n".join(before["refused"].lines)
            del self.last[language]

        if "before" in before:
            hidden = before["before"]
            outside = hidden.lines[0].strip() == "declarations"
            if outside:
                hidden.lines[0] = ""
            (program.outside if outside else program.inside).append(self.without_includes(program, hidden))
        code = self.without_includes(program, code)
        (program.outside if "declarations" in before else program.inside).append(code)
        if "check" in behind:
            program.inside.append(behind["check"])
        if "prints" in behind:
            program.prints += [line for line in behind["prints"].lines if line]

    def without_includes(self, program, code):
        """#include cannot stand in a function: these lines move to the beginning of the file."""
        rest = []
        for offset, line in enumerate(code.lines):
            is_include = program.language == "cpp" and line.lstrip().startswith("#include")
            if is_include:
                program.includes.append(Code(code.line + offset, [line]))
            rest.append("" if is_include else line)
        return Code(code.line, rest)


def cpp_code(place, pieces):
    return "".join(f'#line {p.line} "{place}"\n' + "\n".join(p.lines) + "\n" for p in pieces)


def cpp_source(place, programs):
    """One file for programs that need the same library."""
    text = '#include "prelude.hpp"\n' + cpp_code(place, [i for p in programs for i in p.includes])
    for p in programs:
        text += f"namespace line_{p.line} {{\n{cpp_code(place, p.outside)}void run() {{\n"
        text += f"{cpp_code(place, p.inside)}}}\n}}\n"
    if any(p.refused is not None for p in programs):
        return text
    text += "int main() {\n"
    for p in programs:
        printed = json.dumps("".join(line + "\n" for line in p.prints))
        text += f'    run("{place}:{p.line}", line_{p.line}::run, {printed});\n'
    return text + "}\n"


def go_code(place, pieces):
    return "".join(f"//line {place}:{p.line}\n" + "\n".join(p.lines) + "\n" for p in pieces)


def go_source(place, programs):
    functions = ""
    for p in programs:
        functions += f"{go_code(place, p.outside)}func line{p.line}() {{\n{go_code(place, p.inside)}}}\n"
    main = "func main() {\n"
    for p in programs:
        printed = json.dumps("".join(line + "\n" for line in p.prints))
        main += f'\trun("{place}:{p.line}", line{p.line}, {printed})\n'
    used = set(re.findall(r"\b([a-z]+)\.[A-Z]", functions))
    imports = "".join(f'import "{path}"\n' for name, path in GO_IMPORTS.items() if name in used)
    return f"package main\n\n{imports}{functions}{main}}}\n"


def write(path, text):
    """Leaves alone what has not changed, so that nothing is compiled again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def name_of(place):
    """docs/from-go.md is from-go, bench/README.md is bench.README."""
    return ".".join(Path(place).with_suffix("").parts).removeprefix("docs.")


def generate(place, document, output):
    """Writes a document's programs and returns the lines that list them."""
    name, listed, groups = name_of(place), [], {}
    for p in document.programs:
        if p.refused is not None:
            source = cpp_source(place, [p]) if p.language == "cpp" else go_source(place, [p])
            path = output / f"{name}.line_{p.line}" / ("refused.cpp" if p.language == "cpp" else "main.go")
            if p.language == "cpp":
                source = f"// expect: {p.refused}\n{source}"
            write(path, source)
            listed.append(f"docs_refused([[{name}.line_{p.line}]] {p.language} [[{path}]] [[{p.refused}]])\n")
        else:
            groups.setdefault((p.language, p.needs), []).append(p)
    for (language, needs), programs in groups.items():
        if language == "cpp":
            full_name = f"{name}.{needs}" if needs else name
            path = output / f"{full_name}.cpp"
            write(path, cpp_source(place, programs))
            listed.append(f'docs_program([[{full_name}]] "{needs}" [[{path}]])\n')
        else:
            path = output / f"{name}.go" / "main.go"
            write(path, go_source(place, programs))
            listed.append(f"docs_go([[{name}.go]] [[{path}]])\n")
    return listed


def main(root, output, *places):
    listed = []
    for place in places:
        document = Document(place, (Path(root) / place).read_text())
        listed += generate(place, document, Path(output))
    write(Path(output) / "programs.cmake", "".join(listed))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Mistake as mistake:
        sys.exit(str(mistake))
