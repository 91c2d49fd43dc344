"""./neptune test: builds, then ctest; the last line printed is ctest's own."""

import os
import random
import re

import build
from common import Failure, Variant, status_of


def run(options, variant):
    """Runs the tests; returns ctest's exit status."""
    if options.quick and options.long:
        raise Failure("--quick and --long exclude each other")
    if options.count is not None and options.count < 1:
        raise Failure("--count wants a number above 0")
    environment = dict(os.environ)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    environment["NEPTUNE_SEED"] = str(seed)
    if options.count is not None:
        environment["NEPTUNE_COUNT"] = str(options.count)
    build.build(variant)
    if not (options.quick or options.long or options.release):
        # The boot tests run on the release build too; what is tested on the host is built with sanitizers either way.
        build.build(Variant(variant.arch, True), ["images", "ntos.test", "mkbootvol", "icnt", "probe.exe"])

    # Tests that draw chance print their seed; here it is for all of them.
    print(f"neptune: --seed {seed}", flush=True)
    command = ["ctest", "--test-dir", variant.directory, "--output-on-failure", "--no-tests=error", "-j", str(build.CPUS)]
    if options.long == "list":
        return status_of(command + ["-C", "long", "-L", "^long$", "-N"])
    if options.long:
        command += ["-C", "long", "-R", f"^long\\.{re.escape(options.long)}$", "-V"]
    elif options.quick:
        command += ["-L", "^quick$"]
    else:
        command += ["-LE", "^long$"]
    if options.filter and not options.long:
        command += ["-R", options.filter]
    return status_of(command, env=environment)
