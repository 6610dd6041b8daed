"""Run Jupyter Book's command line without the garbage collector.

    python -P tools/run_book.py build . ...

Sphinx keeps every document until it ends, so the collector looks for garbage in ever more objects
and finds none: it took half of the time of a build.  Without it the process needs about 2 GB.
"""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run it, and leave without taking the objects apart, which would take seconds more."""
    gc.disable()
    from jupyter_book.cli.main import main as jupyter_book

    try:
        jupyter_book()
        status: int | str | None = 0
    except SystemExit as end:
        status = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    if isinstance(status, str):
        print(status, file=sys.stderr)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status or 0)


if __name__ == "__main__":
    main()
