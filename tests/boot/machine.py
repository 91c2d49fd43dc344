"""One QEMU with its serial line and its monitor: boots, waits for text, types."""

import json
import mmap
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect
import pexpect.fdpexpect

import screen

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/cli"))

import qemu  # noqa: E402  (the command line is the same as that of ./neptune run)

BUILD = Path(os.environ.get("NEPTUNE_BUILD", ROOT / "build/amd64-debug"))
IMAGES = BUILD / "images"
# A time-out only ends a hang: TCG on a loaded machine may be twenty times slower than on an idle one.
SCALE = float(os.environ.get("NEPTUNE_TIMEOUT_SCALE", "1"))
BOOT_SECONDS = 120 * SCALE
COMMAND_SECONDS = 60 * SCALE

COLUMNS = 80

_VT = r"(?:\x1b\[[0-9;?]*[@-~])*"
# The current directory and "> " at the start of a line, and nothing after it.
PROMPT = re.compile(rf"(?:^|[\r\n]){_VT}([A-Z]:\\[^\r\n>]*)> {_VT}$")


class Stopped(Exception):
    """The text that was waited for did not come; the message ends with the last lines of the serial line."""


class Machine:
    """A virtual machine from power-on to its end. Use it with `with`: it is killed at the end of the block."""

    def __init__(self, kernel=None, ntos=None, memory=qemu.MEMORY, extra=(), count=False, cpu=None, media=(), restart=False,
                 pass_fds=()):
        """Starts QEMU: with our images, with others, or from `media` (arguments). `count` loads the instruction counter (see
        instructions()); `restart` lets the machine start again when the guest resets it; `pass_fds` are for `extra`."""
        self.folder = Path(tempfile.mkdtemp(prefix="neptune-boot-"))
        serial, serial_far = socket.socketpair()
        monitor, monitor_far = socket.socketpair()
        arguments = [
            "-display", "none", "-nodefaults", "-vga", "std",
            "-chardev", f"socket,id=serial,fd={serial_far.fileno()},logfile={self.folder}/serial.log",
            "-serial", "chardev:serial",
            "-chardev", f"socket,id=monitor,fd={monitor_far.fileno()}",
            "-mon", "chardev=monitor,mode=control",
        ]  # fmt: skip
        if not restart:
            arguments.append("-no-reboot")
        if cpu:
            arguments += ["-cpu", cpu]
        self._counter = None
        if count:
            arguments += ["-plugin", f"{BUILD}/bin/icnt.so,out={self.folder}/count"]
        arguments += media
        kernel = None if media else kernel or IMAGES / "kernel"
        command = qemu.command(kernel, ntos or IMAGES / "ntos", memory, arguments + list(extra))
        self._errors = open(self.folder / "qemu.log", "wb")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            pass_fds=(serial_far.fileno(), monitor_far.fileno(), *pass_fds),
        )
        serial_far.close()
        monitor_far.close()
        self._serial = serial
        self._monitor = monitor.makefile("rw", encoding="utf-8", newline="\n")
        self._monitor_socket = monitor
        self._events = []
        monitor.settimeout(COMMAND_SECONDS)
        self.directory = ""  # what the latest prompt said
        self.line = pexpect.fdpexpect.fdspawn(
            serial, timeout=COMMAND_SECONDS, encoding="utf-8", codec_errors="replace", maxread=65536
        )
        self.line.delaybeforesend = None
        try:
            self.monitor("qmp_capabilities")  # events come only after it
        except Stopped:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends QEMU (this one only) and forgets the folder."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._serial.close()
        self._monitor_socket.close()
        self._errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What was written.

    def log(self):
        """Everything that came over the serial line so far, and what QEMU itself said."""
        text = (self.folder / "serial.log").read_text(encoding="utf-8", errors="replace")
        said = (self.folder / "qemu.log").read_text(encoding="utf-8", errors="replace")
        return text + (f"\n[QEMU] {said}" if said.strip() else "")

    def _failed(self, what, reason):
        last = "\n".join("    | " + line.strip() for line in screen.render(self.log())[-30:])
        return Stopped(f"waited for {what}: {reason}; the serial line ended with\n{last}")

    # Waiting and typing.

    def expect(self, pattern, seconds=COMMAND_SECONDS, what=None):
        """Waits for a regular expression; returns its match object."""
        try:
            self.line.expect(pattern, timeout=seconds)
        except pexpect.TIMEOUT:
            raise self._failed(what or repr(pattern), f"it did not come in {seconds:.0f} s") from None
        except (pexpect.EOF, OSError):
            raise self._failed(what or repr(pattern), f"QEMU ended ({self.process.poll()})") from None
        return self.line.match

    def wait_prompt(self, seconds=BOOT_SECONDS):
        """Waits for the shell's prompt; returns the current directory in it."""
        self.directory = self.expect(PROMPT, seconds, "the prompt").group(1)
        return self.directory

    def type(self, text):
        """Sends keys as they are."""
        self._serial.sendall(text.encode())

    def run(self, command, seconds=COMMAND_SECONDS):
        """Types a command, waits for the next prompt; returns the lines that were printed in between."""
        self.type(command + "\r")
        # The echo ends with as many line feeds as it has rows: the line editor wraps by itself.
        for _ in range(max(1, -(-(len(self.directory) + 2 + len(command)) // COLUMNS))):
            self.expect("\n", seconds, f"the echo of {command!r}")
        self.wait_prompt(seconds)
        lines = screen.render(self.line.before)
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def wait_end(self, seconds=COMMAND_SECONDS):
        """Waits until QEMU ends by itself (the guest powered off or reset); returns its exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise self._failed("the end of QEMU", f"it still runs after {seconds:.0f} s") from None

    # The monitor.

    def monitor(self, command, **arguments):
        """Runs a QMP command; returns its answer."""
        self._monitor.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._monitor.flush()
        while True:
            try:
                line = self._monitor.readline()
            except ConnectionError:
                line = ""
            if not line:
                raise Stopped(f"QEMU ended with {self.process.wait()}: {self.log()}")
            answer = json.loads(line)
            if "error" in answer:
                raise Stopped(f"QEMU's monitor: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
            self._events.append(answer)

    def end_reason(self):
        """Why QEMU ended: "guest-shutdown", "guest-reset" ... (after wait_end())."""
        try:
            for line in self._monitor:
                self._events.append(json.loads(line))
        except ConnectionError:
            pass  # QEMU ended without reading all we sent
        reasons = [event["data"]["reason"] for event in self._events if event.get("event") == "SHUTDOWN"]
        return reasons[0] if reasons else None

    def human(self, line):
        """Runs a command of the human monitor; returns its text."""
        return self.monitor("human-monitor-command", **{"command-line": line})

    def send_keys(self, *names):
        """Presses keys of the PS/2 keyboard, one after the other ("a", "ret", "shift-a")."""
        for name in names:
            self.human(f"sendkey {name}")

    def physical_memory(self, address, size):
        """Bytes of the guest's physical memory."""
        path = self.folder / "memory"
        self.monitor("pmemsave", val=address, size=size, filename=str(path))
        return path.read_bytes()

    def text_screen(self):
        """The 25 lines of the VGA text screen."""
        cells = self.physical_memory(0xB8000, 80 * 25 * 2)
        characters = cells[0::2].decode("cp437")
        return [characters[line * 80 : line * 80 + 80].rstrip(" \0") for line in range(25)]

    def screenshot(self):
        """(width, height, RGB bytes) of the VGA output."""
        path = self.folder / "screen.ppm"
        self.monitor("screendump", filename=str(path))
        data = path.read_bytes()
        header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        width, height = int(header.group(1)), int(header.group(2))
        return width, height, data[header.end() :]

    # Figures.

    def instructions(self):
        """Guest instructions since power-on (needs count=True)."""
        if self._counter is None:
            with open(self.folder / "count", "rb") as file:
                self._counter = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)
        return struct.unpack("<Q", self._counter[:8])[0]


def until(condition, seconds=COMMAND_SECONDS):
    """Polls `condition` until it is true; returns its value, or the last one after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.1)
