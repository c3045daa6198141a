"""Facts of nobody: for trying words without a case, one set for each situation in which they are said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import REOPEN_DAYS
from cases.states import Outcome
from notifications.facts import Facts, Quote
from notifications.links import privacy_url
from notifications.models import FRAME_KIND, NoticeChannel, NoticeKind

# Kinds that bring words of one of us.
_QUOTING: Final = (
    NoticeKind.QUESTION,
    NoticeKind.PLANNED,
    NoticeKind.WAITING_OTHER,
    NoticeKind.MESSAGE,
    NoticeKind.RESOLVED,
)
_ANOTHER: Final = f"{settings.CITY_CODE}-2026-004712-5"

# What makes the words of a kind differ, with a name for a person.
_SITUATIONS: Final[Mapping[str, Sequence[tuple[Any, dict[str, Any]]]]] = {
    NoticeKind.RESOLVED: [
        (
            gettext_lazy("on a report that was joined with another"),
            {"outcome": Outcome.DONE, "is_merged": True, "may_reopen": False},
        ),
    ],
    NoticeKind.RECEIVED: [
        (gettext_lazy("a department has it"), {}),
        (gettext_lazy("no department yet"), {"department": "", "route_reason": "", "promised_for": None}),
        (
            gettext_lazy("written to several departments"),
            {"written_to": gettext_lazy("Sample department"), "other_cases": _ANOTHER},
        ),
    ],
    NoticeKind.PASSED_ON: [
        (gettext_lazy("for the first time"), {}),
        (gettext_lazy("handed on"), {"is_handed_over": True, "route_reason": ""}),
    ],
    NoticeKind.QUESTION: [("", {}), (gettext_lazy("in a matter of law"), {"warns": True})],
    NoticeKind.NEW_DAY: [
        (gettext_lazy("with a new day"), {}),
        (gettext_lazy("no day yet"), {"new_day": None, "matter": ""}),
    ],
    NoticeKind.WITHDRAWN: [
        (gettext_lazy("by the person herself"), {}),
        (gettext_lazy("by somebody else"), {"is_reporter": False}),
    ],
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One situation, with its name for a person."""

    name: str
    facts: Facts


def samples_of(kind: str, language: str, on: date) -> list[Sample]:
    """Every situation of the kind, by every channel; the frame is tried around a confirmation."""
    told = NoticeKind.RECEIVED if kind == FRAME_KIND else NoticeKind(kind)
    with translation.override(language):
        base = _base(told, language, on)
    names = [(name, changes) for name, changes in _situations(told)]
    return [
        Sample(
            " · ".join(filter(None, (name, str(channel.label)))), replace(base, channel=channel, **changes)
        )
        for (name, changes), channel in product(names, NoticeChannel)
    ]


def _situations(kind: NoticeKind) -> Iterator[tuple[str, dict[str, Any]]]:
    if kind == NoticeKind.RESOLVED:
        for outcome in Outcome:
            if outcome != Outcome.SPAM:
                yield str(outcome.label), {"outcome": outcome.value}
    for name, changes in _SITUATIONS.get(kind, ()):
        yield str(name), changes
    if kind not in _SITUATIONS:
        yield "", {}


def _base(kind: NoticeKind, language: str, on: date) -> Facts:
    return Facts(
        reference=f"{settings.CITY_CODE}-2026-004711-7",
        kind=kind,
        channel=NoticeChannel.EMAIL,
        language=language,
        written_on=on,
        recipient="Anna Nowak",
        postal_address=f"ul. Długa 1\n{settings.CITY_NAME}",
        tracking_url=f"{settings.PUBLIC_URL}/track/",
        wishes_url=f"{settings.PUBLIC_URL}/track/",
        pin="123 456",
        is_reporter=True,
        is_merged=False,
        may_reopen=True,
        survivor=_ANOTHER,
        outcome="",
        waiting_for=_("Sample authority"),
        department=_("Sample department"),
        is_handed_over=False,
        route_reason=_("This is a sample of a reason."),
        promised_for=on + timedelta(days=14),
        answer_by=on + timedelta(days=7),
        warns=False,
        planned_for=on + timedelta(days=10),
        told_before=on + timedelta(days=7),
        new_day=on + timedelta(days=30),
        matter=_("Sample matter"),
        reopen_until=on + timedelta(days=REOPEN_DAYS),
        ended_on=on,
        quote=Quote(_("These are sample words."), language) if kind in _QUOTING else None,
        city=settings.CITY_NAME,
        city_phone=settings.CITY_PHONE,
        privacy_url=privacy_url(),
        sender_name="",
        signature="",
    )
