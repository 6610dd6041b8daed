"""``medai chat [QUESTION]``: answers to patients' questions, from cited passages.

Without a question it asks at the keyboard, one question a line, until ``q`` or the end of the
input.  ``--json`` prints one object for each question, what
:meth:`medai.llm.rag.Answer.to_dict` returns.  Questions are not kept and not logged.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    from medai.llm.rag import Answer, Answerer

STOP = {"q", "quit", "stop", "exit", "退出", "结束"}
HELLO = {
    "en": "Ask a question about health; q ends. In an emergency call your emergency number "
    "instead. Not medical advice.",
    "zh": "请提出健康方面的问题；输入q结束。紧急情况请直接拨打急救电话。不构成医疗建议。",
}


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "chat",
        help="answers to patients' questions, from cited passages",
        description="Quotes passages with their sources, or says that it does not know. Signs of "
        "an emergency come first. Not medical advice.",
        epilog='Example: medai chat "Do antibiotics help with a cold?"',
    )
    parser.add_argument("question", nargs="?", help="left out, it is asked for at the keyboard")
    parser.add_argument(
        *("--lang",),
        choices=("auto", "en", "zh"),
        default="auto",
        help="language of the answers; auto: that of the question",
    )
    parser.add_argument(
        "--llm", metavar="NAME", help="a model that may reword English sentences, e.g. smollm2"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Answer; return 0, or raise MedaiError for what is no question."""
    from medai.llm.rag import Answerer

    answerer = Answerer(llm=args.llm, lang=args.lang)
    if args.question is not None:
        show(answerer, args.question, args.json)
        return 0
    if sys.stdin.isatty():
        print(HELLO["zh" if args.lang == "zh" else "en"], file=sys.stderr)
    return talk(answerer, args.json)


def talk(answerer: Answerer, as_json: bool) -> int:
    """Answer line by line; return 1 when a line could not be read as a question."""
    code = 0
    while True:
        try:
            words = input("> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return code
        except UnicodeDecodeError as error:
            raise MedaiError("The input is not UTF-8: send text in UTF-8.") from error
        if words.casefold() in STOP:
            return code
        if not words:
            continue
        try:
            show(answerer, words, as_json)
        except MedaiError as error:
            print(f"medai: {error}", file=sys.stderr)
            code = 1


def show(answerer: Answerer, question: str, as_json: bool) -> None:
    """Print one answer and its sources."""
    answer = answerer.answer(question)
    if as_json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False))
    else:
        print(page(answer), flush=True)


def page(answer: Answer) -> str:
    """Return the text of an answer with the list of its sources."""
    lines = [answer.text]
    for one in answer.citations:
        lines.append(f"[{one.number}] {one.title}{f' <{one.url}>' if one.url else ''}")
    return "\n".join(lines) + "\n"
