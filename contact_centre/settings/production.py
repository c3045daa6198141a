"""A city's installation: PostgreSQL, Redis, https. Refuses to start with an unsafe value and says which."""

import os

from contact_centre.settings.base import *
from contact_centre.settings.safety import refuse_unsafe

refuse_unsafe(os.environ)

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# To be on the browsers' preload lists is a decision about the city's whole domain, and hard to take back.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
