"""What a resident reads about the state of her case: a name, a sentence, and what happens next and by when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.deadlines import promised_date
from cases.models import REOPEN_DAYS, Case, ContactChannel
from cases.queries.merged import is_warned
from cases.states import Outcome, Status


@dataclass(frozen=True, slots=True)
class StatusWords:
    """``status`` and ``outcome`` choose the badge; ``label`` says it in fuller words where there are any."""

    status: str
    outcome: str
    label: str
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: how she is told of news (nobody is promised a letter whom nobody can write to), on which day, and
    whether she only follows what another reported."""

    channel: str
    today: date
    is_follower: bool


def status_words(
    case: Case, now: datetime, channel: str, *, is_others: bool = False, is_follower: bool = False
) -> StatusWords:
    """The case's state in plain words. A date is named only once category and kind are settled.

    ``is_others``: the reader's own case was merged into this one. She is promised only what she can do: she does
    not open it again, and what another household was asked is not hers to answer. ``is_follower``: the reader did not
    report it herself, so nothing happened at her request, and she opens nothing again.
    """
    if case.status in (Status.RESOLVED, Status.CLOSED):
        return _ended(case, now, may_reopen=not (is_others or is_follower))
    reader, status = Reader(channel, timezone.localdate(now), is_follower), Status(case.status)
    if is_others and status == Status.WAITING_RESIDENT:
        status = Status.IN_PROGRESS
    label, sentence, next_step = _OPEN[status](case, reader)
    if next_step is None:
        next_step = _by_when(case, reader)
    return StatusWords(status, "", label, sentence, next_step)


def reopen_until(case: Case) -> date | None:
    """The last day on which the resident herself may open the case again."""
    return timezone.localdate(case.resolved_at) + timedelta(days=REOPEN_DAYS) if case.resolved_at else None


def day(moment: date | None) -> str:
    """A date as people write it inside a sentence: the long formats of some languages end with a full stop."""
    return date_format(moment, "j E Y") if moment else ""


# The same news for who is written to (the default), for who is called, and for who left no way to be told.
_NEWS = {
    ContactChannel.PHONE: gettext_lazy("We will call you when there is something new."),
    ContactChannel.NONE: gettext_lazy("Look at the page of your report now and then: it shows what is new."),
    "": gettext_lazy("We will write to you when there is something new."),
}
_WHEN_DONE = {
    ContactChannel.PHONE: gettext_lazy("We will call you when it is done."),
    ContactChannel.NONE: gettext_lazy("The page of your report will say when it is done."),
    "": gettext_lazy("We will write to you when it is done."),
}
_WHEN_BOTH_DONE = {
    ContactChannel.PHONE: gettext_lazy(
        "Somebody has already reported this. We will call you when we have finished."
    ),
    ContactChannel.NONE: gettext_lazy(
        "Somebody has already reported this. The page of your report will say when we have finished."
    ),
    "": gettext_lazy("Somebody has already reported this. We will let you know when we have finished."),
}


def _said_by(sentences: Mapping[str, Promise], channel: str) -> str:
    return str(sentences.get(channel, sentences[""]))


# Fuller name, sentence, and what happens next (None: the answer by its day).
Words = tuple[str, str, str | None]


def _by_when(case: Case, reader: Reader) -> str:
    due = promised_date(case)
    if due is None:
        return _said_by(_NEWS, reader.channel)
    if due < reader.today:
        text = _("We wanted to answer by %(date)s and are late. We are sorry. We are still working on it.")
        return text % {"date": day(due)}
    return _("We will answer by %(date)s.") % {"date": day(due)}


def _new(case: Case, _reader: Reader) -> Words:
    if case.reopened_count:
        return (
            _("Opened again"),
            _("We are looking at it again. We are finding out who will deal with it."),
            None,
        )
    if case.assignee_id is not None:
        return _("Being checked"), _("We are finding out who will deal with it."), None
    return "", _("We have your report. We are finding out who will deal with it."), None


def _assigned(case: Case, _reader: Reader) -> Words:
    unit = {"unit": case.department.name if case.department else _("Contact centre")}
    if case.reopened_count:
        return _("Opened again"), _("We are looking at it again: %(unit)s deals with it.") % unit, None
    sentence = _("%(unit)s deals with it. You do not have to do anything.") % unit
    return _("Passed to: %(unit)s") % unit, sentence, None


def _in_progress(_case: Case, _reader: Reader) -> Words:
    return "", _("We are working on it."), None


def _planned(case: Case, reader: Reader) -> Words:
    on = {"date": day(case.planned_for)}
    if case.planned_for is not None and case.planned_for < reader.today:
        late = _("We wanted to do it by %(date)s and are late. We are sorry. We are still working on it.")
        return "", late % on, _said_by(_NEWS, reader.channel)
    sentence = _("We will do it by %(date)s.") % on
    return _("Planned for %(date)s") % on, sentence, _said_by(_WHEN_DONE, reader.channel)


def _waiting_resident(case: Case, reader: Reader) -> Words:
    sentence = _("We asked you something and need your answer. You can write it below.")
    next_step = _("We go on as soon as you have answered.")
    if case.answer_by is not None and case.answer_by < reader.today:
        next_step = _("We asked for your answer by %(date)s. You can still answer.")
        next_step %= {"date": day(case.answer_by)}
    elif case.answer_by is not None:
        next_step = _("Please answer by %(date)s. Then we go on.") % {"date": day(case.answer_by)}
        # A call to complete warns of what follows (KPA art. 64 § 2).
        if is_warned(case):
            next_step += " " + _("If you do not answer, we may leave your matter unexamined.")
    return _("Waiting for your reply"), sentence, next_step


def _waiting_other(case: Case, _reader: Reader) -> Words:
    sentence = _("We asked: %(body)s. We are waiting for their answer.") % {"body": case.waiting_for}
    return "", sentence, None


def _merged(case: Case, reader: Reader) -> Words:
    other = case.merged_into.reference if case.merged_into else ""
    sentence = _said_by(_WHEN_BOTH_DONE, reader.channel)
    return _("Merged with %(reference)s") % {"reference": other}, sentence, ""


def _withdrawn(_case: Case, reader: Reader) -> Words:
    next_step = _("If you need us again, send a new report.")
    if reader.is_follower:
        return "", _("We have closed it at the request of the person who reported it."), next_step
    return "", _("We have closed it at your request."), next_step


_OPEN: dict[Status, Callable[[Case, Reader], Words]] = {
    Status.NEW: _new,
    Status.ASSIGNED: _assigned,
    Status.IN_PROGRESS: _in_progress,
    Status.PLANNED: _planned,
    Status.WAITING_RESIDENT: _waiting_resident,
    Status.WAITING_OTHER: _waiting_other,
    Status.MERGED: _merged,
    Status.WITHDRAWN: _withdrawn,
}

_OUTCOMES = {
    Outcome.DONE: gettext_lazy("It is done. What we did is in our message below."),
    Outcome.ANSWERED: gettext_lazy("Our answer is in the message below."),
    Outcome.NOT_CONFIRMED: gettext_lazy(
        "We were there and did not find it. What we saw is in our message below."
    ),
    Outcome.DECLINED: gettext_lazy("The reason, and what you can do, is in our message below."),
    Outcome.UNEXAMINED: gettext_lazy(
        "We will not deal with this letter, because something was missing. "
        "Our message below says what. You can send it again."
    ),
    Outcome.FORWARDED: gettext_lazy("This is a matter for %(body)s. We sent it there on %(date)s."),
    Outcome.SPAM: gettext_lazy("We have closed this report without an answer."),
}


def _ended(case: Case, now: datetime, *, may_reopen: bool) -> StatusWords:
    until = reopen_until(case) if may_reopen else None
    if until is not None and timezone.localdate(now) <= until:
        next_step = _("Do you disagree? You can open the report again until %(date)s.") % {"date": day(until)}
    else:
        next_step = _("Is something still wrong? Write to us below, and a person will look at it.")
    status, outcome = (Status.CLOSED, "") if case.outcome == Outcome.SPAM else (case.status, case.outcome)
    ended_on = timezone.localdate(case.resolved_at) if case.resolved_at else None
    values = {"body": case.waiting_for, "date": day(ended_on)}
    return StatusWords(status, outcome, "", _OUTCOMES[Outcome(case.outcome)] % values, next_step)
