"""./neptune debug: QEMU stopped at power-on, gdb on it with the symbols of everything."""

import os
import socket
import subprocess

import build
import qemu
from common import ROOT, Failure, existing_file, status_of

# The unstripped ELF images; the first that exists is taken (images/kernel is the ELF32 copy that QEMU wants).
KERNEL_SYMBOLS = ("kernel/kernel.elf", "kernel/kernel", "images/kernel.elf")
NTOS_SYMBOLS = ("executive/ntos.elf", "executive/svc/ntos.elf", "images/ntos.elf", "executive/ntos", "images/ntos")

SCRIPT = """\
# Made by ./neptune debug. The kernel, the Executive and ntdll.dll are at fixed addresses. Programs share theirs (their
# preferred base): `program NAME` keeps the symbols of one of them only.
set confirm off
set pagination off
set architecture i386:x86-64
directory {root}
{symbols}
define program
  python forget_programs()
  add-symbol-file {pe}/$arg0.exe
end
document program
program NAME: of the programs keep only the symbols of NAME (without .exe), so that addresses resolve to it.
end
python
def forget_programs():
    for _ in range({programs}):
        try:
            gdb.execute("remove-symbol-file -a {text:#x}", to_string=True)
        except gdb.error:
            return
end
target remote localhost:{port}
"""
# Where the linker puts .text of a program: its preferred base and one page of headers.
PROGRAM_TEXT = 0x140001000


def run(options, variant):
    """Starts QEMU and gdb; ends with gdb."""
    kernel = existing_file(options.kernel) if options.kernel else variant.kernel
    build.build_images(variant)
    port = free_port()
    script = variant.directory / "debug.gdb"
    script.write_text(script_text(variant, port, with_kernel=not options.kernel), encoding="utf-8")
    extra = ["-display", "none", "-S", "-gdb", f"tcp:localhost:{port}"]
    if options.no_gdb:
        print(f"neptune: in another terminal: gdb -x {script.relative_to(ROOT)}; Ctrl-A X leaves", flush=True)
        return status_of(qemu.command(kernel, variant.ntos, extra=extra + ["-serial", "mon:stdio"] + options.to_qemu))
    log = variant.directory / "serial.log"
    print(f"neptune: the serial line goes to {log.relative_to(ROOT)}", flush=True)
    machine = subprocess.Popen(
        qemu.command(kernel, variant.ntos, extra=extra + ["-serial", f"file:{log}"] + options.to_qemu),
        stdin=subprocess.DEVNULL,
        preexec_fn=os.setpgrp,  # Ctrl-C in gdb is not for QEMU
    )
    try:
        if machine.poll() is not None:
            raise Failure("QEMU did not start")
        return status_of(["gdb", "-q", "-x", script], cwd=ROOT)
    finally:
        machine.terminate()
        machine.wait()


def free_port():
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def script_text(variant, port, with_kernel=True):
    """The gdb script. PE images carry DWARF and their load address: no address needs to be given."""
    lines = []
    for what, choices in (("kernel", KERNEL_SYMBOLS if with_kernel else ()), ("Executive", NTOS_SYMBOLS)):
        files = [variant.directory / name for name in choices if (variant.directory / name).is_file()]
        if files:
            lines.append(f"add-symbol-file {files[0]}")
        elif choices:
            raise Failure(f"no file with the symbols of the {what}")
    images = sorted(path for path in (variant.directory / "pe").glob("*") if path.suffix in (".dll", ".exe", ".sys"))
    programs = [path for path in images if path.suffix == ".exe"]
    lines += [f"add-symbol-file {path}" for path in images]
    return SCRIPT.format(
        root=ROOT,
        port=port,
        symbols="\n".join(lines),
        pe=variant.directory / "pe",
        programs=len(programs),
        text=PROGRAM_TEXT,
    )
