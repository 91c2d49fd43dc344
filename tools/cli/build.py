"""Configures and builds one variant: CMake only when something asks for it, then Ninja."""

import fcntl
import hashlib
import os
import subprocess
from contextlib import contextmanager

from common import ROOT, Failure, call

CPUS = os.cpu_count() or 1


@contextmanager
def locked(variant):
    """Holds the variant's lock, so that two commands do not build in one folder at once."""
    variant.directory.mkdir(parents=True, exist_ok=True)
    with open(variant.directory / ".neptune.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"neptune: waiting for another ./neptune in build/{variant.name}", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def configure(variant, definitions=(), fresh=False):
    """Runs CMake if the variant was never configured, its preset changed, or `definitions` ("NAME=VALUE") differ from
    what it was configured with."""
    stamp = variant.directory / ".neptune.configured"
    presets = hashlib.sha256((ROOT / "CMakePresets.json").read_bytes()).hexdigest()
    kept = dict(line.split("=", 1) for line in _lines(stamp) if "=" in line)
    wanted = {**{k: v for k, v in kept.items() if k != "presets"}, **dict(d.split("=", 1) for d in definitions)}
    wanted["presets"] = presets
    if not fresh and wanted == kept and (variant.directory / "build.ninja").is_file():
        return
    stamp.unlink(missing_ok=True)
    command = ["cmake", "--preset", variant.name, "-B", variant.directory]
    if fresh:
        command.append("--fresh")
    command += [f"-D{name}={value}" for name, value in wanted.items() if name != "presets"]
    print(f"neptune: configuring build/{variant.name}", flush=True)
    call(command + ["--log-level=WARNING"], "configuring", cwd=ROOT, stdout=subprocess.DEVNULL)
    stamp.write_text("".join(f"{name}={value}\n" for name, value in sorted(wanted.items())), encoding="utf-8")


def build(variant, targets=(), definitions=(), fresh=False):
    """Brings `targets` (or everything) up to date."""
    with locked(variant):
        configure(variant, definitions, fresh)
        # `all` has the layer check in it; a partial build gets it too.
        call(["ninja", "-C", variant.directory, *targets, *(["layercheck"] if targets else [])], "the build")


def build_images(variant, definitions=()):
    """Builds the boot files and checks that they are there."""
    build(variant, ["images"], definitions)
    for path in (variant.kernel, variant.ntos):
        if not path.is_file():
            raise Failure(f"the build left no {path.relative_to(ROOT)}")


def _lines(path):
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
