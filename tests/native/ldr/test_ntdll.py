"""The programs of tests/native/seh and tests/native/ldr on the system."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "boot"))

import case  # noqa: E402
import machine  # noqa: E402


def add(image, *patterns):
    for pattern in patterns:
        for file in sorted((machine.BUILD / "pe").glob(pattern)):
            image.add_program(file)


class Suite(case.BootCase):
    """Base of the classes whose program prints `ok NAME` or `FAIL NAME` and a count at the end."""

    def run_suite(self, program, least):
        lines = self.shell(program, 120 * machine.SCALE)
        self.assertEqual([line for line in lines if line.startswith("FAIL ")], [])
        self.find(lines, rf"^{program}: 0 failed$")
        self.assertGreaterEqual(len([line for line in lines if line.startswith("ok ")]), least)


class Seh(Suite):
    @classmethod
    def prepare(cls):
        add(cls.new_image(), "t_seh.exe", "t_thread.exe", "t_unhandled.exe")

    def test_suite(self):
        self.run_suite("t_seh", 35)

    def test_threads(self):
        self.run_suite("t_thread", 8)

    def test_unhandled(self):
        lines = self.shell("t_unhandled")
        self.find(lines, r"t_unhandled\.exe \(\d+\): STATUS_ACCESS_VIOLATION.*writing ")
        self.find(lines, r"^exit status 0xC0000005 STATUS_ACCESS_VIOLATION$")


class Ldr(Suite):
    @classmethod
    def prepare(cls):
        add(cls.new_image(), "t_ldr.exe", "t_dll_*.dll", "t_no*.exe", "t_badinit.exe")

    def test_suite(self):
        self.run_suite("t_ldr", 38)

    def refused(self, program, status, *words):
        lines = self.shell(program)
        for word in words:
            self.find(lines, re.escape(word))
        self.find(lines, rf"^exit status {status}")

    def test_missing_dll(self):
        self.refused("t_nodll", "0xC0000135 STATUS_DLL_NOT_FOUND", "t_dll_absent.dll")

    def test_missing_symbol(self):
        self.refused("t_nosymbol", "0xC0000139 STATUS_ENTRYPOINT_NOT_FOUND", "t_dll_base.dll", "NotThere")

    def test_missing_ordinal(self):
        self.refused("t_noordinal", "0xC0000138 STATUS_ORDINAL_NOT_FOUND", "t_dll_base.dll", "#999")

    def test_refusing_dll(self):
        self.refused("t_badinit", "0xC0000142 STATUS_DLL_INIT_FAILED", "t_dll_bad.dll")


if __name__ == "__main__":
    case.main()
