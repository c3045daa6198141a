"""A small POP3 server over a real socket: RFC 1939 with UIDL and TOP, STLS of RFC 2595 and AUTH of RFC 5034.

It deletes when a session ends by QUIT and never else, and breaks a session wherever a test wants it to.
"""

import asyncio
import base64
import ssl
import threading
from dataclasses import dataclass, field

END = b"\r\n"


@dataclass
class Lying:
    """One mail, with what the server tells of it."""

    uid: str
    raw: bytes
    size: int


@dataclass
class Drop:
    """What the server holds, and what it shall do wrong."""

    password: str = "tajne"
    token: str = "token-1"
    mails: list[Lying] = field(default_factory=list)
    has_uidl: bool = True
    has_top: bool = True
    tls: ssl.SSLContext | None = None
    # The first command that is named so ("RETR" or "RETR 2") is the last of its session: cut before, in or after it.
    breaks: dict[str, str] = field(default_factory=dict)
    # What it refuses, and with which words: a command ("QUIT"), one on a mail ("RETR uid-3").
    refuses: dict[str, str] = field(default_factory=dict)
    # Mails at which it ends the session.
    fatal: set[str] = field(default_factory=set)
    greeting: str = "+OK ready"
    capabilities: tuple[str, ...] = ("USER", "SASL XOAUTH2")
    commands: list[str] = field(default_factory=list)
    came: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, raw: bytes, uid: str = "") -> str:
        """A mail arrives."""
        with self.lock:
            self.came += 1
            uid = uid or f"uid-{self.came}"
            self.mails.append(Lying(uid, raw, len(raw)))
            return uid

    @property
    def raws(self) -> list[bytes]:
        return [one.raw for one in self.mails]


class Cut(Exception):
    """The connection ends here."""


class Session:
    """One client, with the mails that lay there when it came."""

    def __init__(self, drop: Drop, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.drop, self.reader, self.writer = drop, reader, writer
        self.there: list[Lying] = []
        self.deleted: list[Lying] = []
        self.is_over = False

    async def run(self) -> None:
        try:
            await self.say(self.drop.greeting)
            self.is_over = not self.drop.greeting.startswith("+OK")
            while not self.is_over and (line := await self.reader.readline()):
                await self.answer(line.decode().strip())
        except (Cut, ConnectionError, ssl.SSLError):
            pass
        finally:
            self.writer.close()

    async def say(self, line: str) -> None:
        self.writer.write(line.encode() + END)
        await self.writer.drain()

    async def answer(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        with self.drop.lock:
            self.drop.commands.append(line)
        when = self.drop.breaks.pop(line, "") or self.drop.breaks.pop(name, "")
        if when == "before":
            raise Cut
        subject = self.there[int(rest.split()[0]) - 1].uid if name in ("RETR", "TOP", "DELE") else ""
        if subject in self.drop.fatal and name != "DELE":
            raise Cut
        refusal = self.drop.refuses.get(name) or self.drop.refuses.get(f"{name} {subject}")
        method = getattr(self, f"do_{name.lower()}", None)
        said = refusal or (await method(rest) if method else "-ERR unknown") or ""
        if when == "after":
            raise Cut
        answer = said if isinstance(said, bytes) else said.encode() + END
        self.writer.write(answer[: len(answer) // 2] if when == "middle" else answer)
        await self.writer.drain()
        if when == "middle":
            raise Cut
        if name == "STLS" and self.drop.tls:
            await self.writer.start_tls(self.drop.tls)

    def many(self, *lines: str) -> bytes:
        return b"".join(line.encode() + END for line in ("+OK", *lines, "."))

    async def do_capa(self, rest: str) -> bytes:
        return self.many(*self.drop.capabilities, *(["STLS"] if self.drop.tls else []))

    async def do_stls(self, rest: str) -> str:
        return "+OK go on" if self.drop.tls else "-ERR no TLS here"

    async def do_user(self, rest: str) -> str:
        return "+OK who else"

    async def do_pass(self, rest: str) -> str:
        return self.open() if rest == self.drop.password else "-ERR [AUTH] wrong"

    async def do_auth(self, rest: str) -> str:
        await self.say("+ ")
        said = base64.b64decode(await self.reader.readline()).decode()
        if f"auth=Bearer {self.drop.token}\x01" in said:
            return self.open()
        await self.say("+ " + base64.b64encode(b'{"status":"401"}').decode())
        assert (await self.reader.readline()).strip() == b""
        return "-ERR [AUTH] the token is old"

    def open(self) -> str:
        with self.drop.lock:
            self.there = list(self.drop.mails)
        return "+OK in"

    async def do_uidl(self, rest: str) -> str | bytes:
        if not self.drop.has_uidl:
            return "-ERR unknown"
        return self.many(*(f"{number} {one.uid}" for number, one in enumerate(self.there, 1)))

    async def do_list(self, rest: str) -> bytes:
        return self.many(*(f"{number} {one.size}" for number, one in enumerate(self.there, 1)))

    async def do_retr(self, rest: str) -> bytes:
        return self.stuffed(self.there[int(rest) - 1].raw)

    async def do_top(self, rest: str) -> str | bytes:
        if not self.drop.has_top:
            return "-ERR unknown"
        number, lines = map(int, rest.split())
        assert lines == 0
        return self.stuffed(self.there[number - 1].raw.partition(END + END)[0] + END + END)

    def stuffed(self, raw: bytes) -> bytes:
        body = END.join(b"." + line if line.startswith(b".") else line for line in raw.split(END))
        return b"+OK" + END + body + (b"" if body.endswith(END) else END) + b"." + END

    async def do_dele(self, rest: str) -> str:
        self.deleted.append(self.there[int(rest) - 1])
        return "+OK"

    async def do_quit(self, rest: str) -> str:
        self.is_over = True
        with self.drop.lock:
            self.drop.mails = [one for one in self.drop.mails if one not in self.deleted]
        return "+OK bye"
