"""Steps that the services share: saving with a new version, and writing words. They open no transaction."""

import re
from datetime import datetime

from cases.actors import Actor, ActorKind
from cases.models import Audience, Case, Channel, Message, MessagePurpose

# Embeddings, overrides and isolates (U+202A-202E, U+2066-2069): they reach beyond the words that hold them.
_DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# C0 controls but tab and line feed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")


class Refused(Exception):
    """The case's state or the actor's role forbids it. The base of the named refusals of the services."""


def save(case: Case, at: datetime, *fields: str) -> None:
    """Write the named fields and the new version."""
    case.version += 1
    case.updated_at = at
    case.save(update_fields=[*fields, "version", "updated_at"])


def touch(case: Case, at: datetime) -> None:
    """Something was added beside the case, and nothing of it changed: the version stays."""
    if case.updated_at != at:
        case.updated_at = at
        case.save(update_fields=["updated_at"])


def write_message(  # noqa: PLR0913 - the columns of one row
    case: Case,
    body: str,
    *,
    audience: Audience,
    purpose: MessagePurpose,
    by: Actor,
    at: datetime,
    channel: Channel | str = "",
    language: str | None = None,
    source_key: str | None = None,
    full_body: str = "",
) -> Message:
    """Keep words on the case under their author; ``full_body`` where ``body`` is not all of them."""
    words, all_words = clean_text(body), clean_text(full_body)
    return Message.objects.create(
        case=case,
        audience=audience,
        purpose=purpose,
        channel=channel,
        author_user_id=by.user_id if by.kind is ActorKind.STAFF else None,
        author_participant_id=by.participant_id if by.kind is ActorKind.RESIDENT else None,
        body=words,
        full_body="" if all_words == words else all_words,
        language=language or case.language,
        source_key=source_key,
        created_at=at,
    )


def clean_text(text: str) -> str:
    """What both engines can store: no NUL and other C0 controls, no lone surrogates; line ends as LF."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", lines).encode("utf-8", "replace").decode("utf-8").strip()


def clean_line(text: str) -> str:
    """A name or a subject: on one line, and without marks that would turn the words around it on a page."""
    return " ".join(_DIRECTIONS.sub("", clean_text(text)).split())
