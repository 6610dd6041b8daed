"""Multinomial naive Bayes: a unigram language model per class, compared by Bayes' rule."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from medai.runtime import MedaiError
from medai.text.bag import BagOfWords, Text, checked_texts


class TokenEvidence(NamedTuple):
    """One token of a text: how often it occurs, and its log-likelihood ratio per occurrence."""

    token: str
    count: float
    log_ratio: float


@dataclass(frozen=True)
class Explanation:
    """Why one class beats another on one text.

    Attributes
    ----------
    label, against : hashable
        The two classes.
    prior : float
        The log ratio of their prior probabilities.
    evidence : list of TokenEvidence
        The known tokens, the weightiest first; above 0 speaks for ``label``.
    unknown : list of str
        Tokens that the model has never seen and ignores.
    """

    label: Hashable
    against: Hashable
    prior: float
    evidence: list[TokenEvidence]
    unknown: list[str]

    @property
    def log_odds(self) -> float:
        """The log odds of ``label`` against ``against``: the prior and all tokens, added."""
        return self.prior + sum(e.count * e.log_ratio for e in self.evidence)


class NaiveBayes:
    r"""Multinomial naive Bayes with additive (Laplace) smoothing, in log space.

    Class :math:`k` has the score :math:`\ln P(k) + \sum_w c(w)\,\ln P(w \mid k)`, with
    :math:`P(w \mid k) = (c(k,w)+\alpha)/(c(k)+\alpha V)`.  Words outside the vocabulary are
    ignored.  Equal to scikit-learn's ``MultinomialNB`` on the same counts.

    Parameters
    ----------
    alpha : float
        What is added to each count, above 0; 1 is Laplace's rule.
    bag : BagOfWords, optional
        How texts become counts (refitted by :meth:`fit`); single words by default.
    prior : {"counts", "uniform"}
        Class probabilities before a word is read: shares of the training texts, or equal.

    Attributes
    ----------
    classes : numpy.ndarray, shape (K,)
        The labels, sorted.
    log_prior : numpy.ndarray, shape (K,)
    log_likelihood : numpy.ndarray, shape (K, V)
        :math:`\ln P(w \mid k)`; the exponentials of each row add up to 1.
    """

    def __init__(
        self, alpha: float = 1.0, bag: BagOfWords | None = None, prior: str = "counts"
    ) -> None:
        if not (np.isfinite(alpha) and alpha > 0):
            raise MedaiError(
                f"alpha = {alpha}, but it must be above 0: with 0 one unseen word makes a "
                "class impossible"
            )
        if prior not in ("counts", "uniform"):
            raise MedaiError(f"prior = {prior!r}; choose 'counts' or 'uniform'")
        self.alpha, self.prior = float(alpha), prior
        self.bag = BagOfWords() if bag is None else bag
        self.classes: np.ndarray | None = None

    def fit(self, texts: Iterable[Text], labels: Sequence[Hashable]) -> NaiveBayes:
        """Count the words of each class.

        Parameters
        ----------
        texts : iterable of str or of token lists
        labels : sequence
            One label per text; at least two different ones, none missing.

        Raises
        ------
        MedaiError
            If lengths differ, a label is missing, there is one class, or a text is empty.
        """
        texts, labels = checked_texts(texts), list(labels)
        if len(texts) != len(labels):
            raise MedaiError(f"{len(texts)} texts but {len(labels)} labels; give one per text")
        missing = [i for i, y in enumerate(labels) if y is None or y != y]
        if missing:
            raise MedaiError(f"labels[{missing[0]}] is missing; drop such texts or label them")
        classes, y = np.unique(np.array(labels), return_inverse=True)
        if len(classes) < 2:
            raise MedaiError(f"all labels are {labels[0]!r}; there is nothing to tell apart")
        x = self.bag.fit_transform(texts)
        per_class = np.bincount(y).astype(float)
        member = np.zeros((len(classes), len(y)))
        member[y, np.arange(len(y))] = 1.0
        counts = (x.T @ member.T).T + self.alpha
        self.log_likelihood = np.log(counts) - np.log(counts.sum(axis=1, keepdims=True))
        share = per_class / per_class.sum() if self.prior == "counts" else 1 / len(classes)
        self.log_prior = np.log(np.broadcast_to(share, len(classes)))
        self.classes = classes
        return self

    def _need_fit(self) -> np.ndarray:
        if self.classes is None:
            raise MedaiError("the model has seen no text yet; call fit(texts, labels) first")
        return self.classes

    def log_joint(self, texts: Iterable[Text]) -> np.ndarray:
        """Compute ln P(class) + ln P(words | class), shape (texts, K), not normalised."""
        self._need_fit()
        return np.asarray(self.bag.transform(texts) @ self.log_likelihood.T) + self.log_prior

    def predict_log_proba(self, texts: Iterable[Text]) -> np.ndarray:
        """Compute ln P(class | words), shape (texts, K)."""
        joint = self.log_joint(texts)
        top = joint.max(axis=1, keepdims=True)  # so that the largest exponential is 1
        return joint - top - np.log(np.exp(joint - top).sum(axis=1, keepdims=True))

    def predict_proba(self, texts: Iterable[Text]) -> np.ndarray:
        """Compute P(class | words), shape (texts, K); rows add up to 1."""
        return np.exp(self.predict_log_proba(texts))

    def predict(self, texts: Iterable[Text]) -> np.ndarray:
        """Return the most probable class of each text; the first in a tie."""
        return self._need_fit()[self.log_joint(texts).argmax(axis=1)]

    def explain(
        self, text: Text, label: Hashable | None = None, against: Hashable | None = None
    ) -> Explanation:
        """Say what each token adds to the log odds of one class against another.

        Parameters
        ----------
        text : str or list of str
        label, against : hashable, optional
            The classes to compare; the most probable one, and the best of the others.

        Returns
        -------
        Explanation
            Its ``log_odds`` is the difference of the two classes' :meth:`log_joint`.

        Raises
        ------
        MedaiError
            If a class is unknown, or both are the same.
        """
        classes = self._need_fit()
        order = np.argsort(-self.log_joint([text])[0], kind="stable")
        row = {y: i for i, y in enumerate(classes.tolist())}
        for name in (label, against):
            if name is not None and name not in row:
                raise MedaiError(f"{name!r} is not a class; choose one of {list(row)[:8]}")
        a = row[label] if label is not None else next(i for i in order if i != row.get(against))
        b = row[against] if against is not None else next(i for i in order if i != a)
        if a == b:
            raise MedaiError(f"label and against are both {label!r}; name two classes")
        counts = self.bag.transform([text])
        ratio = self.log_likelihood[a] - self.log_likelihood[b]
        evidence = [
            TokenEvidence(self.bag.vocabulary[j], float(c), float(ratio[j]))
            for j, c in zip(counts.indices, counts.data, strict=True)
        ]
        evidence.sort(key=lambda e: (-abs(e.count * e.log_ratio), e.token))
        known = set(self.bag.vocabulary)
        unknown = sorted({f for f in self.bag.features(text) if f not in known})
        prior = float(self.log_prior[a] - self.log_prior[b])
        values = classes.tolist()
        return Explanation(values[a], values[b], prior, evidence, unknown)
