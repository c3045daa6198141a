"""Providers of text messages on a port of this machine: they take and answer what the real ones publish."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers import answering

# Instead of a status: the connection ends without an answer.
GONE = 0


@dataclass
class Provider:
    """``calls``: what was asked. ``answers``: what is said next instead of "taken", as (status, body)."""

    port: int = 0
    calls: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @property
    def texts(self) -> list[dict[str, str]]:
        """The forms that came."""
        return [form for _, form, _ in self.calls]

    def answer(self, path: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, str]:
        if self.answers:
            return self.answers.pop(0)
        status, said = self.sms_do(form, headers) if path == "/sms.do" else self.messages(path, form, headers)
        return status, json.dumps(said)

    def sms_do(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        """SMSAPI: status 200 whatever happens."""
        if headers.get("Authorization") != "Bearer t0k/en":
            return 200, {"error": 101, "message": "Authorization failed"}
        if form.get("check_idx") == "1" and form["idx"] in self.taken:
            return 200, {"error": 53, "message": "Not unique idx parameter"}
        self.taken.add(form["idx"])
        row = {
            "id": f"5F3A{len(self.taken):04}",
            "points": 0.32,
            "number": form["to"],
            "date_sent": 1795000000,
            "submitted_number": form["to"],
            "status": "QUEUE",
            "error": None,
            "idx": form["idx"],
            "parts": 2,
        }
        return 200, {"count": 1, "list": [row]}

    def messages(self, path: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        """Twilio: 201 with the message as a resource, else an error with a code of its own."""
        wanted = "Basic " + base64.b64encode(b"AC123:t0k/en").decode()
        if path != "/2010-04-01/Accounts/AC123/Messages.json" or headers.get("Authorization") != wanted:
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        sid = f"SM{len(self.calls):032}"
        return 201, {
            "sid": sid,
            "status": "queued",
            "to": form["To"],
            "body": form["Body"],
            "error_code": None,
        }


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form, headers = dict(parse_qsl(body, keep_blank_values=True)), dict(self.headers)
            path = urlsplit(self.path).path
            headers = {name.title(): value for name, value in headers.items()}
            provider.calls.append((path, form, headers))
            status, said = provider.answer(path, form, headers)
            if status == GONE:
                # Taken or not: nobody will know.
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *args: Any) -> None:
            """The output belongs to the tests."""

    with answering(Handler) as port:
        provider.port = port
        yield provider
