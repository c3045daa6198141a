"""Mail and text messages: our addresses, what comes in and by which way, and by whom it goes out."""

from pathlib import Path

from contact_centre.settings import services
from contact_centre.settings.place import VAR_DIR, env

# Our addresses
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="kontakt.example")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"kontakt@{MAIL_DOMAIN}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where residents write; the mail system takes it in beside the reply addresses
CITY_EMAIL = env.str("CITY_EMAIL", default=f"kontakt@{MAIL_DOMAIN}")
# The name under which our mail server writes what it found of a sender (Authentication-Results); empty: it does not
MAIL_AUTHSERV_ID = env.str("MAIL_AUTHSERV_ID", default="")
# The host of our own spam filter, and the field in which it says yes; marks of other hosts are not read
MAIL_SPAM_HOST = env.str("MAIL_SPAM_HOST", default="")
MAIL_SPAM_FIELD = env.str("MAIL_SPAM_FIELD", default="X-Spam-Flag")
# More domains of ours: a mail that claims to come from one has to prove it
MAIL_OWN_DOMAINS = env.list("MAIL_OWN_DOMAINS", default=[])
# Addresses of forms that write for others: who wrote stands in Reply-To
MAIL_FORM_GATEWAYS = env.list("MAIL_FORM_GATEWAYS", default=[])
# Whether a mail that one of us passes on opens a case for the person who wrote it first
MAIL_STAFF_FORWARDS = env.bool("MAIL_STAFF_FORWARDS", default=True)
# So many cases a day one address opens by mail; what follows is added to the last of them
MAIL_MAX_CASES_PER_DAY = env.int("MAIL_MAX_CASES_PER_DAY", default=25)
# Whether a mail to mailboxes of several departments opens one case for each of them; otherwise one for all
MAIL_CASE_PER_DEPARTMENT = env.bool("MAIL_CASE_PER_DEPARTMENT", default=False)
# Mail in: the largest mail, where the secrets of mailboxes lie, and where the listener waits (port 0: nowhere)
MAIL_MAX_BYTES = env.int("MAIL_MAX_BYTES", default=25 * 1024 * 1024)
MAIL_SECRETS_DIR = Path(env.str("MAIL_SECRETS_DIR", default=str(VAR_DIR / "secrets")))
MAIL_SILENCE_MINUTES = env.int("MAIL_SILENCE_MINUTES", default=15)
MAIL_LISTEN_HOST = env.str("MAIL_LISTEN_HOST", default="127.0.0.1")
MAIL_LISTEN_PORT = env.int("MAIL_LISTEN_PORT", default=0)
MAIL_LISTEN_LMTP = env.bool("MAIL_LISTEN_LMTP", default=False)
MAIL_TLS_CERTIFICATE = env.str("MAIL_TLS_CERTIFICATE", default="")
MAIL_TLS_KEY = env.str("MAIL_TLS_KEY", default="")
# Providers whose webhooks may bring mails; each is on only with its secret among the settings of Anymail
MAIL_HOOKS = env.list("MAIL_HOOKS", default=[])

# Mail out
EMAIL_URL = env.str("EMAIL_URL", default=f"maildir://{VAR_DIR}/mail")
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
globals().update(services.email(EMAIL_URL))
# Takes over while the first one is away
EMAIL_SECOND_URL = env.str("EMAIL_SECOND_URL", default="")
EMAIL_SECOND = services.second_email(EMAIL_SECOND_URL) if EMAIL_SECOND_URL else None
# Secrets of webhooks, as the query of EMAIL_URL: WEBHOOK_SECRET=user:password&MAILGUN_WEBHOOK_SIGNING_KEY=...
ANYMAIL = services.anymail(EMAIL_URL, EMAIL_SECOND_URL) | services.values(
    env.str("MAIL_HOOK_SECRETS", default="")
)
# The providers that our mails go to: they may tell what became of them
EMAIL_PROVIDERS = services.mail_providers(EMAIL_URL, EMAIL_SECOND_URL)
# As many mails as each takes in a minute (0: no limit)
EMAIL_PER_MINUTE = env.int("EMAIL_PER_MINUTE", default=0)
EMAIL_SECOND_PER_MINUTE = env.int("EMAIL_SECOND_PER_MINUTE", default=0)
# Whether mails name an address of ours per notice, to which they come back; off where a relay writes its own there
EMAIL_VERP = env.bool("EMAIL_VERP", default=True)
# Whether it is kept that a mail was opened or a link in it followed, where the provider watches that
EMAIL_TRACK_OPENS = env.bool("EMAIL_TRACK_OPENS", default=False)

# Text messages: smsapi://TOKEN@?from=Name or twilio://SID:TOKEN@?from=+48...; empty: there are none
SMS = services.sms(env.str("SMS_URL", default=""))
# As many as the provider takes in a minute (0: no limit)
SMS_PER_MINUTE = env.int("SMS_PER_MINUTE", default=0)
# What is secret in the addresses that the provider calls; empty: it tells nothing and brings nothing
SMS_HOOK_SECRET = env.str("SMS_HOOK_SECRET", default="")
# From which hour to which nobody is woken by one, by the city's clock; empty: at no hour
SMS_QUIET_HOURS = services.hours(env.str("SMS_QUIET_HOURS", default="21-7"))
# What one part of a message costs, in złoty; pages show what a message costs by it
SMS_PART_PRICE = services.amount(env.str("SMS_PART_PRICE", default=""))
