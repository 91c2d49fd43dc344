"""The SDK's example, built outside the tree with nothing but the SDK, runs."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import case
import machine


class Sdk(case.BootCase):
    @classmethod
    def prepare(cls):
        sdk = machine.BUILD / "sdk"
        cls.word = case.random_name(cls.random)
        with tempfile.TemporaryDirectory(prefix="neptune-sdk-") as folder:
            source = Path(folder, "hello")
            shutil.copytree(sdk / "examples/hello", source)
            # A text of this run in the program: nothing made before can stand in for it.
            main = source / "hello.cpp"
            main.write_text(main.read_text().replace("Hello from outside the tree", f"Hello {cls.word}"))
            for command in (
                ["cmake", "-G", "Ninja", "-S", source, "-B", source / "out", f"-DCMAKE_TOOLCHAIN_FILE={sdk}/neptune.cmake"],
                ["cmake", "--build", source / "out"],
            ):
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    raise AssertionError(done.stdout + done.stderr)
            image = cls.new_image()
            image.add_program(source / "out/hello.exe")

    def test_example(self):
        lines = self.shell('hello one "two words"')
        self.find(lines[:1], rf"Hello {self.word}, on build 19041")
        self.assertEqual(lines[-2:], ["one", "two words"])


if __name__ == "__main__":
    case.main()
