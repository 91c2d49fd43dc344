"""Changes the boot volume inside a copy of `ntos`: tests put files of random names and contents into it, without a relink.

The volume (abi/disk/bootvol.h) is found by its magic, taken apart here, made anew by the real tools/mkbootvol and put back.
`images/ntos.test` is ntos with room for it to grow."""

import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

MAGIC = b"NTBOOTV1"
PAGE = 4096
HEADER = struct.Struct("<8sIIIIQqIHH")
ENTRY = struct.Struct("<IHHIIqqQQ")
DIRECTORY = 0x10


class Wrong(Exception):
    """The image is not what was expected."""


def find(data):
    """Offset and size of the boot volume in the bytes of an ntos."""
    at = -1
    while True:
        at = data.find(MAGIC, at + 1)
        if at < 0:
            raise Wrong("no boot volume in this ntos")
        if at % PAGE == 0:
            size = HEADER.unpack_from(data, at)[5]
            if size % PAGE == 0 and 0 < size <= len(data) - at:
                return at, size


def unpack(volume):
    """Path -> contents of every file (and -> None of every empty directory) of a boot volume."""
    _, count, table, names, *_ = HEADER.unpack_from(volume)
    entries = [ENTRY.unpack_from(volume, table + index * ENTRY.size) for index in range(count)]
    files = {}

    def walk(index, path):
        _, _, _, attributes, _, _, _, start, size = entries[index]
        if not attributes & DIRECTORY:
            files[path] = volume[start : start + size]
            return
        if size == 0 and path:
            files[path] = None
        for child in range(start, start + size):
            offset, length = entries[child][0], entries[child][1]
            name = volume[names + offset : names + offset + length].decode("utf-16-le")
            walk(child, f"{path}/{name}" if path else name)

    walk(0, "")
    return files


class Image:
    """A copy of a variant's ntos.test whose boot volume can be changed; the copy lives as long as the `with` block."""

    def __init__(self, build, ntos=None):
        self._build = Path(build)
        self._data = Path(ntos or self._build / "images/ntos.test").read_bytes()
        self._at, self._size = find(self._data)
        self.files = unpack(self._data[self._at : self._at + self._size])
        self.folder = Path(tempfile.mkdtemp(prefix="neptune-image-"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path_of(self, path):
        """The path of a file as it is spelled in the volume (names have no case)."""
        for known in self.files:
            if known.casefold() == path.casefold():
                return known
        raise Wrong(f"no {path} in the boot volume")

    def add(self, path, contents):
        """Adds or replaces a file; `path` takes slashes."""
        for known in list(self.files):
            if known.casefold() == path.casefold():
                del self.files[known]
        self.files[path] = contents

    def add_program(self, file):
        """Adds a program to \\Programs, without its debug information (as the build does)."""
        stripped = self.folder / Path(file).name
        subprocess.run(["/usr/lib/llvm-19/bin/llvm-objcopy", "--strip-debug", str(file), str(stripped)], check=True)
        self.add(f"Programs/{stripped.name}", stripped.read_bytes())

    def write(self):
        """Makes the new ntos; returns its path."""
        command = [str(self._build / "bin/mkbootvol"), "-o", str(self.folder / "volume")]
        for number, (path, contents) in enumerate(sorted(self.files.items())):
            if contents is None:
                command += ["--dir", path]
            else:
                source = self.folder / f"file{number}"
                source.write_bytes(contents)
                command += ["--add", f"{path}={source}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Wrong(done.stderr.strip())
        ntos = self.folder / "ntos"
        ntos.write_bytes(self._replace((self.folder / "volume").read_bytes()))
        return ntos

    def _replace(self, volume):
        at = struct.unpack_from("<Q", self._data, 32)[0]
        size, count = struct.unpack_from("<HH", self._data, 54)
        for header in range(at, at + size * count, size):
            kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", self._data, header)
            if kind == 1 and offset <= self._at < offset + length:
                room = offset + length - self._at
                if len(volume) > room:
                    raise Wrong(f"the volume would need {len(volume)} bytes and has {room}")
                return self._data[: self._at] + volume.ljust(room, b"\0") + self._data[self._at + room :]
        raise Wrong("the boot volume is in no segment")
