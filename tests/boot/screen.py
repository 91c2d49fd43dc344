"""What a terminal shows after a stream of text and VT sequences: enough of a VT100 for one shell."""

import re

_SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([@-~])|\x1b([@-Z\\-_c78])")


def render(text, width=None):
    """The lines that stand on the terminal after `text`, without trailing blanks. `width` wraps as a terminal does."""
    lines = [[]]
    row = column = 0

    def put(character):
        nonlocal row, column
        if width and column >= width:
            row, column = row + 1, 0
        while row >= len(lines):
            lines.append([])
        line = lines[row]
        line.extend(" " * (column + 1 - len(line)))
        line[column] = character
        column += 1

    position = 0
    while position < len(text):
        match = _SEQUENCE.match(text, position)
        if match:
            position = match.end()
            if match.group(2) is None:
                continue
            numbers = [int(number) if number.isdigit() else 0 for number in match.group(1).split(";")]
            count = max(numbers[0], 1)
            final = match.group(2)
            if final == "A":
                row = max(row - count, 0)
            elif final == "B":
                row += count
            elif final == "C":
                column += count
            elif final == "D":
                column = max(column - count, 0)
            elif final == "G":
                column = count - 1
            elif final in "Hf":
                row = count - 1
                column = max(numbers[1] if len(numbers) > 1 else 1, 1) - 1
            elif final == "J":
                if numbers[0] >= 2:
                    lines = [[]]
                else:
                    lines = lines[: row + 1] or [[]]
                    if row < len(lines):
                        del lines[row][column:]
            elif final == "K" and row < len(lines):
                if numbers[0] == 0:
                    del lines[row][column:]
                elif numbers[0] == 2:
                    lines[row] = []
            elif final == "P" and row < len(lines):
                del lines[row][column : column + count]
            elif final == "@" and row < len(lines):
                lines[row][column:column] = " " * count
            while row >= len(lines):
                lines.append([])
            continue
        character = text[position]
        position += 1
        if character == "\r":
            column = 0
        elif character == "\n":
            row += 1
            while row >= len(lines):
                lines.append([])
        elif character == "\b":
            column = max(column - 1, 0)
        elif character == "\t":
            column += 8 - column % 8
        elif character >= " ":
            put(character)
    return ["".join(line).rstrip() for line in lines]
