#!/usr/bin/python3
"""Checks the layer rules: who may include whom. The rules are the table RULES below (they are STYLE.md's section 1).

usage: layercheck.py ROOT [--stamp FILE]

Prints one line per forbidden include, as a compiler does, and exits with 1 if there was one.
"""

import os
import re
import sys
from pathlib import Path

# Left to right: a component of the Executive sees the public headers of those to its left.
EXECUTIVE = ("ke", "ob", "se", "ex", "mm", "ps", "io", "cc", "cm", "wdm", "pnp", "con", "lpc", "ldr", "svc")
PARSERS = ("pe", "fat", "gpt", "hive", "bootvol", "acpi", "pci")

# Folder (the longest prefix counts) -> folders it may include from besides itself. "lib/*" is every library.
RULES = {
    "abi": ("abi",),
    "lib/crt": (),
    "lib/rtl": ("abi/nt", "abi/disk"),
    "lib/coro": ("abi/nt", "abi/disk", "lib/rtl"),
    "lib/terminal": ("lib/rtl",),
    "lib/keymap": (),
    "lib/cap": ("abi/sel4", "lib/rtl", "abi/nt"),
    "kernel": ("abi/sel4", "lib/rtl/include/rtl/pure"),
    "ntdll": ("abi/nt", "abi/sel4", "abi/disk", "lib/rtl", "lib/pe"),
    "wdm": ("abi/nt", "abi/wdm", "abi/sel4", "lib/cap", "lib/rtl", "lib/pe", "sdk/wdk/include"),
    "drivers": ("abi/nt", "abi/wdm", "abi/disk", "lib/rtl", "sdk/wdk/include"),
    "base": ("abi/nt", "lib/rtl"),
    # devtree reads the resource lists that the registry holds: NT's own layout, shared with drivers.
    "base/ntcmd": ("abi/nt", "abi/wdm", "lib/rtl"),
    "sdk": ("abi/nt", "abi/wdm"),
    "tools": ("abi/nt", "abi/disk", "lib/*", "!lib/cap"),
    "tests": ("*",),
    "images": ("abi/nt", "abi/disk", "lib/*", "!lib/cap"),
}
for _parser in PARSERS:
    RULES[f"lib/{_parser}"] = ("abi/nt", "abi/disk", "lib/rtl")
    RULES[f"drivers/filesystem/{_parser}"] = ("abi/nt", "abi/wdm", "abi/disk", "lib/rtl", f"lib/{_parser}")
# A bus driver reads its bus's own format, and the tables that say where the bus is.
RULES["drivers/bus/acpi"] = RULES["drivers"] + ("lib/acpi", "lib/pci", "drivers/bus/common")
RULES["drivers/bus/pci"] = RULES["drivers"] + ("lib/acpi", "lib/pci", "drivers/bus/common")
# The two class drivers are one code.
RULES["drivers/input/kbdclass"] = RULES["drivers"] + ("drivers/input/class_common",)
RULES["drivers/input/mouclass"] = RULES["drivers"] + ("drivers/input/class_common",)
for _index, _component in enumerate(EXECUTIVE):
    RULES[f"executive/{_component}"] = ("abi", "lib/*") + tuple(
        f"executive/{left}/include" for left in EXECUTIVE[:_index]
    )

# A folder whose code may see more, with the reason.
EXCEPTIONS = {
    # The shell and the session manager are programs on the native API: what the SDK generates comes from abi/nt.
    # ntdll's public headers are what a program may call.
    "base": ("ntdll/include",),
    "base/ntcmd": ("ntdll/include",),
    "wdm": ("ntdll/include",),
    "drivers": ("ntdll/include", "wdm/include"),
    "sdk": ("ntdll/include",),
}

# Single files, with the reason.
FILE_EXCEPTIONS = {
    # Declares ntdll's C exports beside those of <string.h>; a program's <string.h> is the SDK's.
    ("abi/nt/include/nt/ntrtl_crt.h", "lib/crt/include/string.h"),
}

SUFFIXES = (".c", ".cc", ".cpp", ".h", ".hpp", ".S", ".s", ".inc")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", re.DOTALL)


def without_comments(text):
    """Source text with comments blanked out; newlines stay, so that line numbers do."""

    def blank(match):
        piece = match.group(0)
        return piece if piece[0] in "\"'" else re.sub(r"[^\n]", " ", piece)

    return COMMENTS.sub(blank, text)


def owner(path):
    """The folder whose rule holds for `path` (a PurePosixPath string), or None for files without a rule."""
    parts = path.split("/")
    for length in range(len(parts), 0, -1):
        name = "/".join(parts[:length])
        if name in RULES:
            return name
    return None


def component(folder):
    """The unit that may include itself freely: drivers and programs are one unit each, libraries as well."""
    parts = folder.split("/")
    depth = {"lib": 2, "abi": 2, "executive": 2, "base": 2, "tools": 2, "drivers": 3}.get(parts[0], 1)
    return "/".join(parts[:depth])


def allowed(source, target):
    """May the file `source` include the file `target`? Both are paths relative to the root."""
    rule = owner(source)
    if rule is None or component(source) == component(target) or (source, target) in FILE_EXCEPTIONS:
        return True
    if source.startswith("base/") and target.startswith("base/lib/include/"):
        return True
    if target.startswith("lib/crt/"):
        return not source.startswith("abi/")  # the few C headers are free to all freestanding code
    granted = False
    for permission in RULES[rule] + EXCEPTIONS.get(rule, ()):
        denies = permission.startswith("!")
        pattern = permission.lstrip("!")
        if pattern == "*" or (pattern.endswith("/*") and target.startswith(pattern[:-1])) or target.startswith(pattern + "/"):
            if denies:
                return False
            granted = True
    return granted


class Tree:
    """The project's source files and how an include finds one of them."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = []
        for folder, folders, names in os.walk(self.root):
            relative = Path(folder).relative_to(self.root)
            folders[:] = sorted(
                name for name in folders if not name.startswith(".") and not (relative == Path(".") and name == "build")
            )
            for name in sorted(names):
                if name.endswith(SUFFIXES):
                    self.files.append((relative / name).as_posix())
        self.by_suffix = {}
        for path in self.files:
            # What stands after include/ is how other folders name a public header.
            if "/include/" in path:
                self.by_suffix.setdefault(path.split("/include/", 1)[1], []).append(path)

    def resolve(self, source, name, quoted):
        """The files of the project that `#include` of `name` in `source` may mean."""
        if quoted:
            beside = os.path.normpath(os.path.join(os.path.dirname(source), name))
            if (self.root / beside).is_file():
                return [beside]
        known = self.by_suffix.get(name, [])
        if known:
            return known
        # A private header named from another folder ("executive/ob/directory.hpp", "../ob/directory.hpp").
        normal = os.path.normpath(name)
        if (self.root / normal).is_file():
            return [normal]
        ending = "/" + normal.lstrip("./")
        same = [path for path in self.files if path.endswith(ending) and component(path) == component(source)]
        return same or [path for path in self.files if quoted and path.endswith(ending)]

    def findings(self):
        """Yields (file, line number, include, target) of every forbidden include."""
        for source in self.files:
            rule = owner(source)
            if rule is None:
                continue
            try:
                text = without_comments((self.root / source).read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                continue
            for match in INCLUDE.finditer(text):
                name = match.group(1) or match.group(2)
                targets = self.resolve(source, name, match.group(1) is not None)
                # The same public name in two components: it is fine if one of them may be meant.
                if targets and not any(allowed(source, target) for target in targets):
                    yield source, text.count("\n", 0, match.start()) + 1, name, targets[0]


def main(arguments):
    """Checks the tree; returns the exit status."""
    if not arguments or arguments[0].startswith("-"):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    tree = Tree(arguments[0])
    bad = 0
    for source, line, name, target in tree.findings():
        print(f"{source}:{line}: error: {component(source)} must not include {name} ({target})")
        bad += 1
    if bad:
        print(f"layercheck: {bad} forbidden includes (the rules: tools/layercheck/layercheck.py)", file=sys.stderr)
        return 1
    if "--stamp" in arguments:
        Path(arguments[arguments.index("--stamp") + 1]).touch()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
