"""The one command of Neptune OS, second half: ../../neptune has installed what is missing and calls this."""

import sys

import commands
from common import Failure


def main(arguments):
    """Runs one command; `arguments` are its name and options. Returns the exit status."""
    try:
        return commands.run(arguments[0], arguments[1:])
    except Failure as failure:
        sys.stdout.flush()
        print(f"neptune: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("neptune: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
