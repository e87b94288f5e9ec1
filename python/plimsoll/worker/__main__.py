"""Start of a worker: `INTERPRETER -I -S …/plimsoll/worker/__main__.py`, with the socket to Plimsoll as descriptor 3."""

from __future__ import annotations

import sys


def _start() -> int:
    """Makes the package importable (`-I` leaves the script's folder out), and only it: nothing else of its folder."""
    home = __file__.rsplit("/", 3)[0]
    sys.path.insert(0, home)
    import plimsoll.worker.serve as serve

    sys.path.remove(home)
    return serve.run(home)


if __name__ == "__main__":
    sys.exit(_start())
