"""The command line, ``medai ...`` (also ``python -m medai ...``).

Each module of this package whose name does not begin with ``_`` is one subcommand.  It has
``add_parser(subparsers)``, which must be quick (heavy imports belong into ``run``), and
``run(args) -> int``, the exit code: 0 done, 1 something is wrong with the installation or
with part of the input, 2 unusable input.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Sequence

from medai.runtime.errors import MedaiError

__all__ = ["build_parser", "main"]


def command_modules() -> list[str]:
    """Return the names of the modules that are subcommands, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with every subcommand; each sets ``args.run``."""
    from medai import __version__

    parser = argparse.ArgumentParser(
        prog="medai",
        description="Tools of the book Large Models in Medicine. Not medical advice.",
    )
    parser.add_argument("--version", action="version", version=f"medai {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in command_modules():
        module = importlib.import_module(f"medai.cli.{name}")
        module.add_parser(subparsers)
        command = subparsers.choices.get(name.replace("_", "-"))
        if command is None:
            raise RuntimeError(f"medai.cli.{name}.add_parser added no such subcommand")
        command.set_defaults(run=module.run)
    return parser


def _interrupt(number: int, frame: object) -> None:
    """Treat a polite kill as Ctrl-C."""
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    argv
        Arguments without the program's name; None means ``sys.argv[1:]``.

    Returns
    -------
    int
        What the command returned; 2 for input that cannot be used (the reason is on
        standard error), 130 after Ctrl-C, 141 when the reader of the output has gone.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a letter gets an escape
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)  # so that unfinished files are removed
    try:
        args = build_parser().parse_args(argv)
        code = args.run(args)
        sys.stdout.flush()
        return code
    except MedaiError as error:
        print(f"medai: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("medai: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # `medai ... | head`: Python would complain once more when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
