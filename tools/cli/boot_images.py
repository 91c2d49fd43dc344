"""Images that boot by themselves: an ISO for BIOS and UEFI, a 1.44 MB floppy. GRUB loads the kernel by multiboot 2."""

import gzip
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from common import Failure

GRUB = Path("/usr/lib/grub")
# Of these there must be one for each way to boot.
PLATFORMS = {"amd64": ("i386-pc", "x86_64-efi")}
SECTOR = 512
FLOPPY_SECTORS = 2880

# GRUB's multiboot2 command chooses a mode itself, so ours is set behind it. A PC with a BIOS has text mode, which is faster.
ISO_CONFIGURATION = """\
set timeout=0
menuentry "Neptune OS" {
  insmod all_video
  multiboot2 /boot/kernel
  module2 /boot/ntos
  if [ "$grub_platform" = efi ]; then set gfxpayload=auto; else set gfxpayload=text; fi
}
"""
ISO_MODULES = "normal configfile multiboot2 all_video test echo iso9660 part_gpt part_msdos fat gzio"

FLOPPY_CONFIGURATION = """\
multiboot2 (fd0)/kernel
module2 (fd0)/ntos
set gfxpayload=text
boot
"""
FLOPPY_MODULES = ("biosdisk", "fat", "gzio", "multiboot2", "boot")


def make_iso(path, kernel, ntos, arch="amd64"):
    """Writes an ISO image that boots from CD or, copied onto it, from a USB stick; by BIOS and by UEFI."""
    for platform in PLATFORMS[arch]:
        if not (GRUB / platform).is_dir():
            raise Failure(f"GRUB for {platform} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        boot = Path(folder, "boot")
        (boot / "grub").mkdir(parents=True)
        shutil.copy(kernel, boot / "kernel")
        shutil.copy(ntos, boot / "ntos")
        (boot / "grub/grub.cfg").write_text(ISO_CONFIGURATION, encoding="ascii")
        options = [f"--install-modules={ISO_MODULES}", "--fonts=", "--locales=", "--themes="]
        call(["grub-mkrescue", *options, "-o", path, folder], "making the ISO image")


def make_floppy(path, kernel, ntos):
    """Writes a floppy image: FAT with both files compressed, GRUB in the reserved sectors before the file system."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "early.cfg").write_text(FLOPPY_CONFIGURATION, encoding="ascii")
        core = folder / "core.img"
        call(
            ["grub-mkimage", "-O", "i386-pc", "-p", "(fd0)/", "-c", folder / "early.cfg", "-o", core, *FLOPPY_MODULES],
            "making GRUB's core image",
        )
        size = core.stat().st_size
        reserved = 1 + -(-size // SECTOR)
        path.unlink(missing_ok=True)
        with open(path, "wb") as image:
            image.truncate(FLOPPY_SECTORS * SECTOR)
        call(
            ["mkfs.fat", "-F", "12", "-R", reserved, "-n", "NEPTUNE", "--invariant", path],
            "making the file system",
        )
        for source, target in ((kernel, "kernel"), (ntos, "ntos")):
            packed = folder / target
            packed.write_bytes(gzip.compress(Path(source).read_bytes(), 9, mtime=0))
            # mcopy says "Disk full" and more when the file does not fit.
            call(["mcopy", "-i", path, packed, f"::{target}"], "copying onto the floppy (is it full?)")
        install_grub(path, core)


def install_grub(path, core):
    """Puts GRUB's boot sector around the file system's parameters and its core image behind it."""
    sector = bytearray((GRUB / "i386-pc/boot.img").read_bytes())
    data = core.read_bytes()
    with open(path, "r+b") as image:
        parameters = image.read(SECTOR)
        sector[3:0x5A] = parameters[3:0x5A]
        # Where the core image begins: the sector behind this one.
        sector[0x5C:0x64] = struct.pack("<Q", 1)
        image.seek(0)
        image.write(sector + data)


def call(command, what):
    """Runs a program silently; Failure with its last line when it fails."""
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1", "SOURCE_DATE_EPOCH": "315532800"}
    environment["PATH"] = environment.get("PATH", "") + ":/usr/sbin:/sbin"
    try:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=False, env=environment
        )
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise Failure(f"{what} failed: {lines[-1]}")
