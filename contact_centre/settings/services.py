"""From the URL of a service (database, broker, layer, cache, mail, text messages) to the settings that Django wants."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

Settings = dict[str, Any]

SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
BUSY_SECONDS = 20
POSTGRES_CONNECTION_SECONDS = 60
# Longer than channels_redis waits for a message (``RedisChannelLayer.brpop_timeout``, 5 s).
REDIS_WAIT_SECONDS = 15
ANYMAIL = "anymail+"
SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 587, "smtp+ssl": 465}
SMS_HOSTS = {"smsapi": "api.smsapi.pl", "twilio": "api.twilio.com"}
REDIS_SCHEMES = ("redis", "rediss", "unix")


def database(url: str) -> Settings:
    """The ``DATABASES`` entry. SQLite waits for its turn and syncs every commit; PostgreSQL connections are checked."""
    config: Settings = Env.db_url_config(url)
    if is_sqlite(config):
        config["CONN_MAX_AGE"] = None
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "init_command": SQLITE_PRAGMAS,
            **config.get("OPTIONS", {}),
        }
    elif config.get("ENGINE") == "django.db.backends.postgresql":
        config.setdefault("CONN_MAX_AGE", POSTGRES_CONNECTION_SECONDS)
        config.setdefault("CONN_HEALTH_CHECKS", True)
    else:
        raise ImproperlyConfigured(f"DATABASE_URL: neither SQLite nor PostgreSQL: {urlsplit(url).scheme}")
    return config


def is_sqlite(config: Settings) -> bool:
    """Whether a ``DATABASES`` entry is the embedded engine."""
    return config.get("ENGINE") == "django.db.backends.sqlite3"


def channel_layer(url: str) -> Settings:
    """The ``CHANNEL_LAYERS`` entry: ``database:///file``, ``memory://`` or Redis (``redis``, ``rediss``, ``unix``)."""
    scheme, path = urlsplit(url).scheme, urlsplit(url).path
    if scheme == "database":
        return {"BACKEND": "contact_centre.live.layer.DatabaseChannelLayer", "CONFIG": {"path": path}}
    if scheme == "memory":
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    if scheme in REDIS_SCHEMES:
        # Else redis-py gives up after five seconds, just as long as the layer waits for news, and the socket closes.
        hosts = [{"address": url, "socket_timeout": REDIS_WAIT_SECONDS}]
        return {
            "BACKEND": "contact_centre.live.redis_layer.RedisLayer",
            "CONFIG": {"hosts": hosts, "capacity": 1000},
        }
    raise ImproperlyConfigured(f"CHANNEL_LAYER_URL: unknown scheme {scheme!r}")


def broker_options(url: str) -> Settings:
    """``CELERY_BROKER_TRANSPORT_OPTIONS``. A broker that does not answer must not hold a web request up."""
    parts = urlsplit(url)
    if parts.scheme == "filesystem":
        return {
            "data_folder_in": parts.path,
            "data_folder_out": parts.path,
            "control_folder": str(Path(parts.path) / "control"),
            "polling_interval": 0.05,
        }
    if parts.scheme.startswith(("redis", "rediss")):
        return {"visibility_timeout": 600, "socket_connect_timeout": 2, "socket_timeout": 5}
    return {}


def cache(url: str) -> Settings:
    """The ``CACHES`` entry; ``dbcache://table``, ``locmemcache://``, ``redis://`` or ``rediscache:///socket``."""
    config: Settings = Env.cache_url_config(url)
    return config


def email(url: str) -> Settings:
    """The ``EMAIL_*`` and ``ANYMAIL`` settings.

    ``maildir:///directory`` writes files; ``smtp+tls://user:password@host:587`` sends; a provider of Anymail is
    named as ``anymail+mailgun://?MAILGUN_API_KEY=...`` with its own settings as the query.
    """
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return {"EMAIL_BACKEND": "contact_centre.web.maildir.MaildirBackend", "EMAIL_FILE_PATH": parts.path}
    if parts.scheme.startswith(ANYMAIL):
        provider = parts.scheme.removeprefix(ANYMAIL)
        return {"EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend", "ANYMAIL": anymail(url)}
    config: Settings = Env.email_url_config(url)
    return {"EMAIL_TIMEOUT": 20} | {
        name: value for name, value in config.items() if name.startswith("EMAIL_")
    }


def second_email(url: str) -> Settings:
    """A mail system beside the first: its ``BACKEND``, and as ``OPTIONS`` what that one is made with.

    Every option is given, or Django would fill in what it knows of the first one.
    """
    parts, config = urlsplit(url), email(url)
    options: Settings = {}
    if parts.scheme.startswith(ANYMAIL):
        own = f"{parts.scheme.removeprefix(ANYMAIL)}_"
        options = {name.lower().removeprefix(own): value for name, value in parse_qsl(parts.query)}
    elif parts.scheme in SMTP_PORTS:
        options = {
            "host": config["EMAIL_HOST"],
            "port": config["EMAIL_PORT"] or SMTP_PORTS[parts.scheme],
            "username": config["EMAIL_HOST_USER"] or "",
            "password": config["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": config.get("EMAIL_USE_TLS", False),
            "use_ssl": config.get("EMAIL_USE_SSL", False),
            "timeout": config["EMAIL_TIMEOUT"],
        }
    elif parts.scheme == "maildir":
        options = {"file_path": parts.path}
    return {"BACKEND": config["EMAIL_BACKEND"], "OPTIONS": options}


def anymail(*urls: str) -> Settings:
    """The ``ANYMAIL`` settings of all providers among the mail systems; the first to say something is heard."""
    parts = (urlsplit(url) for url in reversed(urls))
    return dict(pair for part in parts if part.scheme.startswith(ANYMAIL) for pair in parse_qsl(part.query))


def sms(url: str) -> Settings | None:
    """The provider of text messages; None without one.

    ``smsapi://TOKEN@?from=Name`` or ``twilio://SID:TOKEN@?from=+48...`` (or ``service=MG...``). A host after the ``@``
    stands for the provider's own; ``smsapi+http`` and ``twilio+http`` speak to one of this machine, for trying out.
    """
    if not url:
        return None
    parts = urlsplit(url)
    provider, _, transport = parts.scheme.partition("+")
    options = dict(parse_qsl(parts.query))
    if provider not in SMS_HOSTS or transport not in ("", "http"):
        raise ImproperlyConfigured(f"SMS_URL: unknown scheme {parts.scheme!r}")
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if provider == "smsapi":
        user, secret = "", user
    if not secret:
        raise ImproperlyConfigured("SMS_URL: no token")
    if provider == "twilio" and not (user and (options.get("from") or options.get("service"))):
        raise ImproperlyConfigured("SMS_URL: Twilio needs its account SID, and from= or service=")
    host = parts.netloc.rpartition("@")[2] or SMS_HOSTS[provider]
    base_url = f"{transport or 'https'}://{host}"
    return {"provider": provider, "user": user, "secret": secret, "base_url": base_url, "options": options}


def hours(span: str) -> tuple[int, int]:
    """From hour and to hour of ``21-7``; empty: no hour at all."""
    begin, _, end = span.partition("-") if span else ("0", "", "0")
    if not (begin.isdecimal() and end.isdecimal() and int(begin) < 24 and int(end) < 24):
        raise ImproperlyConfigured(f"no span of hours such as 21-7: {span!r}")
    return int(begin), int(end)


def amount(text: str) -> Decimal | None:
    """An amount of money such as ``0.16``; None where there is none."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise ImproperlyConfigured(f"no amount such as 0.16: {text!r}") from None


def values(query: str) -> Settings:
    """Settings from ``NAME=value&NAME=value``, each value percent-encoded."""
    return dict(parse_qsl(query))


def mail_providers(*urls: str) -> list[str]:
    """The providers among the mail systems, whose webhooks are let in."""
    schemes = (urlsplit(url).scheme for url in urls)
    return [scheme.removeprefix(ANYMAIL) for scheme in schemes if scheme.startswith(ANYMAIL)]
