"""./neptune build: everything or some targets."""

import build


def run(options, variant):
    """Builds."""
    build.build(variant, options.target, fresh=options.fresh)
    return 0
