"""Keyboard (through the console), mouse, second serial port and speaker through their drivers: nothing lost, in order.

NEPTUNE_COUNT sets how many keys and bytes (10,000 unless set).
"""

import re
import socket
import time

import case
import machine

COUNT = case.COUNT or 10_000
PROGRAM = machine.BUILD / "pe/device.exe"
KEYBOARD = "\\Device\\KeyboardClass0"
MOUSE = "\\Device\\PointerClass0"
PORT = "\\??\\COM2"
# QEMU keeps 16 bytes for a PS/2 device and drops what comes when they are full.
BATCH = 4


def checksum(data):
    """FNV-1a, 32 bits."""
    value = 2166136261
    for byte in data:
        value = (value ^ (byte & 0xFF)) * 16777619 & 0xFFFFFFFF
    return value


class Input(case.BootCase):
    @classmethod
    def prepare(cls):
        cls.new_image().add_program(PROGRAM)
        near, far = socket.socketpair()
        cls.port, cls.far = near, far
        far.set_inheritable(True)
        cls.options = {
            "extra": ["-chardev", f"socket,id=second,fd={far.fileno()}", "-serial", "chardev:second"],
            "pass_fds": (far.fileno(),),
        }

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.port.close()
        cls.far.close()

    def begin(self, command):
        """Starts the program and waits until it listens."""
        self.system.type(command + "\r")
        self.system.expect(r"ready\r?\n")

    def finish(self, count, data):
        match = self.system.expect(r"count (\d+) checksum (\d+)\r?\n", 600 * machine.SCALE)
        self.system.wait_prompt()
        self.assertEqual((int(match[1]), int(match[2])), (count, checksum(data)))

    def events(self, *events):
        self.system.monitor("input-send-event", events=list(events))

    def press(self, text):
        """Types on the PS/2 keyboard, a handful at a time; waits for the echo of each."""
        names = {" ": "spc", "\r": "ret"}
        for at in range(0, len(text), BATCH):
            batch = text[at : at + BATCH]
            for character in batch:
                for down in (True, False):
                    code = {"type": "qcode", "data": names.get(character, character)}
                    self.events({"type": "key", "data": {"down": down, "key": code}})
            if "\r" not in batch:
                self.system.expect(re.escape(batch))

    def test_keys(self):
        typed = 0
        while typed < COUNT:
            text = "".join(self.random.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(60))
            self.press(f"echo {text}")
            self.press("\r")
            self.system.expect("\n")
            self.system.wait_prompt()
            self.assertEqual(self.system.line.before.strip(), text)
            typed += len(text) + 6

    def test_keys_and_serial_line_alike(self):
        self.press("echo ab")
        self.system.type("cd")
        self.system.expect("cd")
        self.press("ef\r")
        self.system.expect("\n")
        self.system.wait_prompt()
        self.assertEqual(self.system.line.before.strip(), "abcdef")

    def test_restart(self):
        for service in ("i8042prt", "Beep"):
            self.assertEqual(self.shell(f"driver restart {service}"), [])
        self.shell("driver restart Serial")  # complains of the first port, which is the boot console's
        self.press("echo again\r")
        self.system.expect("\n")
        self.system.wait_prompt()
        self.assertEqual(self.system.line.before.strip(), "again")
        self.assert_says("device beep 440 20", "beep STATUS_SUCCESS")
        self.assert_says(f"device send {PORT} 16", "sent 16$")
        self.port.settimeout(machine.COMMAND_SECONDS)
        self.assertEqual(self.port.recv(16, socket.MSG_WAITALL), bytes(range(16)))
        self.begin(f"device moves {MOUSE} 1")
        self.events({"type": "rel", "data": {"axis": "x", "value": 3}})
        self.finish(1, [3, 0, 0])

    def test_lamps(self):
        for flags in (7, 4, 0):
            self.assert_says(f"device lamps {KEYBOARD} {flags}", f"lamps {flags}$")

    def test_mouse(self):
        expected = []
        count = 200
        self.begin(f"device moves {MOUSE} {count}")
        for at in range(count):
            x, y = 1 + at % 20, -(at % 13)
            self.events(
                {"type": "rel", "data": {"axis": "x", "value": x}}, {"type": "rel", "data": {"axis": "y", "value": y}}
            )
            expected += [x, y, 0]
            if at % 8 == 7 and at + 1 < count:
                self.system.expect(rf"at {at + 1}\r?\n")
            else:
                self.system.monitor("query-status")
                time.sleep(0.02)  # two moves that meet in QEMU become one
        self.finish(count, expected)

    def test_serial_in(self):
        data = bytes(self.random.randrange(256) for _ in range(10 * COUNT))
        self.begin(f"device bytes {PORT} {len(data)}")
        self.port.sendall(data)
        self.finish(len(data), data)

    def test_serial_out(self):
        self.system.type(f"device send {PORT} {COUNT}\r")
        data = b""
        self.port.settimeout(120 * machine.SCALE)
        while len(data) < COUNT:
            data += self.port.recv(65536)
        self.system.wait_prompt()
        self.assertEqual(data, bytes(at % 251 for at in range(COUNT)))

    def rules(self, command, rows):
        """The program's lines, a status each."""
        lines = [line.split(" (")[0] for line in self.shell(command)]
        self.assertEqual(lines, [f"{name} STATUS_{status}" for name, status in rows])

    def test_class_rules(self):
        self.rules(
            f"device rules-class {KEYBOARD} 0",
            [
                ("open", "SUCCESS"),
                ("odd-read", "BUFFER_TOO_SMALL"),
                ("write", "INVALID_DEVICE_REQUEST"),
                ("flush", "SUCCESS"),
                ("attributes", "SUCCESS"),
                ("short-attributes", "BUFFER_TOO_SMALL"),
                ("other-unit", "INVALID_PARAMETER"),
                ("other-lamps", "INVALID_PARAMETER"),
                ("unknown-code", "INVALID_DEVICE_REQUEST"),
                ("open-asynchronous", "SUCCESS"),
                ("read-waits", "PENDING"),
                ("cancel", "SUCCESS"),
                ("read-ends", "CANCELLED"),
            ],
        )

    def test_port_rules(self):
        self.rules(
            f"device rules-port {PORT} 0",
            [
                ("open", "SUCCESS"),
                ("second-open", "ACCESS_DENIED"),
                ("timeouts", "SUCCESS"),
                ("read-times-out", "TIMEOUT"),
                ("odd-speed", "INVALID_PARAMETER"),
                ("short", "BUFFER_TOO_SMALL"),
                ("unserved", "NOT_IMPLEMENTED"),
                ("unknown-code", "INVALID_PARAMETER"),
                ("open-asynchronous", "SUCCESS"),
                ("read-waits", "PENDING"),
                ("cancel", "SUCCESS"),
                ("read-ends", "CANCELLED"),
            ],
        )

    def test_beep(self):
        self.assert_says("device beep 440 20", "beep STATUS_SUCCESS")
        self.assert_says("device beep 1 20", "beep STATUS_INVALID_PARAMETER")


if __name__ == "__main__":
    case.main()
