"""Folding of names and words for comparison: case and diacritics removed."""

import unicodedata

# Letters that have no decomposition into a base letter and a mark.
_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss"})


def fold(text: str) -> str:
    """Lower case without diacritics, white space squeezed: ``"Łężyn "`` becomes ``"lezyn"``."""
    lowered = " ".join(text.lower().split()).translate(_STROKES)
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
