"""N-gram language models of any order with four kinds of smoothing (book, chapter 03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat

import numpy as np

from medai.metrics.text import perplexity
from medai.runtime import MedaiError
from medai.text._counts import NGramCounts, estimate_discount
from medai.text.sampling import apply_temperature
from medai.text.tokenize import join_tokens, word_tokens

BOS, EOS, UNK = "<s>", "</s>", "<unk>"
SMOOTHING = ("mle", "add-k", "jelinek-mercer", "kneser-ney")

Text = str | Sequence[str]


class NGramModel:
    r"""A language model that looks back ``order - 1`` tokens.

    Each text is read as ``<s> ... <s> w_1 ... w_n </s>``: the model predicts every token
    and the end, never ``<s>``.  Tokens outside the vocabulary are read as ``<unk>``, one
    more word of the vocabulary, so ``P(. | context)`` sums to 1 over a closed set.  What
    a *particular* unknown word costs is not answered: two models are comparable only on
    the same vocabulary, or per character with a tokeniser that has no unknown words.

    Parameters
    ----------
    order : int
        1 for unigrams, 2 for bigrams, and so on.
    smoothing : {"mle", "add-k", "jelinek-mercer", "kneser-ney"}
        ``mle``: relative frequency :math:`c(h,w)/c(h)`.
        ``add-k``: :math:`(c(h,w)+k)/(c(h)+kV)`.
        ``jelinek-mercer``: relative frequencies of all orders mixed with one weight per
        order, fitted by EM on held-out texts (Jelinek and Mercer, 1980).
        ``kneser-ney``: interpolated Kneser-Ney with one discount per order
        (Kneser and Ney, 1995, as interpolated by Chen and Goodman, 1999).
    k : float
        What ``add-k`` adds to each count, above 0.
    discount : float, optional
        The discount of ``kneser-ney`` for every order, above 0 and at most 1;
        :math:`n_1/(n_1+2n_2)` of each order's counts if None.
    min_count : int
        Training words seen less often are read as ``<unk>``.
    vocabulary : iterable of str, optional
        The words to tell apart; then ``min_count`` is not used.
    tokenizer : callable
        Text to list of tokens. Texts given as lists are taken as tokens.

    Notes
    -----
    A context that was never seen is shortened until it was (``mle``, ``jelinek-mercer``,
    ``kneser-ney``); ``add-k`` is then uniform, as its formula says.  In lower orders
    Kneser-Ney counts the different tokens on the left; n-grams that begin with ``<s>``
    have only ``<s>`` on their left and keep their plain counts.
    """

    def __init__(
        self,
        order: int = 3,
        smoothing: str = "kneser-ney",
        *,
        k: float = 0.1,
        discount: float | None = None,
        min_count: int = 2,
        vocabulary: Iterable[str] | None = None,
        tokenizer: Callable[[str], list[str]] = word_tokens,
    ) -> None:
        if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 1:
            raise MedaiError(f"order = {order!r}, but it must be 1 or more; 2 is a bigram model")
        if smoothing not in SMOOTHING:
            raise MedaiError(f"smoothing = {smoothing!r}; choose one of {', '.join(SMOOTHING)}")
        if not (np.isfinite(k) and k > 0):
            raise MedaiError(f"k = {k}, but it must be above 0; smoothing='mle' adds nothing")
        if discount is not None and not 0 < discount <= 1:
            raise MedaiError(f"discount = {discount}, but it must be above 0 and at most 1")
        if min_count < 1:
            raise MedaiError(f"min_count = {min_count}, but it must be 1 or more; 1 keeps all")
        self.order, self.smoothing, self.k, self.discount = int(order), smoothing, k, discount
        self.min_count, self.tokenizer = min_count, tokenizer
        self._given = None if vocabulary is None else sorted(set(vocabulary) - {BOS, EOS, UNK})
        self.vocabulary: list[str] = []
        self.weights: np.ndarray | None = None
        self.discounts: np.ndarray | None = None

    # ---- reading texts -------------------------------------------------------------

    def tokens(self, text: Text) -> list[str]:
        """Split a text with the model's tokeniser; a list is taken as tokens already."""
        return self.tokenizer(text) if isinstance(text, str) else list(text)

    def _stream(self, texts: Iterable[Text]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return all texts in a row, padded; where the predicted tokens are; tokens per text."""
        if isinstance(texts, str):
            raise MedaiError("got one str where a list of texts is needed; wrap it: [text]")
        split = [self.tokens(t) for t in texts]
        if not split:
            raise MedaiError("got no texts; pass at least one")
        sizes = np.array([len(tokens) + 1 for tokens in split])
        ids = map(self._index.get, chain.from_iterable(split), repeat(0))
        ends = np.cumsum(sizes) - 1  # where </s> stands among the predicted tokens
        values = np.ones(sizes.sum(), dtype=np.int64)
        is_word = np.ones(len(values), dtype=bool)
        is_word[ends] = False
        values[is_word] = np.fromiter(ids, dtype=np.int64, count=len(values) - len(sizes))
        pad = self.order - 1
        predicted = np.arange(len(values)) + np.repeat(np.arange(1, len(sizes) + 1) * pad, sizes)
        stream = np.full(len(values) + pad * len(sizes), len(self.vocabulary))
        stream[predicted] = values
        return stream, predicted, sizes

    def _rows(self, texts: Iterable[Text]) -> tuple[np.ndarray, np.ndarray]:
        """Return every predicted token after its context, (N, order), and tokens per text."""
        stream, predicted, sizes = self._stream(texts)
        windows = np.lib.stride_tricks.sliding_window_view(stream, self.order)
        return windows[predicted - self.order + 1], sizes

    # ---- fitting -------------------------------------------------------------------

    def fit(self, texts: Iterable[Text], held_out: Iterable[Text] | None = None) -> NGramModel:
        """Count, and for ``jelinek-mercer`` fit the weights on held-out texts.

        Parameters
        ----------
        texts : iterable of str or of token lists
            Training texts.
        held_out : iterable of str or of token lists, optional
            Texts apart from training and test; needed for ``jelinek-mercer`` only.

        Returns
        -------
        NGramModel
            The model itself.

        Raises
        ------
        MedaiError
            If the corpus is empty, or ``jelinek-mercer`` has no held-out texts.
        """
        if isinstance(texts, str):
            raise MedaiError("fit got one str where a list of texts is needed; wrap it: [text]")
        split = [self.tokens(t) for t in texts]
        seen = Counter(chain.from_iterable(split))
        if not seen:
            raise MedaiError(
                f"the corpus has {len(split)} texts and no token, so nothing can be counted; "
                "pass at least one text with a word in it"
            )
        words = self._given
        if words is None:
            words = sorted(w for w, c in seen.items() if c >= self.min_count)
        words = [w for w in words if w not in (BOS, EOS, UNK)]
        self.vocabulary = [UNK, EOS, *words]
        self._index = {w: i for i, w in enumerate(self.vocabulary)}
        stream, predicted, _ = self._stream(split)
        self._counts = NGramCounts(stream, predicted, self.order, len(self.vocabulary) + 1)
        if self.smoothing == "kneser-ney":
            self._counts.count_left_neighbours()
            if self.discount is not None:
                self.discounts = np.full(self.order, float(self.discount))
            else:
                self.discounts = np.array([estimate_discount(c) for c in self._counts.counts])
        if self.smoothing == "jelinek-mercer":
            if held_out is None:
                raise MedaiError(
                    "jelinek-mercer fits its weights on texts it has not counted, and held_out "
                    "is None; pass held_out=[...], apart from training and test"
                )
            self.weights = self._fit_weights(self._rows(held_out)[0])
        return self

    def _fit_weights(self, rows: np.ndarray, rounds: int = 1000) -> np.ndarray:
        """Find the weight of each order by expectation-maximisation on held-out n-grams."""
        parts = [self._relative(rows, m) for m in range(1, self.order + 1)]
        weights = np.full(self.order, 0.5)
        for _ in range(rounds):
            below = [np.full(len(rows), 1 / len(self.vocabulary))]
            for (ml, seen), w in zip(parts, weights, strict=True):
                below.append(np.where(seen, w * ml + (1 - w) * below[-1], below[-1]))
            new, reach = weights.copy(), np.ones(len(rows))
            for m in range(self.order - 1, -1, -1):
                ml, seen = parts[m]
                stop = np.where(seen, reach * weights[m] * ml / below[m + 1], 0.0)
                if seen.any():
                    new[m] = np.clip(stop.sum() / reach[seen].sum(), 1e-6, 1 - 1e-6)
                reach = reach - stop
            done = np.abs(new - weights).max() < 1e-6
            weights = new
            if done:
                break
        return weights

    # ---- probabilities -------------------------------------------------------------

    def _relative(self, rows: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
        count, total, _ = self._counts.lookup(rows[:, -m:])
        return count / np.maximum(total, 1), total > 0

    def _mix(self, find: Callable[[int], tuple]) -> np.ndarray:
        """Combine the orders; ``find(m)`` gives count, context total and types of order m."""
        size = len(self.vocabulary)
        if self.smoothing == "add-k":
            count, total, _ = find(self.order)
            return (count + self.k) / (total + self.k * size)
        p = 1 / size
        for m in range(1, self.order + 1):
            count, total, types = find(m)
            one = np.maximum(total, 1)
            if self.smoothing == "kneser-ney":
                d = self.discounts[m - 1]
                mixed = (np.maximum(count - d, 0) + d * types * p) / one
            else:
                w = 1.0 if self.smoothing == "mle" else self.weights[m - 1]
                mixed = w * count / one + (1 - w) * p
            p = np.where(total > 0, mixed, p)
        return p

    def _probs(self, rows: np.ndarray) -> np.ndarray:
        """Compute P(last token | the tokens before it) for rows of shape (N, order)."""
        return self._mix(lambda m: self._counts.lookup(rows[:, -m:]))

    def _need_fit(self) -> None:
        if not self.vocabulary:
            raise MedaiError("the model has seen no text yet; call fit(texts) first")

    def distribution(self, context: Text = "") -> np.ndarray:
        """Compute the probability of every word of the vocabulary as the next token.

        Parameters
        ----------
        context : str or list of str
            The text so far, from its beginning; only the last ``order - 1`` tokens count.

        Returns
        -------
        numpy.ndarray, shape (V,)
            Probabilities in the order of ``vocabulary``; they sum to 1.
        """
        self._need_fit()
        bos, size = len(self.vocabulary), len(self.vocabulary)
        ids = [bos if t == BOS else self._index.get(t, 0) for t in self.tokens(context)]
        history = ([bos] * (self.order - 1) + ids)[len(ids) :]
        return self._mix(lambda m: self._counts.followers(history[self.order - m :], size))

    def prob(self, word: str, context: Text = "") -> float:
        """Compute P(word | context), as :meth:`distribution`; ``</s>`` asks for the end."""
        self._need_fit()
        if word == BOS:
            raise MedaiError("'<s>' marks the beginning and is never predicted; ask for a word")
        return float(self.distribution(context)[self._index.get(word, 0)])

    def logprobs(self, texts: Iterable[Text]) -> list[np.ndarray]:
        """Compute the natural-log probability of each token of each text, end included.

        Parameters
        ----------
        texts : iterable of str or of token lists
            Texts to score.

        Returns
        -------
        list of numpy.ndarray
            One array per text, of length tokens + 1; ``-inf`` where the model says impossible.
        """
        self._need_fit()
        rows, sizes = self._rows(texts)
        with np.errstate(divide="ignore"):
            values = np.log(np.minimum(self._probs(rows), 1.0))
        return np.split(values, np.cumsum(sizes)[:-1])

    def logprob(self, sentence: Text) -> float:
        """Compute ln P(sentence), the sum over its tokens and its end."""
        return float(self.logprobs([sentence])[0].sum())

    def perplexity(self, texts: Iterable[Text]) -> float:
        """Compute the perplexity of all tokens of all texts together, ends included."""
        return perplexity(self.logprobs(texts))

    # ---- generation ----------------------------------------------------------------

    def generate(
        self,
        rng: np.random.Generator,
        prompt: Text = "",
        *,
        max_tokens: int = 40,
        temperature: float = 1.0,
        top_k: int | None = None,
        allow_unk: bool = False,
    ) -> str:
        """Continue a prompt, one drawn token after another, until the end or ``max_tokens``.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        prompt : str or list of str
            The text so far.
        max_tokens : int
            The most tokens to add.
        temperature : float
            0 takes the most probable token, 1 draws from the model, infinity draws evenly;
            see :func:`medai.text.apply_temperature`.
        top_k : int, optional
            Draw among the ``top_k`` most probable tokens only.
        allow_unk : bool
            Whether ``<unk>`` may be written.

        Returns
        -------
        str
            The prompt and its continuation, joined.
        """
        if top_k is not None and top_k < 1:
            raise MedaiError(f"top_k = {top_k}, but at least 1 token must stay; None keeps all")
        if max_tokens < 0:
            raise MedaiError(f"max_tokens = {max_tokens}, but it must be 0 or more")
        tokens = self.tokens(prompt)
        for _ in range(max_tokens):
            p = self.distribution(tokens)
            if not allow_unk and p[0] < 1:
                p[0] = 0.0
            p = apply_temperature(p / p.sum(), temperature, top_k)
            token = self.vocabulary[rng.choice(len(p), p=p)]
            if token == EOS:
                break
            tokens.append(token)
        return join_tokens(tokens)
