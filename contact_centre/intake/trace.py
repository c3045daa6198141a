"""The envelope of a mail written in front of it, as the last server on its way does (RFC 5321, 4.4).

Without a time, so that the same mail handed over again has the same bytes.
"""

from collections.abc import Sequence

from contact_centre.intake.mail.repair import begins_header, without_lead

_MAX_ADDRESS = 254


def with_envelope(raw: bytes, sender: str | None, recipients: Sequence[str]) -> bytes:
    """``Return-Path`` and one ``Delivered-To`` for each recipient, above what the mail itself says."""
    lines = [] if sender is None else [f"Return-Path: <{_clean(sender)}>"]
    lines += [f"Delivered-To: {_clean(one)}" for one in recipients]
    head = "".join(f"{line}\r\n" for line in lines)
    return head.encode("utf-8", "surrogateescape") + _begun(raw)


def _clean(text: str) -> str:
    kept = "".join(c for c in text if c.isprintable() and c not in "<>")
    return kept.strip()[:_MAX_ADDRESS]


def _begun(raw: bytes) -> bytes:
    """What stands before the header of a mail, such as the line of a mailbox file, may stand nowhere else."""
    found = without_lead(raw)
    return found if begins_header(found) else raw
