#!/usr/bin/env python3
"""Boots the ABI suite on a kernel in QEMU and passes its lines on. Exit status: 0 all passed, 1 not, 77 nothing to run on."""

import argparse
import os
import re
import subprocess
import sys
import threading

SUMMARY = re.compile(r"kernel\.abi: (\d+) passed, (\d+) failed, (\d+) skipped")
CPU = "Nehalem,+fsgsbase,+pdpe1gb,+invtsc"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, help="root task (ELF64)")
    parser.add_argument("--kernel", help="kernel image")
    parser.add_argument("--kernel-from", metavar="VARIABLE", help="environment variable that names the kernel")
    parser.add_argument("--machine", default="pc")
    parser.add_argument("--memory", default="400M")
    parser.add_argument("--icount", action="store_true", help="rdtsc counts instructions")
    parser.add_argument("--timeout", type=float, default=150, help="seconds until a hang is given up")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    kernel = arguments.kernel or os.environ.get(arguments.kernel_from or "", "")
    if not kernel:
        print(f"skipped: {arguments.kernel_from} names no kernel")
        return 77
    command = ["qemu-system-x86_64", "-accel", "tcg", "-M", arguments.machine, "-cpu", CPU, "-m", arguments.memory,
               "-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none", "-nodefaults",
               "-kernel", kernel, "-initrd", arguments.root]
    if arguments.icount:
        command += ["-icount", "shift=0,sleep=off"]
    machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    watchdog = threading.Timer(arguments.timeout, machine.kill)
    watchdog.start()
    status = 1
    try:
        for raw in machine.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            print(line, flush=True)
            if line.startswith("kernel.abi: broken") or line.startswith("kernel: cannot boot"):
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
    return status


if __name__ == "__main__":
    sys.exit(main())
