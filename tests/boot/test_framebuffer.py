"""The console on a linear framebuffer: the text on a picture of the screen, read with the console's own font."""

import tempfile
import unittest

import case
import grub
import machine
import picture

WIDTH, HEIGHT = 1024, 768
MODE = f"set gfxpayload={WIDTH}x{HEIGHT}x{{bits}}"
GREY = (0xAA, 0xAA, 0xAA)
TEXT = "Grüße Ελλάδα Привет ┌─┐│└┘█▓▒░"


class Framebuffer(unittest.TestCase):
    """One boot for each number of bits a pixel."""

    def boot(self, bits):
        reader = picture.Reader(picture.font_table())
        with tempfile.TemporaryDirectory() as folder:
            # GRUB's multiboot2 command sets the mode that the kernel asks for, so ours comes after it.
            iso = grub.make_cd(folder, before="insmod all_video", after=MODE.format(bits=bits))
            with machine.Machine(media=["-cdrom", str(iso)]) as system:
                system.wait_prompt()
                self.check_text(system, reader)
                self.check_scrolling(system, reader)
                self.check_colours(system, reader)

    def shown(self, system, reader, expected):
        """Waits until the last lines on the screen are `expected`; returns all cells."""

        def look():
            screenshot = system.screenshot()
            self.assertEqual(screenshot[:2], (WIDTH, HEIGHT))
            cells = reader.cells(screenshot)
            self.lines = ["".join(character for character, _ in row).rstrip() for row in cells]
            while self.lines and not self.lines[-1]:
                self.lines.pop()
            return cells if self.lines[-len(expected) :] == expected else None

        cells = machine.until(look, 20)
        self.assertIsNotNone(cells, "\n".join(self.lines))
        return cells

    def check_text(self, system, reader):
        word = case.random_name(case.random.Random(case.SEED))
        system.run(f"echo {word}")
        # The cursor is a blank in exchanged colours, which is a full block.
        self.shown(system, reader, [f"X:\\> echo {word}", word, "X:\\> █"])
        system.run(f"echo {TEXT}")
        self.shown(system, reader, [reader.as_read(f"X:\\> echo {TEXT}"), reader.as_read(TEXT), "X:\\> █"])

    def check_scrolling(self, system, reader):
        system.run("cls")
        self.shown(system, reader, ["X:\\> █"])
        self.assertEqual(len(self.lines), 1)
        count = HEIGHT // reader.height
        for number in range(count):
            system.run(f"echo line {number}")
        expected = [text for number in range(count) for text in (f"X:\\> echo line {number}", f"line {number}")]
        self.shown(system, reader, (expected + ["X:\\> █"])[-count:])

    def check_colours(self, system, reader):
        cells = self.shown(system, reader, ["X:\\> █"])
        for row in cells:
            for _, colours in row:
                self.assertLessEqual({tuple(colour) for colour in colours}, {(0, 0, 0), GREY})

    def test_24_bits(self):
        self.boot(24)

    def test_32_bits(self):
        self.boot(32)


class Reading(unittest.TestCase):
    """The reader itself, without QEMU."""

    def test_reads_what_was_drawn(self):
        reader = picture.Reader(picture.font_table())
        text = "Ab█ ░"
        rows = []
        for y in range(reader.height):
            row = b""
            for character in text:
                bits = reader.glyph(character)[y]
                row += b"".join(bytes(GREY) if bits >> (7 - x) & 1 else bytes(3) for x in range(8))
            rows.append(row)
        self.assertEqual(reader.lines((8 * len(text), reader.height, b"".join(rows))), [text])


if __name__ == "__main__":
    case.main()
