"""``python -m tests.journeys.kit.hasty_worker 6``: a worker that may be killed, missed six times as soon."""

import sys

import uvloop

from providers import registry
from runtime.observability import logging
from runtime.settings.settings import Settings
from tests.journeys.kit.haste import Haste
from worker import run


def main() -> None:
    """Run the product's worker, in haste."""
    settings = Settings(providers=registry.read())
    logging.configure(settings)
    uvloop.run(run(settings, interceptors=[Haste(silence=float(sys.argv[1]))]))


if __name__ == "__main__":
    main()
