"""What a production environment must not be. Every fault is named at once; no value is ever printed."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

REQUIRED = (
    "SECRET_KEY",
    "PUBLIC_URL",
    "MAIL_DOMAIN",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CHANNEL_LAYER_URL",
    "CACHE_URL",
    "EMAIL_URL",
)
PROVIDERS = (
    "brevo",
    "mailersend",
    "mailgun",
    "mailjet",
    "mailtrap",
    "mandrill",
    "postal",
    "postmark",
    "resend",
    "scaleway",
    "sendgrid",
    "sparkpost",
)
MAIL = {"smtp", "smtps", "smtp+tls", "smtp+ssl", *(f"anymail+{provider}" for provider in PROVIDERS)}
# What each service may be reached by. All else is embedded, for trying out, or unknown to us.
SCHEMES = {
    "DATABASE_URL": {"postgres", "postgresql", "psql", "pgsql"},
    "CELERY_BROKER_URL": {"redis", "rediss", "redis+socket", "amqp", "amqps"},
    "CHANNEL_LAYER_URL": {"redis", "rediss", "unix"},
    "CACHE_URL": {"redis", "rediss", "rediscache"},
    "EMAIL_URL": MAIL,
    "EMAIL_SECOND_URL": MAIL,
    "SMS_URL": {"smsapi", "twilio"},
}
KEY_LENGTH = 50
DISTINCT_CHARACTERS = 10
HOOK_SECRET_LENGTH = 16
DEFAULT_KEYS = ("insecure", "change", "secret", "example", "default", "password")
DEFAULT_PASSWORDS = {"admin", "changeme", "contact", "guest", "password", "postgres", "secret"}


def refuse_unsafe(environment: Mapping[str, str]) -> None:
    """Raise ``ImproperlyConfigured`` with every unsafe variable and the reason; silent when all is safe."""
    faults = [f"{name} {reason}" for name, reason in unsafe_values(environment)]
    if faults:
        raise ImproperlyConfigured("Refusing to start in production:\n  - " + "\n  - ".join(faults))


def unsafe_values(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each unsafe variable with the reason, in the order in which a person would mend them."""
    for name in REQUIRED:
        if not environment.get(name):
            yield name, "is missing"
    yield from _key_faults("SECRET_KEY", environment.get("SECRET_KEY", ""))
    for key in _listed(environment, "SECRET_KEY_FALLBACKS"):
        yield from _key_faults("SECRET_KEY_FALLBACKS", key)
    yield from _address_faults(environment)
    for name in SCHEMES:
        if environment.get(name):
            yield from _service_faults(name, environment[name])
    yield from _hook_faults(environment.get("SMS_HOOK_SECRET", ""))
    yield from _switch_faults(environment)


def _switch_faults(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, reason in (
        ("DEBUG", "shows secrets to visitors"),
        ("DEMO", "creates logins with a known password"),
    ):
        if _is_on(environment.get(name, "")):
            yield name, f"must be off: it {reason}"
    if not _is_on(environment.get("RATE_LIMITS_ENABLED", "on")):
        yield "RATE_LIMITS_ENABLED", "must be on: it protects residents from floods"


def _hook_faults(secret: str) -> Iterator[tuple[str, str]]:
    """It stands in an address, and is all that tells a provider from anybody else."""
    if secret and not (len(secret) >= HOOK_SECRET_LENGTH and secret.isascii() and secret.isalnum()):
        yield "SMS_HOOK_SECRET", f"must be {HOOK_SECRET_LENGTH} letters and digits at least"


def _is_on(value: str) -> bool:
    """As the settings read it: a number that is not zero is on, like a few words."""
    return bool(environ.Env.parse_value(value, bool)) if value else False


def _listed(environment: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in environment.get(name, "").split(",") if part.strip()]


def _key_faults(name: str, key: str) -> Iterator[tuple[str, str]]:
    if key and (len(key) < KEY_LENGTH or len(set(key)) < DISTINCT_CHARACTERS):
        yield name, f"is too short or too even: {KEY_LENGTH} random characters are the least"
    if any(word in key.lower() for word in DEFAULT_KEYS):
        yield name, "looks like a default from a manual"


def _address_faults(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    address = urlsplit(environment.get("PUBLIC_URL", ""))
    if environment.get("PUBLIC_URL") and (address.scheme != "https" or not address.hostname):
        yield "PUBLIC_URL", "must be an https address"
    for host in _listed(environment, "ALLOWED_HOSTS"):
        if "*" in host:
            yield "ALLOWED_HOSTS", "must name hosts, not *"
        elif host.startswith(".") and "." not in host.strip("."):
            yield "ALLOWED_HOSTS", "must name hosts, not everything under a top-level domain"
    if environment.get("MAIL_DOMAIN", "").endswith(".example"):
        yield "MAIL_DOMAIN", "is the one of the demonstration"


def _service_faults(name: str, value: str) -> Iterator[tuple[str, str]]:
    try:
        url = urlsplit(value)
    except ValueError:
        yield name, "is no address"
        return
    if url.scheme not in SCHEMES[name]:
        known = ", ".join(sorted(SCHEMES[name]))
        yield (
            name,
            f"names no service that is known and safe for production; the address begins with one of {known}",
        )
    elif _wants_password(name, url) and not url.password:
        yield name, "has no password, and its server is not on this machine"
    elif unquote(url.password or "").lower() in DEFAULT_PASSWORDS:
        yield name, "has a default password"


def _wants_password(name: str, url: SplitResult) -> bool:
    """A socket or a port of this machine is guarded by the machine; a relay for mail may know us by our address."""
    if SCHEMES[name] is MAIL:
        return url.username is not None
    return not (url.hostname is None or url.hostname.startswith(("%2f", "%2F")) or _is_here(url.hostname))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
