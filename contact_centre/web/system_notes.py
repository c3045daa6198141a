"""Notes that the machine leaves on a case: kept as codes, one to a line, and read in the language of the reader."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


class Remark(StrEnum):
    NAMES_CASE = "NAMES_CASE"
    TEXT_CUT = "TEXT_CUT"
    MAIL_CUT = "MAIL_CUT"
    REST_IN_MAIL = "REST_IN_MAIL"
    FILE_NOT_KEPT = "FILE_NOT_KEPT"
    SIGNED = "SIGNED"
    ENCRYPTED = "ENCRYPTED"
    MAIL_WAITS = "MAIL_WAITS"
    UNVERIFIED = "UNVERIFIED"
    WEAK_SENDER = "WEAK_SENDER"
    ORGANISATION = "ORGANISATION"
    SUBJECT_CHANGED = "SUBJECT_CHANGED"
    SILENT = "SILENT"
    COLLECTED = "COLLECTED"
    PASSED_ON = "PASSED_ON"
    BY_PROGRAM = "BY_PROGRAM"
    CONTINUES = "CONTINUES"
    GOES_ON = "GOES_ON"
    PICTURES = "PICTURES"
    COMPLAINT = "COMPLAINT"
    TOGETHER = "TOGETHER"


_SENTENCES: Final[dict[str, Any]] = {
    Remark.NAMES_CASE: _(
        "The mail names the case %(reference)s, which its sender has no part in. It may belong there."
    ),
    Remark.TEXT_CUT: _("The mail is very long. Its text here is cut after %(count)d characters."),
    Remark.MAIL_CUT: _("The mail is very large or oddly built. Only a part of it was read."),
    Remark.REST_IN_MAIL: _("All of it is in the original e-mail: the link stands at the message."),
    Remark.SIGNED: _("The mail is signed. The signature was not checked."),
    Remark.ENCRYPTED: _(
        "The mail is encrypted. Its words can only be read with the key, from the original e-mail."
    ),
    Remark.MAIL_WAITS: _(
        "A mail from somebody who has no part in this case waits: say whether it belongs here or is a case of its own."
    ),
    Remark.UNVERIFIED: _(
        "The sender's own domain says that this mail is not from there. Do not rely on who it claims to be."
    ),
    Remark.WEAK_SENDER: _("Who wrote is known only from the reply address, which anybody may fill in."),
    Remark.ORGANISATION: _(
        "The sender had no part in this case; by a rule the people of %(name)s stand for one another. She has one now, "
        "and no mail goes to her by itself."
    ),
    Remark.SUBJECT_CHANGED: _(
        "The subject of this mail is another one. It may be about something else: then make it a case of its own."
    ),
    Remark.SILENT: _("No mail goes to this sender by itself. If a person wrote, allow mails to the sender."),
    Remark.COLLECTED: _(
        "This address opened many cases today, so its further mails are added here. Each can be made a case of its own."
    ),
    Remark.PASSED_ON: _("One of us passed this mail on to us. What was written above it:"),
    Remark.CONTINUES: _("The mail answers the case %(reference)s, which ended long ago."),
    Remark.GOES_ON: _(
        "The person wrote again, long after the end. Her mail is a case of its own: %(reference)s."
    ),
    Remark.BY_PROGRAM: _(
        "A program sent the folded mail from the person's address, so the case did not move. If a person wrote it, "
        "go on with the case."
    ),
    Remark.PICTURES: _(
        "Pictures that came with this text message: %(count)d. They are not here: ask for them by e-mail or on the "
        "page of the case."
    ),
    Remark.COMPLAINT: _(
        "A report says that the person complained of our e-mails. Anybody can send such a report, so they go on: ask "
        "her whether she wants them."
    ),
    Remark.TOGETHER: _(
        "The person wrote to several departments at once. The same mail is a case of another department too: "
        "%(reference)s."
    ),
    Remark.FILE_NOT_KEPT: _("Not taken over as a file, but kept in the original mail: %(name)s"),
}
_NAMING: Final = (Remark.NAMES_CASE, Remark.CONTINUES, Remark.GOES_ON, Remark.TOGETHER)


def as_body(remarks: Iterable[tuple[Remark, str]]) -> str:
    """What to store of remarks, each with the number or name that it is about, or nothing."""
    return "\n".join(" ".join((remark, *about.split())) for remark, about in remarks)


def in_words(body: str) -> str:
    """The note in the active language. A line without a code, from before there were codes, stays as it is."""
    return "\n".join(map(_sentence, body.split("\n")))


def named_cases(body: str) -> list[str]:
    """The numbers of the cases that the note speaks of."""
    lines = (line.partition(" ") for line in body.split("\n"))
    return [about for code, _blank, about in lines if code in _NAMING]


def has_remark(body: str, remark: Remark) -> bool:
    """Whether the note says this."""
    return any(line.partition(" ")[0] == remark for line in body.split("\n"))


def _sentence(line: str) -> str:
    code, _blank, about = line.partition(" ")
    if code not in _SENTENCES:
        return line
    count = int(about) if about.isdecimal() else 0
    return str(_SENTENCES[code] % {"reference": about, "name": about, "count": count})
