"""./neptune image: the boot files, and what is added to them."""

import boot_images
import build
from common import ROOT, Failure, existing_file

KINDS = ("direct", "iso", "floppy")

# 8.3 is not asked for, but names that the boot volume or a prompt could not hold are refused early.
FORBIDDEN = set('\\/:*?"<>|;')


def run(options, variant):
    """Builds the boot files with the programs named by --add in \\Programs."""
    if options.kind not in KINDS:
        raise Failure(f"unknown kind of image '{options.kind}'; they are {', '.join(KINDS)}")
    files = [existing_file(name) for name in options.add]
    names = [path.name.casefold() for path in files]
    for path in files:
        if FORBIDDEN & set(path.name) or ";" in str(path):
            raise Failure(f"a file in the image cannot have this name: {path.name}")
        if names.count(path.name.casefold()) > 1:
            raise Failure(f"two files with the name {path.name}")
    build.build_images(variant, ["NEPTUNE_IMAGE_ADD=" + ";".join(str(path) for path in files)])
    for path in made(options.kind, variant):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size} bytes")
    return 0


def made(kind, variant):
    """Makes an image of this kind from the boot files; returns the files to boot."""
    if kind == "direct":
        return [variant.kernel, variant.ntos]
    path = variant.images / ("neptune.iso" if kind == "iso" else "floppy.img")
    if kind == "iso":
        boot_images.make_iso(path, variant.kernel, variant.ntos, variant.arch)
    else:
        boot_images.make_floppy(path, variant.kernel, variant.ntos)
    return [path]
