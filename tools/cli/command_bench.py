"""./neptune bench: the figures of docs/status.md in guest instructions, each taken as written there."""

import gzip
import os
import sys
import time

import build
import qemu
from common import ROOT, Failure, Variant, existing_file

IDLE_SECONDS = 10
SMALLEST = 4  # MiB: where the search for the smallest memory begins
LARGEST = 400
PROGRAM = "svcbench.exe"


def run(options, variant):
    """Measures and prints one table."""
    if options.debug and options.release:
        raise Failure("--debug and --release exclude each other")
    variant = Variant(variant.arch, not options.debug)
    figures = {"boot": boot, "idle": idle, "memory": memory, "size": size, "services": services, "kernel": system_calls}
    if options.only and options.only not in figures:
        raise Failure(f"unknown figure '{options.only}'; they are {', '.join(figures)}")
    kernel = existing_file(options.kernel) if options.kernel else variant.kernel
    build.build(variant, ["images", "ntos.test", "icnt", "mkbootvol", "abibench", PROGRAM])
    sys.path.insert(0, str(ROOT / "tests/boot"))
    # The harness reads the folder when it is imported.
    os.environ["NEPTUNE_BUILD"] = str(variant.directory)
    import machine
    import volume

    print(f"{variant.name}, kernel {options.kernel or 'ours'}, -m {qemu.MEMORY}, -cpu {qemu.CPU}")
    print(f"{'figure':34} {'value':>16}  unit")
    failed = False
    for name, figure in figures.items():
        if options.only in (None, name):
            try:
                for what, value, unit in figure(machine, volume, kernel, variant):
                    print(f"{what:34} {value:>16}  {unit}", flush=True)
            except machine.Stopped as stopped:
                print(f"{name:34} {'-':>16}  {stopped}", flush=True)
                failed = True
    if failed:
        raise Failure("some figures could not be taken")
    return 0


def boot(machine, _volume, kernel, variant):
    """Power-on to the first prompt (SeaBIOS included)."""
    with machine.Machine(kernel, variant.ntos, count=True) as system:
        system.wait_prompt()
        yield "power-on to the prompt", f"{system.instructions() / 1e6:.2f}", "million instructions"


def idle(machine, _volume, kernel, variant):
    """Idle at the prompt: instructions a second of wall time."""
    with machine.Machine(kernel, variant.ntos, count=True) as system:
        system.wait_prompt()
        time.sleep(2)
        before, start = system.instructions(), time.monotonic()
        time.sleep(IDLE_SECONDS)
        rate = (system.instructions() - before) / (time.monotonic() - start)
        yield "idle at the prompt", f"{rate / 1e6:.4f}", "million instructions a second"


def memory(machine, _volume, kernel, variant):
    """The smallest -m in MiB that reaches a prompt which answers."""

    def boots(megabytes):
        try:
            with machine.Machine(kernel, variant.ntos, memory=f"{megabytes}M") as system:
                system.wait_prompt(40 * machine.SCALE)
                return bool(system.run("echo alive", 40 * machine.SCALE))
        except machine.Stopped:
            return False

    below, above = SMALLEST - 1, LARGEST
    if not boots(above):
        raise machine.Stopped(f"does not boot with {above} MiB")
    # Failures wait for a time-out, so the search comes from above as long as halving works.
    while above - below > 1:
        middle = (above + below) // 2 if above < 64 else above // 2
        if boots(middle):
            above = middle
        else:
            below = middle
    yield "smallest memory that boots", above, "MiB"


def size(_machine, _volume, kernel, variant):
    """The boot files as they are and compressed."""
    for what, path in (("kernel", kernel), ("ntos", variant.ntos)):
        data = path.read_bytes()
        yield f"{what}", len(data), "bytes"
        yield f"{what}, gzip -9", len(gzip.compress(data, 9)), "bytes"


def services(machine, volume, kernel, variant):
    """Loops of tests/bench/svcbench.cpp; the marks' own cost (figure `empty`) is taken off."""
    with volume.Image(variant.directory) as image:
        image.add_program(variant.directory / "pe" / PROGRAM)
        with machine.Machine(kernel, image.write(), count=True) as system:
            system.wait_prompt()
            system.type(r"X:\Programs\svcbench.exe" + "\r")
            overhead = 0
            while True:
                match = system.expect(r"mark (\S+) (\d+)\r\n|(X:\\> )$")
                if match.group(3):
                    return
                name, rounds = match.group(1), int(match.group(2))
                time.sleep(0.3)  # until the program waits
                before = system.instructions()
                system.type(" ")
                status = system.expect(r"done (\S+)[^\r\n]*\r\n", 300 * machine.SCALE).group(1)
                time.sleep(0.3)
                spent = system.instructions() - before
                system.type(" ")
                if status != "STATUS_SUCCESS":
                    raise machine.Stopped(f"{name}: {status}")
                if name == "empty":
                    overhead = spent
                elif name == "NtSetEvent-and-wake":
                    # A round is two of them: there and back.
                    yield name, f"{(spent - overhead) / rounds / 2:.0f}", "instructions"
                else:
                    yield name, f"{(spent - overhead) / rounds:.0f}", "instructions"


def system_calls(machine, _volume, kernel, variant):
    """System calls of the kernel alone (tests/kernel/bench.cpp): rdtsc counts instructions with this -icount."""
    (program,) = [path for path in variant.directory.glob("**/abibench*") if path.is_file() and path.suffix in ("", ".elf")]
    with machine.Machine(kernel, program, extra=["-icount", "shift=0,sleep=off"]) as system:
        while True:
            match = system.expect(r"  ([^\r\n:]+): (\d+) instructions\r?\n|kernel\.abi: \d+ passed")
            if not match.group(1):
                return
            yield match.group(1), match.group(2), "instructions"
