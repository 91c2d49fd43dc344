#!/usr/bin/python3
"""wdm.dll row by row: t_wdm asks wdmtest.sys for every row of its tables."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "boot"))

import case  # noqa: E402
import machine  # noqa: E402

ROWS = re.compile(r"^(ok|FAIL) (\S+)(?:: (.*))?$")
SECONDS = 120 * machine.SCALE
COUNT = 31


class Wdm(case.BootCase):
    """A system with wdmtest.sys and the program that asks it."""

    @classmethod
    def prepare(cls):
        image = cls.new_image()
        image.add("System32/drivers/wdmtest.sys", (machine.BUILD / "pe/stripped/wdmtest.sys").read_bytes())
        image.add_program(machine.BUILD / "pe/t_wdm.exe")

    def test_every_row(self):
        rows = [line for line in self.shell("t_wdm", SECONDS) if ROWS.match(line)]
        self.assertEqual([line for line in rows if line.startswith("FAIL")], [])
        self.assertEqual(len(rows), COUNT)
        self.assertEqual(len({line.split()[1] for line in rows}), COUNT)


if __name__ == "__main__":
    case.main()
