"""`python -m portal.sandbox --port 5600 --seed --clock`"""

from __future__ import annotations

import argparse
import logging
import os
import sys

from .server import PortInUse, run


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m portal.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=5600, help="port on 127.0.0.1 (default 5600)")
    parser.add_argument("--seed", action="store_true", help="load the demo organisation in the background")
    parser.add_argument(
        "--clock", action="store_true", help="publish live metrics and advance deployments every 10 seconds"
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="sandbox: %(message)s")
    logging.getLogger("portal.sandbox").setLevel(logging.INFO)
    try:
        run(options.port, seed=options.seed, clock=options.clock)
    except PortInUse as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # freeing some hundred megabytes object by object would keep the launcher waiting for seconds
