"""The system as a whole: first prompt, shell restart, reboot, shutdown, idle, small memory, VGA."""

import time
import unittest

import case
import machine


class Prompt(case.BootCase):
    def test_prompt(self):
        self.assertEqual(self.start, "X:\\")
        word = case.random_name(self.random)
        self.assertEqual(self.shell(f"echo {word}"), [word])


class Shell(case.BootCase):
    def test_exit_starts_a_new_shell(self):
        def process():
            return int(self.find(self.shell("lp"), r"^ *(\d+) .* ntcmd\.exe$").group(1))

        first = process()
        self.shell("set LEFT=behind")
        lines = self.shell("exit 3")
        self.find(lines, r"^smss: the shell ended with .*0x00000003")
        self.assertEqual(self.system.directory, "X:\\")
        self.assertNotEqual(process(), first)
        self.assertEqual(self.shell("echo %LEFT%"), ["%LEFT%"])

    def test_again_and_again(self):
        # Five ends in ten seconds make smss pause, but it never gives up.
        for _ in range(7):
            self.shell("exit", 120 * machine.SCALE)
        self.assertEqual(self.shell("echo alive"), ["alive"])


class Power(case.BootCase):
    def end(self, command):
        self.system.type(f"{command}\r")
        status = self.system.wait_end()
        reason = self.system.end_reason()
        type(self).halt()
        self.assertEqual(status, 0)
        return reason

    def test_shutdown(self):
        self.assertEqual(self.end("shutdown"), "guest-shutdown")

    def test_reboot(self):
        self.assertEqual(self.end("reboot"), "guest-reset")


class Reboot(case.BootCase):
    def test_the_system_starts_again(self):
        with machine.Machine(self.kernel, restart=True) as system:
            system.wait_prompt()
            system.type("reboot\r")
            system.expect("reboot")
            self.assertEqual(system.wait_prompt(), "X:\\")
            self.assertIn("alive", system.run("echo alive"))


class Idle(case.BootCase):
    options = {"count": True}
    # Far above the aim (0.01 M a second), far below a spinning processor (hundreds of millions).
    MOST = 1_000_000

    def test_idle_at_the_prompt(self):
        time.sleep(2)
        before = self.system.instructions()
        time.sleep(5)
        self.assertLess(self.system.instructions() - before, 5 * self.MOST)


class Memory(case.BootCase):
    options = {"memory": "32M"}

    def test_small_memory(self):
        word = case.random_name(self.random)
        self.assertEqual(self.shell(f"echo {word}"), [word])
        self.find(self.shell("lp"), r" ntcmd\.exe$")


class Vga(case.BootCase):
    def test_text_is_on_the_screen(self):
        word = case.random_name(self.random)
        self.shell(f"echo {word}")
        screen = machine.until(lambda: self.shows(word), 10)
        self.assertTrue(screen, self.system.text_screen())

    def shows(self, word):
        rows = [row for row in self.system.text_screen() if row]
        return rows[-3:] == [f"X:\\> echo {word}", word, "X:\\>"] and rows

    def test_the_picture_shows_the_text(self):
        # The pixels are checked against the text memory without knowing the font: the same character in the same colours
        # has the same picture, blanks are plain, and different characters differ.
        alphabet = "abcdefghijklmnopqrstuvwxyz"
        self.shell(f"echo {alphabet}")
        # The screen follows the serial line a moment later.
        self.assertTrue(machine.until(lambda: self.shows(alphabet), 10), self.system.text_screen())
        width, height, pixels = self.system.screenshot()
        cells = self.system.physical_memory(0xB8000, 80 * 25 * 2)
        cell_width, cell_height = width // 80, height // 25
        self.assertEqual((cell_width in (8, 9), cell_height), (True, 16))
        pictures = {}
        for index in range(80 * 24):
            row, column = divmod(index, 80)
            rows = []
            for y in range(row * cell_height, (row + 1) * cell_height):
                start = (y * width + column * cell_width) * 3
                rows.append(pixels[start : start + cell_width * 3])
            pictures.setdefault((cells[index * 2], cells[index * 2 + 1]), set()).add(b"".join(rows))
        letters = set()
        for (character, _), variants in pictures.items():
            # The cursor blinks in one cell, so one more picture is allowed.
            self.assertLessEqual(len(variants), 2, chr(character))
            if chr(character) in alphabet:
                letters |= variants
        self.assertGreaterEqual(len(letters), len(alphabet))


class Repeat(unittest.TestCase):
    def test_boots(self):
        for _ in range(case.COUNT or 3):
            with machine.Machine(case.BootCase.kernel) as system:
                self.assertEqual(system.wait_prompt(), "X:\\")
                self.assertEqual(system.run("echo alive"), ["alive"])


if __name__ == "__main__":
    case.main()
