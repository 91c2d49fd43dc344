#!/usr/bin/env python3
"""Makes the imports of a program look bound, with addresses that lead nowhere, and runs it: names must win.

usage: bound.py RUNNER PE-FOLDER"""

import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def bind(data):
    data = bytearray(data)
    headers = struct.unpack_from("<I", data, 60)[0]
    count, optional = struct.unpack_from("<H", data, headers + 6)[0], struct.unpack_from("<H", data, headers + 20)[0]
    sections = [struct.unpack_from("<IIII", data, headers + 24 + optional + 40 * i + 8) for i in range(count)]

    def offset(rva):
        return next(raw + rva - start for _, start, size, raw in sections if start <= rva < start + size)

    at = offset(struct.unpack_from("<I", data, headers + 24 + 112 + 8)[0])
    while (names := struct.unpack_from("<I", data, at)[0]) != 0:
        struct.pack_into("<II", data, at + 4, 0xFFFFFFFF, 0xFFFFFFFF)  # TimeDateStamp, ForwarderChain
        thunks, names = offset(struct.unpack_from("<I", data, at + 16)[0]), offset(names)
        while struct.unpack_from("<Q", data, names)[0] != 0:
            struct.pack_into("<Q", data, thunks, 0xDEADBEEF)
            thunks, names = thunks + 8, names + 8
        at += 20
    return bytes(data)


def main():
    runner, pe = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="neptune-bound-") as folder:
        for file in [*pe.glob("t_dll_*.dll"), pe / "ntdll.dll"]:
            shutil.copy(file, folder)
        (Path(folder) / "t_ldr.exe").write_bytes(bind((pe / "t_ldr.exe").read_bytes()))
        sys.exit(subprocess.run([runner, folder, "t_ldr.exe"], check=False).returncode)


main()
