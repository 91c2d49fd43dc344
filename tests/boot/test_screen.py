"""Tests of the harness's own terminal and prompt pattern (no QEMU)."""

import unittest

import machine
import screen


class Screen(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(screen.render("a\r\nb\r\n"), ["a", "b", ""])

    def test_editing(self):
        self.assertEqual(screen.render("hallo\b\b\b\be\x1b[3C!"), ["hello!"])
        self.assertEqual(screen.render("abc\r\x1b[Kd"), ["d"])
        self.assertEqual(screen.render("abcd\x1b[2D\x1b[P"), ["abd"])
        self.assertEqual(screen.render("one\r\ntwo\x1b[A\rO"), ["One", "two"])
        self.assertEqual(screen.render("one\r\ntwo\x1b[2J\x1b[Hnew"), ["new", ""])
        self.assertEqual(screen.render("abcdef", width=4), ["abcd", "ef"])

    def test_prompt(self):
        for text, directory in (
            ("\r\nX:\\> ", "X:\\"),
            ("hello\r\n\x1b[KX:\\System32> ", "X:\\System32"),
            ("\r\nC:\\a b\\c> \x1b[K", "C:\\a b\\c"),
        ):
            self.assertEqual(machine.PROMPT.search(text).group(1), directory)
        for text in ("\r\nX:\\> d", "say X:\\> ", "\r\nX:\\>", "\r\n> "):
            self.assertIsNone(machine.PROMPT.search(text))


if __name__ == "__main__":
    unittest.main()
