#!/usr/bin/python3
"""Checks claims.md: every test it names exists, and its list of planted bugs is that of planted/.

usage: check_claims.py ROOT BUILD [--write]     --write renews the list of planted bugs
"""

import json
import re
import subprocess
import sys
from pathlib import Path

HEAD = "| Bug | Test | What it breaks |\n|---|---|---|\n"


def planted(root):
    """The rows of the table of planted bugs."""
    rows = []
    for path in sorted(Path(root, "tests/planted").glob("*.patch")):
        test, claim = re.search(r"^Test: (.*)\nClaim: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE).groups()
        rows.append(f"| `{path.stem}` | `{test}` | {claim} |\n")
    return "".join(rows)


def main(arguments):
    """Returns the exit status."""
    root, build = arguments[0], arguments[1]
    path = Path(root, "tests/claims.md")
    text = path.read_text(encoding="utf-8")
    before, head, rows = text.partition(HEAD)
    if "--write" in arguments:
        path.write_text(before + HEAD + planted(root), encoding="utf-8")
        return 0
    bad = 0
    if not head or rows != planted(root):
        print("claims.md: the list of planted bugs is not that of planted/ (tests/check_claims.py ROOT BUILD --write)")
        bad += 1
    listed = subprocess.run(
        ["ctest", "--test-dir", build, "-C", "long", "--show-only=json-v1"], capture_output=True, text=True, check=True
    )
    known = {test["name"] for test in json.loads(listed.stdout)["tests"]}
    for line in text.splitlines():
        if line.startswith("|") and line.count("|") >= 4:
            cell = line.split("|")[2 if "| `" == line[:3] else 3]
            for name in re.findall(r"`([^`]+)`", cell):
                if name not in known and not name.startswith("NEPTUNE_"):
                    print(f"claims.md: no test {name}")
                    bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) >= 3 else 2)
