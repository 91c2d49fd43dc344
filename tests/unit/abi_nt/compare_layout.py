#!/usr/bin/env python3
"""Compiles the layout table for ELF and PE of one word size and compares what the compilers make of it.

usage: compare_layout.py CLANG LAYOUT.cpp BITS INCLUDE... -- FLAG...

Reads the numbers out of the assembly, so nothing has to run."""
import re
import subprocess
import sys

TARGETS = {
    "64": (["--target=x86_64-unknown-none-elf"], ["--target=x86_64-pc-windows-msvc"]),
    "32": (["--target=i686-unknown-none-elf", "-malign-double", "-mms-bitfields"], ["--target=i686-pc-windows-msvc"]),
}


def table(clang, source, target, rest):
    command = [clang, *target, "-S", "-O1", "-o", "-", "-fms-extensions", "-std=c++23", "-Werror", *rest, source]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    strings, rows, label, in_table, words = {}, [], None, False, []
    for line in text.splitlines():
        line = line.strip()
        found = re.match(r'"?([^\s"]+)"?:', line)
        if found:
            label = found.group(1)
            in_table = label in ("layout", "_layout")
            continue
        text_value = re.match(r'\.asciz\s+"(.*)"', line)
        if text_value:
            strings[label] = text_value.group(1)
        data = re.match(r"\.(quad|long)\s+(\S+)", line)
        if in_table and data:
            words.append(data.group(2).strip('"'))
        if in_table and line.startswith(".zero"):
            words += ["0"] * (int(line.split()[1].rstrip(",")) // 8)
    # 64 bit: name, value; 32 bit: name, (padding), value low, value high
    pending = None
    numbers = []
    for word in words:
        if word in strings:
            if pending:
                rows.append((pending, max(numbers, default=0)))
            pending, numbers = strings[word], []
        else:
            numbers.append(int(word) if re.fullmatch(r"-?\d+", word) else 0)
    if pending:
        rows.append((pending, max(numbers, default=0)))
    return rows


def main():
    clang, source, bits = sys.argv[1:4]
    rest = sys.argv[4:]
    elf, pe = (table(clang, source, target, rest) for target in TARGETS[bits])
    if len(elf) < 500 or len(elf) != len(pe):
        raise SystemExit(f"only {len(elf)} and {len(pe)} rows were read")
    different = [f"{a[0]}: ELF {a[1]}, PE {b[1]}" for a, b in zip(elf, pe) if a != b]
    print("\n".join(different))
    print(f"{len(elf)} sizes and offsets, {len(different)} differ")
    sys.exit(1 if different else 0)


main()
