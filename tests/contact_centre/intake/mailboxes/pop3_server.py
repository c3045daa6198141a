"""A small POP3 server over a real socket: enough of RFC 1939, 2449 and 5034 for the standard library to believe it.

What is deleted is gone when the client says QUIT, and only then; a connection breaks wherever a test wants it to.
"""

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Drop:
    """What the server holds, and what it shall do wrong."""

    password: str = "tajne"
    token: str = "token-1"
    mails: dict[str, bytes] = field(default_factory=dict)
    # The command that is the last of its session: cut before or after its answer.
    breaks: dict[str, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    has_uidl: bool = True
    login_answer: str = "-ERR [AUTH] wrong"
    commands: list[str] = field(default_factory=list)

    def add(self, raw: bytes, uid: str = "") -> str:
        """A mail arrives."""
        uid = uid or f"uid-{len(self.mails) + 1}"
        self.mails[uid] = raw
        return uid


class Session(socketserver.StreamRequestHandler):
    """One client."""

    drop: Drop

    def handle(self) -> None:
        self.uids, self.gone = list(self.drop.mails), set[str]()
        self.say("+OK ready")
        while line := self.rfile.readline():
            name, *words = line.decode().split()
            self.drop.commands.append(" ".join([name, *words]))
            when = self.drop.breaks.pop(name, "")
            if when == "before":
                return
            method = getattr(self, f"do_{name.lower()}", None)
            self.say(method(*words) if method else "-ERR unknown")
            if when == "after" or name == "QUIT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def list_lines(self, lines: list[str]) -> str:
        return "\r\n".join(["+OK", *lines, "."])

    def do_user(self, _name: str) -> str:
        return "+OK"

    def do_pass(self, password: str) -> str:
        return "+OK" if password == self.drop.password else self.drop.login_answer

    def do_auth(self, _mechanism: str) -> str:
        self.say("+ ")
        said = base64.b64decode(self.rfile.readline()).decode()
        if f"auth=Bearer {self.drop.token}\1" in said:
            return "+OK"
        self.say("+ " + base64.b64encode(b'{"status":"401"}').decode())
        self.rfile.readline()
        return "-ERR [AUTH] no"

    def do_uidl(self) -> str:
        if not self.drop.has_uidl:
            return "-ERR unknown"
        return self.list_lines([f"{number} {uid}" for number, uid in enumerate(self.uids, 1)])

    def do_list(self) -> str:
        sizes = [len(self.drop.mails[uid]) for uid in self.uids]
        return self.list_lines([f"{number} {size}" for number, size in enumerate(sizes, 1)])

    def do_retr(self, number: str) -> str:
        return self.give(number, self.drop.mails[self.uids[int(number) - 1]])

    def do_top(self, number: str, _lines: str) -> str:
        raw = self.drop.mails[self.uids[int(number) - 1]]
        return self.give(number, raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    def do_dele(self, number: str) -> str:
        self.gone.add(self.uids[int(number) - 1])
        return "+OK"

    def do_quit(self) -> str:
        for uid in self.gone:
            del self.drop.mails[uid]
        return "+OK"

    def give(self, number: str, raw: bytes) -> str:
        if self.uids[int(number) - 1] in self.drop.refuses:
            return "-ERR damaged"
        self.say("+OK")
        stuffed = (b"." + line if line.startswith(b".") else line for line in raw.splitlines(keepends=True))
        self.wfile.write(b"".join(stuffed))
        return "."


@contextmanager
def serving(drop: Drop) -> Iterator[int]:
    """The server, and the port where it listens."""
    handler = type("Handler", (Session,), {"drop": drop})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
