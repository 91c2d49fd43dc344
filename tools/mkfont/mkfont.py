#!/usr/bin/python3
"""Turns a bitmap font (PCF, as the X fonts of Debian are) into the table that the console draws from.

usage: mkfont.py FONT.pcf[.gz] OUTPUT

The table, little endian: "NFNT", u16 width, height, number of ranges, number of glyphs; per range u32 first code point,
u16 number of code points, u16 first glyph; then the glyphs, `height` bytes each, the leftmost pixel in the highest bit.
Ranges are sorted. Glyph 0 is what stands for characters that are not there.
"""

import gzip
import struct
import sys
from pathlib import Path

WIDTH = 8
MISSING = 0xFFFD
MAGIC = b"NFNT"

# PCF: a directory of tables (X11's libXfont, "The X Portable Compiled Format").
PCF_METRICS = 1 << 2
PCF_BITMAPS = 1 << 3
PCF_ENCODINGS = 1 << 5
PCF_ACCELERATORS = 1 << 1
COMPRESSED_METRICS = 0x100


class Malformed(Exception):
    """The file is not a font this tool can read."""


class Pcf:
    """The tables of a PCF file; each may have its own byte order."""

    def __init__(self, data):
        self.data = data
        if data[:4] != b"\x01fcp":
            raise Malformed("not a PCF font")
        (count,) = struct.unpack_from("<I", data, 4)
        self.tables = {}
        for index in range(count):
            kind, _, size, offset = struct.unpack_from("<IIII", data, 8 + 16 * index)
            (form,) = struct.unpack_from("<I", data, offset)
            self.tables[kind] = (offset + 4, form, size)

    def table(self, kind):
        """(offset behind the format word, format, prefix for struct)."""
        if kind not in self.tables:
            raise Malformed(f"no table {kind}")
        offset, form, _ = self.tables[kind]
        return offset, form, ">" if form & 4 else "<"

    def ascent_descent(self):
        """What a line takes above and below the base line."""
        offset, _, order = self.table(PCF_ACCELERATORS)
        return struct.unpack_from(order + "ii", self.data, offset + 8)

    def metrics(self):
        """Per glyph (left bearing, right bearing, width, ascent, descent)."""
        offset, form, order = self.table(PCF_METRICS)
        if form & COMPRESSED_METRICS:
            (count,) = struct.unpack_from(order + "H", self.data, offset)
            rows = struct.iter_unpack("5B", self.data[offset + 2 : offset + 2 + 5 * count])
            return [tuple(value - 0x80 for value in row) for row in rows]
        (count,) = struct.unpack_from(order + "I", self.data, offset)
        rows = struct.iter_unpack(order + "5hH", self.data[offset + 4 : offset + 4 + 12 * count])
        return [row[:5] for row in rows]

    def encodings(self):
        """Code point -> glyph."""
        offset, _, order = self.table(PCF_ENCODINGS)
        low2, high2, low1, high1, _ = struct.unpack_from(order + "5h", self.data, offset)
        offset += 10
        result = {}
        for high in range(low1, high1 + 1):
            for low in range(low2, high2 + 1):
                (glyph,) = struct.unpack_from(order + "H", self.data, offset)
                offset += 2
                if glyph != 0xFFFF:
                    result[high << 8 | low] = glyph
        return result

    def rows(self, metrics):
        """Per glyph its rows as integers, the leftmost pixel in bit 7 (glyphs of at most 8 pixels)."""
        offset, form, order = self.table(PCF_BITMAPS)
        (count,) = struct.unpack_from(order + "I", self.data, offset)
        starts = struct.unpack_from(f"{order}{count}I", self.data, offset + 4)
        pixels = offset + 4 + 4 * count + 16
        padding = 1 << (form & 3)
        unit = 1 << (form >> 4 & 3)
        # Bytes of one unit are swapped when byte and bit order differ.
        swapped = unit > 1 and bool(form & 4) != bool(form & 8)
        result = []
        for start, (left, right, _, ascent, descent) in zip(starts, metrics):
            stride = -(-(right - left) // (8 * padding)) * padding
            glyph = []
            for row in range(ascent + descent):
                at = row * stride
                value = self.data[pixels + start + (at ^ (unit - 1) if swapped else at)]
                glyph.append(value if form & 8 else int(f"{value:08b}"[::-1], 2))
            result.append(glyph)
        return result


def load(path):
    """(height, code point -> bytes of its picture) of a PCF file."""
    data = Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    font = Pcf(data)
    line_ascent, line_descent = font.ascent_descent()
    height = line_ascent + line_descent
    metrics = font.metrics()
    rows = font.rows(metrics)
    pictures = {}
    for character, glyph in font.encodings().items():
        left, right, width, ascent, _ = metrics[glyph]
        if width != WIDTH or left < 0 or right > WIDTH:
            raise Malformed(f"U+{character:04X} is not {WIDTH} pixels wide")
        picture = bytearray(height)
        for row, value in enumerate(rows[glyph]):
            at = line_ascent - ascent + row
            if 0 <= at < height:
                picture[at] = value >> left
        pictures[character] = bytes(picture)
    return height, pictures


def wanted(character):
    """Whether the console can show it: no controls, no private use."""
    return character >= 0x20 and not 0x7F <= character < 0xA0 and not 0xE000 <= character < 0xF900


def table(height, pictures):
    """The bytes of the output."""
    characters = sorted(character for character in pictures if wanted(character))
    missing = pictures.get(MISSING) or pictures[ord("?")]
    ranges, glyphs = [], [missing]
    for character in characters:
        if ranges and ranges[-1][0] + ranges[-1][1] == character:
            ranges[-1][1] += 1
        else:
            ranges.append([character, 1, len(glyphs)])
        glyphs.append(pictures[character])
    head = MAGIC + struct.pack("<HHHH", WIDTH, height, len(ranges), len(glyphs))
    return head + b"".join(struct.pack("<IHH", *entry) for entry in ranges) + b"".join(glyphs)


def layout(data):
    """(ranges as (first code point, count, first glyph), offset of the glyphs) of a table."""
    if data[:4] != MAGIC:
        raise Malformed("not a console font")
    _, _, range_count, _ = struct.unpack_from("<HHHH", data, 4)
    glyphs = 12 + 8 * range_count
    return list(struct.iter_unpack("<IHH", data[12:glyphs])), glyphs


def parse(data):
    """(height, picture -> code point): what a reader of the screen needs. Of equal pictures the lowest code point counts."""
    ranges, glyphs = layout(data)
    _, height = struct.unpack_from("<HH", data, 4)
    pictures = {}
    for first, count, glyph in ranges:
        for index in range(count):
            start = glyphs + (glyph + index) * height
            pictures.setdefault(data[start : start + height], first + index)
    return height, pictures


def main(arguments):
    """The command."""
    if len(arguments) != 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        Path(arguments[1]).write_bytes(table(*load(arguments[0])))
    except FileNotFoundError:
        print(f"mkfont: {arguments[0]} is not there (Debian's package xfonts-terminus has it)", file=sys.stderr)
        return 1
    except (Malformed, struct.error, IndexError, OSError, EOFError) as error:
        print(f"mkfont: {arguments[0]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
