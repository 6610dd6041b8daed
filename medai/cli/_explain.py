"""What ``medai diagnose --llm`` adds: an explanation, and which sentences are the model's."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from medai.cli._ask import shown

if TYPE_CHECKING:
    from medai.diagnosis import Assessment
    from medai.diagnosis.write import Model, Written

NAME = "SmolLM2-135M-Instruct, embedded"
SAID = 160  # letters of what the model said


def language(answer: Assessment) -> str:
    """Return the language of the explanation: Chinese for a Chinese text, else English."""
    return "zh" if answer.reading.language == "zh" else "en"


def need_model(answer: Assessment) -> None:
    """Refuse at once when the model will be asked and its package is missing.

    Raises
    ------
    MedaiError
        With the pip command.
    """
    if language(answer) == "en":
        from medai.llm.weights import smollm2_file

        smollm2_file()


def load_model() -> Model:
    """Load the embedded language model.

    Raises
    ------
    MedaiError
        When its package, or one that runs it, is missing.
    """
    from medai.runtime.errors import MedaiError

    try:
        import medai.llm

        return medai.llm.load()
    except ImportError as error:
        raise MedaiError(
            f"--llm needs the package {error.name or error}: pip install {error.name or 'medai'}, "
            "or leave out --llm."
        ) from error


def explain_answer(answer: Assessment) -> Written | None:
    """Explain an assessment; None when there is no present finding to explain.

    A Chinese explanation is the template's, for which no model is loaded.
    """
    if not answer.used_present:
        return None
    from medai.diagnosis.write import write_explanation

    lang = language(answer)
    return write_explanation(answer, load_model() if lang == "en" else None, lang)


def as_json(answer: Assessment, written: Written | None) -> dict | None:
    """Return the field ``explanation``; ``medai.diagnosis.schema.EXPLANATION`` describes it."""
    if written is None:
        return None
    asked = [part for part in written.parts if part.said]
    return {
        "language": language(answer),
        "model": NAME if language(answer) == "en" else None,
        **written.to_dict(),
        "asked": len(asked),
        "fell_back": len(written.fell_back),
    }


def print_explanation(answer: Assessment, written: Written | None) -> None:
    """Print the sentences, whose words each one is, why the model's were refused, the sources."""
    if written is None:
        print("\nExplanation: none, since nothing is known to be present now.")
        return
    zh = language(answer) == "zh"
    how = "template; the check reads English only" if zh else f"M: in the words of {NAME}"
    print(f"\nExplanation from cited facts ({how})")
    for part in written.parts:
        print(_wrap(f"  {'M' if part.by == 'model' else ' '} {part.text}"))
        if part in written.fell_back:
            said = f'"{shown(part.said, SAID)}"' if part.said != "(nothing)" else "nothing"
            print(_wrap(f"      refused: the model said {said}; {shown(part.why, SAID)}"))
    if not zh:
        asked = sum(bool(part.said) for part in written.parts)
        fell = len(written.fell_back)
        print(
            f"  {len(written.parts)} sentences: {asked - fell} the model's, {fell} of the model "
            f"refused, {len(written.parts) - asked} never given to it."
        )
    print("Sources of the explanation:")
    for line in written.sources:
        print(_wrap(f"  {line}"))


def _wrap(line: str) -> str:
    return textwrap.fill(line, 96, subsequent_indent=" " * 8, break_on_hyphens=False)
