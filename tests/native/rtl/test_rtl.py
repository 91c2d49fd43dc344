"""t_rtl.exe on the system."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "boot"))

import case  # noqa: E402
import machine  # noqa: E402


class Rtl(case.BootCase):
    @classmethod
    def prepare(cls):
        cls.new_image().add_program(machine.BUILD / "pe" / "t_rtl.exe")

    def test_suite(self):
        lines = self.shell("t_rtl", 300 * machine.SCALE)
        self.assertEqual([line for line in lines if line.startswith("FAIL ")], [])
        self.find(lines, r"^t_rtl: 0 failed$")
        self.assertGreaterEqual(len([line for line in lines if line.startswith("ok ")]), 20)


if __name__ == "__main__":
    case.main()
