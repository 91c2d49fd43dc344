#!/usr/bin/env python3
"""Prints a C++ source whose `layout` table holds size and member offsets of every structure of <nt/nt.h>.

usage: make_layout.py 64|32 HEADER... > layout.cpp

The members come from the headers' text: `typedef struct|union _NAME { ... } NAME`. Members of anonymous inner structs and
unions count as members; bit fields and members that are declared by a function pointer are left out."""
import re
import sys


def strip(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r"^\s*#.*$", "", text, flags=re.M)


def choose(text, bits):
    """Keeps one branch of each `#if NT_64BIT`."""
    lines, stack = [], []
    for line in text.splitlines():
        word = line.strip()
        if word.startswith("#if"):
            stack.append([word == "#if NT_64BIT", bits == "64"])
        elif word == "#else" and stack[-1][0]:
            stack[-1][1] = not stack[-1][1]
        elif word.startswith("#endif"):
            stack.pop()
        elif all(keep for chosen, keep in stack if chosen):
            lines.append(line)
    return "\n".join(lines)


def body_end(text, start):
    depth = 0
    for i in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise SystemExit("unbalanced braces")


def members(body):
    """Names of the direct members; an inner anonymous aggregate gives its own."""
    names, i = [], 0
    while i < len(body):
        brace, semicolon = body.find("{", i), body.find(";", i)
        if semicolon < 0:
            break
        if 0 <= brace < semicolon:
            end = body_end(body, brace)
            after = body.find(";", end)
            name = body[end + 1:after].strip()
            names += [name] if re.fullmatch(r"\w+", name) else members(body[brace + 1:end]) if not name else []
            i = after + 1
            continue
        declaration = body[i:semicolon].strip()
        i = semicolon + 1
        if ":" in declaration or "(" in declaration or not declaration:
            continue
        for part in declaration.split(","):
            match = re.search(r"(\w+)\s*(\[[^]]*\]\s*)*$", part)
            if match:
                names.append(match.group(1))
    return names


def main():
    rows = []
    bits = sys.argv[1]
    for path in sys.argv[2:]:
        text = strip(choose(open(path, encoding="utf-8").read(), bits))
        for match in re.finditer(r"typedef\s+(?:struct|union)\s+(?:DECLSPEC_ALIGN\(\d+\)\s*)?_\w+\s*\{", text):
            end = body_end(text, match.end() - 1)
            name = re.match(r"\s*(\w+)", text[end + 1:]).group(1)
            if name in ("SLIST_ENTRY", "SLIST_HEADER"):  # two definitions, by word size
                continue
            rows.append(f'    {{"{name}", sizeof({name})}},')
            rows += [f'    {{"{name}.{field}", offsetof({name}, {field})}},'
                     for field in members(text[match.end():end])]
    print('#include "layout.hpp"\n\n#include <nt/nt.h>\n\n#include <stddef.h>\n')
    print('extern "C" const Layout layout[] = {')
    print("\n".join(rows))
    print("    {nullptr, 0}};")


main()
