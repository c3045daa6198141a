"""What goes in (catalogue, gazetteer) and what comes out (an understanding). Plain data: codes are plain strings."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

LANGUAGES = ("pl", "en", "uk")
DEFAULT_LANGUAGE = "pl"
#: The probability of a language that stands for "none of ours"; where one of ours is told, it is higher.
UNKNOWN_LANGUAGE = 0.2
#: The only kinds that a machine may route; everything else belongs to a person.
ROUTABLE_KINDS = frozenset({"REPORT", "INFORMATION"})
#: Where a category code is asked for: the text is no case.
NO_CASE = ""
NORMAL, URGENT, DANGER = "NORMAL", "URGENT", "DANGER"


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """One row of the service catalogue; texts by language code."""

    code: str
    kind: str
    other_kinds: tuple[str, ...]
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    urgency_words: Mapping[str, tuple[str, ...]]
    danger_words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The categories in use. ``successors``: for a code that was merged into another, the one that holds today."""

    categories: tuple[CategoryEntry, ...]
    successors: Mapping[str, str] = field(default_factory=dict)

    def today(self, code: str) -> str:
        """The code under which a matter is filed today: its own, or that of the category it was merged into."""
        return self.successors.get(code, code)


@dataclass(frozen=True, slots=True)
class StreetEntry:
    """A street of the city. ``prefix`` is "ul.", "al.", "pl." or "os."; ``district`` is a district code."""

    id: int
    prefix: str
    name: str
    district: str | None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The streets, and the districts as pairs of code and name."""

    streets: tuple[StreetEntry, ...]
    districts: tuple[tuple[str, str], ...]

    def __hash__(self) -> int:
        # Asked for every text: a few streets tell gazetteers apart well enough, and equality looks at all of them.
        return hash((len(self.streets), self.streets[:1], self.streets[-1:], self.districts[:1]))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text as it was written, where it stands, and its share (0 to 1) of what speaks for a result."""

    text: str
    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class CategorySuggestion:
    code: str
    probability: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class KindFinding:
    """The likeliest kind. ``may_be_legal`` errs towards true: then only a person may route the case."""

    kind: str
    probability: float
    may_be_legal: bool
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class UrgencyFinding:
    level: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class NonCaseFinding:
    """The text is probably no matter for the city hall: what it is instead ("SPAM", "WRONG_CITY" …)."""

    kind: str
    probability: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class PlacePart:
    """A stretch of the text that tells a part of the place: STREET, NUMBER, FLAT, SECOND, RELATION, STOP, DISTRICT."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlaceFinding:
    """A place named in the text. ``street_id`` is None when the street is not known or the name is ambiguous.

    ``house_number`` is as it was written, so "12a/5" too; ``flat_number`` is the flat where one is told. ``relation``
    is CORNER or BETWEEN (with the second street), OPPOSITE, BEHIND, BEFORE, NEAR, or empty. ``start`` and ``end`` are
    those of the name; ``parts`` tells where everything else stands. ``confidence`` is from 0 to 1.
    """

    street_id: int | None
    street_name: str
    house_number: str
    district: str | None
    start: int
    end: int
    flat_number: str = ""
    second_street_id: int | None = None
    second_street_name: str = ""
    relation: str = ""
    stop_name: str = ""
    confidence: float = 0.0
    parts: tuple[PlacePart, ...] = ()

    def moved(self, to: Callable[[int, int], tuple[int, int]]) -> "PlaceFinding":
        """The same place with its offsets in another text: ``to`` says where a stretch stands there."""
        start, end = to(self.start, self.end)
        parts = tuple(PlacePart(part.kind, *to(part.start, part.end)) for part in self.parts)
        return replace(self, start=start, end=end, parts=parts)


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that was read out of one text. ``categories`` holds at most three, likeliest first; it may be empty.

    ``is_sure``: the first category is surer than its line, so that a machine may act on it. ``reasons`` are those words
    for the first category that may be told to whoever wrote the text: no names, numbers or places.
    """

    language: str
    language_probability: float
    categories: tuple[CategorySuggestion, ...]
    is_sure: bool
    kind: KindFinding
    urgency: UrgencyFinding
    noncase: NonCaseFinding | None
    place: PlaceFinding | None
    model_version: str
    reasons: tuple[Word, ...] = ()

    @property
    def is_language_known(self) -> bool:
        """Whether the text is in a language that we read at all; if not, ``language`` is only the nearest."""
        return self.language_probability > UNKNOWN_LANGUAGE

    @property
    def is_routable(self) -> bool:
        """Whether a machine may pass the text on, as far as the text alone decides."""
        is_plain = not self.kind.may_be_legal and self.kind.kind in ROUTABLE_KINDS
        return self.is_sure and self.is_language_known and self.noncase is None and is_plain

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dictionaries for storage as JSON."""
        return asdict(self)
