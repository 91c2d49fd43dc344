"""The image boots from a CD by GRUB, by multiboot 1 and by multiboot 2."""

import tempfile
import unittest

import case
import grub
import machine


class Loaders(unittest.TestCase):
    def boot(self, loader):
        with tempfile.TemporaryDirectory() as folder:
            with machine.Machine(media=["-cdrom", str(grub.make_cd(folder, loader))]) as system:
                self.assertEqual(system.wait_prompt(), "X:\\")
                self.assertIn("alive", system.run("echo alive"))

    def test_multiboot1(self):
        self.boot(grub.MULTIBOOT1)

    def test_multiboot2(self):
        self.boot(grub.MULTIBOOT2)


if __name__ == "__main__":
    case.main()
