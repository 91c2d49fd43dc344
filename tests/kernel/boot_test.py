#!/usr/bin/env python3
"""The kernel's start and its idling: what it says when it cannot boot, and that nothing ticks when nothing runs."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest

CPU = "Nehalem,+fsgsbase,+pdpe1gb"
ARGUMENTS = None


def machine(*extra, cpu=CPU, memory="64M"):
    """Starts QEMU; the caller reads its serial line from stdout."""
    command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", cpu, "-m", memory, "-display", "none", "-no-reboot",
               "-nodefaults", "-serial", "stdio", "-kernel", ARGUMENTS.kernel, *extra]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def lines_until(process, pattern, seconds=60):
    """The lines up to the first that matches, which is the last one returned."""
    watchdog = threading.Timer(seconds, process.kill)
    watchdog.start()
    lines = []
    try:
        for raw in process.stdout:
            lines.append(raw.decode("utf-8", "replace").rstrip())
            if re.search(pattern, lines[-1]):
                return lines
        raise AssertionError(f"no line matches {pattern!r}; the last were {lines[-5:]}")
    finally:
        watchdog.cancel()


class Failures(unittest.TestCase):
    """One sentence for each boot that cannot be."""

    def refuses(self, sentence, *extra, **options):
        with machine(*extra, **options) as process:
            try:
                line = lines_until(process, "^kernel: ")[-1]
            finally:
                process.kill()
        self.assertEqual(line, f"kernel: cannot boot: {sentence}")

    def module(self, content):
        file = tempfile.NamedTemporaryFile(delete=False)
        self.addCleanup(os.unlink, file.name)
        file.write(content)
        file.close()
        return file.name

    def good(self):
        with open(ARGUMENTS.root, "rb") as file:
            return bytearray(file.read())

    def test_no_module(self):
        self.refuses("there is no boot module: the root task is missing")

    def test_no_elf(self):
        self.refuses("the boot module is not an ELF file", "-initrd", self.module(b"MZ" + bytes(5000)))

    def test_elf32(self):
        self.refuses("the boot module is not an ELF64 file for x86-64", "-initrd", ARGUMENTS.kernel)

    def test_no_executable(self):
        image = self.good()
        image[16] = 3
        self.refuses("the boot module is not a static executable", "-initrd", self.module(image))

    def test_cut_off(self):
        self.refuses("a segment of the boot module is outside the file", "-initrd", self.module(self.good()[:0x8000]))

    def test_no_acpi(self):
        self.refuses("there is no ACPI (no root system description pointer)", "-no-acpi", "-initrd", ARGUMENTS.root)

    def test_processor(self):
        for cpu, sentence in {
            "qemu32": "the processor has no 64-bit mode",
            "Nehalem": "the processor has no 1 GiB pages (pdpe1gb)",
            "Nehalem,+pdpe1gb": "the processor has no FSGSBASE instructions (fsgsbase)",
            "Nehalem,+pdpe1gb,+fsgsbase,-fxsr": "the processor has no FXSAVE (fxsr)",
            "Nehalem,+pdpe1gb,+fsgsbase,-syscall": "the processor has no SYSCALL instruction",
            "Nehalem,+pdpe1gb,+fsgsbase,-pat": "the processor has no page attribute table (pat)",
        }.items():
            with self.subTest(cpu=cpu):
                self.refuses(sentence, "-initrd", ARGUMENTS.root, cpu=cpu)

    def test_too_little_memory(self):
        self.refuses("there is not enough memory for the root task", "-initrd", ARGUMENTS.root, memory="4M")


class Idle(unittest.TestCase):
    """The tick stops when there is nobody to share the processor with."""

    def test_no_ticks(self):
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "log")
            with machine("-initrd", ARGUMENTS.idle, "-d", "int", "-D", log) as process:
                try:
                    lines_until(process, "^idle begins")
                    start = os.path.getsize(log)
                    lines_until(process, "^idle over")
                    end = os.path.getsize(log)
                finally:
                    process.kill()
            with open(log, "rb") as file:
                text = file.read()[start:end]
        timer = text.count(b"Servicing hardware INT=0x9d")
        device = text.count(b"Servicing hardware INT=0x30")
        self.assertGreaterEqual(device, 4)
        self.assertEqual(timer, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--idle", required=True)
    ARGUMENTS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
