#!/usr/bin/python3
"""Checks that each folder of the architecture that holds files has a README.md of about one screen.

usage: readmes.py ROOT
"""

import subprocess
import sys
from pathlib import Path

LONGEST = 120  # lines
# Every folder of these depths is a part of its own.
PARTS = ("*", "abi/*", "lib/*", "executive/*", "base/*", "tools/*", "drivers/*/*", "tests/*", "sdk/examples/*")
IGNORED = ("docs", "tests/unit", "tests/fuzz")


def main(root):
    """Returns the exit status."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"], capture_output=True, text=True, check=True
    )
    files = {name for name in listed.stdout.split("\0") if name}
    folders = {parent.as_posix() for name in files for parent in Path(name).parents} - {"."}
    bad = 0
    for folder in sorted(folders):
        path = Path(folder)
        if folder.startswith(".") or folder in IGNORED or not any(
            path.match(pattern) and len(path.parts) == pattern.count("/") + 1 for pattern in PARTS
        ):
            continue
        if f"{folder}/README.md" not in files:
            print(f"{folder}: no README.md")
            bad += 1
        elif len(Path(root, folder, "README.md").read_text(encoding="utf-8").splitlines()) > LONGEST:
            print(f"{folder}/README.md: longer than {LONGEST} lines")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else 2)
