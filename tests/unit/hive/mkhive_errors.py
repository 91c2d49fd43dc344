#!/usr/bin/python3
"""mkhive names file and line of each mistake. usage: mkhive_errors.py MKHIVE"""
import os
import subprocess
import sys
import tempfile

HEADER = "Windows Registry Editor Version 5.00\n"
KEY = "[HKEY_LOCAL_MACHINE\\SYSTEM\\a]\n"
CASES = {
    "REGEDIT4\n": "1: the first line is not",
    HEADER + "\n\"a\"=\"b\"\n": "3: a value before any key",
    HEADER + "[HKEY_LOCAL_MACHINE\\SYSTEM\\a\n": "2: a key needs",
    HEADER + "[HKEY_LOCAL_MACHINE\\SOFTWARE]\n": "2: key \"HKEY_LOCAL_MACHINE\\SOFTWARE\" is not below",
    HEADER + "[HKEY_LOCAL_MACHINE\\SYSTEMS]\n": "2: key \"HKEY_LOCAL_MACHINE\\SYSTEMS\" is not below",
    HEADER + "[HKEY_LOCAL_MACHINE\\SYSTEM\\\\a]\n": "2: a name in",
    HEADER + "[HKEY_LOCAL_MACHINE\\SYSTEM\\" + "x" * 256 + "]\n": "2: a name in",
    HEADER + "[-HKEY_LOCAL_MACHINE\\SYSTEM]\n": "2: the root of the hive",
    HEADER + KEY + "x=\"b\"\n": "3: neither a [key]",
    HEADER + KEY + "\"a\" \"b\"\n": "3: \"=\" is missing",
    HEADER + KEY + "\"a\n": "3: a string does not end",
    HEADER + KEY + "\"a\"=\"b\\q\"\n": "3: unknown escape",
    HEADER + KEY + "\"a\"=\"b\" c\n": "3: text after the string",
    HEADER + KEY + "\"a\"=dword:\n": "3: dword: needs",
    HEADER + KEY + "\"a\"=dword:123456789\n": "3: dword: needs",
    HEADER + KEY + "\"a\"=hex(z):00\n": "3: a type needs",
    HEADER + KEY + "\"a\"=hex 00\n": "3: \":\" is missing",
    HEADER + KEY + "\"a\"=hex:00,100\n": "3: not a byte",
    HEADER + KEY + "\"a\"=hex:00,\\\n  0g\n": "3: not a byte",
    HEADER + KEY + "\"a\"=hex:00,\\": "3: the last line goes on",
    HEADER + KEY + "\"a\"=word:1\n": "3: unknown data",
    HEADER + KEY + ";\xff\n": "3: is not UTF-8",
}


def main():
    mkhive = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        reg, out = os.path.join(folder, "in.reg"), os.path.join(folder, "out")
        for text, wanted in CASES.items():
            with open(reg, "w", encoding="latin-1", newline="\n") as file:
                file.write(text)
            result = subprocess.run([mkhive, "-o", out, reg], stderr=subprocess.PIPE, text=True)
            if result.returncode != 1 or f"{reg}:{wanted}" not in result.stderr:
                sys.exit(f"{text!r}: exit {result.returncode}, {result.stderr!r} instead of {wanted!r}")
            if os.path.exists(out):
                sys.exit(f"{text!r}: left a file behind")
        if subprocess.run([mkhive, "-x"], stderr=subprocess.DEVNULL).returncode != 2:
            sys.exit("a wrong argument is accepted")
        if subprocess.run([mkhive, "-o", out, reg + "x"], stderr=subprocess.DEVNULL).returncode != 1:
            sys.exit("a missing file is accepted")


main()
