"""Facts of nobody: for trying words without a case, one set for each situation in which they are said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

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
        yield (
            _("on a report that was joined with another"),
            {"outcome": Outcome.DONE, "is_merged": True, "may_reopen": False},
        )
    elif kind == NoticeKind.RECEIVED:
        yield _("a department has it"), {}
        yield _("no department yet"), {"department": "", "route_reason": "", "promised_for": None}
    elif kind == NoticeKind.PASSED_ON:
        yield _("for the first time"), {}
        yield _("handed on"), {"is_handed_over": True, "route_reason": ""}
    elif kind == NoticeKind.QUESTION:
        yield "", {}
        yield _("in a matter of law"), {"warns": True}
    elif kind == NoticeKind.WITHDRAWN:
        yield _("by the person herself"), {}
        yield _("by somebody else"), {"is_reporter": False}
    else:
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
        survivor=f"{settings.CITY_CODE}-2026-004712-5",
        outcome="",
        waiting_for=_("Sample authority"),
        department=_("Sample department"),
        is_handed_over=False,
        route_reason=_("This is a sample of a reason."),
        promised_for=on + timedelta(days=14),
        answer_by=on + timedelta(days=7),
        warns=False,
        planned_for=on + timedelta(days=10),
        reopen_until=on + timedelta(days=REOPEN_DAYS),
        ended_on=on,
        quote=Quote(_("These are sample words."), language) if kind in _QUOTING else None,
        city=settings.CITY_NAME,
        city_phone=settings.CITY_PHONE,
        privacy_url=privacy_url(),
        sender_name="",
        signature="",
    )
