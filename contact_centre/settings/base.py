"""What is the same everywhere, and what the environment decides. See docs/deploy.md for the variables."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from contact_centre.settings import place, services
from contact_centre.settings.mail import *
from contact_centre.web.logging import configure_structlog, logging_config

env = place.env
BASE_DIR = place.BASE_DIR
VAR_DIR = place.VAR_DIR
MODELS_DIR = Path(env.str("MODELS_DIR", default=str(VAR_DIR / "models")))

# The city and the address of this installation
CITY_CODE = env.str("CITY_CODE", default="KON")
CITY_NAME = env.str("CITY_NAME", default="Konin")
CITY_PHONE = env.str("CITY_PHONE", default="")
CITY_ADDRESS = env.str("CITY_ADDRESS", default="pl. Wolności 1, 62-500 Konin")
CITY_DATA_DIR = Path(env.str("CITY_DATA_DIR", default=str(BASE_DIR / "routing" / "data" / "konin")))
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
ALLOWED_HOSTS = [PUBLIC_HOST, *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Whether a nightly candidate that passed the gate serves at once; else an administrator promotes it
LEARNING_AUTO_PROMOTE = env.bool("LEARNING_AUTO_PROMOTE", default=False)
# How long a confirmation waits for what may follow it at once (passed to a department), to be told in one mail
NOTICE_COALESCE_SECONDS = env.int("NOTICE_COALESCE_SECONDS", default=30)

DEBUG = False
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
# Older keys: links, PINs and reply addresses made with them go on working.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

INSTALLED_APPS = [
    "contact_centre",
    "contact_centre.portal",
    "contact_centre.desk",
    "contact_centre.intake",
    "contact_centre.live",
    "contact_centre.web",
    "notifications",
    "cases",
    "routing",
    "classifiers.store",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "anymail",
    "channels",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "contact_centre.web.middleware.RequestLog",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "contact_centre.urls"
ASGI_APPLICATION = "contact_centre.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FORM_RENDERER = "contact_centre.web.forms.CityRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "contact_centre" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "contact_centre.web.context.site",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

# Services, each by its URL
DATABASES = {"default": services.database(env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/db.sqlite3"))}
CACHES = {"default": services.cache(env.str("CACHE_URL", default="dbcache://cache"))}
CHANNEL_LAYERS = {
    "default": services.channel_layer(
        env.str("CHANNEL_LAYER_URL", default=f"database://{VAR_DIR}/live.sqlite3")
    )
}
# Work behind the web. The rows in the database are the queue; a message only wakes a worker (docs/adr).
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=f"filesystem://{VAR_DIR}/broker")
CELERY_BROKER_TRANSPORT_OPTIONS = services.broker_options(CELERY_BROKER_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Each queue has its own key: with Celery's defaults all would share one, and every message come as often.
QUEUE_NAMES = ("default", "triage", "notifications", "mail", "training")
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUE_NAMES]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_DEFAULT_EXCHANGE = "default"
CELERY_TASK_DEFAULT_ROUTING_KEY = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3.0
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Warsaw"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-work": {"task": "cases.sweep_work", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-too-large": {"task": "intake.sweep_too_large", "schedule": 300.0, "options": {"expires": 300}},
    "sweep-mails": {"task": "intake.sweep_mails", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-notices": {"task": "notifications.sweep_notices", "schedule": 5.0, "options": {"expires": 5}},
    "poll-mailboxes": {"task": "intake.poll_mailboxes", "schedule": 10.0, "options": {"expires": 10}},
    "close-resolved": {
        "task": "cases.close_resolved",
        "schedule": crontab(hour=3, minute=15),
        "options": {"expires": 6 * 3600},
    },
    "delete-leftover-files": {
        "task": "cases.delete_leftover_files",
        "schedule": crontab(hour=3, minute=45),
        "options": {"expires": 6 * 3600},
    },
    "keep-decisions": {
        "task": "cases.keep_decisions",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "learn-from-decisions": {
        "task": "cases.learn_from_decisions",
        "schedule": crontab(hour=2, minute=30),
        "options": {"expires": 3 * 3600},
    },
    "forget-automatic-mails": {
        "task": "notifications.forget_automatic_mails",
        "schedule": crontab(hour=4, minute=5),
        "options": {"expires": 6 * 3600},
    },
    "notice-passed-days": {
        "task": "cases.notice_passed_days",
        "schedule": crontab(hour=3, minute=45),
        "options": {"expires": 6 * 3600},
    },
}
# Who is told of an event: a consumer and the kinds it wants (None: all). One work row each, see cases.timeline.
EVENT_CONSUMERS: dict[str, list[str] | None] = {"triage": ["RECEIVED"], "notifications": None}

# Files: copies that may be shown; what was really sent, with its metadata; mails as they came
OWNER_ONLY = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files" / "display", **OWNER_ONLY},
    },
    "originals": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files" / "originals", **OWNER_ONLY},
    },
    "raw_mail": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files" / "raw_mail", **OWNER_ONLY},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where the virus scanner listens: the path of its socket, or tcp://host:port. Empty: files are "not scanned".
CLAMD_SOCKET = env.str("CLAMD_SOCKET", default="")
# Files of mails that the city will not have, by media type or by the ending of the name; they are marked, not lost.
MAIL_BLOCKED_TYPES = env.list("MAIL_BLOCKED_TYPES", default=[])
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_MAX_FILES = 5
UPLOAD_MAX_FILE_BYTES = 10 * 1024 * 1024
# Twice what a form accepts: a person who sends a little too much is told so by the form, with the text kept.
REQUEST_BODY_MAX_BYTES = 2 * UPLOAD_MAX_FILES * UPLOAD_MAX_FILE_BYTES
REQUEST_BODY_IDLE_SECONDS = 20.0
REQUEST_BODY_TOTAL_SECONDS = 300.0
# Somebody who marks a whole album by mistake is told so beside the field, with the text kept.
DATA_UPLOAD_MAX_NUMBER_FILES = 500
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "contact_centre" / "static"]

# How often a network or an address may report (contact_centre/web/limits.py); benches lift it.
RATE_LIMITS_ENABLED = env.bool("RATE_LIMITS_ENABLED", default=True)

# People and their sessions
AUTH_USER_MODEL = "routing.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
IS_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "contact_centre.web.errors.form_refused"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# What a browser may do with our pages
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Words and time
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", _("Polish")), ("en", _("English")), ("uk", _("Ukrainian"))]
LOCALE_PATHS = [VAR_DIR / "locale"]
FORMAT_MODULE_PATH = "contact_centre.web.formats"
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True

# What is logged
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = logging_config(LOG_LEVEL)
LOGGING_CONFIG = "contact_centre.web.logging.configure_logging"
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG  # a sweep every five seconds is no news
DJANGO_STRUCTLOG_CELERY_TASK_FAILURE_LOG_LEVEL = logging.ERROR
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
configure_structlog()
