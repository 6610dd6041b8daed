"""Tokens, byte-pair encoding, n-gram language models and the corpus they learn from."""

from medai.text.bpe import BPE
from medai.text.corpus import Definition, hpo_definitions, shares_ngram, split
from medai.text.ngram import BOS, EOS, UNK, NGramModel
from medai.text.sampling import apply_temperature
from medai.text.tokenize import join_tokens, word_tokens

__all__ = [
    "BOS",
    "BPE",
    "EOS",
    "UNK",
    "Definition",
    "NGramModel",
    "apply_temperature",
    "hpo_definitions",
    "join_tokens",
    "shares_ngram",
    "split",
    "word_tokens",
]
