"""C is formatted as .clang-format says, and functions fit on a screen."""

import re
import subprocess
import unittest

import sources

LONGEST_FUNCTION = 100

# Tables of data, which their generator or their reader lays out.
LAID_OUT_BY_HAND = re.compile(r"^src/[a-z]+/data/")


def misformatted(path, text):
    """The first line that clang-format would write otherwise, or None."""
    done = subprocess.run(
        ["clang-format", "--style=file", f"--assume-filename={path}"],
        cwd=sources.ROOT, input=text, text=True, check=True,
        stdout=subprocess.PIPE)
    ours, theirs = text.split("\n"), done.stdout.split("\n")
    for number, line in enumerate(ours, 1):
        if number > len(theirs) or line != theirs[number - 1]:
            return f"{path}:{number}: {line.strip()}"
    return None if len(ours) == len(theirs) else f"{path}: its end"


def long_functions(path, text):
    """Functions as Linux braces show them: "{" and "}" in column 1."""
    found, begun = [], None
    for number, line in enumerate(text.split("\n"), 1):
        if line == "{":
            begun = number
        elif line == "}" and begun:
            if number - begun - 1 > LONGEST_FUNCTION:
                found.append(f"{path}:{begun}: {number - begun - 1} lines")
            begun = None
    return found


class FormatTest(unittest.TestCase):
    def setUp(self):
        self.files = {
            path: sources.read(path)
            for path in sources.tracked("*.c", "*.h")
            if not LAID_OUT_BY_HAND.match(str(path))}
        self.assertGreater(len(self.files), 10)

    def test_every_file_is_as_clang_format_has_it(self):
        wrong = [words for words in map(
            lambda item: misformatted(*item), self.files.items()) if words]
        self.assertEqual(wrong, [], "run clang-format -i\n"
                         + "\n".join(wrong))

    def test_no_function_is_longer_than_a_hundred_lines(self):
        wrong = [words for path, text in self.files.items()
                 for words in long_functions(path, text)]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))


class SelfTest(unittest.TestCase):
    def test_sees_a_line_out_of_format(self):
        right = "int one(void)\n{\n\treturn 1;\n}\n"
        self.assertIsNone(misformatted("src/x/x.c", right))
        self.assertIn("return", misformatted(
            "src/x/x.c", right.replace("\t", "    ")))

    def test_sees_a_function_that_is_too_long(self):
        body = "\tcall();\n" * LONGEST_FUNCTION
        self.assertEqual(long_functions("x.c", f"f(void)\n{{\n{body}}}\n"),
                         [])
        self.assertTrue(long_functions(
            "x.c", f"f(void)\n{{\n\tone();\n{body}}}\n"))


if __name__ == "__main__":
    unittest.main()
