"""One session with a POP3 server (RFC 1939): sign in, list the mails, read them, delete them.

The numbers of a session mean nothing after it: a mail is known by its unique id (UIDL) and its size. What was deleted
goes when the session ends by QUIT; when it breaks, everything lies there again.
"""

import base64
import hashlib
import poplib
import re
import ssl
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import structlog

from contact_centre.intake.mailboxes.folder import NotFetched, Outside
from contact_centre.intake.mailboxes.secrets import LoginRefused, access_token_of, forget_token, password_of
from contact_centre.intake.models import Mailbox, ServerLogin, ServerSecurity

log = structlog.get_logger(__name__)
PATIENCE_SECONDS: Final = 30.0
_PIECE: Final = 64 << 10
# A size may be an estimate (Exchange); whatever is far beyond it does not end.
_LONGEST_HEADER: Final = 1 << 20
_SCAN: Final = re.compile(rb"(\d{1,9}) +(\d{1,15})\b")
# RFC 1939 allows 70 characters; the name of an arrival has room for so many.
_UNIQUE_ID: Final = re.compile(rb"(\d{1,9}) +([\x21-\x7e]{1,200}) *")
_CODE: Final = re.compile(r"\[([A-Z/-]+)\]")
# RFC 2449, section 8, and RFC 3206; servers without codes say it in words.
_PASSING_CODES: Final = ("IN-USE", "LOGIN-DELAY", "SYS/TEMP")
_PASSING: Final = re.compile(
    r"temporar|try again|too many|unavailable|in use|busy|(mailbox|maildrop) (is )?(already )?locked",
    re.IGNORECASE,
)


class _Session(poplib.POP3):
    """The library's session, with mails as bytes and the login by a token. A connection that is over is an OSError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().__init__(*args, **kwargs)
        except (OSError, poplib.error_proto):
            # Nobody else holds the socket of a server that greets us with a refusal.
            with suppress(AttributeError):
                self.close()
            raise

    def _getline(self) -> tuple[bytes, int]:
        try:
            line: tuple[bytes, int] = super()._getline()  # type: ignore[misc]
        except poplib.error_proto as error:
            raise ConnectionError(f"the session ended: {error}") from error
        return line

    def _getresp(self) -> bytes:
        answer, _ = self._getline()
        if answer.startswith(b"-ERR"):
            raise poplib.error_proto(answer.decode("utf-8", "replace"))
        if not answer.startswith(b"+"):
            raise ConnectionError("this is no answer of a POP3 server")
        return answer

    def send(self, command: str) -> bytes:
        """What the server answers in one line. Raises poplib.error_proto where it refuses."""
        answer: bytes = self._shortcmd(command)  # type: ignore[attr-defined]
        return answer

    def read(self, command: str, most: int) -> bytes:
        """What RETR or TOP give, byte for byte: lines of any length, doubled dots undone (RFC 1939, section 3).

        The library would end at a line of more than 2,048 bytes, and at a dot behind a bare LF, with which a mail could
        bring answers of the server along.
        """
        self.send(command)
        raw, is_line = bytearray(), True
        while (piece := self.file.readline(_PIECE)) != b".\r\n" or not is_line:
            raw += piece[1:] if is_line and piece.startswith(b"..") else piece
            if not piece or len(raw) > most:
                raise ConnectionError("the session ended in a mail" if not piece else "a mail without end")
            is_line = raw.endswith(b"\r\n")
        return bytes(raw)

    def authenticate(self, user: str, token: str) -> None:
        """Sign in by OAuth 2.0. Raises poplib.error_proto where the server refuses.

        In two lines: a token makes one too long for RFC 5034, section 4, and Microsoft takes no other form.
        """
        said = base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode()).decode()
        self.send("AUTH XOAUTH2")
        if not self.send(said).startswith(b"+OK"):
            # The reason comes first, and the refusal after an empty answer.
            self.send("")
            raise poplib.error_proto("-ERR the token was refused")


class _EncryptedSession(_Session, poplib.POP3_SSL):
    """The same, encrypted from the start."""


class Pop3Folder:
    """The mails that the server held when the session began (``folder.Folder``).

    A UID is the unique id with the size: some servers give the id of a mail that is gone to another one. Mails without
    an id are known by their content alone; their UID begins with a blank and counts in this session.
    """

    uid_validity: Final = 0

    def __init__(self, session: _Session, mailbox: Mailbox) -> None:
        self._session, self._mailbox = session, mailbox
        self._sizes, self._numbers = dict[str, int](), dict[str, int]()
        self._whole = set[str]()
        self.at_stake = 0
        ids, seen = _unique_ids(session), Counter[str]()
        for number, size in _matches(_SCAN, session.list()[1]):
            uid = f"{ids.get(number) or f' {number}'} {size.decode()}"
            seen[uid] += 1
            # Copies of a mail may share an id (RFC 1939, section 7), and with some servers others do.
            uid = uid if seen[uid] == 1 else f"{uid} {seen[uid]}"
            self._sizes[uid], self._numbers[uid] = int(size), number
        if not self.empties and any(map(_is_nameless, self._numbers)):
            raise LoginRefused(
                "the server gives mails no unique ids (UIDL): let them be deleted there, or use IMAP"
            )

    @property
    def place(self) -> str:
        """The server and whose mails they are; cut where the column ends."""
        return f"{self._mailbox.server_host}/{self._mailbox.server_user}"[:250]

    @property
    def empties(self) -> bool:
        return self._mailbox.pop3_deletes

    def uids(self) -> list[str]:
        return list(self._numbers)

    def doubtful(self, recorded: Collection[str]) -> list[str]:
        """All that would be deleted: they may lie there since a session broke, or be others that got an old id."""
        if not self.empties:
            return []
        return [
            uid for uid in self._numbers if uid in recorded and self._sizes[uid] <= self._mailbox.max_bytes
        ]

    def outsides(self, uids: Sequence[str]) -> dict[str, Outside]:
        return {uid: Outside(self._sizes[uid]) for uid in uids}

    def mail(self, uid: str) -> bytes:
        raw = self._read(f"RETR {self._numbers[uid]}", 2 * self._sizes[uid] + _LONGEST_HEADER)
        self._whole.add(uid)
        return raw

    def header(self, uid: str) -> bytes:
        return self._read(f"TOP {self._numbers[uid]} 0", _LONGEST_HEADER)

    def name(self, uid: str, raw: bytes, *, is_recorded: bool) -> str:
        digest = hashlib.sha256(raw).hexdigest()
        if _is_nameless(uid):
            return digest
        return f"{uid} {digest[:32]}" if is_recorded else uid

    def put_away(self, uids: Sequence[str]) -> None:
        """Delete them where the mailbox wants it, once the session ends in order; only what was read whole in it."""
        for uid in uids:
            if self.empties and uid in self._whole:
                self._delete(uid)

    def _delete(self, uid: str) -> None:
        try:
            self._session.dele(self._numbers[uid])
        except poplib.error_proto as error:
            # It comes again, and that changes nothing.
            log.warning("mail_not_deleted", mailbox=self._mailbox.code, uid=uid, error=str(error))
        else:
            self.at_stake += 1

    def _read(self, command: str, most: int) -> bytes:
        try:
            return self._session.read(command, most)
        except poplib.error_proto as error:
            raise NotFetched(f"{error}"[:200]) from error


@contextmanager
def open_folder(mailbox: Mailbox) -> Iterator[Pop3Folder]:
    """The mails of the mailbox, signed in; what was deleted goes when the block ends well.

    Raises LoginRefused, TokenUnavailable, OSError or poplib.error_proto, also when the session does not end in order.
    """
    session = _connect(mailbox)
    try:
        if mailbox.server_security == ServerSecurity.STARTTLS:
            _encrypt(session)
        _sign_in(session, mailbox)
        folder = Pop3Folder(session, mailbox)
        yield folder
        _end(session, folder)
    finally:
        with suppress(OSError):
            session.close()


def _connect(mailbox: Mailbox) -> _Session:
    host, port = mailbox.server_host, mailbox.server_port
    if mailbox.server_security == ServerSecurity.TLS:
        context = ssl.create_default_context()
        return _EncryptedSession(host, port, timeout=PATIENCE_SECONDS, context=context)
    return _Session(host, port, timeout=PATIENCE_SECONDS)


def _encrypt(session: _Session) -> None:
    try:
        session.stls(ssl.create_default_context())
    except (UnicodeDecodeError, IndexError) as error:
        # The library reads the list of capabilities, and trusts it to be one.
        raise ConnectionError("the server cannot say what it can") from error


def _end(session: _Session, folder: Pop3Folder) -> None:
    try:
        session.quit()
    except (OSError, poplib.error_proto):
        # A goodbye that fails is no news unless mails were to go with it.
        if folder.at_stake:
            raise


def _sign_in(session: _Session, mailbox: Mailbox) -> None:
    try:
        if mailbox.server_login == ServerLogin.XOAUTH2:
            session.authenticate(mailbox.server_user, access_token_of(mailbox))
        else:
            password = password_of(mailbox)
            session.user(mailbox.server_user)
            session.pass_(password)
    except poplib.error_proto as error:
        forget_token(mailbox)
        if _is_passing(str(error)):
            raise OSError("the server is busy at the login") from error
        raise LoginRefused("the server refused the login") from error


def _is_passing(answer: str) -> bool:
    """Whether the refusal says nothing about the secret. A code counts more than the words behind it."""
    code = _CODE.search(answer)
    return code[1] in _PASSING_CODES if code else bool(_PASSING.search(answer))


def _unique_ids(session: _Session) -> dict[int, str]:
    """The unique ids by number; none where the server has no such command."""
    try:
        lines = session.uidl()[1]
    except poplib.error_proto:
        return {}
    return {number: uid.decode() for number, uid in _matches(_UNIQUE_ID, lines)}


def _matches(pattern: re.Pattern[bytes], lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for line in lines:
        if found := pattern.match(line):
            yield int(found[1]), found[2]


def _is_nameless(uid: str) -> bool:
    return uid.startswith(" ")
