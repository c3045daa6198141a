"""Write docs/notices.md from the table of the notices. ``--check`` only says whether it is up to date."""

from django.conf import settings
from django.utils import translation

from cases.models import Channel, ContactChannel, EventKind
from cases.states import Outcome
from contact_centre.management.generated import GeneratesPage
from notifications.channels import CHANNELS
from notifications.models import NoticeChannel, NoticeKind, Priority
from notifications.planning import SILENT, TABLE, Plan, Reach

PATH = settings.BASE_DIR / "docs" / "notices.md"

_HEAD = """\
# Who is told of what

Generated from `notifications/planning.py` by `./run manage generate_notices`; do not edit.

Every step of a case is an event, and the event decides who hears of it. A person is told by the channel that she
chose for the case; one row of the outbox is one event told to one person by one channel. What is sent by mail, and
what happens when it does not arrive, stands in [mail.md](mail.md).

**Compulsory** means: told to everybody who is party to the case, also to those who want to hear as little as they
can. The other notices tell of progress, and a person may turn them off on the page of her case, to which a link in
the foot of every mail leads without a login; the record then says that she asked for no more. There she also chooses
language and channel. To somebody who only follows a case nothing is compulsory: she may leave at any time, by one
click in any mail.
"""
_WHO = {
    Reach.CASE: "everybody on the case",
    Reach.CASE_AND_MERGED: "everybody on the case and on the reports merged into it",
    Reach.NAMED: "the person whom it concerns, also if she has left the case",
}
_GOES = {
    Priority.FIRST: "before others",
    Priority.NORMAL: "in its turn",
}


def render() -> str:
    """The whole page, in English whatever the language of the process."""
    with translation.override("en"):
        return "\n".join([_HEAD, *_table(), *_channels(), *_silent(), _rules()])


def _table() -> list[str]:
    head = ["## Events that are told", "", "| event | notice | who | channel | compulsory | goes |"]
    return [*head, "|---|---|---|---|---|---|", *(_row(kind, plan) for kind, plan in TABLE.items()), ""]


def _row(kind: str, plan: Plan) -> str:
    notes = {
        "waits a little for what follows": plan.waits,
        "told within a confirmation that still waits": plan.folds,
    }
    goes = ", ".join([_GOES[plan.priority], *(note for note, is_so in notes.items() if is_so)])
    channel = str(NoticeChannel.EMAIL.label) if plan.by_mail else "her own"
    compulsory = "yes" if plan.is_compulsory else "no"
    event, notice = f"`{kind}` {EventKind(kind).label}", f"`{plan.kind}` {NoticeKind(plan.kind).label}"
    return f"| {event} | {notice} | {_WHO[plan.reach]} | {channel} | {compulsory} | {goes} |"


def _channels() -> list[str]:
    rows = [
        f"| {ContactChannel(code).label} | {NoticeChannel(code).label if code in CHANNELS else 'nothing is sent'} |"
        for code in ContactChannel.values
    ]
    return ["## What she chose, and what she gets", "", "| chosen | gets |", "|---|---|", *rows, ""]


def _silent() -> list[str]:
    rows = [f"| `{kind}` {kind.label} | {SILENT[kind]} |" for kind in EventKind if kind in SILENT]
    return ["## Events of which nobody is told", "", "| event | why not |", "|---|---|", *rows, ""]


def _rules() -> str:
    conversations = " or ".join(str(Channel(code).label) for code in (Channel.PHONE, Channel.COUNTER))
    return f"""\
## What the table cannot say

- Nothing leaves before the confirmation (`{NoticeKind.RECEIVED}`) to the same person by the same channel.
- A case that ends as spam (`{Outcome.SPAM}`) is told to nobody, and a confirmation that still waits is dropped.
- A decision about category or kind (`{EventKind.CLASSIFIED}`) is told only where the day that people were told
  before no longer holds, or comes later.
- Who reported by {conversations} and wants to be called is not called to hear that we have the report.
- Copies for followers and for people whose reports were merged in wait behind all other notices.
- Who stops following hears no more, not even of that.
"""


class Command(GeneratesPage):
    help = "Write docs/notices.md from the table of the notices."
    path = PATH
    render = staticmethod(render)
