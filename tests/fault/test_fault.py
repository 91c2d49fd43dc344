#!/usr/bin/python3
"""Drivers that misbehave: trouble.sys attacks and dies, and the system goes on without having lost anything."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "boot"))

import case  # noqa: E402
import machine  # noqa: E402

ROWS = re.compile(r"^(ok|FAIL) (\S+)(?:: (.*))?$")
SECONDS = 300 * machine.SCALE


class Fault(case.BootCase):
    """A system with trouble.sys and the program that drives it."""

    @classmethod
    def prepare(cls):
        image = cls.new_image()
        image.add("System32/drivers/trouble.sys", (machine.BUILD / "pe/stripped/trouble.sys").read_bytes())
        image.add_program(machine.BUILD / "pe/t_trouble.exe")

    def rows(self, command):
        """Runs the program: what it said of each row; fails on the first one that is not ok."""
        said = {}
        for line in self.shell(command, SECONDS):
            found = ROWS.match(line)
            if found:
                said[found[2]] = found[1]
                self.assertEqual(found[1], "ok", line)
        return said

    def memory(self):
        """What sysinfo shows of memory and handles."""
        text = "\n".join(self.shell("sysinfo"))
        return {
            name: int(re.search(rf"^{name}\s+([\d,]+)", text, re.M)[1].replace(",", ""))
            for name in ("Memory free", "Memory committed", "Handles", "Processes", "Threads")
        }


    def check_system(self):
        """Everything that umtests knows still holds."""
        self.assertRegex(self.shell("umtests", SECONDS)[-1], r"^umtests: \d{3} passed, 0 failed$")


class Attacks(Fault):
    def test_every_attack_is_refused(self):
        self.assertGreaterEqual(len(self.rows("t_trouble attack")), 30)
        self.check_system()


class Deaths(Fault):
    def test_every_death_is_survived(self):
        self.assertEqual(len(self.rows("t_trouble die")), 20)
        self.check_system()

    def test_nothing_is_lost(self):
        """Faults, exits and breaches of the protocol, 20 in all after a warming up: every count is what it was."""
        ways = (0, 4, 6, 14)
        for way in ways:
            self.rows(f"t_trouble die {way} one")
        before = self.memory()
        for _ in range(case.COUNT or 5):
            for way in ways:
                self.rows(f"t_trouble die {way} one")
        after = self.memory()
        # The first counts are taken in a program of another size than ours: pages, not more.
        self.assertLessEqual(before.pop("Memory free") - after.pop("Memory free"), 64)
        self.assertLessEqual(after.pop("Memory committed") - before.pop("Memory committed"), 64)
        self.assertEqual(after, before)


if __name__ == "__main__":
    case.main()
