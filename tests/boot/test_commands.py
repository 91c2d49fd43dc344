"""Every command of the shell, typed; answers depend on what this run put into the machine."""

import re
import time

import case
import machine

class Commands(case.BootCase):
    @classmethod
    def prepare(cls):
        source = cls.random
        image = cls.new_image()
        name = lambda: case.random_name(source, 10)  # noqa: E731
        # A file of a random name and contents, larger than one read of the shell.
        cls.file = f"{name()}.txt"
        cls.lines = [f"{number} {name()} {source.randrange(1 << 40)}" for number in range(1200)]
        cls.contents = ("\n".join(cls.lines) + "\n").encode()
        image.add(f"{cls.file}", cls.contents)
        cls.folder = name()
        cls.inner = f"{name()}.dat"
        image.add(f"{cls.folder}/{cls.inner}", b"no line feed at the end")
        image.add(f"{cls.folder}/empty.txt", b"")
        # A program of a random name: the shell itself, so that it stays while other commands are typed at it.
        cls.program = name()
        image.add(f"Programs/{cls.program}.exe", image.files[image.path_of("System32/ntcmd.exe")])
        # The boot hive, changed by hivex.
        cls.key = name().capitalize()
        cls.values = {name(): f"{name()} {name()}", name(): source.randrange(1 << 32)}
        case.set_hive_values(image, cls.key, cls.values)

    def processes(self):
        """lp: process id -> (parent, name)."""
        lines = self.shell("lp")
        self.assertRegex(lines[0], r"^ +PID +Parent .* Name$")
        found = {}
        for line in lines[1:]:
            match = re.match(r" *(\d+) +(\d+) +(\d+) +(\d+) +([\d,]+) +([\d,]+) +(\d+:\d\d:\d\d\.\d{3}) (.+)$", line)
            self.assertIsNotNone(match, line)
            self.assertGreater(int(match.group(3)), 0, "threads: " + line)
            found[int(match.group(1))] = (int(match.group(2)), match.group(8))
        return found

    def test_help(self):
        lines = self.shell("help")
        names = {line.split()[0] for line in lines[:-1]}
        wanted = "help ver dir cd pwd type echo cls set lp lm obj sysinfo devtree driver reg shutdown reboot exit"
        self.assertEqual(names, set(wanted.split()))
        for command in wanted.split():
            self.assert_says(f"help {command}", rf"^{command}\b")
        self.assert_one_line("help nothing", r"help: STATUS_NOT_FOUND \(0xC0000225\) nothing")

    def test_ver(self):
        self.assert_one_line("ver", r"Neptune OS \[Version 10\.0\.19041\]")

    def test_echo(self):
        word = case.random_name(self.random)
        self.assertEqual(self.shell(f"echo {word}  two  spaces"), [f"{word}  two  spaces"])

    def test_dir(self):
        lines = self.assert_says("dir", r"^ Directory of X:\\$", rf" {len(self.contents):,} {re.escape(self.file)}$")
        self.find(lines, rf"<DIR> +{self.folder}$")
        self.find(lines, r"<DIR> +System32$")
        lines = self.shell(f"dir {self.folder}")
        self.find(lines, rf" 23 {re.escape(self.inner)}$")
        self.find(lines, r" 0 empty\.txt$")
        self.find(lines, r"2 File\(s\) +23 bytes$")
        lines = self.assert_says(f"dir {self.folder}\\*.dat", re.escape(self.inner))
        self.assertFalse([line for line in lines if "empty.txt" in line])
        self.assert_says(f"dir {self.file.upper()}", re.escape(self.file))
        self.assert_says("dir nothing.here", r"^dir: STATUS_(OBJECT_NAME_NOT_FOUND|NO_SUCH_FILE) .* nothing\.here$")
        self.assert_says("dir *.nothing", r"^dir: STATUS_NO_SUCH_FILE ")

    def test_cd_and_pwd(self):
        self.shell(f"cd {self.folder}")
        self.assertEqual(self.system.directory, f"X:\\{self.folder}")
        self.assertEqual(self.shell("pwd"), [f"X:\\{self.folder}"])
        self.assertEqual(self.shell(f"type {self.inner}"), ["no line feed at the end"])
        self.shell("cd ..")
        self.assertEqual(self.system.directory, "X:\\")
        self.shell("cd \\System32\\config\\..")
        self.assertEqual(self.system.directory.casefold(), "x:\\system32")
        self.shell("cd X:\\")
        self.assert_says(f"cd {self.file}", r"^cd: STATUS_(NOT_A_DIRECTORY|OBJECT_NAME_INVALID) ")
        self.assert_says("cd nowhere", r"^cd: STATUS_OBJECT_(NAME|PATH)_NOT_FOUND .* nowhere$")
        self.assertEqual(self.system.directory, "X:\\")

    def test_type(self):
        self.assertEqual(self.shell(f"type {self.file}"), self.lines)
        self.assertEqual(self.shell(f"type {self.folder}\\empty.txt"), [])
        self.assert_one_line("type no.such", r"type: STATUS_OBJECT_NAME_NOT_FOUND \(0xC0000034\) no\.such")
        self.assert_one_line("type no\\such", r"type: STATUS_OBJECT_PATH_NOT_FOUND \(0xC000003A\) no\\such")
        self.assert_one_line("type System32", r"type: STATUS_FILE_IS_A_DIRECTORY \(0xC00000BA\) System32")

    def test_cls(self):
        self.shell("ver")
        self.shell("cls")
        rows = machine.until(lambda: self.blank_but_prompt(), 10)
        self.assertTrue(rows, self.system.text_screen())

    def blank_but_prompt(self):
        screen = self.system.text_screen()
        return screen[0] == "X:\\>" and not any(screen[1:])

    def test_set(self):
        name, value = case.random_name(self.random).upper(), case.random_name(self.random)
        self.assertEqual(self.shell(f"set {name}={value} and more"), [])
        self.assertEqual(self.shell(f"set {name[:6]}"), [f"{name}={value} and more"])
        self.assertEqual(self.shell(f"echo <%{name}%>"), [f"<{value} and more>"])
        # A program inherits it.
        self.assertEqual(self.shell(f"ntcmd /c set {name[:6]}"), [f"{name}={value} and more"])
        self.assertEqual(self.shell(f"set {name}="), [])
        self.assert_says(f"set {name}", r"^set: STATUS_VARIABLE_NOT_FOUND ")

    def test_lp_lm_and_sysinfo(self):
        before = self.processes()
        names = [name for _, name in before.values()]
        self.assertIn("smss.exe", names)
        self.assertEqual(names.count("ntcmd.exe"), 1)
        count = self.number("Processes")
        self.assertEqual(count, len(before))
        memory = self.number("Memory total")
        self.assertTrue(0.8 * 400 * 1024 < memory <= 400 * 1024, memory)
        free = self.number("Memory free")

        # The shell of the random name runs as its child, until exit.
        self.shell(self.program)
        during = self.processes()
        (new,) = set(during) - set(before)
        parent, name = during[new]
        self.assertEqual(name, f"{self.program}.exe")
        self.assertEqual(during[parent][1], "ntcmd.exe")
        self.assertEqual(self.number("Processes"), count + 1)
        self.assertLess(self.number("Memory free"), free)

        modules = self.modules("lm")
        self.assertEqual(set(modules), {f"{self.program}.exe", "ntdll.dll"})
        self.assertEqual(modules["ntdll.dll"][0], 0x7FF800000000)
        smss = next(number for number, (_, name) in during.items() if name == "smss.exe")
        self.assertEqual(set(self.modules(f"lm {smss}")), {"smss.exe", "ntdll.dll"})

        self.assertEqual(self.shell("exit 7"), ["exit status 0x00000007"])
        self.assertEqual(self.processes().keys(), before.keys())
        self.assert_says("lm 999996", r"^lm: STATUS_INVALID_CID ")

    def number(self, label):
        """A number that sysinfo prints."""
        return int(self.find(self.shell("sysinfo"), rf"^{label} +([\d,]+)").group(1).replace(",", ""))

    def modules(self, command):
        """lm: name -> (base, size)."""
        lines = self.shell(command)
        self.assertRegex(lines[0], r"^Base +Size +Name$")
        found = {}
        for line in lines[1:]:
            match = re.match(r"0x([0-9a-f]{16}) 0x([0-9a-f]{8}) .*?([^\\]+)$", line)
            self.assertIsNotNone(match, line)
            base, size = int(match.group(1), 16), int(match.group(2), 16)
            self.assertTrue(base % 0x10000 == 0 and size % 0x1000 == 0 and size > 0, line)
            found[match.group(3)] = (base, size)
        return found

    def test_sysinfo_time(self):
        clock = r"^Time \(UTC\) +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$"
        uptime = r"^Uptime +(\d+):(\d\d):(\d\d)\.(\d{3})$"

        def read():
            lines = self.shell("sysinfo")
            hours, minutes, seconds, thousandths = map(int, self.find(lines, uptime).groups())
            stamp = time.strptime(self.find(lines, clock).group(1), "%Y-%m-%d %H:%M:%S")
            return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths, time.mktime(stamp)

        first, second = read(), read()
        self.assertGreater(second[0], first[0])
        self.assertGreaterEqual(second[1], first[1])

    def test_obj(self):
        root = self.assert_says("obj", r"^Directory +Device$", r"^Directory +GLOBAL\?\?$", r"^\d+ objects in \\$")
        self.find(root, r"^SymbolicLink +SystemRoot -> ")
        self.assert_says("obj \\??", r"^SymbolicLink +X: -> \\Device\\BootVolume$")
        self.assert_says("obj \\Device", r"^Device +Console$", r"^Device +BootVolume$")
        self.assert_says("obj \\SystemRoot", r"^SymbolicLink +\\SystemRoot -> \\")
        self.assert_says("obj \\Nowhere", r"^obj: STATUS_OBJECT_NAME_NOT_FOUND ")
        self.assert_says("obj Device", r"^obj: STATUS_OBJECT_PATH_SYNTAX_BAD ")
        self.assert_says("obj \\Device\\Console", r"^obj: STATUS_OBJECT_TYPE_MISMATCH ")

    def test_reg_query(self):
        lines = self.shell(f"reg query HKLM\\SYSTEM\\{self.key}")
        self.find(lines, rf"^HKEY_LOCAL_MACHINE\\SYSTEM\\{self.key}$")
        for name, value in self.values.items():
            kind, shown = ("REG_SZ", value) if isinstance(value, str) else ("REG_DWORD", f"0x{value:x}")
            self.find(lines, rf"^    {name}    {kind}    {shown}$")
            one = self.shell(f"reg query \\Registry\\Machine\\system\\{self.key.upper()} /v {name.upper()}")
            self.assertEqual(one[-1].split()[2:], shown.split())
        self.assert_says("reg query HKLM\\SYSTEM", rf"\\{self.key}$")
        self.assert_says("reg query HKLM\\SYSTEM /s", rf"\\{self.key}$", r"Session Manager$")
        self.assert_says("reg query HKLM\\SYSTEM\\CurrentControlSet", r"\\Control$")
        self.assert_says(f"reg query HKLM\\SYSTEM\\{self.key} /v nothing", r"^reg: STATUS_OBJECT_NAME_NOT_FOUND ")
        self.assert_says("reg query HKLM\\Nowhere", r"^reg: STATUS_OBJECT_NAME_NOT_FOUND ")
        self.assert_says("reg query Nowhere", r"^reg: STATUS_OBJECT_PATH_SYNTAX_BAD ")
        self.assert_says("reg delete HKLM\\SYSTEM", r"^usage: reg ")

    def test_wrong_words(self):
        missing = r"STATUS_OBJECT_NAME_NOT_FOUND \(0xC0000034\)"
        word = case.random_name(self.random)
        self.assert_one_line(word, rf"{word}: {missing}")
        # No command by the beginning of its name.
        for word in ("exi", "exitx", "d", "he", "reg.query"):
            self.assert_one_line(word, rf"{re.escape(word)}: {missing}|{re.escape(word)}: STATUS_\w+ \(0x\w+\)")
        for command in ("ver", "pwd", "cls", "lp", "sysinfo", "shutdown", "reboot"):
            self.assert_says(f"{command} too much", rf"^usage: {command}")
        for wrong in ("cd a b", "dir a b", "type", "lm x", "lm 1 2", "obj a b", "reg", "exit x", "help a b", "set =x"):
            self.assert_says(wrong, rf"^usage: {wrong.split()[0]}")
        self.assertEqual(self.shell(""), [])
        self.assertEqual(self.shell("   "), [])
        self.assertEqual(self.shell("ECHO still here"), ["still here"])

class Editing(case.BootCase):
    def keys(self, text):
        """Types keys and Enter; returns what the shell answered."""
        self.system.type(text + "\r")
        self.system.expect("\n")
        self.system.wait_prompt()
        return [line for line in machine.screen.render(self.system.line.before) if line]

    def test_cursor_keys(self):
        left, right, home, end, delete = "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F", "\x1b[3~"
        self.assertEqual(self.keys(f"echo abd{left}c"), ["abcd"])
        self.assertEqual(self.keys(f"cho xy{home}e{end}z"), ["xyz"])
        self.assertEqual(self.keys(f"echo 1234{left}{left}{left}{right}{delete}x"), ["12x4"])
        self.assertEqual(self.keys("echo wrong\x7f\x7f\x7f\x7f\x7fright"), ["right"])
        self.assertEqual(self.keys("\x1b[D\x1b[D\x7fecho safe"), ["safe"])

    def test_history(self):
        up, down = "\x1b[A", "\x1b[B"
        word = case.random_name(self.random)
        self.assertEqual(self.keys(f"echo one {word}"), [f"one {word}"])
        self.assertEqual(self.keys(f"echo two {word}"), [f"two {word}"])
        self.assertEqual(self.keys(f"{up}{up}"), [f"one {word}"])
        self.assertEqual(self.keys(f"{up}{up}{down}!"), [f"one {word}!"])

    def test_interrupt_drops_the_line(self):
        self.system.type("echo never\x03")
        self.system.expect("\n")
        self.system.wait_prompt()
        self.assertEqual(self.keys("echo after"), ["after"])

    def test_completion(self):
        self.assertEqual(self.keys("cd Prog\t"), [])
        self.assertEqual(self.system.directory, "X:\\Programs")
        self.shell("cd \\")

    def test_long_line(self):
        text = " ".join(case.random_name(self.random) for _ in range(40))
        self.assertEqual(self.shell(f"echo {text}"), [text])

    def test_fast_typing_loses_nothing(self):
        words = [case.random_name(self.random) for _ in range(60)]
        self.system.type("".join(f"echo {word}\r" for word in words))
        for word in words:
            self.system.expect(rf"\n{word}\r\n")
        self.system.wait_prompt()

if __name__ == "__main__":
    case.main()
