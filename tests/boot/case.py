"""The base of the boot tests: one machine for all tests of a class, its log kept when one fails."""

import os
import random
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import machine
import volume

SKIPPED = 77  # ctest: SKIP_RETURN_CODE
SEED = int(os.environ.get("NEPTUNE_SEED") or random.SystemRandom().randrange(1 << 32))
COUNT = int(os.environ["NEPTUNE_COUNT"]) if os.environ.get("NEPTUNE_COUNT") else None
LOGS = machine.BUILD / "logs"

# Kernels that the user names (several with : between them).
UPSTREAM = "NEPTUNE_SEL4_KERNEL_AMD64"
WRONG = "NEPTUNE_SEL4_WRONG_KERNEL_AMD64"


class BootCase(unittest.TestCase):
    """Boots once for the class (`options` go to Machine), up to the prompt. A test that fails leaves the machine in doubt, so the
    next one boots a new one."""

    options = {}
    kernel = None  # another kernel than ours
    image = None  # a volume.Image, when the class boots its own
    system = None

    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(f"{SEED} {cls.__name__}")
        cls.prepare()
        if cls.image is not None:
            cls.options = {**cls.options, "ntos": cls.image.write()}

    @classmethod
    def prepare(cls):
        """Where a class makes its image (new_image())."""

    @classmethod
    def new_image(cls):
        """A changeable copy of our ntos for this class."""
        cls.image = volume.Image(machine.BUILD)
        return cls.image

    @classmethod
    def tearDownClass(cls):
        cls.halt()
        if cls.image is not None:
            cls.image.__exit__()

    @classmethod
    def boot(cls):
        """A fresh machine at its first prompt."""
        cls.halt()
        cls.system = machine.Machine(cls.kernel, **cls.options)
        cls.start = cls.system.wait_prompt()

    @classmethod
    def halt(cls):
        if cls.system is not None:
            cls.system.close()
            cls.system = None

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

    def setUp(self):
        if self.system is None:
            type(self).boot()
        elif self.system.directory != self.start:
            self.shell(f"cd {self.start}")

    # Shorthands.

    def shell(self, command, seconds=machine.COMMAND_SECONDS):
        """Types a command; returns the printed lines."""
        return self.system.run(command, seconds)

    def find(self, lines, pattern):
        """The match of the first of `lines` that `pattern` is found in."""
        for line in lines:
            match = re.search(pattern, line)
            if match:
                return match
        return self.fail(f"no line matches {pattern!r} in\n" + "\n".join(lines))

    def assert_says(self, command, *patterns):
        """The command's answer has a line for each of `patterns`; returns the answer."""
        lines = self.shell(command)
        for pattern in patterns:
            self.find(lines, pattern)
        return lines

    def assert_one_line(self, command, pattern):
        """The command answers with exactly one line, which matches as a whole."""
        lines = self.shell(command)
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], f"^(?:{pattern})$")


def random_name(source, length=8):
    """A name of lower-case letters."""
    return "".join(source.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length))


def set_hive_values(image, key, values):
    """Adds the key \\KEY (one name) with string values to the SYSTEM hive of an image, by hivex: not our own code."""
    path = image.path_of("System32/config/SYSTEM")
    file = image.folder / "SYSTEM"
    file.write_bytes(image.files[path])
    commands = [f"add {key}", f"cd {key}", f"setval {len(values)}"]
    for name, value in values.items():
        commands += [name, f"string:{value}" if isinstance(value, str) else f"dword:{value:#x}"]
    done = subprocess.run(
        ["hivexsh", "-w", file], input="\n".join(commands + ["commit", ""]), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise volume.Wrong(f"hivexsh: {done.stderr}")
    image.add(path, file.read_bytes())


def kernels_from(variable):
    """The files that an environment variable names; ends the test as skipped when it names none."""
    names = [name for name in os.environ.get(variable, "").split(":") if name]
    if not names:
        print(f"skipped: {variable} names no kernel")
        sys.exit(SKIPPED)
    for name in names:
        if not Path(name).is_file():
            sys.exit(f"{variable}: no such file: {name}")
    return [Path(name).absolute() for name in names]


def main():
    """Runs the tests of the calling script; with --upstream on each kernel that NEPTUNE_SEL4_KERNEL_AMD64 names,
    with --if-built only if the build folder has images."""
    print(f"seed {SEED}", flush=True)
    if shutil.which("qemu-system-x86_64") is None:
        sys.exit("qemu-system-x86_64 is not installed")
    if "--if-built" in sys.argv:
        sys.argv.remove("--if-built")
        if not (machine.IMAGES / "ntos").is_file():
            print(f"skipped: {machine.BUILD} is not built")
            sys.exit(SKIPPED)
    kernels = [None]
    if "--upstream" in sys.argv:
        sys.argv.remove("--upstream")
        kernels = kernels_from(UPSTREAM)
    failed = False
    for kernel in kernels:
        if kernel:
            print(f"kernel {kernel}", flush=True)
        BootCase.kernel = kernel
        failed |= not unittest.main(verbosity=2, exit=False).result.wasSuccessful()
    sys.exit(1 if failed else 0)
