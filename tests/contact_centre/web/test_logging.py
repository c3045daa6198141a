"""Log lines are JSON, carry ids and say nothing about people."""

import io
import json
import logging

import pytest
import structlog
from django.conf import settings

from contact_centre.web.logging import scrub


@pytest.fixture
def lines(monkeypatch):
    """What the configured handler writes, parsed."""
    output = io.StringIO()
    handler = next(h for h in logging.getLogger().handlers if h.get_name() == "stderr")
    monkeypatch.setattr(handler, "stream", output)
    return lambda: [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Not Found: /track/KON-2026-004711-7/s3cr3tKey/", "Not Found: /track/KON-2026-004711-7/…/"),
        ("GET /report/?street=Dworcowa 7", "GET /report/ 7"),
        ("Key (email)=(anna.nowak@poczta.example)", "Key (email)=(…@…)"),
        ("dzwonił +48 601 234 567 rano", "dzwonił … rano"),
        ("tel. 601234567", "tel. …"),
        (
            "case KON-2026-004711-7 at 2026-11-23T08:18:00.123456Z",
            "case KON-2026-004711-7 at 2026-11-23T08:18:00.123456Z",
        ),
        ("why? because", "why? because"),
    ],
)
def test_scrub(text, clean):
    assert scrub(text) == clean


def test_structured_line_keeps_ids_and_drops_people(lines):
    with structlog.contextvars.bound_contextvars(request_id="r-1", case_id=4711):
        structlog.get_logger("cases").info(
            "opened", email="a@b.example", ip="10.0.0.1", words=["a@b.example"]
        )
    (line,) = lines()
    assert line["event"] == "opened"
    assert (line["request_id"], line["case_id"]) == ("r-1", 4711)
    assert "b.example" not in json.dumps(line)
    assert "10.0.0.1" not in json.dumps(line)


def test_traceback_is_scrubbed(lines):
    try:
        int("anna@poczta.example")
    except ValueError:
        logging.getLogger("somewhere").exception("failed for %s", "anna@poczta.example")
    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert "poczta" not in json.dumps(line)


@pytest.mark.django_db
def test_request_line_has_an_id_and_no_query_or_key(lines, client):
    client.get("/track/KON-2026-004711-7/s3cr3tKey/?x=anna", headers={"user-agent": "Spy/1.0"})
    requests = [line for line in lines() if line["event"] in ("request_started", "request_finished")]
    assert len(requests) == 2
    assert len({line["request_id"] for line in requests}) == 1
    assert "s3cr3tKey" not in json.dumps(requests)
    assert "anna" not in json.dumps(requests)
    assert "Spy" not in json.dumps(requests)


def test_level_comes_from_the_settings():
    assert logging.getLevelName(logging.getLogger().level) == settings.LOG_LEVEL
