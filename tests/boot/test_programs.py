"""Programs: arguments, exit status, exceptions, hostile calls, damaged images. After each the shell goes on."""

import re

import case
import machine
from pe import Pe

PE_PROBE = machine.BUILD / "pe/probe.exe"


def bad_images(good):
    """Name -> (image, the status that starting it must give)."""
    invalid = "STATUS_INVALID_IMAGE_FORMAT"
    return {
        "empty": (b"", "STATUS_INVALID_FILE_FOR_SECTION"),
        "text": (b"this is not a program\r\n" * 300, "STATUS_INVALID_IMAGE_NOT_MZ"),
        "cut100": (good[:100], "STATUS_INVALID_FILE_FOR_SECTION|STATUS_INVALID_IMAGE_\\w+"),
        "cut600": (good[: 0x1000 - 600], invalid + "|STATUS_INVALID_FILE_FOR_SECTION"),
        "cutdata": (good[: len(good) // 2], invalid),
        "i386": (Pe(good).machine(0x14C).bytes(), invalid + "|STATUS_INVALID_IMAGE_WIN_32"),
        "arm64": (Pe(good).machine(0xAA64).bytes(), invalid + "|STATUS_IMAGE_MACHINE_TYPE_MISMATCH"),
        "hugesize": (Pe(good).section(0, 8, 0x7FFFFFFF).bytes(), invalid),
        "hugeraw": (Pe(good).section(0, 16, 0xFFFFF000).bytes(), invalid),
        "overlap": (Pe(good).section(1, 12, 0x1000).bytes(), invalid),
        "entry": (Pe(good).optional(56, "I", 0xFFFFF000).bytes(), invalid),
        "missingdll": (Pe(good).replace(b"ntdll.dll\0", b"nodll.dll\0").bytes(), "STATUS_DLL_NOT_FOUND"),
        "missingexport": (
            Pe(good).replace(b"\0NtQuerySystemTime\0", b"\0NtQuerySystemTimX\0").bytes(),
            "STATUS_ENTRYPOINT_NOT_FOUND",
        ),
    }


class Programs(case.BootCase):
    @classmethod
    def prepare(cls):
        image = cls.new_image()
        image.add_program(PE_PROBE)
        cls.bad = bad_images(image.files["Programs/probe.exe"])
        for name, (data, _) in cls.bad.items():
            image.add(f"Programs/bad-{name}.exe", data)

    def test_arguments(self):
        word = case.random_name(self.random)
        self.assertEqual(
            self.shell(f'probe args {word} "two words" a\\"b c:\\dir\\ ""')[1:],
            ["[args]", f"[{word}]", "[two words]", '[a"b]', "[c:\\dir\\]", "[]"],
        )

    def test_found_in_programs_or_by_path(self):
        self.assertEqual(self.shell("X:\\Programs\\probe.exe args 1")[-1], "[1]")
        self.assertEqual(self.shell("Programs\\probe args 2")[-1], "[2]")
        self.shell("cd Programs")
        self.assertEqual(self.shell(".\\PROBE.EXE args 3")[-1], "[3]")

    def test_exit_status(self):
        number = self.random.randrange(1, 1 << 31)
        self.assertEqual(self.shell("probe exit 0"), [])
        self.assert_one_line(f"probe exit {number}", f"exit status 0x{number:08X}.*")
        self.assert_one_line("probe exit 0xC0000022", r"exit status 0xC0000022 STATUS_ACCESS_DENIED")
        self.assertEqual(self.shell("echo %ERRORLEVEL%"), [str(0xC0000022 - (1 << 32))])

    def test_unhandled_exceptions_end_the_program_only(self):
        for kind, status in {
            "read": "STATUS_ACCESS_VIOLATION",
            "write": "STATUS_ACCESS_VIOLATION",
            "execute": "STATUS_ACCESS_VIOLATION",
            "kernelhalf": "STATUS_ACCESS_VIOLATION",
            "noncanonical": "STATUS_ACCESS_VIOLATION",
            "divide": "STATUS_INTEGER_DIVIDE_BY_ZERO",
            "illegal": "STATUS_ILLEGAL_INSTRUCTION",
            "breakpoint": "STATUS_BREAKPOINT",
            "privileged": "STATUS_PRIVILEGED_INSTRUCTION",
            "stack": "STATUS_STACK_OVERFLOW",
        }.items():
            with self.subTest(kind=kind):
                lines = self.shell(f"probe fault {kind}")
                self.assertRegex(lines[-1], rf"^exit status 0x[0-9A-F]{{8}} {status}$")
                # The exception is named on the console.
                self.find(lines[:-1], rf"probe\.exe.*{status}|{status}.*probe\.exe")
        self.assertEqual(self.shell("echo alive"), ["alive"])

    def test_handled_exceptions(self):
        for kind, answer in {
            "read": r"STATUS_ACCESS_VIOLATION \(0xC0000005\) 0x0 0x12340008",
            "write": r"STATUS_ACCESS_VIOLATION \(0xC0000005\) 0x1 0x12340010",
            "execute": r"STATUS_ACCESS_VIOLATION \(0xC0000005\) 0x[08] 0x12340000",
            "kernelhalf": r"STATUS_ACCESS_VIOLATION \(0xC0000005\) 0x0 0xFFFF800000000000",
            "noncanonical": r"STATUS_ACCESS_VIOLATION \(0xC0000005\) 0x0 0xFFFFFFFFFFFFFFFF",
            "divide": r"STATUS_INTEGER_DIVIDE_BY_ZERO \(0xC0000094\)",
            "illegal": r"STATUS_ILLEGAL_INSTRUCTION \(0xC000001D\)",
            "breakpoint": r"STATUS_BREAKPOINT \(0x80000003\)( 0x0)?",
            "privileged": r"STATUS_PRIVILEGED_INSTRUCTION \(0xC0000096\)",
            "raise": r"0xE0001234 0x2A",
        }.items():
            with self.subTest(kind=kind):
                self.assert_one_line(f"probe catch {kind}", rf"caught {answer}")

    def test_hostile_calls(self):
        lines = self.shell("probe calls")
        answers = dict(re.match(r"(\S+) (\S+)", line).groups() for line in lines)
        wanted = {
            "close-null": "STATUS_INVALID_HANDLE",
            "close-bad": "STATUS_INVALID_HANDLE",
            "close-huge": "STATUS_INVALID_HANDLE",
            "set-bad": "STATUS_INVALID_HANDLE",
            "set-process": "STATUS_OBJECT_TYPE_MISMATCH",
            "create-query-only": "STATUS_SUCCESS",
            "set-without-right": "STATUS_ACCESS_DENIED",
            "close-event": "STATUS_SUCCESS",
            "close-twice": "STATUS_INVALID_HANDLE",
            "time-null": "STATUS_ACCESS_VIOLATION",
            "time-unmapped": "STATUS_ACCESS_VIOLATION",
            "time-kernel": "STATUS_ACCESS_VIOLATION",
            "time-noncanonical": "STATUS_ACCESS_VIOLATION",
            "time-top": "STATUS_ACCESS_VIOLATION",
            "time-wrap": "STATUS_ACCESS_VIOLATION|STATUS_DATATYPE_MISALIGNMENT",
            "time-misaligned": "STATUS_DATATYPE_MISALIGNMENT|STATUS_SUCCESS",
            "time-read-only": "STATUS_ACCESS_VIOLATION",
            "event-attributes-unmapped": "STATUS_ACCESS_VIOLATION",
            "event-attributes-kernel": "STATUS_ACCESS_VIOLATION",
            "event-type": "STATUS_INVALID_PARAMETER",
            "open-missing": "STATUS_OBJECT_PATH_NOT_FOUND",
            "open-relative": "STATUS_OBJECT_PATH_SYNTAX_BAD",
            "open-odd-length": "STATUS_OBJECT_NAME_INVALID",
            "open-name-unmapped": "STATUS_ACCESS_VIOLATION",
            "open-name-kernel": "STATUS_ACCESS_VIOLATION",
            "open-longest": "STATUS_OBJECT_(PATH|NAME)_NOT_FOUND|STATUS_OBJECT_NAME_INVALID",
            "service-unknown": "STATUS_INVALID_SYSTEM_SERVICE",
            "service-last": "STATUS_INVALID_SYSTEM_SERVICE",
            "allocate-nothing": "STATUS_INVALID_PARAMETER_4",
            "allocate-all": "STATUS_NO_MEMORY|STATUS_INVALID_PARAMETER_4|STATUS_COMMITMENT_LIMIT",
            "allocate-protection": "STATUS_INVALID_PAGE_PROTECTION",
            "wait-none": "STATUS_INVALID_PARAMETER_1",
            "wait-65": "STATUS_INVALID_PARAMETER_1",
            "wait-timeout": "STATUS_TIMEOUT",
        }
        self.assertEqual(answers.keys(), wanted.keys())
        for name, status in wanted.items():
            with self.subTest(call=name):
                self.assertRegex(answers[name], f"^(?:{status})$")

    def test_time_passes(self):
        lines = self.shell("probe times")
        times = [[int(number) for number in re.findall(r"\d+", line)] for line in lines if line.startswith("time")]
        self.assertEqual(lines.count("delay STATUS_SUCCESS (0x00000000)"), 2)
        (first, second) = times
        self.assertGreaterEqual(second[0] - first[0], 100_0000)  # of 100 ns: at least the delay
        self.assertGreaterEqual((second[1] - first[1]) * 10_000_000 // first[2], 100_0000)

    def test_damaged_images_are_refused(self):
        for name, (_, status) in self.bad.items():
            with self.subTest(image=name):
                lines = self.shell(f"bad-{name}")
                self.assertRegex(
                    lines[-1], rf"^bad-{name}: ({status}) \(0x[0-9A-F]{{8}}\)$|^exit status 0x[0-9A-F]{{8}} ({status})$"
                )
        self.assertEqual(self.shell("echo alive"), ["alive"])

    def test_many_programs_leave_nothing(self):
        self.shell("probe exit 0")
        before = self.free_memory()
        for _ in range(case.COUNT or 20):
            self.shell("probe exit 0")
        self.assertGreaterEqual(self.free_memory(), before - 64)

    def test_much_memory(self):
        # What the first use makes (tables, records of frames) stays for the next.
        self.assertEqual(self.shell("probe memory 200"), [])
        before = self.free_memory()
        # More than the machine has is a status, for this program only; the next one gets its memory, zeroed.
        self.assert_one_line("probe memory 2000", r"exit status 0xC[0-9A-F]{7} STATUS_(COMMITMENT_LIMIT|NO_MEMORY)")
        self.assertEqual(self.shell("probe memory 200"), [])
        self.assertGreaterEqual(self.free_memory(), before - 64)

    def free_memory(self):
        """KiB, as sysinfo says."""
        return int(self.find(self.shell("sysinfo"), r"^Memory free +([\d,]+)").group(1).replace(",", ""))


if __name__ == "__main__":
    case.main()
