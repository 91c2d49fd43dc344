"""The driver kit's tests that need no machine to run.

usage: test_wdk.py layout SOURCE | headers SOURCE | names SOURCE | example SDK | imports WDM_DLL DRIVER..."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TRIPLES = ("x86_64-pc-windows-msvc", "i686-pc-windows-msvc")
LANGUAGES = (("clang-19", "c", "gnu17"), ("clang++-19", "c++", "c++23"))
FLAGS = "-ffreestanding -nostdlibinc -nostdinc++ -fms-extensions -Wall -Wextra -Wconversion -Wshadow -Werror".split()
SKIPPED = 77


def run(*command, **options):
    """Runs a command; its output is shown when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


def check(condition, what):
    if not condition:
        sys.exit(f"test_wdk: {what}")


def compile_everywhere(source, text):
    """Compiles text as C and C++ for both machines; nothing is linked."""
    root = Path(source)
    includes = [f"-I{root / path}" for path in
                ("sdk/wdk/include", "abi/nt/include", "abi/wdm/include", "abi/disk/include")]
    for triple in TRIPLES:
        for compiler, language, standard in LANGUAGES:
            run(compiler, f"--target={triple}", *FLAGS, f"-x{language}", f"-std={standard}", *includes,
                f"-isystem{root / 'lib/crt/include'}", "-fsyntax-only", "-", input=text)


def layout(source):
    compile_everywhere(source, (Path(source) / "sdk/wdk/test/layout.c").read_text())


def headers(source):
    """Each header alone, and all of them together."""
    names = sorted(path.name for path in (Path(source) / "sdk/wdk/include").glob("*.h"))
    basic = {"guiddef.h", "initguid.h", "sal.h"}
    for name in names:
        before = "" if name in basic else "#include <ntddk.h>\n"
        compile_everywhere(source, f"{before}#include <{name}>\n")
    compile_everywhere(source, "#include <ntifs.h>\n" + "".join(f"#include <{name}>\n" for name in names))


def names(source):
    """Every routine that a header says to import is in the import lists."""
    kit = Path(source) / "sdk/wdk"
    listed = set()
    for path in (kit / "imports").glob("*.def"):
        listed |= {line.split()[0] for line in path.read_text().splitlines() if line.startswith("    ")}
    prototype = re.compile(r"\b(?:NTKERNELAPI|NTHALAPI|NTSYSAPI)\s+[^;{}()]*?\b(\w+)\s*\(")
    for path in (*kit.glob("include/*.h"), *kit.glob("include/wdk/*.h")):
        text = re.sub(r"//.*|^#.*", "", path.read_text(), flags=re.M)
        missing = {name for name in prototype.findall(text)} - listed
        check(not missing, f"{path.name} declares {', '.join(sorted(missing))}, which sdk/wdk/imports does not list")


def imports_of(image):
    """{(library, symbol)} of a PE image."""
    found = set()
    library = None
    for line in run("llvm-readobj-19", "--coff-imports", image).splitlines():
        word = line.split()
        if word[:1] == ["Name:"]:
            library = word[1]
        elif word[:1] == ["Symbol:"] and word[1] != "(0)":
            found.add((library, word[1]))
    return found


def example(sdk):
    """Builds drivers outside the tree, with find_package and with the toolchain file."""
    with tempfile.TemporaryDirectory(prefix="neptune-wdk-") as folder:
        source = Path(folder) / "odd_case"
        shutil.copytree(Path(__file__).parent / "odd_case", source)
        run("cmake", "-G", "Ninja", "-S", source, "-B", source / "out", f"-DNeptuneSDK_DIR={Path(sdk).resolve()}/cmake")
        output = run("cmake", "--build", source / "out")
        check("warning" not in output.lower(), f"warnings:\n{output}")
        libraries = {library for library, _ in imports_of(source / "out/oddcase.sys")}
        check(libraries <= {"ntoskrnl.exe", "hal.dll"}, f"oddcase.sys imports from {libraries}")
        check(("provider.sys", "ProviderAdd") in imports_of(source / "out/client.sys"), "client.sys lacks ProviderAdd")
        headers_text = run("llvm-readobj-19", "--file-headers", source / "out/oddcase.sys")
        check("IMAGE_SUBSYSTEM_NATIVE" in headers_text, "not a native image")
        check((source / "out/oddcase.reg").exists(), "no driver database beside the driver")


def imports(wdm, *drivers):
    """Every import of the tree's drivers is exported by wdm.dll or by another driver."""
    if not Path(wdm).exists() or not all(Path(driver).exists() for driver in drivers):
        sys.exit(SKIPPED)
    exports = {}
    for image in (wdm, *drivers):
        text = run("llvm-readobj-19", "--coff-exports", image)
        exports[Path(image).name] = set(re.findall(r"^\s*Name: (\w+)", text, re.M))
    lacking = []
    for driver in drivers:
        for library, symbol in sorted(imports_of(driver)):
            home = "wdm.dll" if library in ("ntoskrnl.exe", "hal.dll", "wdm.dll") else library
            if symbol not in exports.get(home, ()):
                lacking.append(f"{Path(driver).name}: {library}!{symbol}")
    check(not lacking, "not exported:\n  " + "\n  ".join(lacking))


if __name__ == "__main__":
    {"layout": layout, "headers": headers, "names": names, "example": example, "imports": imports}[sys.argv[1]](
        *sys.argv[2:])
