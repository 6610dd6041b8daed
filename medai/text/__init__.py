"""Tokens, byte-pair encoding, n-gram language models and the corpus they learn from."""

from medai.text.bag import BagOfWords, TfIdf, words
from medai.text.bpe import BPE
from medai.text.corpus import Definition, hpo_definitions, shares_ngram, split
from medai.text.naive_bayes import NaiveBayes
from medai.text.ngram import BOS, EOS, UNK, NGramModel
from medai.text.sampling import apply_temperature
from medai.text.symptoms import SymptomPhrase, fold_phrase, split_phrases, symptom_phrases
from medai.text.tokenize import join_tokens, word_tokens

__all__ = [
    "BOS",
    "BPE",
    "EOS",
    "UNK",
    "BagOfWords",
    "Definition",
    "NGramModel",
    "NaiveBayes",
    "SymptomPhrase",
    "TfIdf",
    "apply_temperature",
    "fold_phrase",
    "hpo_definitions",
    "join_tokens",
    "shares_ngram",
    "split",
    "split_phrases",
    "symptom_phrases",
    "word_tokens",
    "words",
]
