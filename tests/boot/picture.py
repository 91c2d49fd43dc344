"""Reads the characters off a picture of a framebuffer console: the console's own font table is the key."""

import sys
from pathlib import Path

import machine

sys.path.insert(0, str(machine.ROOT / "tools/mkfont"))

import mkfont  # noqa: E402

WIDTH = 8
UNKNOWN = "\ufffd"


def font_table():
    """The table that was linked into the image."""
    return (machine.BUILD / "generated/font.bin").read_bytes()


class Reader:
    """Turns pictures (width, height, RGB bytes) into text."""

    def __init__(self, table):
        self.table = table
        self.height, self.pictures = mkfont.parse(table)

    def glyph(self, character):
        """The picture of a character; None when the font has none."""
        ranges, glyphs = mkfont.layout(self.table)
        for first, count, glyph in ranges:
            if first <= ord(character) < first + count:
                start = glyphs + (glyph + ord(character) - first) * self.height
                return self.table[start : start + self.height]
        return None

    def as_read(self, text):
        """What is read where `text` stands: of characters that look alike the first."""
        return "".join(chr(self.pictures.get(self.glyph(character), ord(UNKNOWN))) for character in text)

    def cell(self, rows):
        """(character, colours from dark to bright) of a cell's rows of pixels. The darker colour counts as the background;
        exchanged colours are recognised where that gives no character."""
        pixels = [[row[x : x + 3] for x in range(0, 3 * WIDTH, 3)] for row in rows]
        colours = sorted({pixel for row in pixels for pixel in row}, key=sum)
        if len(colours) > 2:
            return UNKNOWN, colours
        front = colours[1] if len(colours) == 2 else (colours[0] if any(colours[0]) else None)
        pattern = bytes(sum(1 << (7 - x) for x in range(WIDTH) if row[x] == front) for row in pixels)
        for candidate in (pattern, bytes(255 - bits for bits in pattern)):
            if candidate in self.pictures:
                return chr(self.pictures[candidate]), colours
        return UNKNOWN, colours

    def cells(self, screenshot):
        """All cells: rows of (character, colours)."""
        width, height, pixels = screenshot
        result = []
        for row in range(height // self.height):
            lines = [
                pixels[y * width * 3 : (y + 1) * width * 3] for y in range(row * self.height, (row + 1) * self.height)
            ]
            result.append(
                [
                    self.cell([line[x * 3 : (x + WIDTH) * 3] for line in lines])
                    for x in range(0, width // WIDTH * WIDTH, WIDTH)
                ]
            )
        return result

    def lines(self, screenshot):
        """The text on the screen."""
        return ["".join(character for character, _ in row).rstrip() for row in self.cells(screenshot)]
