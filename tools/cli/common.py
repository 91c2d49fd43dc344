"""What every command shares: the failure type, the folders, running other programs."""

import os
import shlex
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURES = ("amd64",)


class Failure(Exception):
    """Ends the command with one line to the user."""


class Variant:
    """One build: an architecture and debug or release, with the folders that belong to it."""

    def __init__(self, arch, release):
        self.arch = arch
        self.release = release
        self.name = f"{arch}-{'release' if release else 'debug'}"
        self.directory = ROOT / "build" / self.name
        self.images = self.directory / "images"

    @property
    def kernel(self):
        return self.images / "kernel"

    @property
    def ntos(self):
        return self.images / "ntos"


def call(command, what, **options):
    """Runs a program in the foreground; Failure("WHAT failed") when it does not exit with 0."""
    status = status_of(command, **options)
    if status != 0:
        raise Failure(f"{what} failed (exit status {status})")


def status_of(command, **options):
    """Runs a program in the foreground and returns its exit status."""
    if os.environ.get("NEPTUNE_VERBOSE"):
        print("+", shlex.join(str(part) for part in command), flush=True)
    try:
        with subprocess.Popen([str(part) for part in command], **options) as process:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    # Ctrl-C went to the program as well: it ends in its own way.
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed") from None
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def output_of(command, what, **options):
    """Runs a program and returns what it prints; Failure with its last error line when it fails."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise Failure(f"{what} failed: {lines[-1]}")
    return done.stdout


def existing_file(name):
    """The absolute path of a file the user named."""
    path = Path(name).absolute()
    if not path.is_file():
        raise Failure(f"no such file: {name}")
    if not os.access(path, os.R_OK):
        raise Failure(f"file is not readable: {name}")
    return path
