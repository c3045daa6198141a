"""What the rules may look at: plain facts, so that routing never knows a case."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Codes and folded text of one request. ``text`` is lower case without diacritics."""

    category: str | None
    kind: str
    channel: str
    urgency: str
    district: str | None = None
    street: str | None = None
    # The department to whose mailbox the resident wrote.
    addressed_to: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A routing rule as data: every non-empty condition must hold."""

    code: str
    department: str
    categories: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    streets: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    addressed_to: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a rule, the category's default, the address written to, or the words of a rule that were found."""

    code: str
    rule: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The department chosen, with the reasons; no department where nothing applies."""

    department: str | None
    reasons: tuple[Reason, ...]
