"""sdk.example: builds the example outside the tree, with the toolchain file and with find_package, and looks at the PE.

usage: test_example.py SDK"""

import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

FIND_PACKAGE = """cmake_minimum_required(VERSION 3.25)
project(hello LANGUAGES NONE)
find_package(NeptuneSDK REQUIRED)
neptune_sdk_program(hello.exe hello.cpp)
"""


def run(*command):
    """Runs a command; its output is shown when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}")
    if "warning" in done.stdout.lower():
        sys.exit(f"{' '.join(map(str, command))}: warns\n{done.stdout}")
    return done.stdout


def check(condition, what):
    if not condition:
        sys.exit(f"sdk.example: {what}")


def check_image(path):
    """A native PE32+ for this machine, page aligned in the file, that imports ntdll.dll only."""
    data = path.read_bytes()
    check(data[:2] == b"MZ", "no MZ header")
    at = struct.unpack_from("<I", data, 0x3C)[0]
    check(data[at : at + 4] == b"PE\0\0", "no PE header")
    machine, = struct.unpack_from("<H", data, at + 4)
    check(machine == 0x8664, f"machine {machine:#x}")
    optional = at + 24
    check(struct.unpack_from("<H", data, optional)[0] == 0x20B, "not PE32+")
    check(struct.unpack_from("<H", data, optional + 68)[0] == 1, "subsystem is not native")
    check(struct.unpack_from("<II", data, optional + 32) == (4096, 4096), "alignment is not the page")
    imports = run("llvm-readobj-19", "--coff-imports", path)
    names = [line.split()[1] for line in imports.splitlines() if line.strip().startswith("Name:")]
    check(names == ["ntdll.dll"], f"imports {names}")
    check("NtWriteFile" in imports, "does not import NtWriteFile")


def main():
    sdk = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="neptune-sdk-") as folder:
        source = Path(folder) / "hello"
        shutil.copytree(sdk / "examples/hello", source)
        lines = [line for line in (source / "CMakeLists.txt").read_text().splitlines() if line.strip()]
        check(len(lines) == 3, "the example's CMakeLists.txt has not three lines")
        run("cmake", "-G", "Ninja", "-S", source, "-B", source / "out", f"-DCMAKE_TOOLCHAIN_FILE={sdk}/neptune.cmake")
        run("cmake", "--build", source / "out")
        check_image(source / "out/hello.exe")

        (source / "CMakeLists.txt").write_text(FIND_PACKAGE)
        run("cmake", "-G", "Ninja", "-S", source, "-B", source / "out2", f"-DNeptuneSDK_DIR={sdk}/cmake")
        run("cmake", "--build", source / "out2")
        check_image(source / "out2/hello.exe")


if __name__ == "__main__":
    main()
