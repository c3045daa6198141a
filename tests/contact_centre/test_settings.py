"""Settings: services by URL, and a production that refuses to start with an unsafe value."""

import os
import stat
import subprocess
import sys
from decimal import Decimal

import pytest
from celery import current_app
from channels_redis.core import RedisChannelLayer
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.test import override_settings
from django.utils.module_loading import import_string

from contact_centre.settings import services
from contact_centre.settings.safety import REQUIRED, SCHEMES, refuse_unsafe, unsafe_values

SAFE = {
    "SECRET_KEY": "k3J9vQ2mX7pLzR5tYw8nB4cD6fG1hSaEuTjMiOqWrVxNyPbZ",
    "PUBLIC_URL": "https://kontakt.konin.pl",
    "MAIL_DOMAIN": "kontakt.konin.pl",
    "DATABASE_URL": "postgres://city:k3J9vQ2mX7@db.internal/city",
    "CELERY_BROKER_URL": "redis://:k3J9vQ2mX7@redis.internal/0",
    "CHANNEL_LAYER_URL": "redis://:k3J9vQ2mX7@redis.internal/1",
    "CACHE_URL": "redis://:k3J9vQ2mX7@redis.internal/2",
    "EMAIL_URL": "smtp+tls://city:k3J9vQ2mX7@smtp.internal:587",
}  # fmt: skip
SAFE["SECRET_KEY"] += "Ab0d"


def faults(**changes: str) -> set[str]:
    return {name for name, _ in unsafe_values(SAFE | changes)}


def test_safe_environment_is_accepted():
    refuse_unsafe(SAFE)


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_variable_is_named(name):
    environment = {key: value for key, value in SAFE.items() if key != name}
    with pytest.raises(ImproperlyConfigured, match=f"{name} is missing"):
        refuse_unsafe(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "ab" * 40),
        ("SECRET_KEY", "django-insecure-" + SAFE["SECRET_KEY"]),
        ("PUBLIC_URL", "http://kontakt.konin.pl"),
        ("PUBLIC_URL", "https://"),
        ("ALLOWED_HOSTS", "*"),
        ("MAIL_DOMAIN", "kontakt.example"),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "postgres://city:postgres@db/city"),
        ("DATABASE_URL", "postgres://city@db/city"),
        ("CELERY_BROKER_URL", "filesystem:///broker"),
        ("CHANNEL_LAYER_URL", "memory://"),
        ("CACHE_URL", "locmemcache://"),
        ("EMAIL_URL", "maildir:///mail"),
        ("DATABASE_URL", "postgres://db.internal/city"),
        ("DATABASE_URL", "sqla+sqlite:///db.sqlite3"),
        ("DATABASE_URL", "mysql://city:k3J9vQ2mX7@db.internal/city"),
        ("CELERY_BROKER_URL", "redis://:password@redis.internal/0"),
        ("CELERY_BROKER_URL", "redis://:p%61ssword@127.0.0.1/0"),
        ("CELERY_BROKER_URL", "redis://redis.internal/0"),
        ("CELERY_BROKER_URL", "amqp://guest:guest@localhost//"),
        ("CELERY_BROKER_URL", "sqla+sqlite:///broker.sqlite3"),
        ("CELERY_BROKER_URL", "sqs://key:k3J9vQ2mX7@"),
        ("CHANNEL_LAYER_URL", "redis://redis.internal/1"),
        ("CHANNEL_LAYER_URL", "database:///live.sqlite3"),
        ("CACHE_URL", "filecache:///cache"),
        ("CACHE_URL", "redis://10.0.0.7/2"),
        ("CACHE_URL", "http://[broken"),
        ("EMAIL_URL", "anymail+console://"),
        ("EMAIL_URL", "anymail+test://"),
        ("EMAIL_URL", "smtp+tls://city@smtp.internal:587"),
        ("SECRET_KEY_FALLBACKS", "short"),
        ("SECRET_KEY_FALLBACKS", f"{SAFE['SECRET_KEY']},{'ab' * 40}"),
        ("ALLOWED_HOSTS", "kontakt.konin.pl,.pl"),
        ("ALLOWED_HOSTS", "."),
        ("DEBUG", "true"),
        ("DEMO", "1"),
        ("DEMO", "ok"),
        ("DEMO", "2"),
        ("DEMO", " Yes"),
        ("RATE_LIMITS_ENABLED", "0"),
        ("RATE_LIMITS_ENABLED", ""),
    ],
)
def test_unsafe_value_is_named(name, value):
    assert faults(**{name: value}) == {name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY_FALLBACKS", SAFE["SECRET_KEY"]),
        ("ALLOWED_HOSTS", "kontakt.konin.pl,.konin.pl"),
        ("DATABASE_URL", "postgres://city@//var/run/postgresql/city"),
        ("DATABASE_URL", "postgres://city@%2Fvar%2Frun%2Fpostgresql/city"),
        ("DATABASE_URL", "postgres://city@127.0.0.1/city"),
        ("CELERY_BROKER_URL", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("CELERY_BROKER_URL", "amqps://city:k3J9vQ2mX7@rabbit.internal/city"),
        ("CHANNEL_LAYER_URL", "redis://[::1]:6379/1"),
        ("CHANNEL_LAYER_URL", "unix:///run/redis.sock?db=1"),
        ("CACHE_URL", "rediscache:///run/redis.sock?db=2"),
        ("CACHE_URL", "redis://localhost/2"),
        ("EMAIL_URL", "smtp://smtp.internal:25"),
        ("EMAIL_URL", "anymail+mailgun://?MAILGUN_API_KEY=abc"),
        ("DEMO", "off"),
        ("DEMO", "0"),
        ("RATE_LIMITS_ENABLED", "ok"),
    ],
)
def test_safe_value_is_accepted(name, value):
    assert faults(**{name: value}) == set()


def test_every_provider_of_mail_that_is_accepted_is_one_of_anymail():
    for scheme in SCHEMES["EMAIL_URL"]:
        if scheme.startswith("anymail+"):
            import_string(services.email(f"{scheme}://")["EMAIL_BACKEND"])


def test_all_faults_are_told_at_once_and_no_value_is_shown():
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe(SAFE | {"SECRET_KEY": "tiny-word", "DATABASE_URL": "postgres://city:changeme@db/city"})
    assert "SECRET_KEY" in str(refusal.value)
    assert "DATABASE_URL" in str(refusal.value)
    assert "tiny-word" not in str(refusal.value)
    assert "changeme" not in str(refusal.value)


def settings_in(
    module: str, expression: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Import a settings module in a process of its own."""
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(settings.BASE_DIR)}
    code = f"from contact_centre.settings import {module} as s; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code], env=clean | environment, capture_output=True, text=True, check=False
    )


def test_production_does_not_start_unsafely():
    done = settings_in("production", "1", SAFE | {"PUBLIC_URL": "http://kontakt.konin.pl"})
    assert done.returncode != 0
    assert "PUBLIC_URL must be an https address" in done.stderr


def test_production_starts_safely():
    done = settings_in("production", "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.ALLOWED_HOSTS", SAFE)
    assert done.stdout == "True True ['kontakt.konin.pl']\n"


def test_embedded_makes_its_own_key_once_and_keeps_it_to_itself(tmp_path):
    state = tmp_path / "var"
    keys = {settings_in("embedded", "s.SECRET_KEY", {"VAR_DIR": str(state)}).stdout for _ in range(2)}
    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 50
    assert stat.S_IMODE((state / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_sqlite_syncs_every_commit_and_waits_its_turn():
    options = services.database("sqlite:////tmp/db.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "synchronous=FULL" in options["init_command"]


def test_postgresql_by_unix_socket():
    config = services.database("postgres://city@//tmp/sockets/city")
    assert (config["HOST"], config["NAME"], config["USER"]) == ("/tmp/sockets", "city", "city")
    assert config["CONN_HEALTH_CHECKS"] is True


def test_other_databases_are_refused():
    with pytest.raises(ImproperlyConfigured, match="mysql"):
        services.database("mysql://city@db/city")


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("database:///tmp/live.sqlite3", "contact_centre.live.layer.DatabaseChannelLayer"),
        ("memory://", "channels.layers.InMemoryChannelLayer"),
        ("redis://localhost/1", "contact_centre.live.redis_layer.RedisLayer"),
        ("unix:///tmp/redis.sock?db=1", "contact_centre.live.redis_layer.RedisLayer"),
    ],
)
def test_channel_layer_by_url(url, backend):
    assert services.channel_layer(url)["BACKEND"] == backend


def test_redis_is_waited_for_longer_than_the_layer_waits_for_news():
    [host] = services.channel_layer("redis://localhost/0")["CONFIG"]["hosts"]
    assert host["socket_timeout"] > RedisChannelLayer.brpop_timeout


def test_unknown_channel_layer_is_refused():
    with pytest.raises(ImproperlyConfigured, match="kafka"):
        services.channel_layer("kafka://localhost")


def test_mail_by_smtp_provider_or_maildir():
    smtp = services.email("smtp+tls://city:word@smtp.internal:587")
    assert (smtp["EMAIL_HOST"], smtp["EMAIL_PORT"], smtp["EMAIL_USE_TLS"]) == ("smtp.internal", 587, True)
    provider = services.email("anymail+mailgun://?MAILGUN_API_KEY=abc")
    assert provider["EMAIL_BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert provider["ANYMAIL"] == {"MAILGUN_API_KEY": "abc"}
    assert services.email("maildir:///tmp/mail")["EMAIL_FILE_PATH"] == "/tmp/mail"


def test_every_task_names_a_queue_that_a_worker_listens_to():
    current_app.loader.import_default_modules()
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    named = {name: getattr(task, "queue", None) for name, task in current_app.tasks.items()}
    own = {name: queue for name, queue in named.items() if not name.startswith("celery.")}
    assert own
    assert {name: queue for name, queue in own.items() if queue not in queues} == {}


def test_every_scheduled_task_exists():
    current_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled - set(current_app.tasks) == set()


def test_a_second_mail_system_takes_nothing_over_from_the_first():
    relay = services.second_email("smtp://relay.internal")
    assert relay["BACKEND"].endswith("smtp.EmailBackend")
    assert relay["OPTIONS"] == {
        "host": "relay.internal",
        "port": 25,
        "username": "",
        "password": "",
        "use_tls": False,
        "use_ssl": False,
        "timeout": 20,
    }
    backend = get_connection(relay["BACKEND"], **relay["OPTIONS"])
    made = vars(backend)
    assert (made["host"], made["username"], made["use_tls"]) == ("relay.internal", "", False)
    assert services.second_email("smtp+tls://city:word@relay.internal")["OPTIONS"]["port"] == 587


def test_two_accounts_with_the_same_provider_keep_their_own_keys():
    second = services.second_email("anymail+postmark://?POSTMARK_SERVER_TOKEN=second")
    assert second["OPTIONS"] == {"server_token": "second"}
    with override_settings(ANYMAIL={"POSTMARK_SERVER_TOKEN": "first"}):
        assert vars(get_connection(second["BACKEND"], **second["OPTIONS"]))["server_token"] == "second"


def test_the_webhooks_of_both_providers_find_their_secrets():
    urls = (
        "anymail+mailgun://?MAILGUN_API_KEY=a&MAILGUN_WEBHOOK_SIGNING_KEY=b",
        "anymail+postmark://?POSTMARK_SERVER_TOKEN=c&WEBHOOK_SECRET=name:word",
    )
    assert services.anymail(*urls) == {
        "MAILGUN_API_KEY": "a",
        "MAILGUN_WEBHOOK_SIGNING_KEY": "b",
        "POSTMARK_SERVER_TOKEN": "c",
        "WEBHOOK_SECRET": "name:word",
    }
    assert services.mail_providers(*urls, "smtp://relay.internal", "") == ["mailgun", "postmark"]


def test_a_second_mail_system_must_be_as_safe_as_the_first():
    assert faults(EMAIL_SECOND_URL="smtp://relay.internal") == set()
    assert faults(EMAIL_SECOND_URL="maildir:///mail") == {"EMAIL_SECOND_URL"}
    assert faults(EMAIL_SECOND_URL="smtp+tls://city:password@relay.internal") == {"EMAIL_SECOND_URL"}


def test_the_provider_of_text_messages_by_its_address():
    assert services.sms("") is None
    assert services.sms("smsapi://t0k%2Fen@?from=Konin") == {
        "provider": "smsapi",
        "user": "",
        "secret": "t0k/en",
        "base_url": "https://api.smsapi.pl",
        "options": {"from": "Konin"},
    }
    assert services.sms("twilio://AC1:word@?from=%2B48732000000") == {
        "provider": "twilio",
        "user": "AC1",
        "secret": "word",
        "base_url": "https://api.twilio.com",
        "options": {"from": "+48732000000"},
    }
    backup = services.sms("smsapi://token@api2.smsapi.pl")
    assert backup is not None
    assert backup["base_url"] == "https://api2.smsapi.pl"


@pytest.mark.parametrize(
    "url",
    ["pigeon://token@", "smsapi://", "twilio://AC1@?from=1", "twilio://AC1:word@", "smsapi+ftp://token@"],
)
def test_a_provider_of_text_messages_that_cannot_work_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="SMS_URL"):
        services.sms(url)


def test_production_sends_no_text_message_in_the_clear():
    assert faults(SMS_URL="smsapi://t0k3n@?from=Konin") == set()
    assert faults(SMS_URL="smsapi+http://t0k3n@127.0.0.1:1") == {"SMS_URL"}


@pytest.mark.parametrize(("span", "hours"), [("21-7", (21, 7)), ("", (0, 0)), ("13-15", (13, 15))])
def test_a_span_of_hours(span, hours):
    assert services.hours(span) == hours


@pytest.mark.parametrize("span", ["21", "21-24", "9pm-7am", "-"])
def test_what_is_no_span_of_hours_stops_the_start(span):
    with pytest.raises(ImproperlyConfigured):
        services.hours(span)


def test_an_amount_of_money():
    assert (services.amount("0.16"), services.amount("")) == (Decimal("0.16"), None)
    with pytest.raises(ImproperlyConfigured):
        services.amount("cheap")


def test_the_address_that_a_provider_of_text_messages_calls_cannot_be_guessed():
    assert faults(SMS_HOOK_SECRET="k3J9vQ2mX7pLzR5t") == set()
    for secret in ("short", "k3J9vQ2m/X7pLzR5tq", "gęślgęślgęślgęśl"):
        assert faults(SMS_HOOK_SECRET=secret) == {"SMS_HOOK_SECRET"}
