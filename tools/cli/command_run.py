"""./neptune run: build, boot, the guest's serial line in this terminal."""

import sys

import build
import qemu
from common import Failure, existing_file, status_of


def run(options, variant):
    """Boots and waits until QEMU ends."""
    kernel = existing_file(options.kernel) if options.kernel else variant.kernel
    build.build_images(variant)
    extra = ["-serial", "mon:stdio"]
    if not options.display:
        extra += ["-display", "none"]
    if sys.stdin.isatty():
        print("neptune: starting QEMU; Ctrl-A X leaves", flush=True)
    status = status_of(qemu.command(kernel, variant.ntos, options.memory, extra + options.to_qemu))
    if status != 0:
        raise Failure(f"QEMU ended with status {status}")
    return 0
