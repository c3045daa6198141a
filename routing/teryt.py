"""The official register of streets (TERYT, file ULIC): which streets a commune has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from routing.tables import BadTable, read_rows

COLUMNS = ("WOJ", "POW", "GMI", "RODZ_GMI", "SYM", "SYM_UL", "CECHA", "NAZWA_1", "NAZWA_2", "STAN_NA")
#: The register says "other" for what has its kind in its name ("Trasa Nadrzeczna").
_OTHER = ("", "inne", "inna", "innego")
_DEFAULT_PREFIX = "ul."


@dataclass(frozen=True, slots=True)
class RegisteredStreet:
    """A street of the register. ``short`` is its main part alone, as people say it: "Mickiewicza"."""

    prefix: str
    name: str
    short: str
    line: int


def read_streets(
    path: Path, communes: Iterable[str], *, encoding: str = "utf-8"
) -> tuple[RegisteredStreet, ...]:
    """The streets of the communes, each once, in the order of the file; raises BadTable, also when there are none."""
    codes = tuple(_code(commune) for commune in communes)
    found: dict[tuple[str, str], RegisteredStreet] = {}
    for line, row in read_rows(path, COLUMNS, encoding=encoding, delimiter=";"):
        of_row = f"{row['WOJ']:0>2}{row['POW']:0>2}{row['GMI']:0>2}{row['RODZ_GMI']}"
        if of_row.startswith(codes):
            street = _street(path, line, row)
            found.setdefault((street.prefix, street.name), street)
    if not found:
        raise BadTable(f"{path.name} has no street of the commune {', '.join(codes)}")
    return tuple(found.values())


def _code(commune: str) -> str:
    plain = commune.replace("_", "").replace(" ", "")
    if not (plain.isdigit() and len(plain) in (6, 7)):
        raise BadTable(f"{commune!r} is no code of a commune: six digits, or seven with its kind")
    return plain


def _street(path: Path, line: int, row: dict[str, str]) -> RegisteredStreet:
    if not row["NAZWA_1"]:
        raise BadTable(f"{path.name}, line {line}: a street without a name")
    prefix = _DEFAULT_PREFIX if row["CECHA"].lower() in _OTHER else row["CECHA"].lower()
    name = " ".join(_words(row["NAZWA_2"], row["NAZWA_1"]))
    return RegisteredStreet(prefix, name, " ".join(row["NAZWA_1"].split()), line)


def _words(*parts: str) -> Iterator[str]:
    for part in parts:
        yield from part.split()
