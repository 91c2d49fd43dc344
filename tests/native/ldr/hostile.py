#!/usr/bin/env python3
"""Damages import, export, relocation and TLS tables of a test DLL and loads it with the real ntdll on the host.

usage: hostile.py RUNNER PE-FOLDER [COUNT [SEED]]

Whatever the tables say, the process must end by itself, and no exception may come out of ntdll's own code: bad tables are a
status. (Headers are not touched: the Executive checks those before anything is mapped.)"""

import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

NTDLL = range(0x7FF800000000, 0x7FF800100000)
VICTIMS = ("t_dll_a.dll", "t_dll_b.dll")


class Pe:
    def __init__(self, data):
        self.data = bytearray(data)
        self.headers = struct.unpack_from("<I", data, 60)[0]
        count, optional = struct.unpack_from("<H", data, self.headers + 6)[0], struct.unpack_from("<H", data, self.headers + 20)[0]
        table = self.headers + 24 + optional
        self.sections = [struct.unpack_from("<IIII", data, table + 40 * i + 8) for i in range(count)]

    def directory(self, index):
        return struct.unpack_from("<II", self.data, self.headers + 24 + 112 + 8 * index)

    def offset(self, rva):
        for _, start, size, raw in self.sections:
            if start <= rva < start + size:
                return raw + rva - start
        return None

    def interesting(self):
        """File offsets of the 32-bit words of the tables."""
        words = []
        for index in (0, 1, 5, 9, 12):
            rva, size = self.directory(index)
            if size and (at := self.offset(rva)) is not None:
                words += range(at, at + size - 3, 2)
        rva, size = self.directory(1)
        for i in range(size // 20):
            names, _, _, name, _ = struct.unpack_from("<IIIII", self.data, self.offset(rva) + 20 * i)
            for start in (names, name):
                if start and (at := self.offset(start)) is not None:
                    words += range(at, at + 32, 2)
        return [word for word in words if word + 4 <= len(self.data)]


def damage(source, contents):
    pe = Pe(contents)
    words = pe.interesting()
    for _ in range(source.randrange(1, 4)):
        at = source.choice(words)
        old = struct.unpack_from("<I", pe.data, at)[0]
        value = source.choice(
            [0, 1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, old + 1, old ^ 1 << source.randrange(32), source.randrange(1 << 32),
             source.randrange(0x8000), source.choice(words)]
        )  # fmt: skip
        struct.pack_into("<I", pe.data, at, value & 0xFFFFFFFF)
    return bytes(pe.data)


def complaint(runner, folder):
    """None, or what is wrong with a run."""
    try:
        done = subprocess.run([runner, folder, "t_ldr.exe"], capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return "it does not end"
    text = done.stdout.decode(errors="replace")
    if done.returncode < 0 or "exit 0x" not in text:
        return f"the process died: {done.returncode}\n{text}"
    found = re.search(r"unhandled exception 0x\w+ at 0x(\w+)", text)
    if found and int(found.group(1), 16) in NTDLL:
        return text
    return None


def main():
    runner, pe = sys.argv[1], Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 150
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with tempfile.TemporaryDirectory(prefix="neptune-hostile-") as folder:
        for file in [*pe.glob("t_dll_*.dll"), pe / "ntdll.dll", pe / "t_ldr.exe"]:
            shutil.copy(file, folder)
        for number in range(count):
            source = random.Random(f"{seed} {number}")
            victim = source.choice(VICTIMS)
            original = (pe / victim).read_bytes()
            (Path(folder) / victim).write_bytes(damage(source, original))
            wrong = complaint(runner, folder)
            if wrong:
                shutil.copy(Path(folder) / victim, Path.cwd() / f"hostile-{victim}")
                raise SystemExit(f"round {number} of seed {seed}, {victim}: {wrong}")
            (Path(folder) / victim).write_bytes(original)
    print(f"{count} damaged images, all refused or run")


main()
