"""./neptune run: build, boot, the guest's serial line in this terminal."""

import sys

import build
import command_image
import qemu
from common import Failure, existing_file, status_of

KINDS = ("direct", "iso", "uefi", "floppy")


def run(options, variant):
    """Boots and waits until QEMU ends."""
    if options.kind not in KINDS:
        raise Failure(f"unknown way to boot '{options.kind}'; they are {', '.join(KINDS)}")
    if options.kernel and options.kind != "direct":
        raise Failure("--kernel is for direct boots")
    kernel = existing_file(options.kernel) if options.kernel else variant.kernel
    build.build_images(variant)
    extra = ["-serial", "mon:stdio"]
    if options.kind != "direct":
        (image,) = command_image.made("iso" if options.kind == "uefi" else options.kind, variant)
        kernel = None
        extra += qemu.boot_from(options.kind, image)
    if not options.display:
        extra += ["-display", "none"]
    if sys.stdin.isatty():
        print("neptune: starting QEMU; Ctrl-A X leaves", flush=True)
    status = status_of(qemu.command(kernel, variant.ntos, options.memory, extra + options.to_qemu))
    if status != 0:
        raise Failure(f"QEMU ended with status {status}")
    return 0
