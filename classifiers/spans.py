"""A stretch of a text and what it is: personal data, a quotation, a signature."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` is a ``kind``."""

    kind: str
    start: int
    end: int
