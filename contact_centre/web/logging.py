"""Structured logs: one JSON object a line, with the ids of request and case, and without personal data."""

import logging.config
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

EMAIL_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE_NUMBER = re.compile(r"(?<![\w.:-])(?:\+|00)?\d(?:[ -]?\d){8,11}(?![\w.:-])")
TRACKING_KEY = re.compile(r"(/track/[^/\s]+/)[^/\s?]+")
HOOK_SECRET = re.compile(r"(/hooks/sms/[^/\s]+/)[^/\s?]+")
QUERY = re.compile(r"(?<=[\w/])\?[^\s\"']+")
PERSONAL_KEYS = frozenset(
    {"email", "phone", "name", "first_name", "last_name", "address", "user_agent", "ip"}
)


def scrub(text: str) -> str:
    """The text without e-mail addresses, phone numbers, tracking keys, secrets of hooks and query strings."""
    text = TRACKING_KEY.sub(r"\1…", text)
    text = HOOK_SECRET.sub(r"\1…", text)
    text = QUERY.sub("", text)
    text = EMAIL_ADDRESS.sub("…@…", text)
    return PHONE_NUMBER.sub("…", text)


def without_personal_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop fields that name people and scrub every text that is left, tracebacks included."""
    return {key: _scrubbed(value) for key, value in event.items() if key not in PERSONAL_KEYS}


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {key: _scrubbed(item) for key, item in value.items() if key not in PERSONAL_KEYS}
    if isinstance(value, (list, tuple)):
        return [_scrubbed(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return scrub(str(value))


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
FINAL: list[Processor] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.processors.format_exc_info,
    without_personal_data,
    structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
]


def configure_structlog() -> None:
    """Send structlog's own loggers through the standard library, so that all lines look alike."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(level: str) -> dict[str, Any]:
    """The ``LOGGING`` setting: everything to standard error as JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": FINAL,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # These repeat what our own request and task lines say, with more of it than we want to keep.
            "django.server": {"level": "ERROR"},
            "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "uvicorn.access": {"level": "ERROR"},
            "celery.app.trace": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "mail.log": {"level": "WARNING"},
        },
    }


def configure_logging(config: dict[str, Any]) -> None:
    """Apply ``LOGGING``; Django calls this at start, Celery through its signal."""
    logging.config.dictConfig(config)
