"""The body spool: whole requests reach the application, broken and slow ones harm nobody."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware

from contact_centre.web.spool import BodySpool, Limits

LIMITS = Limits(total_bytes=1000, idle_seconds=0.3, total_seconds=0.6)


def echo(environ, start_response):
    """A WSGI application that says what it got."""
    length = int(environ["CONTENT_LENGTH"])
    body = environ["wsgi.input"].read(length)
    names = ",".join(sorted(name for name in environ if name.startswith("HTTP_X")))
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"%d %d %s|%s" % (length, len(body), body[:20], names.encode())]


async def call(messages, headers=(), query=b"", limits=LIMITS, pause=0.0):
    """Send ASGI messages to the spool before ``echo``; return status and body, or None for no answer."""
    waiting = list(messages)
    sent = []

    async def receive():
        if not waiting:
            await asyncio.Event().wait()
        await asyncio.sleep(pause)
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": query, "headers": list(headers),
        "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "scheme": "http",
    }  # fmt: skip
    await BodySpool(WSGIMiddleware(echo, workers=1), limits)(scope, receive, send)
    if not sent:
        return None
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def piece(body: bytes, more: bool = False):
    return {"type": "http.request", "body": body, "more_body": more}


async def test_whole_body_arrives_with_its_length():
    status, body = await call([piece(b"abc", more=True), piece(b"def")], [(b"content-length", b"6")])
    assert (status, body) == (200, b"6 6 abcdef|")


async def test_chunked_body_gets_a_length():
    status, body = await call([piece(b"abc", more=True), piece(b"")], [(b"transfer-encoding", b"chunked")])
    assert (status, body) == (200, b"3 3 abc|")


async def test_large_body_goes_through_the_disk_unchanged():
    size = 3 * 1024 * 1024
    limits = Limits(total_bytes=size, idle_seconds=1, total_seconds=5)
    pieces = [piece(b"x" * 65536, more=True) for _ in range(size // 65536)]
    status, body = await call([*pieces, piece(b"")], [(b"content-length", b"%d" % size)], limits=limits)
    assert status == 200
    assert body.startswith(b"%d %d " % (size, size))


async def test_declared_size_over_the_cap_is_refused_before_reading():
    assert (await call([], [(b"content-length", b"1001")]))[0] == 413


async def test_a_refusal_is_a_page_in_three_languages_that_needs_nothing_else():
    status, body = await call([piece(b"x" * 600, more=True), piece(b"x" * 600)])
    page = body.decode()
    assert status == 413
    for words in ("To za dużo naraz", "That is too much at once", "Це забагато за один раз", "10 MB"):
        assert words in page
    assert not re.search(r"<(script|style|link|img)|style=|https?:", page)
    slow = (await call([piece(b"abc", more=True)], [(b"content-length", b"6")]))[1].decode()
    assert "Wysyłanie trwało za długo" in slow


async def test_a_client_that_asks_before_it_sends_is_answered_at_once():
    started = time.monotonic()
    headers = [(b"content-length", b"2000"), (b"expect", b"100-continue")]
    assert (await call([], headers))[0] == 413
    assert time.monotonic() - started < LIMITS.idle_seconds


async def test_chunked_body_over_the_cap_is_refused():
    assert (await call([piece(b"x" * 600, more=True), piece(b"x" * 600)]))[0] == 413


async def test_body_at_the_cap_is_accepted():
    assert (await call([piece(b"x" * 1000)], [(b"content-length", b"1000")]))[0] == 200


@pytest.mark.parametrize("body", [b"abc", b"abcdefgh"])
async def test_length_that_differs_from_the_header_is_refused(body):
    assert (await call([piece(body)], [(b"content-length", b"6")]))[0] == 400


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"-1")],
        [(b"content-length", b"x")],
        [(b"content-length", b"3"), (b"content-length", b"4")],
    ],
)
async def test_length_that_is_no_number_is_refused(headers):
    assert (await call([piece(b"abc")], headers))[0] == 400


async def test_silence_in_the_middle_is_refused():
    assert (await call([piece(b"abc", more=True)], [(b"content-length", b"6")]))[0] == 408


async def test_body_that_drips_for_too_long_is_refused():
    drops = [piece(b"x", more=True) for _ in range(20)]
    assert (await call(drops, [(b"content-length", b"20")], pause=0.1))[0] == 408


async def test_client_that_leaves_gets_no_answer_and_the_application_no_request():
    assert (
        await call([piece(b"abc", more=True), {"type": "http.disconnect"}], [(b"content-length", b"6")])
        is None
    )


async def test_query_that_is_not_ascii_is_refused():
    assert (await call([piece(b"")], query=b"q=\xc4\x85"))[0] == 400


async def test_headers_that_wsgi_would_mistake_for_others_are_dropped():
    headers = [(b"x_forwarded_for", b"6.6.6.6"), (b"x-fine", b"1")]
    assert (await call([piece(b"")], headers))[1].endswith(b"|HTTP_X_FINE")


class Server:
    """The spool with one worker thread under a real uvicorn."""

    def __init__(self) -> None:
        limits = Limits(total_bytes=1000, idle_seconds=30, total_seconds=60)
        app = BodySpool(WSGIMiddleware(echo, workers=1), limits)
        self.server = uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None, ws="none")
        )
        self.thread = threading.Thread(target=self.server.run)

    def connect(self) -> socket.socket:
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    running.thread.start()
    while not running.server.started:
        time.sleep(0.01)
    yield running
    running.server.should_exit = True
    running.server.force_exit = True
    running.thread.join(5)


def test_who_sends_far_too_much_can_read_why(server):
    with server.connect() as visitor:
        visitor.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3900\r\n\r\n")
        for _ in range(39):
            visitor.sendall(b"x" * 100)
            time.sleep(0.002)
        answer = b""
        while part := visitor.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.rstrip().endswith(b"</html>")


def test_twenty_slow_uploads_do_not_keep_the_next_visitor_waiting(server):
    slow = [server.connect() for _ in range(20)]
    for upload in slow:
        upload.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
    with server.connect() as visitor:
        started = time.monotonic()
        visitor.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
        answer = visitor.recv(1000)
    assert answer.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - started < 1
    slow[0].sendall(b"def")
    assert slow[0].recv(1000).startswith(b"HTTP/1.1 200")
    for upload in slow:
        upload.close()
