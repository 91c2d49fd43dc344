"""The SDK's driver examples, built outside the tree with nothing but the SDK: edu.sys moves data by DMA and takes the device's
interrupts, ioctl.sys answers buffered and direct requests."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import case
import machine

ROWS = 17  # of t_edu
LLVM = Path("/usr/lib/llvm-19/bin")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or "warning" in done.stderr.lower():
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


class Example(case.BootCase):
    """A system with one of the examples in its boot volume and its database text in the boot hive."""

    @classmethod
    def add_example(cls, name, *text):
        sdk = machine.BUILD / "sdk"
        image = cls.new_image()
        with tempfile.TemporaryDirectory(prefix="neptune-sdk-") as folder:
            source = Path(folder, name)
            out = source / "out"
            shutil.copytree(sdk / "examples" / name, source)
            run("cmake", "-G", "Ninja", "-S", source, "-B", out, f"-DCMAKE_TOOLCHAIN_FILE={sdk}/neptune.cmake")
            run("cmake", "--build", out)
            run(LLVM / "llvm-objcopy", "--strip-debug", out / f"{name}.sys")
            image.add(f"System32/drivers/{name}.sys", (out / f"{name}.sys").read_bytes())
            image.add_program(out / f"t_{name}.exe")
            hive = out / "SYSTEM"
            more = [out / f"more{number}.reg" for number in range(len(text))]
            for file, contents in zip(more, text):
                file.write_text(contents)
            drivers = sorted((machine.ROOT / "drivers").glob("*/*/*.reg"))
            texts = [machine.ROOT / "executive/cm/hive/system.reg", *drivers, out / f"{name}.reg", *more]
            run(machine.BUILD / "bin/mkhive", "-o", hive, *texts)
            image.add("System32/config/SYSTEM", hive.read_bytes())

    def all_good(self, program, rows):
        lines = self.shell(program)
        self.assertEqual([line for line in lines if line.startswith("FAIL")], [], lines)
        self.assertEqual(len([line for line in lines if line.startswith("ok ")]), rows, lines)
        return lines


class Edu(Example):
    options = {"extra": ("-device", "edu")}

    @classmethod
    def prepare(cls):
        cls.add_example("edu")

    def test_device_works(self):
        """Factorials by interrupt; bytes there and back by DMA; every interrupt is one of messages."""
        self.find(self.all_good("t_edu", ROWS), r"^interrupts 22, messages 1$")

    def test_in_a_process_of_its_own(self):
        self.find(self.shell("devtree"), r"driver edu, ")

    def test_restart(self):
        """The driver comes back with its interrupt and its memory."""
        self.all_good("t_edu", ROWS)
        self.shell("driver restart edu")
        self.find(self.all_good("t_edu", ROWS), r"^interrupts 22, messages 1$")


class EduLine(Example):
    """The same without messages: the registry says that the driver does not want them."""

    options = {"extra": ("-device", "edu,addr=6")}
    no_messages = r"""Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Enum\%s\Device Parameters\Interrupt Management\MessageSignaledInterruptProperties]
"MSISupported"=dword:00000000
"""

    @classmethod
    def prepare(cls):
        cls.add_example("edu", cls.no_messages % r"PCI\VEN_1234&DEV_11E8&SUBSYS_11001AF4&REV_10\2&f960e77a&0&30")

    def test_device_works(self):
        self.find(self.all_good("t_edu", ROWS), r"^interrupts 22, messages 0$")


class Ioctl(Example):
    @classmethod
    def prepare(cls):
        cls.add_example("ioctl")

    def test_requests(self):
        self.shell("driver start ioctl")
        self.all_good("t_ioctl", 8)
        self.shell("driver stop ioctl")
        self.find(self.shell("t_ioctl"), r"^FAIL open, status 0xC0000034$")


if __name__ == "__main__":
    case.main()
