#!/usr/bin/env python3
"""Boots a test root task on a kernel in QEMU and passes its lines on. Exit status: 0 all passed, 1 not, 77 nothing to run on."""

import argparse
import os
import re
import struct
import subprocess
import sys
import tempfile
import threading

SUMMARY = re.compile(r"kernel\.abi: (\d+) passed, (\d+) failed, (\d+) skipped")
CPU = os.environ.get("NEPTUNE_TEST_CPU", "Nehalem,+fsgsbase,+pdpe1gb,+invtsc")
RANDOM_MARK = b"NTRANDOM"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, help="root task (ELF64)")
    parser.add_argument("--kernel", help="kernel image")
    parser.add_argument("--kernel-from", metavar="VARIABLE", help="environment variable that names the kernel")
    parser.add_argument("--compare-with", metavar="VARIABLE",
                        help="run on the kernel that this variable names too: its digest lines must be the same")
    parser.add_argument("--machine", default="pc")
    parser.add_argument("--memory", default="400M")
    parser.add_argument("--random", action="store_true",
                        help="set the root task's seed, count and first traced call (NEPTUNE_SEED, _COUNT, _TRACE)")
    parser.add_argument("--icount", action="store_true", help="rdtsc counts instructions")
    parser.add_argument("--timeout", type=float, default=150, help="seconds until a hang is given up")
    return parser.parse_args()


def with_random_parameters(root, folder):
    """A copy of the root task that has seed and count of the environment. Prints the seed."""
    seed = int(os.environ.get("NEPTUNE_SEED", "1"), 0)
    count = int(os.environ.get("NEPTUNE_COUNT", "20000"), 0)
    print(f"seed {seed}, count {count}", flush=True)
    with open(root, "rb") as file:
        image = bytearray(file.read())
    at = image.find(RANDOM_MARK)
    if at < 0:
        sys.exit(f"{root} takes no seed")
    trace = int(os.environ.get("NEPTUNE_TRACE", str(2**64 - 1)), 0)
    struct.pack_into("<QQQ", image, at + len(RANDOM_MARK), seed, count, trace)
    path = os.path.join(folder, "root")
    with open(path, "wb") as file:
        file.write(image)
    return path


def run(arguments, kernel, root):
    """Returns the exit status and the lines."""
    command = ["qemu-system-x86_64", "-accel", "tcg", "-M", arguments.machine, "-cpu", CPU, "-m", arguments.memory,
               "-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none", "-nodefaults",
               "-device", "edu", "-kernel", kernel, "-initrd", root]
    if arguments.icount:
        command += ["-icount", "shift=0,sleep=off"]
    machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    watchdog = threading.Timer(arguments.timeout, machine.kill)
    watchdog.start()
    status = 1
    lines = []
    try:
        for raw in machine.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            lines.append(line)
            # Test threads end by a fault that nobody hears of, which a debug kernel mentions.
            if not line.startswith("kernel: unhandled fault"):
                print(line, flush=True)
            if line.startswith(("kernel.abi: broken", "kernel: cannot boot", "kernel: panic")):
                break
            if summary := SUMMARY.match(line):
                status = 0 if int(summary[1]) > 0 and int(summary[2]) == 0 else 1
                break
        else:
            print("the machine stopped, or hung until the time-out, before the suite ended")
    finally:
        watchdog.cancel()
        machine.kill()
        machine.wait()
    return status, lines


def digests(lines):
    return [line for line in lines if line.startswith("digest ")]


def main():
    arguments = parse_arguments()
    kernel = arguments.kernel or os.environ.get(arguments.kernel_from or "", "")
    if not kernel:
        print(f"skipped: {arguments.kernel_from} names no kernel")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        root = with_random_parameters(arguments.root, folder) if arguments.random else arguments.root
        status, lines = run(arguments, kernel, root)
        peer = os.environ.get(arguments.compare_with or "", "")
        if arguments.compare_with and not peer:
            print(f"not compared: {arguments.compare_with} names no kernel")
        if peer and status == 0:
            print(f"the same on {os.path.basename(peer)}:", flush=True)
            status, peer_lines = run(arguments, peer, root)
            if digests(lines) != digests(peer_lines):
                print("the kernels answered differently")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
