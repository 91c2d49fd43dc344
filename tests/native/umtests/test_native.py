"""The programs of base/ on the system."""

import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "boot"))

import case  # noqa: E402
import machine  # noqa: E402
import volume  # noqa: E402

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


class Smss(unittest.TestCase):
    """What smss does with a shell that cannot live. These machines never show a prompt."""

    def start(self, shell):
        image = self.enterContext(volume.Image(machine.BUILD))
        image.add_program(machine.BUILD / "pe/crash.exe")
        hive = image.folder / "SYSTEM"
        path = image.path_of("System32/config/SYSTEM")
        hive.write_bytes(image.files[path])
        commands = [r"cd \ControlSet001\Control\Session Manager", "setval 1", "Shell", f"string:{shell}", "commit", ""]
        subprocess.run(["hivexsh", "-w", hive], input="\n".join(commands), text=True, check=True)
        image.add(path, hive.read_bytes())
        return self.enterContext(machine.Machine(case.BootCase.kernel, image.write()))

    def test_dies_at_once(self):
        system = self.start(r"X:\Programs\crash.exe")
        for _ in range(5):
            system.expect(r"smss: the shell ended with STATUS_ACCESS_VIOLATION \(0xC0000005\)\r\n", machine.BOOT_SECONDS)
        self.assertTrue(system.expect(r"(smss: \w+) [^\r\n]*\r\n").group(0).startswith("smss: next try in 10 s"))
        system.expect(r"smss: the shell ended with STATUS_ACCESS_VIOLATION")

    def test_is_missing(self):
        system = self.start(r"\SystemRoot\nothing.exe")
        system.expect(
            r"smss: cannot run the shell \\SystemRoot\\nothing\.exe: STATUS_OBJECT_NAME_NOT_FOUND \(0xC0000034\)\r\n"
            r"smss: next try in 10 s\r\n",
            machine.BOOT_SECONDS,
        )

    def test_is_not_named(self):
        system = self.start("")
        system.expect(r"smss: no shell: value Shell of the Session Manager key: empty\r\n", machine.BOOT_SECONDS)


if __name__ == "__main__":
    case.main()
