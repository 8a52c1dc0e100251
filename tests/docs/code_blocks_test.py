# SPDX-License-Identifier: BSL-1.0
"""What code_blocks.py makes of small documents, and that it passes over nothing. Arguments: a C++ compiler and its
flags, with which it is tried that checks in the documents can fail."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from code_blocks import Document, Mistake, generate, name_of

COMPILER = sys.argv[1:]


def read(text):
    return Document("docs/sample.md", text)


def generated(text):
    """{path: text} of what a document becomes."""
    with tempfile.TemporaryDirectory() as folder:
        generate("docs/sample.md", read(text), Path(folder))
        return {str(f.relative_to(folder)): f.read_text() for f in Path(folder).rglob("*.*") if f.is_file()}


class Mistakes(unittest.TestCase):
    def refuses(self, text, message):
        with self.assertRaisesRegex(Mistake, message):
            read(text)

    def test_languages_that_nobody_checks(self):
        self.refuses("text\n\n```rust\nfn main() {}\n```\n", r"^docs/sample.md:3: nobody checks code in `rust`")
        self.refuses("```\nno language\n```\n", "nobody checks code in ``")
        self.refuses("1. item\n   ```rust\n   x\n   ```\n", "`rust`")
        self.refuses("~~~rust\nx\n~~~\n", "`rust`")

    def test_what_tests_package_does(self):
        self.assertEqual(read("<!-- tested: x -->\n```cmake\nx()\n```\n").others, ["cmake"])
        self.refuses("```cmake\nx()\n```\n", "nobody says who tests this cmake")
        self.refuses("<!-- tested: x -->\n```cpp\n```\n", "cpp is tested here")
        self.refuses("<!-- continues -->\n```cmake\n```\n", "comments do nothing at cmake blocks")

    def test_what_does_not_end(self):
        self.refuses("```cpp\nint x;\n", "^docs/sample.md:1: the block does not end")
        self.refuses("<!-- before:\nint x;\n", "^docs/sample.md:1: the comment does not end")

    def test_comments_that_would_do_nothing(self):
        self.refuses("<!-- chek: x -->\n", "no comment is called `chek`")
        self.refuses("<!-- Something else -->\n", "no comment like")
        self.refuses("```cpp\n```\n  <!-- check: check(true); -->\n", "no comment like")
        self.refuses("<!-- prints: x --> text\n", "there is something behind")
        self.assertEqual(read("`<!-- prints -->` in a text\n").programs, [])
        self.refuses("<!-- before: x -->\n\n```cpp\n```\n", "`before` must stand directly at a block")
        self.refuses("```cpp\n```\n\n<!-- check: check(true); -->\n", "there is no block behind")
        self.refuses("<!-- check: check(true); -->\n```cpp\n```\n", "`check` must stand directly behind a block")
        self.refuses("```sh\nls\n```\n<!-- check: check(true); -->\n```cpp\n```\n", "comments do nothing at sh")
        self.refuses("<!-- needs: x -->\n<!-- needs: y -->\n```cpp\n```\n", "`needs` is there twice")

    def test_what_contradicts_itself(self):
        self.refuses("<!-- continues -->\n```cpp\n```\n", "nothing that this block could continue")
        self.refuses("```go\n```\n<!-- continues -->\n```cpp\n```\n", "nothing that this block could continue")
        self.refuses("<!-- refused: x -->\n```cpp\n```\n<!-- prints: x -->\n", "neither be checked nor print")

    def test_wrong_json(self):
        self.refuses('```json\n{"a": }\n```\n', "docs/sample.md:2: no JSON")
        self.assertEqual(read('```json\n{"a": 1}\n```\n').others, ["json"])


class Programs(unittest.TestCase):
    def test_a_block_keeps_its_lines(self):
        files = generated("text\n\n```cpp\n#include <list>\nint x = 1;\n```\n<!-- check: check(x == 1); -->\n")
        source = files["sample.cpp"]
        self.assertIn('#line 4 "docs/sample.md"\n#include <list>\nnamespace line_3 {', source)
        self.assertIn('void run() {\n#line 4 "docs/sample.md"\n\nint x = 1;\n', source)
        self.assertIn('#line 7 "docs/sample.md"\ncheck(x == 1);\n', source)

    def test_blocks_go_on_with_the_last_of_their_language(self):
        programs = read("```cpp\na();\n```\n```go\nb()\n```\n<!-- continues -->\n```cpp\nc();\n```\n").programs
        self.assertEqual([p.language for p in programs], ["cpp", "go"])
        self.assertEqual([piece.lines for piece in programs[0].inside], [["a();"], ["c();"]])

    def test_libraries_and_refusals_have_files_of_their_own(self):
        files = generated("```cpp\na();\n```\n<!-- needs: tbb -->\n```cpp\nb();\n```\n"
                          "<!-- refused: no member -->\n```cpp\nc();\n```\n")
        self.assertEqual(sorted(files), ["sample.cpp", "sample.line_9/refused.cpp", "sample.tbb.cpp"])
        self.assertTrue(files["sample.line_9/refused.cpp"].startswith("// expect: no member\n"))
        self.assertNotIn("main", files["sample.line_9/refused.cpp"])

    def test_go_names_what_it_imports(self):
        source = generated("```go\nvar m sync.Map\nfmt.Println(1)\n```\n<!-- prints: 1 -->\n")["sample.go/main.go"]
        self.assertIn('import "fmt"\nimport "sync"\n', source)
        self.assertIn('run("docs/sample.md:1", line1, "1\\n")', source)

    def test_names(self):
        self.assertEqual([name_of(p) for p in ("README.md", "docs/from-go.md", "bench/README.md")],
                         ["README", "from-go", "bench.README"])


class Runs(unittest.TestCase):
    """Compiles and runs a document with one block that is right and one that is not."""

    def ends(self, status, message, *blocks):
        with tempfile.TemporaryDirectory() as folder:
            source = generated("".join(blocks))["sample.cpp"]
            (Path(folder) / "sample.cpp").write_text(source)
            subprocess.run([*COMPILER, "sample.cpp", "-o", "sample"], cwd=folder, check=True)
            done = subprocess.run(["./sample"], cwd=folder, capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, message in done.stderr), (status, True), done.stderr)

    def test_what_fails(self):
        right = '```cpp\nstd::puts("one");\n```\n<!-- check: check(true); -->\n<!-- prints: one -->\n'
        self.ends(0, "", right)
        self.ends(1, "docs/sample.md:9: this check fails", right, "```cpp\n```\n<!-- check:\ncheck(false);\n-->\n")
        self.ends(1, "docs/sample.md:6: prints\ntwo\n", right, '```cpp\nstd::puts("two");\n```\n')
        self.ends(1, "docs/sample.md:6: throws why", right, '```cpp\nthrow std::runtime_error("why");\n```\n')


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
