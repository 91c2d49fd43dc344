"""Reads the command line and calls the module of the command. The help texts are in help/: plain files, because the sh
front shows them before Python is there (the test cli.help compares both)."""

import argparse
import importlib

from common import ARCHITECTURES, Failure, Variant


class Parser(argparse.ArgumentParser):
    """argparse without its own help, with our one-line failure."""

    def __init__(self, command):
        super().__init__(prog=f"./neptune {command}", add_help=False, allow_abbrev=False)

    def error(self, message):
        raise Failure(f"{message}; see {self.prog} --help")


def make_parser(command):
    """The options of one command."""
    parser = Parser(command)
    parser.add_argument("--release", action="store_true")
    parser.add_argument("--arch", default="amd64")
    add = parser.add_argument
    if command in ("run", "debug", "bench"):
        add("--kernel", metavar="FILE")
    if command == "run":
        add("kind", nargs="?", default="direct")
        add("--display", action="store_true")
        add("--memory", metavar="SIZE", default="400M")
    elif command == "build":
        add("--target", metavar="TARGET", action="append", default=[])
        add("--fresh", action="store_true")
    elif command == "image":
        add("kind", nargs="?", default="direct")
        add("--add", metavar="FILE", action="append", default=[])
    elif command == "test":
        add("--quick", action="store_true")
        add("--long", metavar="NAME")
        add("--filter", metavar="REGEX")
        add("--seed", metavar="N", type=int)
        add("--count", metavar="N", type=int)
    elif command == "bench":
        add("--debug", action="store_true")
        add("--only", metavar="NAME")
    elif command == "debug":
        add("--no-gdb", action="store_true")
    elif command == "fmt":
        add("--check", action="store_true")
    return parser


# Command -> its module; each module has a function run(options, variant) that returns an exit status.
MODULES = {name: f"command_{name}" for name in ("run", "build", "image", "test", "bench", "debug", "fmt", "clean")}


def run(command, arguments):
    """Runs `command` with its arguments; returns the exit status."""
    if command not in MODULES:
        raise Failure(f"unknown command '{command}'; ./neptune --help lists them")
    to_qemu = []
    if command in ("run", "debug") and "--" in arguments:
        split = arguments.index("--")
        arguments, to_qemu = arguments[:split], arguments[split + 1 :]
    options = make_parser(command).parse_args(arguments)
    if options.arch == "i386":
        raise Failure("--arch i386 is not supported yet; amd64 is")
    if options.arch not in ARCHITECTURES:
        raise Failure(f"unknown architecture '{options.arch}'; amd64 is supported")
    options.to_qemu = to_qemu
    return importlib.import_module(MODULES[command]).run(options, Variant(options.arch, options.release))
