"""What a production environment must not be. Every fault is named at once; no value is ever printed."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

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
EMBEDDED_SCHEMES = {
    "DATABASE_URL": ("sqlite",),
    "CELERY_BROKER_URL": ("filesystem", "memory"),
    "CHANNEL_LAYER_URL": ("database", "memory"),
    "CACHE_URL": ("dbcache", "locmemcache", "dummycache"),
    "EMAIL_URL": ("maildir", "consolemail", "memorymail", "dummymail", "filemail"),
}
KEY_LENGTH = 50
DISTINCT_CHARACTERS = 10
DEFAULT_KEYS = ("insecure", "change", "secret", "example", "default", "password")
DEFAULT_PASSWORDS = {"", "admin", "changeme", "contact", "guest", "password", "postgres", "secret"}
TRUE_WORDS = {"1", "on", "true", "y", "yes"}


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
    yield from _key_faults(environment.get("SECRET_KEY", ""))
    yield from _address_faults(environment)
    yield from _service_faults(environment)
    for name, reason in (
        ("DEBUG", "shows secrets to visitors"),
        ("DEMO", "creates logins with a known password"),
    ):
        if environment.get(name, "").strip().lower() in TRUE_WORDS:
            yield name, f"must be off: it {reason}"
    if environment.get("RATE_LIMITS_ENABLED", "1").strip().lower() not in TRUE_WORDS:
        yield "RATE_LIMITS_ENABLED", "must be on: it protects residents from floods"


def _key_faults(key: str) -> Iterator[tuple[str, str]]:
    if key and (len(key) < KEY_LENGTH or len(set(key)) < DISTINCT_CHARACTERS):
        yield "SECRET_KEY", f"is too short or too even: {KEY_LENGTH} random characters are the least"
    if any(word in key.lower() for word in DEFAULT_KEYS):
        yield "SECRET_KEY", "looks like a default from a manual"


def _address_faults(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    address = urlsplit(environment.get("PUBLIC_URL", ""))
    if environment.get("PUBLIC_URL") and (address.scheme != "https" or not address.hostname):
        yield "PUBLIC_URL", "must be an https address"
    if "*" in environment.get("ALLOWED_HOSTS", ""):
        yield "ALLOWED_HOSTS", "must name hosts, not *"
    if environment.get("MAIL_DOMAIN", "").endswith(".example"):
        yield "MAIL_DOMAIN", "is the one of the demonstration"


def _service_faults(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, schemes in EMBEDDED_SCHEMES.items():
        url = urlsplit(environment.get(name, ""))
        if url.scheme in schemes:
            yield name, f"names an embedded service ({url.scheme}), which is for one machine and trying out"
        if url.hostname and url.username and (url.password or "") in DEFAULT_PASSWORDS:
            yield name, "has no password, or a default one"
