"""``medai serve``: the decision-support service of Chapter 32.

``--dev`` is for trying it: no tokens, fictional patients on a page at ``/``, this machine only.
Everything else needs a settings file, which says who may call and with which keys;
:class:`medai.serving.settings.Settings` lists what it holds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from medai.runtime.errors import MedaiError

EXAMPLE = "medai serve --dev"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "serve",
        help="the decision-support service: CDS Hooks 2.0, FHIR R4 in, cards out",
        description="Serve CDS Hooks 2.0. With --dev on this machine only, without tokens, and "
        "with a page to try it; else with a settings file that names issuers, keys and the "
        "audience. Not medical advice and not a medical device.",
        epilog=f"Example: {EXAMPLE}",
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="a .toml or .json file")
    parser.add_argument("--dev", action="store_true", help="no tokens; listens on loopback only")
    parser.add_argument("--host", help="where to listen (default: 127.0.0.1, or the file's)")
    parser.add_argument("--port", type=int, help="default: 8032, or the file's")
    parser.add_argument("--store", type=Path, metavar="FILE", help="with --dev: keep feedback")
    parser.add_argument("--chat", action="store_true", help="with --dev: the chat of Chapter 25")
    parser.add_argument("--workers", type=int, default=1, help="processes, with --settings")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C and return 0, or raise MedaiError for settings that are not safe."""
    settings = settings_of(args)
    from medai.serving.server import serve

    if settings.is_development:
        print(f"medai: try it at http://{shown(settings.host)}:{settings.port}/ (Ctrl-C stops)")
    serve(settings, workers=args.workers, file=args.settings)
    return 0


def settings_of(args: argparse.Namespace):
    """Return the settings that the options ask for.

    Raises
    ------
    MedaiError
        When neither or both of ``--dev`` and ``--settings`` are given, when ``--dev`` would
        listen to other machines, or when an option does not fit.
    """
    import dataclasses

    from medai.serving.settings import Settings

    if args.dev == (args.settings is not None):
        raise MedaiError(
            "Say one of the two: --dev to try it on this machine without tokens, or "
            "--settings FILE with issuers, keys and the audience."
        )
    changes = {
        name: value
        for name, value in (("host", args.host), ("port", args.port))
        if value is not None
    }
    if args.workers < 1:
        raise MedaiError(f"--workers {args.workers}: at least one is needed.")
    if args.dev:
        if args.workers > 1:
            raise MedaiError("--workers needs --settings: processes share feedback by a file only.")
        return Settings.development(chat=args.chat, store=args.store, **changes)
    if args.chat or args.store is not None:
        raise MedaiError("--chat and --store go with --dev; write them into the settings file.")
    if args.workers > 1 and changes.keys() & {"host", "port"}:
        raise MedaiError("With --workers, write host and port into the settings file.")
    settings = Settings.from_file(args.settings)
    if args.workers > 1 and settings.store is None:
        raise MedaiError("--workers needs a store in the settings: processes share it.")
    return dataclasses.replace(settings, **changes)


def shown(host: str) -> str:
    """Return a host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
