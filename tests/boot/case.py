"""The base of the boot tests: one machine for all tests of a class, its log kept when one fails."""

import os
import random
import re
import shutil
import sys
import unittest
from pathlib import Path

import machine

SKIPPED = 77  # ctest: SKIP_RETURN_CODE
SEED = int(os.environ.get("NEPTUNE_SEED") or random.SystemRandom().randrange(1 << 32))
COUNT = int(os.environ["NEPTUNE_COUNT"]) if os.environ.get("NEPTUNE_COUNT") else None
LOGS = machine.BUILD / "logs"


class BootCase(unittest.TestCase):
    """Boots once for the class (`options` go to Machine), up to the prompt. A test that leaves the machine unusable makes the
    next one boot a new one."""

    options = {}
    system = None

    @classmethod
    def boot(cls):
        """A fresh machine at its first prompt."""
        cls.halt()
        cls.system = machine.Machine(**cls.options)
        cls.start = cls.system.wait_prompt()

    @classmethod
    def halt(cls):
        if cls.system is not None:
            cls.system.close()
            cls.system = None

    @classmethod
    def tearDownClass(cls):
        cls.halt()

    def setUp(self):
        if self.system is None:
            type(self).boot()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        outcome = super().run(result)
        if len(result.failures) + len(result.errors) > before and self.system is not None:
            LOGS.mkdir(parents=True, exist_ok=True)
            path = LOGS / f"{self.id().removeprefix('__main__.')}.log"
            path.write_text(self.system.log(), encoding="utf-8")
            print(f"the serial line is in {path}", file=sys.stderr)
            type(self).halt()
        return outcome

    # Shorthands.

    def shell(self, command):
        """Types a command; returns the printed lines."""
        return self.system.run(command)

    def assert_some_line(self, lines, pattern):
        """One of `lines` matches."""
        for line in lines:
            if re.search(pattern, line):
                return line
        self.fail(f"no line matches {pattern!r} in\n" + "\n".join(lines))


def random_name(source, length=8):
    """A name of lower-case letters."""
    return "".join(source.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length))


def kernel_from(variable):
    """The file that an environment variable names; ends the test as skipped when it does not."""
    name = os.environ.get(variable)
    if not name:
        print(f"skipped: {variable} names no kernel")
        sys.exit(SKIPPED)
    path = Path(name)
    if not path.is_file():
        print(f"{variable}={name}: no such file")
        sys.exit(1)
    return path


def main():
    """Runs the tests of the calling script."""
    print(f"seed {SEED}", flush=True)
    if shutil.which("qemu-system-x86_64") is None:
        sys.exit("qemu-system-x86_64 is not installed")
    unittest.main(verbosity=2)
