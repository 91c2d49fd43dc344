"""CDs that boot the image by GRUB."""

import shutil
import subprocess
from pathlib import Path

import machine

CONFIGURATION = """\
set timeout=0
menuentry neptune {{
  {before}
  {command} /boot/kernel
  {module} /boot/ntos
  {after}
  boot
}}
"""
BIOS = "/usr/lib/grub/i386-pc"
MULTIBOOT1 = ("multiboot", "module")
MULTIBOOT2 = ("multiboot2", "module2")


def make_cd(folder, loader=MULTIBOOT2, before="", after="", modules=BIOS):
    """Writes neptune.iso into `folder`; `before` and `after` are GRUB commands around those that load."""
    boot = Path(folder, "tree/boot")
    (boot / "grub").mkdir(parents=True)
    for name in ("kernel", "ntos"):
        shutil.copy(machine.IMAGES / name, boot)
    text = CONFIGURATION.format(command=loader[0], module=loader[1], before=before, after=after)
    (boot / "grub/grub.cfg").write_text(text, encoding="ascii")
    iso = Path(folder, "neptune.iso")
    done = subprocess.run(
        ["grub-mkrescue", "-d", modules, "-o", iso, boot.parent], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise machine.Stopped(f"grub-mkrescue: {done.stderr}")
    return iso
