"""Reading tables of other registers: delimited text with a header, refused with words when it is something else."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

_SIGNATURES = {
    "PK\x03\x04": "a ZIP archive: unpack it first",
    "<": "XML: download the CSV file instead",
    "{": "JSON, not a table",
}
_DELIMITERS = ";,\t|"
#: A longer line is no table of streets or addresses.
_LONGEST_FIELD = 10_000


class BadTable(Exception):
    """The file cannot be read as the table that was asked for; the message says what is wrong and where."""


def read_rows(
    path: Path, columns: Sequence[str], *, encoding: str, delimiter: str | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with the number of their line, as dictionaries of all columns; raises BadTable.

    ``delimiter`` is guessed from the header when none is given. Quotation marks count as such only where the header
    has them: official files write ``"Hubala" Henryka`` without quoting.
    """
    with _opened(path, encoding) as file:
        header = file.readline()
        _check_signature(path, header)
        sign = delimiter or max(_DELIMITERS, key=header.count)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if header.startswith('"') else csv.QUOTE_NONE
        names = [name.strip() for name in next(csv.reader([header], delimiter=sign, quoting=quoting), [])]
        _check_columns(path, names, columns)
        for number, fields in enumerate(csv.reader(file, delimiter=sign, quoting=quoting), start=2):
            if not fields:
                continue
            if len(fields) != len(names) or max(map(len, fields)) > _LONGEST_FIELD:
                raise BadTable(
                    f"{path.name}, line {number}: {len(fields)} fields where {len(names)} are expected"
                )
            yield number, {name: field.strip() for name, field in zip(names, fields, strict=True)}


def header_of(path: Path, *, encoding: str) -> list[str]:
    """The names of the columns."""
    with _opened(path, encoding) as file:
        header = file.readline()
    _check_signature(path, header)
    sign = max(_DELIMITERS, key=header.count)
    return [name.strip().strip('"') for name in header.rstrip("\r\n").split(sign)]


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    try:
        # The official files begin with a byte order mark.
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
            yield file
    except OSError as error:
        raise BadTable(f"{path}: {error.strerror}") from error
    except LookupError as error:
        raise BadTable(f"there is no encoding {encoding!r}") from error
    except UnicodeError as error:
        raise BadTable(
            f"{path.name} is not {encoding}: {error}. Name its encoding, for example cp1250"
        ) from error
    except csv.Error as error:
        raise BadTable(f"{path.name}: {error}") from error


def _check_signature(path: Path, header: str) -> None:
    if not header.strip():
        raise BadTable(f"{path.name} is empty")
    for signature, meaning in _SIGNATURES.items():
        if header.startswith(signature):
            raise BadTable(f"{path.name} is {meaning}")


def _check_columns(path: Path, names: Sequence[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in names]
    if missing:
        raise BadTable(f"{path.name} has no column {', '.join(missing)}; it has {', '.join(names)}"[:600])
