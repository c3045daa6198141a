"""What other projects and libraries would do with the same texts: scikit-learn recipes, for comparison only."""

from typing import Any

import snowballstemmer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
from spacy.lang.pl.stop_words import STOP_WORDS as POLISH
from spacy.lang.uk.stop_words import STOP_WORDS as UKRAINIAN

#: A text with its language.
Text = tuple[str, str]
#: Snowball knows no Ukrainian; its Russian cuts most of the same endings.
_STEMMERS = {
    language: snowballstemmer.stemmer(name)
    for language, name in (("pl", "polish"), ("en", "english"), ("uk", "russian"))
}
_STOP_WORDS = ENGLISH | POLISH | UKRAINIAN


def signalen() -> Pipeline:
    """The recipe of Signalen: counts of stemmed words and pairs without stop words, and a sparse logistic regression.

    Its search over class weights is left out: it would take eight times as long.
    """
    return make_pipeline(
        CountVectorizer(preprocessor=_stemmed, ngram_range=(1, 2)),
        TfidfTransformer(norm="l2", use_idf=False),
        OneVsRestClassifier(LogisticRegression(l1_ratio=1.0, solver="liblinear", max_iter=300)),
    )


def stemmed() -> Pipeline:
    """The same words for a logistic regression with the usual penalty, which does better on few texts."""
    return make_pipeline(
        CountVectorizer(preprocessor=_stemmed, ngram_range=(1, 2)),
        TfidfTransformer(norm="l2", use_idf=False),
        LogisticRegression(C=10.0, max_iter=300),
    )


def characters() -> Pipeline:
    """Groups of three to five characters within words, weighted by rarity, and a logistic regression."""
    return make_pipeline(
        TfidfVectorizer(
            preprocessor=_lower, analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2
        ),
        LogisticRegression(C=10.0, max_iter=300),
    )


PEERS: dict[str, Any] = {"signalen": signalen, "stemmed": stemmed, "characters": characters}


def _stemmed(text: Text) -> str:
    words = [word for word in text[0].lower().split() if word not in _STOP_WORDS]
    return " ".join(_STEMMERS.get(text[1], _STEMMERS["en"]).stemWords(words))


def _lower(text: Text) -> str:
    return text[0].lower()
