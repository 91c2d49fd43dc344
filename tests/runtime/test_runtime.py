#!/usr/bin/python3
"""The runtime's executive half as a driver sees it: exrows.sys prints a line for each row."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "boot"))

import case  # noqa: E402
import machine  # noqa: E402

SECONDS = 120 * machine.SCALE


class Runtime(case.BootCase):
    """A system with the test drivers and the program that loads them."""

    @classmethod
    def prepare(cls):
        image = cls.new_image()
        for driver in ("exrows", "exlib", "nothere"):
            image.add(f"System32/drivers/{driver}.sys", (machine.BUILD / f"pe/stripped/{driver}.sys").read_bytes())
        image.add_program(machine.BUILD / "pe/t_runtime.exe")

    def test_every_row(self):
        lines = self.shell("t_runtime exrows", SECONDS)
        self.find(lines, r"exrows: (\d+) passed, 0 failed")
        self.assertFalse([line for line in lines if "FAILED" in line])
        self.find(lines, r"t_runtime: STATUS_SUCCESS")
        self.shell("driver stop exrows", SECONDS)
        self.find(self.shell("driver list"), r"(?i)exrows\s+stopped")

    def test_a_missing_import_is_named(self):
        lines = self.shell("t_runtime nothere", SECONDS)
        self.find(lines, r"nothere\.sys: exlib\.sys has no routine ExNoSuchRoutine")
        self.find(lines, r"STATUS_DRIVER_ENTRYPOINT_NOT_FOUND")


if __name__ == "__main__":
    case.main()
