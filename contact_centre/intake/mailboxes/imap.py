"""One connection to an IMAP server: sign in, open the folder, read sizes, headers and whole mails by UID.

imap-tools signs in, opens folders, searches, flags and moves. Mails are fetched below it, as bytes: it would read
each one, and a mail must be stored before anybody reads it.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

from imap_tools.errors import MailboxLoginError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from contact_centre.intake.mailboxes.folder import NotFetched, Outside
from contact_centre.intake.mailboxes.secrets import LoginRefused, access_token_of, forget_token, password_of
from contact_centre.intake.models import Mailbox, ServerLogin, ServerSecurity

PATIENCE_SECONDS: Final = 30.0
_AT_ONCE: Final = 500
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
_UID: Final = re.compile(rb"UID (\d+)")
# Servers say so in words; the first is the code of RFC 5530.
_PASSING: Final = re.compile(
    r"UNAVAILABLE|temporar|try again|too many|LIMIT|INUSE|CONTACTADMIN", re.IGNORECASE
)


class ImapFolder:
    """The open folder of a mailbox (``folder.Folder``)."""

    # What is moved has moved.
    at_stake: Final = 0

    def __init__(self, box: BaseMailBox, mailbox: Mailbox) -> None:
        self._box = box
        self._name, self._done = mailbox.imap_folder, mailbox.imap_done_folder
        box.folder.set(mailbox.imap_folder)
        _, data = box.client.response("UIDVALIDITY")
        if not data or data[0] is None:
            raise OSError("the server names no UIDVALIDITY")
        self.uid_validity = int(data[0])

    @property
    def place(self) -> str:
        return f"{self._name}/{self.uid_validity}"

    @property
    def empties(self) -> bool:
        return bool(self._done)

    def uids(self) -> list[str]:
        """All mails of the folder, read or not: whether a person opened one is no concern of ours."""
        return sorted(self._box.uids("ALL", charset=None), key=int)

    def doubtful(self, recorded: Collection[str]) -> list[str]:
        """None: of one UIDVALIDITY a UID is never another mail's (RFC 3501, section 2.3.1.1)."""
        return []

    def outsides(self, uids: Sequence[str]) -> dict[str, Outside]:
        found: dict[str, Outside] = {}
        for start in range(0, len(uids), _AT_ONCE):
            part = ",".join(uids[start : start + _AT_ONCE])
            for line in _lines(self._fetch(part, "(UID RFC822.SIZE INTERNALDATE)")):
                uid, size = _UID.search(line), _SIZE.search(line)
                if uid and size:
                    found[uid[1].decode()] = Outside(int(size[1]), _came_at(line))
        return found

    def mail(self, uid: str) -> bytes:
        """The bytes of a mail, which stays unread. Raises NotFetched."""
        return self._body(uid, "BODY.PEEK[]")

    def header(self, uid: str) -> bytes:
        return self._body(uid, "BODY.PEEK[HEADER]")

    def name(self, uid: str, raw: bytes, *, is_recorded: bool) -> str:
        return uid

    def put_away(self, uids: Sequence[str]) -> None:
        """Move mails that are recorded to the folder for them; without one they stay and are marked as read."""
        for start in range(0, len(uids), _AT_ONCE):
            part = list(uids[start : start + _AT_ONCE])
            if self._done:
                self._box.move(part, self._done)
            else:
                self._box.client.uid("STORE", ",".join(part), "+FLAGS", r"(\Seen)")

    def _fetch(self, uids: str, parts: str) -> list[Any]:
        try:
            status, data = self._box.client.uid("FETCH", uids, parts)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            # BAD: so some servers call a mail that they hold damaged. The connection goes on.
            raise NotFetched(f"{error}"[:200]) from error
        if status != "OK":
            raise NotFetched(f"{status} {data!r}"[:200])
        return data

    def _body(self, uid: str, part: str) -> bytes:
        for item in self._fetch(uid, f"(UID {part})"):
            if isinstance(item, tuple):
                return bytes(item[1])
        raise NotFetched(f"the server gave nothing for {uid}")


@contextmanager
def open_folder(mailbox: Mailbox) -> Iterator[ImapFolder]:
    """The mailbox's folder, signed in. Raises LoginRefused, TokenUnavailable, OSError or an IMAP error."""
    box = _connect(mailbox)
    try:
        _sign_in(box, mailbox)
        yield ImapFolder(box, mailbox)
    finally:
        # The connection may be over already, and a goodbye that fails is no news.
        with suppress(Exception):
            box.logout()
        with suppress(OSError):
            box.client.shutdown()


def _connect(mailbox: Mailbox) -> BaseMailBox:
    host, port = mailbox.server_host, mailbox.server_port
    if mailbox.server_security == ServerSecurity.NONE:
        return MailBoxUnencrypted(host, port, timeout=PATIENCE_SECONDS)
    kind = MailBox if mailbox.server_security == ServerSecurity.TLS else MailBoxStartTls
    return kind(host, port, timeout=PATIENCE_SECONDS, ssl_context=ssl.create_default_context())


def _sign_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    try:
        if mailbox.server_login == ServerLogin.XOAUTH2:
            box.xoauth2(mailbox.server_user, access_token_of(mailbox), initial_folder=None)
        elif password_of(mailbox).isascii() and mailbox.server_user.isascii():
            box.login(mailbox.server_user, password_of(mailbox), initial_folder=None)
        else:
            box.login_utf8(mailbox.server_user, password_of(mailbox), initial_folder=None)
    except (MailboxLoginError, box.client.error) as error:
        forget_token(mailbox)
        # abort: the connection broke, which says nothing about the secret.
        if isinstance(error, box.client.abort) or _PASSING.search(str(error)):
            raise OSError(f"{type(error).__name__} at login") from error
        raise LoginRefused("the server refused the login") from error


def _came_at(line: bytes) -> datetime | None:
    try:
        found = imaplib.Internaldate2tuple(line)
        return datetime.fromtimestamp(time.mktime(found), tz=UTC) if found else None
    except (ValueError, OverflowError, KeyError):
        return None


def _lines(data: list[Any]) -> Iterator[bytes]:
    for item in data:
        yield item[0] if isinstance(item, tuple) else item or b""
