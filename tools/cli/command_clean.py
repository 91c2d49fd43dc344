"""./neptune clean: removes build/ or one variant of it."""

import shutil

from common import ROOT, Failure


def run(options, variant):
    """Removes what was built."""
    directory = variant.directory if options.release else ROOT / "build"
    try:
        if directory.is_dir():
            shutil.rmtree(directory)
    except OSError as error:
        raise Failure(f"cannot remove {directory.relative_to(ROOT)}: {error.strerror}") from None
    return 0
