"""What ``medai diagnose --llm`` adds: an explanation, and which sentences are the model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medai.cli import _page
from medai.cli._page import shown

if TYPE_CHECKING:
    from medai.diagnosis import Assessment
    from medai.diagnosis.write import Written
    from medai.llm.model import Model

NAME = "SmolLM2-135M-Instruct, embedded"
SAID = 160  # letters of what the model said


def language(answer: Assessment) -> str:
    """Return the language of the explanation: Chinese for a Chinese text, else English."""
    return _page.language(answer.reading)


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
    from medai.diagnosis.phrases import phrases, say

    lang = language(answer)
    if written is None:
        print("\n" + say("llm.none", lang))
        return
    zh = lang == "zh"
    how = say("llm.template", lang) if zh else say("llm.model", lang, name=NAME)
    print("\n" + say("llm.title", lang, how=how))
    for part in written.parts:
        print(_wrap(f"  {'M' if part.by == 'model' else ' '} {part.text}", lang))
        if part in written.fell_back:
            said = f'"{shown(part.said, SAID)}"' if part.said != "(nothing)" else "nothing"
            why = shown(part.why, SAID)
            print(_wrap(f"      refused: the model said {said}; {why}", lang))
    if not zh:
        asked = sum(bool(part.said) for part in written.parts)
        fell = len(written.fell_back)
        print(
            f"  {len(written.parts)} sentences: {asked - fell} the model's, {fell} of the model "
            f"refused, {len(written.parts) - asked} never given to it."
        )
    print(_page.heading(say("llm.sources", lang), lang))
    fixed = [phrases()[key] for key in ("llm.patient", "llm.estimate", "llm.computed")]
    for line in written.sources:
        for row in fixed:
            line = line.replace(row["en"], row[lang])
        print(_wrap(f"  {line}", lang))


def _wrap(line: str, lang: str) -> str:
    return _page.wrap(line, lang, hyphens=False)
