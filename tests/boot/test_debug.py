"""The gdb script of ./neptune debug: symbols of kernel, Executive, ntdll and a program, each stopped at once on the way up."""

import re
import subprocess
import unittest
from types import SimpleNamespace

import case
import machine  # also makes tools/cli importable

import command_debug

# Where to stop, in the order of the boot, and the folder that gdb must name as the source of the function.
STOPS = (
    ("BootMain", "kernel/"),
    ("ExecutiveMain", "executive/"),
    ("LdrpInitialize", "ntdll/"),
    ("NtProcessStartup", "base/"),
)


class Debug(unittest.TestCase):
    def test_symbols(self):
        port = command_debug.free_port()
        script = command_debug.script_text(SimpleNamespace(directory=machine.BUILD), port)
        for function, folder in STOPS:
            if folder == "base/":
                script += "program smss\n"  # programs share their addresses
            script += f"tbreak {function}\ncontinue\ninfo symbol $pc\nframe\n"
        script += "kill\n"
        with machine.Machine(extra=["-S", "-gdb", f"tcp:localhost:{port}"]) as system:
            path = system.folder / "debug.gdb"
            path.write_text(script, encoding="utf-8")
            done = subprocess.run(
                ["gdb", "-q", "-batch", "-nx", "-x", path], capture_output=True, text=True, timeout=300, check=False
            )
        text = done.stdout + done.stderr
        for function, folder in STOPS:
            with self.subTest(function=function):
                self.assertRegex(text, rf"Temporary breakpoint \d+(\.\d+)?, .*{re.escape(function)}")
                self.assertRegex(text, rf"{re.escape(function)}[^\n]*\n?[^\n]* at (?:\./)?{folder}")


if __name__ == "__main__":
    case.main()
