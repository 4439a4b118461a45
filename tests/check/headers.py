"""Every public header compiles alone, twice over."""

import os
import shlex
import subprocess
import unittest

import sources

WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wstrict-prototypes", "-Wundef")


def packages(*names):
    done = subprocess.run(["pkg-config", "--cflags", *names], check=True,
                          stdout=subprocess.PIPE, text=True)
    return shlex.split(done.stdout)


def compile_text(text, flags):
    """What the compiler says of a text; "" if it takes it."""
    done = subprocess.run(
        [os.environ.get("CC", "cc"), "-std=gnu11", "-fsyntax-only",
         "-D_GNU_SOURCE", *WARNINGS, "-I", sources.ROOT / "include", *flags,
         "-x", "c", "-"], input=text, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout if done.returncode else ""


class HeadersTest(unittest.TestCase):
    def test_every_public_header_compiles_alone(self):
        headers = sources.tracked("include/*.h")
        self.assertGreater(len(headers), 5)
        flags = packages("glib-2.0", "gio-2.0")
        for path in headers:
            name = path.relative_to("include")
            with self.subTest(str(name)):
                said = compile_text(
                    f"#include <{name}>\n#include <{name}>\n"
                    "int first(void);\n", flags)
                self.assertEqual(said, "", f"\n{said}")

    def test_sees_a_header_that_does_not(self):
        self.assertIn("gsize", compile_text("gsize length(void);\n", []))


if __name__ == "__main__":
    unittest.main()
