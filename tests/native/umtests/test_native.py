"""The programs of base/ and of the SDK on the system."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "boot"))

import case  # noqa: E402
import machine  # noqa: E402

PROGRAMS = ("hello", "args", "exitcode", "crash", "badimport", "nodll", "sleep")


class Umtests(case.BootCase):
    @classmethod
    def prepare(cls):
        image = cls.new_image()
        for name in ("umtests", *PROGRAMS):
            image.add_program(machine.BUILD / f"pe/{name}.exe")

    def test_all(self):
        lines = self.shell("umtests", 300 * machine.SCALE)
        failures = [line for line in lines if line.startswith("FAIL ")]
        self.assertEqual(failures, [])
        passed = self.find(lines, r"^umtests: (\d+) passed, 0 failed$").group(1)
        self.assertGreaterEqual(int(passed), 80)
        self.assertEqual(len([line for line in lines if line.startswith("ok ")]), int(passed))

    def test_selection(self):
        lines = self.shell("umtests event.names timer.cancel")
        self.assertEqual(sorted(lines), ["ok event.names", "ok timer.cancel", "umtests: 2 passed, 0 failed"])


class Programs(case.BootCase):
    @classmethod
    def prepare(cls):
        image = cls.new_image()
        for name in PROGRAMS:
            image.add_program(machine.BUILD / f"pe/{name}.exe")

    def test_hello(self):
        self.assertEqual(self.shell("hello"), ["Hello from a native program."])

    def test_args(self):
        word = case.random_name(self.random)
        self.assertEqual(
            self.shell(f'args {word} "a b" c\\"d \\\\ "" "e\\\\" f"g h"i'),
            ["0 [args]", f"1 [{word}]", "2 [a b]", '3 [c"d]', "4 [\\\\]", "5 []", "6 [e\\]", "7 [fg hi]"],
        )

    def test_exit_code(self):
        code = self.random.randrange(1, 1 << 28)
        self.assertEqual(self.shell(f"exitcode {code}"), [f"exit status 0x{code:08X}"])
        self.assertEqual(self.shell("exitcode"), ["usage: exitcode N", "exit status 0xC000000D STATUS_INVALID_PARAMETER"])

    def test_crash(self):
        for kind, status in {
            "write": "0xC0000005 STATUS_ACCESS_VIOLATION",
            "divide": "0xC0000094 STATUS_INTEGER_DIVIDE_BY_ZERO",
            "stack": "0xC00000FD STATUS_STACK_OVERFLOW",
            "fastfail": "0xC0000409 STATUS_STACK_BUFFER_OVERRUN",
        }.items():
            with self.subTest(kind=kind):
                self.assertEqual(self.shell(f"crash {kind}")[-1], f"exit status {status}")

    def test_cannot_start(self):
        self.assertEqual(self.shell("badimport")[-1], "exit status 0xC0000139 STATUS_ENTRYPOINT_NOT_FOUND")
        self.assertEqual(self.shell("nodll")[-1], "exit status 0xC0000135 STATUS_DLL_NOT_FOUND")

    def test_sleep(self):
        self.assertEqual(self.shell("sleep 50"), [])


class Sdk(case.BootCase):
    """The example as a stranger builds it."""

    @classmethod
    def prepare(cls):
        sdk = machine.BUILD.resolve() / "sdk"
        image = cls.new_image()
        with tempfile.TemporaryDirectory(prefix="neptune-sdk-") as folder:
            source = Path(folder) / "hello"
            shutil.copytree(sdk / "examples/hello", source)
            for command in (
                ["cmake", "-G", "Ninja", "-S", source, "-B", source / "out", f"-DCMAKE_TOOLCHAIN_FILE={sdk}/neptune.cmake"],
                ["cmake", "--build", source / "out"],
            ):
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            cls.name = case.random_name(cls.random)
            image.add(f"Programs/{cls.name}.exe", (source / "out/hello.exe").read_bytes())

    def test_runs(self):
        lines = self.shell(f'{self.name} one "two three"')
        self.assertTrue(re.match(r"^Hello from outside the tree, on build 19041$", lines[0]), lines)
        self.assertEqual(lines[1:], ["one", "two three"])


if __name__ == "__main__":
    case.main()
