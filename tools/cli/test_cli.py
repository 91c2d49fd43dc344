"""Tests of ./neptune that need no build: help, options, failures in one line, the package list."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import commands
import main
import qemu
from common import ROOT

HELP = Path(__file__).resolve().parent / "help"


def neptune(*arguments, **options):
    """Runs ./neptune; returns status, stdout, stderr."""
    done = subprocess.run([ROOT / "neptune", *arguments], capture_output=True, text=True, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def inner(*arguments):
    """Runs the Python part in this process; returns status and the lines on stderr."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        status = main.main(list(arguments))
    return status, errors.getvalue().splitlines()


class Help(unittest.TestCase):
    def test_every_command_has_help(self):
        self.assertEqual({path.stem for path in HELP.glob("*.txt")}, set(commands.MODULES) | {"neptune"})
        for command in commands.MODULES:
            status, output, _ = neptune(command, "--help")
            self.assertEqual((status, output.startswith(f"usage: ./neptune {command}")), (0, True))
            self.assertIn(f"  {command} ", (HELP / "neptune.txt").read_text())

    def test_help_names_exactly_the_options(self):
        for command in commands.MODULES:
            parser = commands.make_parser(command)
            known = {option for action in parser._actions for option in action.option_strings}
            text = (HELP / f"{command}.txt").read_text()
            described = set(re.findall(r"^  (--[a-z][a-z-]*)", text, re.MULTILINE))
            self.assertEqual(known, described, command)

    def test_no_arguments_is_help(self):
        self.assertEqual(neptune()[0], 0)


class Failures(unittest.TestCase):
    def one_line(self, *arguments):
        status, lines = inner(*arguments)
        self.assertNotEqual(status, 0, arguments)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("neptune: "), lines)
        return lines[0]

    def test_wrong_usage(self):
        for command in commands.MODULES:
            self.one_line(command, "--nonsense")
            self.assertIn("i386", self.one_line(command, "--arch", "i386"))
            self.assertIn("vax", self.one_line(command, "--arch", "vax"))
        self.one_line("test", "--quick", "--long", "planted")
        self.one_line("test", "--seed", "many")
        self.one_line("test", "--count", "0")
        self.assertIn("punch-cards", self.one_line("image", "punch-cards"))
        self.assertIn("punch-cards", self.one_line("run", "punch-cards"))
        self.one_line("run", "iso", "--kernel", "kernel")
        self.one_line("image", "--add", "/no/such/file")
        self.one_line("run", "--kernel", "/no/such/file")
        self.one_line("run", "--rel")  # no abbreviations

    def test_front_refuses_unknown_commands(self):
        for word in ("frobnicate", "../help/run", "neptune"):
            status, _, errors = neptune(word)
            self.assertEqual((status, len(errors.splitlines())), (1, 1))

    def test_images_with_one_name(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a", "b"):
                Path(folder, name).mkdir()
                Path(folder, name, "same.exe").write_text("x")
            line = self.one_line("image", "--add", f"{folder}/a/same.exe", "--add", f"{folder}/b/same.exe")
            self.assertIn("same.exe", line)


class Packages(unittest.TestCase):
    def front(self, installed, user):
        """Runs a copy of the front with stand-ins for dpkg-query, apt-get and id; returns status and all output."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(ROOT / "neptune", folder)
            shutil.copytree(HELP.parent, Path(folder, "tools/cli"))
            bin_folder = Path(folder, "bin")
            bin_folder.mkdir()
            for name, text in {
                "dpkg-query": f"printf '%s\\n' {' '.join(repr(p + ' installed') for p in installed) or repr('')}",
                "apt-get": 'echo "apt-get $*"; exit 7',
                "id": f"echo {user}",
            }.items():
                path = bin_folder / name
                path.write_text(f"#!/bin/sh\n{text}\n")
                path.chmod(0o755)
            done = subprocess.run(
                [Path(folder, "neptune"), "clean"],
                env={"PATH": f"{bin_folder}:{os.environ['PATH']}"},
                capture_output=True,
                text=True,
                check=False,
            )
            return done.returncode, done.stdout + done.stderr

    def names(self):
        lines = (HELP.parent / "packages.txt").read_text().splitlines()
        return [line.split() for line in lines if line and not line.startswith("#")]

    def test_list(self):
        purposes = {word for words in self.names() for word in words[1:]}
        self.assertLessEqual(purposes, set(commands.MODULES) | {"display", "loaders"})
        self.assertEqual(len({words[0] for words in self.names()}), len(self.names()))

    def test_missing_ones_are_installed_by_root(self):
        installed = [words[0] for words in self.names() if words[0] != "ninja-build"]
        status, output = self.front(installed, 0)
        self.assertEqual(status, 1)
        self.assertIn("apt-get update", output)
        self.assertIn("neptune: apt-get update failed", output)
        self.assertIn("installing ninja-build\n", output)

    def test_others_are_told(self):
        status, output = self.front([], 1000)
        self.assertEqual((status, len(output.splitlines())), (1, 1))
        self.assertIn("apt-get install --no-install-recommends clang-19", output)
        self.assertNotIn("gdb", output)

    def test_nothing_missing_asks_nobody(self):
        status, output = self.front([words[0] for words in self.names()], 1000)
        self.assertEqual((status, output), (0, ""))


class Machine(unittest.TestCase):
    def test_extra_arguments_win(self):
        line = qemu.command("k", "n", extra=["-cpu", "max", "-machine", "q35"])
        self.assertEqual((line.count("-cpu"), line.count("-M")), (1, 0))


if __name__ == "__main__":
    sys.path.insert(0, str(HELP.parent))
    unittest.main()
