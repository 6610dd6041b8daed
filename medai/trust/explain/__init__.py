"""Explanations of a model, and tests of whether an explanation says anything.

Of one prediction from a table: :func:`lime_tabular`, :func:`shapley_values`.  Of one image:
:func:`integrated_gradients`, :func:`grad_cam` (with `medai.nn.saliency` and
:func:`lime_blocks`).  Of a unit: :func:`maximise`.  And what decides whether to believe any of
them: :func:`randomised` and :func:`rank_agreement`, :func:`share_inside`, :func:`intervene`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medai.trust.explain.dream import maximise
    from medai.trust.explain.gradcam import grad_cam
    from medai.trust.explain.local import Surrogate, lime_blocks, lime_tabular
    from medai.trust.explain.path import integrated_gradients
    from medai.trust.explain.sanity import intervene, randomised, rank_agreement, share_inside
    from medai.trust.explain.shapley import shapley_values

_HOME = {
    "Surrogate": "local",
    "grad_cam": "gradcam",
    "integrated_gradients": "path",
    "intervene": "sanity",
    "lime_blocks": "local",
    "lime_tabular": "local",
    "maximise": "dream",
    "randomised": "sanity",
    "rank_agreement": "sanity",
    "shapley_values": "shapley",
    "share_inside": "sanity",
}
__all__ = [
    "Surrogate",
    "grad_cam",
    "integrated_gradients",
    "intervene",
    "lime_blocks",
    "lime_tabular",
    "maximise",
    "randomised",
    "rank_agreement",
    "shapley_values",
    "share_inside",
]


def __getattr__(name: str) -> object:
    """Load the file of `name` when it is first used: Keras comes only with those that need it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
