#!/usr/bin/python3
"""hivex reads what we write, and we read what hivex writes.

usage: peer.py MKHIVE [system.reg]     Exit code 77: hivex is not installed.
"""
import base64
import os
import random
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

ROOT = "HKEY_LOCAL_MACHINE\\SYSTEM"


def run(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, **options).stdout


def read(hive):
    """{path: {name: value}} as hivexml sees it."""
    keys = {}

    def visit(node, path):
        values = keys[path] = {}
        for value in node.findall("value"):
            text = value.get("value") or ""
            if value.get("encoding") == "base64":
                text = base64.b64decode(text)
            if value.get("type") == "string-list":
                text = [string.text or "" for string in value.findall("string")]
            values[value.get("key") or "@"] = (value.get("type"), text)
        for child in node.findall("node"):
            visit(child, path + "\\" + child.get("name"))

    visit(ET.fromstring(run("hivexml", hive)).find("node"), "")
    return keys


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")


def hex_bytes(data):
    return ",".join(f"{byte:02x}" for byte in data)


def sample(numbers):
    """The text of a .reg file and what must be read from its hive."""
    lines = ["Windows Registry Editor Version 5.00", ""]
    wanted = {"": {}}
    for i in range(3000):
        name = f"key{numbers.randrange(10**9)}"
        wanted[f"\\Many\\{name}"] = {"n": ("int32", str(i))}
        lines += [f"[{ROOT}\\Many\\{name}]", f'"n"=dword:{i:x}']
    big = numbers.randbytes(100_000)
    tight = numbers.randbytes(16344)
    lines += [f"[{ROOT}\\Values]", '"text"="a \\"quoted\\" \\\\ back"', '@="default"',
              '"list"=str(7):"one\\0two"', '"ünï"="wide: Ω"',
              '"none"=hex(0):', '"four"=hex:01,02,03,04', '"expand"=hex(2):25,00,\\', "  41,00,25,00,00,00",
              '"big"=hex:' + hex_bytes(big), '"tight"=hex:' + hex_bytes(tight)]
    wanted["\\Values"] = {
        "text": ("string", 'a "quoted" \\ back'), "@": ("string", "default"), "ünï": ("string", "wide: Ω"),
        "list": ("string-list", ["one", "two", ""]), "none": ("none", b""), "four": ("binary", b"\1\2\3\4"),
        "expand": ("expand", "%A%"), "big": ("binary", big), "tight": ("binary", tight)}
    wanted["\\Many"] = {}
    return "\n".join(lines), wanted


def main():
    if not shutil.which("hivexml") or not shutil.which("hivexsh"):
        print("skipped: hivex is not installed")
        sys.exit(77)
    mkhive, others = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        text, wanted = sample(random.Random(1))
        with open(path("a.reg"), "w", encoding="utf-8") as file:
            file.write(text)
        run(mkhive, "-o", path("a"), path("a.reg"))
        found = read(path("a"))
        found["\\Values"]["none"] = ("none", b"")  # hivexml leaves the value of an empty one out
        expect("keys", sorted(found), sorted(wanted))
        for key in wanted:
            expect(key, found[key], wanted[key])

        # The same, changed by hivex, through our reader and writer.
        script = "cd \\Values\nadd New\ncd New\nadd Below\nsetval 1\n@\nstring:from hivex\ncd \\Many\nadd aaa\ncommit\n"
        run("hivexsh", "-w", path("a"), input=script.encode())
        with open(path("b.reg"), "w", encoding="utf-8") as file:
            file.write(f"Windows Registry Editor Version 5.00\n[-{ROOT}\\Values\\NEW\\below]\n[{ROOT}\\Many]\n@=\"ours\"\n")
        run(mkhive, "-i", path("a"), "-o", path("b"), path("b.reg"))
        found = read(path("b"))
        wanted["\\Values\\New"] = {"@": ("string", "from hivex")}
        wanted["\\Many\\aaa"] = {}
        wanted["\\Many"] = {"@": ("string", "ours")}
        found["\\Values"]["none"] = ("none", b"")
        expect("keys after hivex", sorted(found), sorted(wanted))
        for key in wanted:
            expect(key, found[key], wanted[key])

        # The same input gives the same file.
        run(mkhive, "-o", path("c"), path("a.reg"))
        run(mkhive, "-o", path("d"), path("a.reg"))
        expect("second run", open(path("c"), "rb").read() == open(path("d"), "rb").read(), True)
        for other in others:
            run(mkhive, "-o", path("e"), other)
            manager = read(path("e"))["\\ControlSet001\\Control\\Session Manager"]
            expect("Shell", manager["Shell"], ("string", "\\SystemRoot\\System32\\ntcmd.exe"))
    print("hivex agrees")


main()
