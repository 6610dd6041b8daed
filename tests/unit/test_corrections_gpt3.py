"""``pipeline(model="gpt3")`` does not exist (book/corrections.md): there are no such weights."""

import pytest

import medai.llm
from medai.runtime import MedaiError

pytestmark = pytest.mark.once


def test_transformers_finds_no_model_called_gpt3(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    from transformers import pipeline

    with pytest.raises((OSError, ValueError)):
        pipeline("text-generation", model="gpt3", local_files_only=True)


@pytest.mark.parametrize("name", ["gpt3", "gpt-3", "GPT3.5-turbo", "openai/gpt-3"])
def test_medai_says_why_and_what_to_do_instead(name):
    with pytest.raises(MedaiError, match=r"not published.*openai:MODEL@https.*smollm2"):
        medai.llm.load(name)
