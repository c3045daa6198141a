"""Failures told in plain words: the letters of qmail, exim, Exchange, Notes and sendmail, known by their sentences."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from contact_centre.intake.mail import address
from contact_centre.intake.mail.status import failure_of, status_in
from contact_centre.intake.mail.types import Failure, Undelivered

# The sentence after which the addresses stand; without one that is known here the whole letter is read.
_OPENINGS: Final = re.compile(
    r"this is the qmail-send program|i.m afraid i wasn.t able to deliver|wasn.t able to deliver your message"
    r"|the following address(?:\(es\)|es)? (?:failed|had|has)"
    r"|could not be delivered to (?:one or more|the following|all)|did not reach the following recipient"
    r"|did not reach some or all of the intended|delivery has failed to these|failure reasons"
    r"|delivery to the following recipients? (?:has )?(?:failed|been delayed)"
    r"|the following recipients? (?:could not|cannot) be|had permanent fatal errors|transcript of session follows"
    r"|error (?:delivering|sending) your mail|trying to deliver the mail to|recipients was rejected",
    re.IGNORECASE,
)
# From here on stands a copy of the mail that came back.
_COPY: Final = re.compile(
    r"^-{2,}.{0,20}(?:below this line|this is a copy|original message|unsent message|returned message|message header)"
    r"|^(?:return-path|received):|^(?:original )?message (?:headers )?follows?\b",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"'=@]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{1,250}[A-Za-z0-9]")
_MAX_FOUND: Final = 20
_REASON: Final = 600
_WORDS: Final = 300
_MACHINES: Final = ("mailer-daemon@", "postmaster@")


def is_one(text: str) -> bool:
    """Whether the text holds a sentence by which one of these servers tells of a failure."""
    return _OPENINGS.search(text) is not None


def read(text: str, failed: Iterable[str] = ()) -> Iterator[Undelivered]:
    """The recipients that the letter names; ``failed`` are addresses that a field of the header gives."""
    opening = _OPENINGS.search(text)
    body = text[opening.start() :] if opening else text
    copy = _COPY.search(body)
    body = body[: copy.start()] if copy else body
    named = [box.key for one in failed if (box := address.read(one)) is not None]
    for key in named or _named(body):
        yield _undelivered(key, body)


def _named(body: str) -> list[str]:
    found = [address.key(one) for one in _ADDRESS.findall(body)[:_MAX_FOUND]]
    kept = [one for one in found if not one.startswith(_MACHINES)]
    # A letter names whom it did not reach first; further down stand servers' own words.
    return list(dict.fromkeys(kept))[:1] if kept else []


def _undelivered(key: str, body: str) -> Undelivered:
    start = max(body.lower().find(key), 0)
    words = " ".join(body[start : start + _REASON].split())
    status = status_in("", words) or status_in("", " ".join(body.split()))
    failure = failure_of(status, " ".join(body.split())[:_REASON])
    return Undelivered(
        key, failure, is_final=failure is not Failure.TEMPORARY, status=status, words=words[:_WORDS]
    )
