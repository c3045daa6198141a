"""Domains where everybody can get an address: their people have nothing in common. ``public_mail.txt`` names them."""

from functools import lru_cache
from pathlib import Path
from typing import Final

_LIST: Final = Path(__file__).with_name("public_mail.txt")
# Known by their first name under many ends: yahoo.com, yahoo.co.uk, gmx.de.
_FAMILIES: Final = frozenset(
    {"aol", "gmail", "googlemail", "gmx", "hotmail", "outlook", "yahoo", "yandex", "ymail"}
)


def is_public_mail(domain: str) -> bool:
    """Whether the domain, or one above it, gives addresses to everybody."""
    labels = domain.lower().split(".")
    above = (labels[start:] for start in range(len(labels)))
    return any(".".join(one) in _known() or (len(one) in (2, 3) and one[0] in _FAMILIES) for one in above)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
