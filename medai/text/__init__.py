"""Tokens, n-gram language models, bags of words, naive Bayes, and the texts they learn from."""

from medai.text.bag import BagOfWords, TfIdf, words
from medai.text.bpe import BPE
from medai.text.corpus import Definition, hpo_definitions, ngram_runs, shares_ngram, split
from medai.text.directions import direction_words, turn_directions
from medai.text.naive_bayes import Explanation, NaiveBayes, TokenEvidence
from medai.text.ngram import BOS, EOS, UNK, NGramModel
from medai.text.sampling import apply_temperature, choose, distribution
from medai.text.symptoms import (
    SymptomPhrase,
    SymptomPhrases,
    fold_phrase,
    split_phrases,
    symptom_phrases,
)
from medai.text.tokenize import join_tokens, word_tokens

__all__ = [
    "BOS",
    "BPE",
    "EOS",
    "UNK",
    "BagOfWords",
    "Definition",
    "Explanation",
    "NGramModel",
    "NaiveBayes",
    "SymptomPhrase",
    "SymptomPhrases",
    "TfIdf",
    "TokenEvidence",
    "apply_temperature",
    "choose",
    "direction_words",
    "distribution",
    "fold_phrase",
    "hpo_definitions",
    "join_tokens",
    "ngram_runs",
    "shares_ngram",
    "split",
    "split_phrases",
    "symptom_phrases",
    "turn_directions",
    "word_tokens",
    "words",
]
