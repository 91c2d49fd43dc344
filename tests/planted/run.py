#!/usr/bin/python3
"""Plants bugs and demands that a test fails for each.

usage: run.py ROOT [--build FOLDER] [--only NAME]... [--list]

Each NAME.patch beside this file is a one-line bug in the form of `git diff`; its header says, before the diff:

    Test: REGEX      the ctest (a name or a regular expression) that must fail
    Claim: TEXT      what it breaks

The sources are copied (what git knows), the copy is built once and the named tests must pass there; then for each patch: apply,
build, run the test, demand that it fails, take the patch back. A bug that does not build is an error: the compiler is not the test.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Bug:
    """One patch file."""

    def __init__(self, path):
        self.path = path
        self.name = path.stem
        header = dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").split("diff --git")[0].splitlines() if ": " in line)
        try:
            self.test, self.claim = header["Test"].strip(), header["Claim"].strip()
        except KeyError as missing:
            sys.exit(f"{path.name}: no line {missing}")


def run(command, **options):
    """Runs quietly; returns the finished process, output in stdout."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


class Scratch:
    """A copy of the sources with a build folder of its own."""

    def __init__(self, root, folder):
        self.root = Path(folder, "source")
        self.build_folder = Path(folder, "build")
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"], capture_output=True, check=True
        ).stdout
        for name in filter(None, listed.decode().split("\0")):
            if Path(root, name).is_file():
                target = self.root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(Path(root, name), target)
        # The lint tests ask git for the list of files.
        run(["git", "init", "-q"], cwd=self.root)
        run(["git", "add", "-A"], cwd=self.root)

    def configure(self):
        return run(["cmake", "--preset", "amd64-debug", "-B", self.build_folder], cwd=self.root)

    def build(self):
        return run(["ninja", "-C", self.build_folder])

    def test(self, pattern):
        environment = {name: value for name, value in os.environ.items() if name != "NEPTUNE_COUNT"}
        return run(
            ["ctest", "--test-dir", self.build_folder, "-R", pattern, "--output-on-failure", "--no-tests=error"],
            env=environment,
        )

    def apply(self, bug, back=False):
        return run(["git", "apply", *(["-R"] if back else []), bug.path], cwd=self.root)


def tail(text):
    return "\n".join("    " + line for line in text.splitlines()[-25:])


def main():
    """Returns the exit status."""
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("root")
    parser.add_argument("--build", metavar="FOLDER")
    parser.add_argument("--only", metavar="NAME", action="append", default=[])
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    bugs = [Bug(path) for path in sorted(HERE.glob("*.patch"))]
    unknown = set(options.only) - {bug.name for bug in bugs}
    if unknown:
        sys.exit(f"no such bug: {', '.join(sorted(unknown))}")
    bugs = [bug for bug in bugs if not options.only or bug.name in options.only]
    if options.list:
        for bug in bugs:
            print(f"{bug.name:32} {bug.test:28} {bug.claim}")
        return 0
    with tempfile.TemporaryDirectory(prefix="neptune-planted-") as temporary:
        scratch = Scratch(options.root, options.build or temporary)
        for step in (scratch.configure, scratch.build):
            done = step()
            if done.returncode != 0:
                sys.exit(f"the clean copy does not build:\n{tail(done.stdout)}")
        done = scratch.test("^(" + "|".join(sorted({bug.test for bug in bugs})) + ")$")
        if done.returncode != 0:
            sys.exit(f"the tests fail without a bug:\n{tail(done.stdout)}")
        bad = [bug.name for bug in bugs if not caught(scratch, bug)]
    print(f"{len(bugs) - len(bad)} of {len(bugs)} planted bugs were caught" + (f"; not: {' '.join(bad)}" if bad else ""))
    return 1 if bad else 0


def caught(scratch, bug):
    """Plants one bug; returns whether its test failed."""
    done = scratch.apply(bug)
    if done.returncode != 0:
        print(f"{bug.name}: the patch does not apply\n{tail(done.stdout)}", flush=True)
        return False
    try:
        done = scratch.build()
        if done.returncode != 0:
            print(f"{bug.name}: does not build\n{tail(done.stdout)}", flush=True)
            return False
        failed = scratch.test(f"^({bug.test})$").returncode != 0
        print(f"{bug.name}: {'caught by ' + bug.test if failed else 'NOT CAUGHT by ' + bug.test}", flush=True)
        return failed
    finally:
        scratch.apply(bug, back=True)


if __name__ == "__main__":
    sys.exit(main())
