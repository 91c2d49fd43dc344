"""The image boots from a CD by GRUB, by multiboot 1 and by multiboot 2."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import case
import machine

CONFIGURATION = """\
set timeout=0
menuentry neptune {{
  {command} /boot/kernel
  {module} /boot/ntos
  boot
}}
"""


class Loaders(unittest.TestCase):
    def boot(self, command, module):
        with tempfile.TemporaryDirectory() as folder:
            boot = Path(folder, "tree/boot")
            (boot / "grub").mkdir(parents=True)
            for name in ("kernel", "ntos"):
                shutil.copy(machine.IMAGES / name, boot)
            (boot / "grub/grub.cfg").write_text(CONFIGURATION.format(command=command, module=module))
            iso = Path(folder, "neptune.iso")
            done = subprocess.run(
                ["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", iso, boot.parent],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            with machine.Machine(cdrom=iso) as system:
                self.assertEqual(system.wait_prompt(), "X:\\")
                self.assertIn("alive", system.run("echo alive"))

    def test_multiboot1(self):
        self.boot("multiboot", "module")

    def test_multiboot2(self):
        self.boot("multiboot2", "module2")


if __name__ == "__main__":
    case.main()
