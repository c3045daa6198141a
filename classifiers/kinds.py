"""What kind of matter it is in law. It may ask a person once too often; it must not miss a complaint."""

from collections.abc import Sequence

from classifiers.explain import Evidence, deciding_words, equal_shares
from classifiers.normalise import Token
from classifiers.phrases import find_phrases
from classifiers.scoring import Scored
from classifiers.types import ROUTABLE_KINDS, Catalogue, CategorySuggestion, KindFinding

#: A category that is legal by itself makes the text suspect when it is at least so likely.
_LEAST_PROBABILITY = 0.1
#: Words of the law, and words with which people begin a formal request. Not "wniosek" alone: it has three meanings.
_POLISH = """
    skarga, skarżę się, skarżyć, zażalenie, petycja, podpisy, niżej podpisani, informacja publiczna,
    informacji publicznej, dostęp do informacji, udostępnienie informacji, proszę o udostępnienie, proszę o dane, RODO,
    dane osobowe, moje dane, moich danych, inspektor ochrony danych, odszkodowanie, zadośćuczynienie, roszczenie,
    wezwanie do zapłaty, wzywam do zapłaty, zwrot kosztów, proszę o wypłatę, pokrycie kosztów, wnoszę o, wnioskuję,
    składam wniosek, wniosek o, postuluję, mam propozycję, proponuję, podanie o, odwołanie, odwołuję się, ponaglenie,
    KPA, rozłożyć na raty, rozłożenie na raty, umorzenie, wydanie zaświadczenia, wydanie decyzji, na podstawie art,
    na podstawie ustawy, zgodnie z ustawą, podstawa prawna, żądam, wycinka drzewa, zezwolenie na wycinkę, język migowy,
    czytnik ekranu, dostępność cyfrowa, zapewnienie dostępności
"""
_ENGLISH = """
    complaint, complain about, petition, signatures, undersigned, public information, freedom of information, GDPR,
    personal data, my data, legal basis, compensation, damages, liable, demand payment, reimburse, pay for the damage,
    formal, I apply, application for, I request, hereby, appeal against, under article, under the act, instalments,
    issue a certificate, sign language, screen reader, wheelchair access, I propose, proposal, motion, felling permit
"""
_UKRAINIAN = """
    скарга, скаржусь, скаржуся, петиція, підписи, публічна інформація, публічної інформації, RODO, GDPR,
    персональні дані, мої дані, моїх даних, відшкодування, відшкодувати, компенсація, збитки, прошу сплатити,
    чекаю на сплату, заява, подаю заяву, оскаржити, оскаржую, розстрочка, відповідно до закону, на підставі,
    жестова мова, жестової мови, екранний читач, пропозиція, пропоную, прошу видати, прошу надати копії,
    дозвіл на вирубку, вимагаю
"""
_MARKERS = {
    language: tuple(phrase.strip() for phrase in phrases.split(","))
    for language, phrases in (("pl", _POLISH), ("en", _ENGLISH), ("uk", _UKRAINIAN))
}


def judge_kind(
    evidence: Evidence,
    scored: Scored,
    threshold: float,
    legal_topics: Sequence[CategorySuggestion],
    markers: Sequence[Token],
) -> KindFinding:
    """The likeliest kind. It may be legal when the legal kinds together reach the threshold, which lies lower for a
    text that uses words of the law, or when it may be about a category that is legal by itself."""
    if not evidence.has_words:
        return KindFinding("REPORT", 0.0, True, ())
    best = scored.best(1)[0]
    legal = 1.0 - sum(scored.of(kind) for kind in ROUTABLE_KINDS)
    may_be_legal = bool(legal_topics) or legal >= threshold
    may_be_legal = may_be_legal or scored.labels[best] not in ROUTABLE_KINDS
    words = equal_shares(markers) or deciding_words(evidence, scored.pull(best))
    return KindFinding(scored.labels[best], round(float(scored.probabilities[best]), 4), may_be_legal, words)


def legal_topics(
    catalogue: Catalogue, suggestions: Sequence[CategorySuggestion]
) -> tuple[CategorySuggestion, ...]:
    """Those suggested categories that are legal by themselves and likely enough to matter."""
    legal = {entry.code for entry in catalogue.categories if entry.kind not in ROUTABLE_KINDS}
    first = suggestions[:1]
    return tuple(
        suggestion
        for suggestion in suggestions
        if suggestion.code in legal and (suggestion in first or suggestion.probability >= _LEAST_PROBABILITY)
    )


def find_markers(tokens: Sequence[Token], language: str) -> tuple[Token, ...]:
    """The words of the law in the text, in the order of the text."""
    return find_phrases(_MARKERS[language], tokens, language)
