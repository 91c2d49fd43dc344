"""QEMU's command line, the same for run, debug, bench and the boot tests."""

PROGRAM = "qemu-system-x86_64"
# What the kernel contract asks for; TCG everywhere, so that a run is the same on every machine.
CPU = "Nehalem,+fsgsbase,+pdpe1gb"
MEMORY = "400M"
OVMF = "/usr/share/ovmf/OVMF.fd"


def command(kernel, ntos, memory=MEMORY, extra=()):
    """The command that boots `kernel` with `ntos` as its module; `extra` arguments win over ours. Without a kernel QEMU boots
    from what `extra` brings."""
    extra = [str(argument) for argument in extra]
    line = [PROGRAM]
    if "-accel" not in extra and "-enable-kvm" not in extra:
        line += ["-accel", "tcg"]
    if "-cpu" not in extra:
        line += ["-cpu", CPU]
    if "-M" not in extra and "-machine" not in extra:
        line += ["-M", "pc"]
    line += ["-m", memory, "-nic", "none"]
    if kernel is not None:
        line += ["-kernel", str(kernel), "-initrd", str(ntos)]
    return line + extra


def boot_from(kind, image):
    """The arguments that boot an image by itself: "iso" and "floppy" with a BIOS, "uefi" the ISO with OVMF."""
    if kind == "floppy":
        return ["-drive", f"if=floppy,format=raw,file={image}", "-boot", "a"]
    return ["-cdrom", str(image)] + (["-bios", OVMF] if kind == "uefi" else [])
