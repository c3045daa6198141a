"""One session with a POP3 server (RFC 1939): sign in, list the mails, read and delete them.

The numbers of a session are of no use after it; mails are known by their unique id (UIDL). What is deleted is gone only
when the session ends in order, and comes again when it does not.
"""

import base64
import hashlib
import poplib
import re
import ssl
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from operator import itemgetter
from typing import Any, Final

from contact_centre.intake.mailboxes.folder import NotFetched, Outside, Uid
from contact_centre.intake.mailboxes.secrets import (
    LoginRefused,
    access_token_of,
    forget_token,
    password_of,
)
from contact_centre.intake.models import Mailbox, ServerLogin, ServerSecurity

PATIENCE_SECONDS: Final = 30.0
# Programs write a page into one line, against RFC 5322; the library gives up at 2,048 bytes.
_LONGEST_LINE: Final = 64 << 20
_DIGEST_LENGTH: Final = 32
# Codes of RFC 2449 and RFC 3206, and the words of servers without them.
_PASSING: Final = re.compile(
    r"\[(IN-USE|LOGIN-DELAY|SYS/TEMP)\]|temporar|try again|too many|locked|busy", re.IGNORECASE
)


class _Session(poplib.POP3):
    """The library's session without its limit of a line, and with the login by a token (RFC 7628, RFC 5034)."""

    def _getline(self) -> tuple[bytes, int]:
        line = self.file.readline(_LONGEST_LINE + 1)
        if not line:
            raise ConnectionError("the server ended the session")
        if len(line) > _LONGEST_LINE:
            raise ConnectionError("a line without end")
        return line.removesuffix(b"\n").removesuffix(b"\r"), len(line)

    def authenticate(self, user: str, token: str) -> None:
        """Sign in by OAuth 2.0. Raises poplib.error_proto where the server refuses."""
        answer = self._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]
        if not answer.startswith(b"+OK"):
            said = f"user={user}\1auth=Bearer {token}\1\1"
            answer = self._shortcmd(base64.b64encode(said.encode()).decode())  # type: ignore[attr-defined]
        if not answer.startswith(b"+OK"):
            # The reason comes as a question, which wants an empty answer before the refusal itself.
            self._shortcmd("")  # type: ignore[attr-defined]
            raise poplib.error_proto("the token was refused")


class _EncryptedSession(_Session, poplib.POP3_SSL):
    """The same, encrypted from the start."""


class Pop3Folder:
    """The mails of a mailbox (``folder.Folder``)."""

    place = "pop3"
    uid_validity = 0

    def __init__(self, session: poplib.POP3, mailbox: Mailbox) -> None:
        self._session = session
        self.empties = mailbox.pop3_deletes
        self._had: set[Uid] = set()
        try:
            names = session.uidl()[1]
        except poplib.error_proto as error:
            raise LoginRefused("the server gives its mails no unique ids (UIDL)") from error
        # Copies of one mail may share an id (RFC 1939, section 7).
        self._numbers = dict(map(_numbered, reversed(names)))

    def uids(self) -> list[Uid]:
        return [uid for uid, _ in sorted(self._numbers.items(), key=itemgetter(1))]

    def recorded(self, names: Collection[str]) -> set[Uid]:
        """Where mails are deleted, none: an id may come back for another mail, and is no reason to delete that."""
        return set() if self.empties else set(names)

    def name(self, uid: Uid, raw: bytes) -> str:
        """The unique id; where mails are deleted, with the digest of what it stands for."""
        if not self.empties:
            return str(uid)
        return f"{uid} {hashlib.sha256(raw).hexdigest()[:_DIGEST_LENGTH]}"

    def outsides(self, uids: Sequence[Uid]) -> dict[Uid, Outside]:
        sizes = dict(map(_sized, self._session.list()[1]))
        found = ((uid, sizes.get(self._numbers[str(uid)])) for uid in uids)
        return {uid: Outside(size) for uid, size in found if size is not None}

    def mail(self, uid: Uid) -> bytes:
        raw = self._whole(self._session.retr, self._numbers[str(uid)])
        self._had.add(uid)
        return raw

    def header(self, uid: Uid) -> bytes:
        return self._whole(self._session.top, self._numbers[str(uid)], 0)

    def put_away(self, uids: Sequence[Uid]) -> None:
        """Delete them where the mailbox wants it, as soon as the session ends in order. Of which the header alone was
        read stays: nobody else has the rest.
        """
        for uid in self._had.intersection(uids) if self.empties else ():
            # A server that does not delete it gives it again, and that changes nothing.
            with suppress(poplib.error_proto):
                self._session.dele(self._numbers[str(uid)])

    def _whole(self, command: Any, *which: int) -> bytes:
        try:
            _, lines, _ = command(*which)
        except poplib.error_proto as error:
            raise NotFetched(f"{error}"[:200]) from error
        return b"".join(line + b"\r\n" for line in lines)


@contextmanager
def open_folder(mailbox: Mailbox) -> Iterator[Pop3Folder]:
    """The mails of the mailbox, signed in; deleted is what was put away when the block ends well.

    Raises LoginRefused, TokenUnavailable, OSError or poplib.error_proto.
    """
    session = _connect(mailbox)
    try:
        _sign_in(session, mailbox)
        yield Pop3Folder(session, mailbox)
        session.quit()
    finally:
        with suppress(OSError):
            session.close()


def _connect(mailbox: Mailbox) -> _Session:
    host, port = mailbox.server_host, mailbox.server_port
    if mailbox.server_security == ServerSecurity.TLS:
        context = ssl.create_default_context()
        return _EncryptedSession(host, port, timeout=PATIENCE_SECONDS, context=context)
    session = _Session(host, port, timeout=PATIENCE_SECONDS)
    if mailbox.server_security == ServerSecurity.STARTTLS:
        session.stls(ssl.create_default_context())
    return session


def _sign_in(session: _Session, mailbox: Mailbox) -> None:
    try:
        if mailbox.server_login == ServerLogin.XOAUTH2:
            session.authenticate(mailbox.server_user, access_token_of(mailbox))
        else:
            session.user(mailbox.server_user)
            session.pass_(password_of(mailbox))
    except poplib.error_proto as error:
        forget_token(mailbox)
        if _PASSING.search(str(error)):
            raise OSError("the server is busy at login") from error
        raise LoginRefused("the server refused the login") from error


def _numbered(line: bytes) -> tuple[str, int]:
    number, _, uid = line.partition(b" ")
    return uid.strip().decode("ascii", "backslashreplace"), int(number)


def _sized(line: bytes) -> tuple[int, int]:
    number, size = line.split()[:2]
    return int(number), int(size)
