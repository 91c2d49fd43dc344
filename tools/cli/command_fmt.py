"""./neptune fmt: clang-format on the sources that git knows."""

from common import ROOT, Failure, output_of, status_of

SUFFIXES = ("*.c", "*.cc", "*.cpp", "*.h", "*.hpp")


def sources():
    """The C and C++ files of the project, known to git or not yet added."""
    listed = output_of(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *SUFFIXES],
        "listing the sources",
        cwd=ROOT,
    )
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def run(options, _variant):
    """Formats, or with --check only looks."""
    files = sources()
    arguments = ["--dry-run", "--Werror"] if options.check else ["-i"]
    bad = False
    for first in range(0, len(files), 500):
        command = ["clang-format-19", *arguments, *files[first : first + 500]]
        bad |= status_of(command, cwd=ROOT) != 0
    if bad:
        raise Failure("some files are not formatted; ./neptune fmt does it" if options.check else "clang-format-19 failed")
    return 0
