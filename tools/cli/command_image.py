"""./neptune image: the boot files, and what is added to them."""

import build
from common import ROOT, Failure, existing_file

# 8.3 is not asked for, but names that the boot volume or a prompt could not hold are refused early.
FORBIDDEN = set('\\/:*?"<>|;')


def run(options, variant):
    """Builds the boot files with the programs named by --add in \\Programs."""
    if options.kind != "direct":
        raise Failure(f"unknown kind of image '{options.kind}'; 'direct' is the only one yet")
    files = [existing_file(name) for name in options.add]
    names = [path.name.casefold() for path in files]
    for path in files:
        if FORBIDDEN & set(path.name) or ";" in str(path):
            raise Failure(f"a file in the image cannot have this name: {path.name}")
        if names.count(path.name.casefold()) > 1:
            raise Failure(f"two files with the name {path.name}")
    build.build_images(variant, ["NEPTUNE_IMAGE_ADD=" + ";".join(str(path) for path in files)])
    for path in (variant.kernel, variant.ntos):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size} bytes")
    return 0
