"""Bags of words and TF-IDF: by hand, and equal to scikit-learn's."""

import numpy as np
import pytest

from medai.runtime import MedaiError
from medai.text import BagOfWords, TfIdf, words

TEXTS = [
    "No fever, no cough.",
    "Fever and cough for 3 days",
    "Crohn's disease of the ileum",
    "fever of 39.5; the cough is dry",
    "beta-thalassemia",
]
# scikit-learn gives each row in its own column order and warns on token_pattern: set both
AS_OURS = {"tokenizer": words, "lowercase": False, "token_pattern": None}


def test_words():
    assert words("No fever; temp. 37.2 (Crohn's)!") == ["no", "fever", "temp", "37.2", "crohn's"]


def test_counts_by_hand():
    bag = BagOfWords(ngrams=(1, 2), min_df=2)
    x = bag.fit_transform(TEXTS)
    assert bag.vocabulary == ["cough", "fever", "of", "the"]
    assert x.toarray().tolist() == [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 1, 1],
        [1, 1, 1, 1],
        [0, 0, 0, 0],
    ]
    assert BagOfWords().fit(TEXTS).transform(["no NO nothing"]).max() == 2


def test_tfidf_by_hand():
    # two texts: "a b", "a": idf(a) = ln(3/3) + 1 = 1, idf(b) = ln(3/2) + 1 = 1.405465
    tfidf = TfIdf()
    x = tfidf.fit_transform(["aa bb", "aa"]).toarray()
    b = np.log(1.5) + 1
    assert np.allclose(tfidf.idf, [1, b])
    assert np.allclose(x, [[1 / np.hypot(1, b), b / np.hypot(1, b)], [1, 0]])


@pytest.mark.parametrize("ngrams", [(1, 1), (1, 2), (2, 3)], ids=str)
@pytest.mark.parametrize("min_df", [1, 2, 0.15], ids=str)
@pytest.mark.parametrize("stop", [(), ("the", "of")], ids=["all", "stop"])
def test_equal_to_scikit_learn(ngrams, min_df, stop):
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    texts, new = TEXTS * 2 + ["fever and cough and fever"], ["cough unseen the fever", "unseen"]
    for ours, theirs in [(BagOfWords, CountVectorizer), (TfIdf, TfidfVectorizer)]:
        mine = ours(ngrams=ngrams, min_df=min_df, stop_words=stop)
        ref = theirs(ngram_range=ngrams, min_df=min_df, stop_words=list(stop) or None, **AS_OURS)
        assert np.allclose(mine.fit_transform(texts).toarray(), ref.fit_transform(texts).toarray())
        assert mine.vocabulary == list(ref.get_feature_names_out())
        assert np.allclose(mine.transform(new).toarray(), ref.transform(new).toarray())


def test_equal_to_scikit_learn_on_the_ontology():
    from sklearn.feature_extraction.text import TfidfVectorizer

    from medai.knowledge import load_graph
    from medai.text import symptom_phrases

    texts = [p.text for p in symptom_phrases(load_graph().terms)][:4000]
    mine, ref = TfIdf((1, 2), 2), TfidfVectorizer(ngram_range=(1, 2), min_df=2, **AS_OURS)
    assert abs(mine.fit_transform(texts) - ref.fit_transform(texts)).max() < 1e-12
    assert mine.vocabulary == list(ref.get_feature_names_out())


def test_order_is_forgotten_by_words_and_seen_by_pairs():
    pair = ["tumour without metastasis", "metastasis without tumour"]
    x = BagOfWords().fit_transform(pair).toarray()
    assert (x[0] == x[1]).all()
    x = BagOfWords((1, 2)).fit_transform(pair).toarray()
    assert (x[0] != x[1]).any()


def test_token_lists_and_a_tokenizer():
    assert BagOfWords().fit([["a b", "c"], ["c"]]).vocabulary == ["a b", "c"]
    assert BagOfWords(tokenizer=str.split).fit(["39,5 °C!"]).vocabulary == ["39,5", "°C!"]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: BagOfWords(ngrams=(2, 1)), "shortest and longest"),
        (lambda: BagOfWords(ngrams=(0, 1)), "shortest and longest"),
        (lambda: BagOfWords(min_df=0), "min_df = 0"),
        (lambda: BagOfWords(min_df=1.5), "min_df = 1.5"),
        (lambda: BagOfWords(stop_words="the"), "one str"),
        (lambda: BagOfWords().fit("fever"), "wrap it"),
        (lambda: BagOfWords().fit([]), "no texts"),
        (lambda: BagOfWords().fit(["fever", "  "]), r"texts\[1\] is empty"),
        (lambda: BagOfWords().fit(["fever", None]), "NoneType"),
        (lambda: BagOfWords().fit(["fever", float("nan")]), "float"),
        (lambda: BagOfWords(min_df=2).fit(["fever", "cough"]), "lower min_df"),
        (lambda: TfIdf().transform(["fever"]), "fit"),
    ],
    ids=range(12),
)
def test_refuses(made, message):
    with pytest.raises(MedaiError, match=message):
        made()
