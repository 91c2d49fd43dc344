"""Images that boot by themselves, as ./neptune image makes them: ISO by BIOS and by UEFI, floppy."""

import tempfile
import unittest
from pathlib import Path

import case
import machine
import picture

import boot_images
import qemu

# OVMF under TCG takes half a minute on an idle machine.
FIRMWARE_SECONDS = 300 * machine.SCALE


def boot(kind, image):
    """A machine that boots `image`, at its prompt."""
    return machine.Machine(media=qemu.boot_from(kind, image))


class Images(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.image = Path(folder.name, "image")

    def make(self, maker):
        maker(self.image, machine.IMAGES / "kernel", machine.IMAGES / "ntos")

    def check(self, system, shown):
        """The prompt answers on the serial line, and `shown` gives the same lines from the screen."""
        self.assertEqual(system.wait_prompt(FIRMWARE_SECONDS), "X:\\")
        word = case.random_name(case.random.Random(case.SEED))
        self.assertEqual(system.run(f"echo {word}")[-1:], [word])
        expected = [f"X:\\> echo {word}", word, "X:\\>"]

        def look():
            return [line.rstrip("█ ") for line in shown(system) if line][-3:] == expected

        self.assertTrue(machine.until(look, 20), "\n".join(shown(system)))


class IsoBios(Images):
    def test_boots_to_the_prompt(self):
        self.make(boot_images.make_iso)
        with boot("iso", self.image) as system:
            self.check(system, machine.Machine.text_screen)


class IsoUefi(Images):
    def test_boots_to_the_prompt(self):
        self.make(boot_images.make_iso)
        reader = picture.Reader(picture.font_table())
        with boot("uefi", self.image) as system:
            self.check(system, lambda system: reader.lines(system.screenshot()))


class Floppy(Images):
    def test_boots_to_the_prompt(self):
        self.make(boot_images.make_floppy)
        self.assertEqual(self.image.stat().st_size, 1440 * 1024)
        with boot("floppy", self.image) as system:
            self.check(system, machine.Machine.text_screen)

    def test_too_much_is_said(self):
        big = self.image.with_name("big")
        big.write_bytes(case.random.Random(case.SEED).randbytes(2 << 20))
        with self.assertRaisesRegex(boot_images.Failure, "(?i)full"):
            boot_images.make_floppy(self.image, machine.IMAGES / "kernel", big)

    def test_twice_the_same(self):
        self.make(boot_images.make_floppy)
        first = self.image.read_bytes()
        self.make(boot_images.make_floppy)
        self.assertTrue(first == self.image.read_bytes())


if __name__ == "__main__":
    case.main()
