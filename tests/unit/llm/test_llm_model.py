"""Both kinds of model offer what the rest of the package asks of one."""

import inspect

import pytest

from medai.llm.local import LocalModel
from medai.llm.model import Model, Scorer, Writer
from medai.llm.server import ServerModel


@pytest.mark.parametrize("kind", [LocalModel, ServerModel])
@pytest.mark.parametrize(("asks", "method"), [(Writer, "generate"), (Scorer, "score")])
def test_a_loaded_model_can_do_what_is_asked(kind, asks, method):
    wanted = inspect.signature(getattr(asks, method)).parameters.values()
    offered = list(inspect.signature(getattr(kind, method)).parameters.values())
    named = [p.name for p in wanted if p.kind is not p.VAR_KEYWORD]
    assert [p.name for p in offered[: len(named)]] == named
    # the others are settings: left out, or given by name
    assert all(p.default is not p.empty for p in offered[len(named) :])


def test_a_model_is_both():
    assert {"generate", "score"} <= set(dir(Model))
