"""Signed and encrypted mails of S/MIME: a signed one is opened to its words, an encrypted one stays closed."""

from typing import Final

from asn1crypto import cms

from contact_centre.intake.mail.types import Seal

TYPES: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_MAX_BYTES: Final = 25 * 1024 * 1024
_ENCRYPTED: Final = frozenset({"enveloped_data", "encrypted_data", "authenticated_enveloped_data"})


def opened(data: bytes) -> tuple[bytes, Seal | None]:
    """The mail inside a signature (empty: none to be had), and what kind of seal it is. Never raises."""
    if len(data) > _MAX_BYTES:
        return b"", None
    try:
        info = cms.ContentInfo.load(data)
        kind = info["content_type"].native
        if kind in _ENCRYPTED:
            return b"", Seal.ENCRYPTED
        if kind != "signed_data":
            return b"", None
        content = info["content"]["encap_content_info"]["content"]
        inner = content.native if content is not None else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError):
        return b"", None
    return (inner, Seal.SIGNED) if isinstance(inner, bytes) else (b"", Seal.SIGNED)
