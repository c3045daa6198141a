"""Mailboxes: where residents write, how their mails are fetched, and the arrivals of each mail."""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contact_centre.intake.models.raw import RawMessage
from routing.models import Department
from routing.models.loaded import LoadedRow

ANY_TOKEN: Final = "*"  # noqa: S105 - no secret
_LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
_IMAP_PORTS: Final = (143, 993)
_SECRET_NAME: Final = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("letters, digits, dots and dashes"))


class MailSource(models.TextChoices):
    """The way by which a mail arrives."""

    IMAP = "IMAP", _("fetched by IMAP")
    POP3 = "POP3", _("fetched by POP3")
    SMTP = "SMTP", _("handed over by SMTP or LMTP")
    WEBHOOK = "WEBHOOK", _("sent by a provider's webhook")
    PIPE = "PIPE", _("read from a pipe or a file")


#: The ways in for which we ask a server again and again.
FETCHED: Final = (MailSource.IMAP, MailSource.POP3)


class ServerSecurity(models.TextChoices):
    TLS = "TLS", _("encrypted from the start")
    STARTTLS = "STARTTLS", _("encrypted after STARTTLS")
    NONE = "NONE", _("not encrypted, on this machine only")


class ServerLogin(models.TextChoices):
    """How we sign in. What is secret lies in a file of ``MAIL_SECRETS_DIR``; the row names it."""

    PASSWORD = "PASSWORD", _("password")
    XOAUTH2 = "XOAUTH2", "OAuth 2.0 (XOAUTH2)"


def default_max_bytes() -> int:
    """What a mailbox takes when nobody said otherwise."""
    return int(settings.MAIL_MAX_BYTES)


class Mailbox(LoadedRow):
    """An address where residents write. Mails to a mailbox that was merged are for the one it was merged into.

    ``tokens`` are the words that may stand behind a plus: ``kontakt+parks@``; a ``*`` allows any.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    address = models.EmailField(_("address"), unique=True)
    aliases = models.JSONField(_("other addresses"), default=list, blank=True)
    tokens = models.JSONField(_("words allowed behind a plus"), default=list, blank=True)
    name = models.CharField(_("name of the sender"), max_length=120, blank=True)
    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mailboxes",
        help_text=_("Empty: the contact centre's own."),
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="pl")
    signature = models.TextField(_("signature"), blank=True)
    auto_reply_text = models.TextField(_("automatic reply"), blank=True)
    office_hours_text = models.TextField(_("automatic reply outside office hours"), blank=True)
    max_bytes = models.PositiveBigIntegerField(_("largest mail, in bytes"), default=default_max_bytes)
    max_per_hour = models.PositiveIntegerField(
        _("most mails in an hour"), default=2000, help_text=_("What comes beyond it waits, and is not lost.")
    )
    source = models.CharField(_("way in"), max_length=10, choices=MailSource, default=MailSource.SMTP)
    server_host = models.CharField(_("mail server"), max_length=200, blank=True)
    server_port = models.PositiveIntegerField(
        _("port"), default=993, help_text=_("Usually 993 for IMAP and 995 for POP3.")
    )
    server_security = models.CharField(
        _("encryption"), max_length=10, choices=ServerSecurity, default=ServerSecurity.TLS
    )
    imap_folder = models.CharField(_("IMAP folder"), max_length=200, default="INBOX")
    imap_done_folder = models.CharField(
        _("IMAP folder for fetched mails"),
        max_length=200,
        blank=True,
        help_text=_("Empty: they stay where they are."),
    )
    pop3_deletes = models.BooleanField(
        _("delete fetched mails (POP3)"),
        default=False,
        help_text=_("Only once they are safely with us. Otherwise they stay on the server."),
    )
    server_login = models.CharField(
        _("login by"), max_length=10, choices=ServerLogin, default=ServerLogin.PASSWORD
    )
    server_user = models.CharField(_("user name"), max_length=200, blank=True)
    secret_name = models.CharField(
        _("file of the secret"),
        max_length=80,
        blank=True,
        validators=[_SECRET_NAME],
        help_text=_("Only its name: the file lies in MAIL_SECRETS_DIR."),
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=pgettext_lazy("mailbox", "merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__in=MailSource.values), name="mailbox_source_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="mailbox_merged_into_another"
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        """Raises ValidationError for a mailbox that could never be fetched, or would send its password in the clear."""
        if self.source in FETCHED:
            self._check_server()
        for name in ("aliases", "tokens"):
            value = getattr(self, name)
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise ValidationError({name: _("A list of words in quotation marks.")})

    def _check_server(self) -> None:
        missing = [name for name in ("server_host", "server_user", "secret_name") if not getattr(self, name)]
        if missing:
            raise ValidationError({name: _("Needed to fetch mails.") for name in missing})
        if urlsplit(f"//{self.server_host}").netloc != self.server_host or "@" in self.server_host:
            raise ValidationError({"server_host": _("Only the name of the server.")})
        if self.server_security == ServerSecurity.NONE and self.server_host not in _LOCAL_HOSTS:
            raise ValidationError({"server_security": _("Only a server on this machine may be unencrypted.")})
        if self.source == MailSource.POP3 and self.server_port in _IMAP_PORTS:
            raise ValidationError({"server_port": _("This is the port of IMAP. POP3 usually has 995.")})


class MailboxPoll(models.Model):
    """How far the fetching of one mailbox has come, and who does it now.

    ``last_uid`` is the highest that is recorded in the IMAP folder of ``uid_validity``; ``waiting_count`` is how many
    mails at the server are not recorded. ``broke_at`` are the UIDs at which a run broke off, the last one at the end,
    each twice at most.
    ``stopped_at``: no more tries until a person has mended it.
    """

    mailbox = models.OneToOneField(
        Mailbox, verbose_name=_("mailbox"), on_delete=models.CASCADE, related_name="poll"
    )
    uid_validity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    waiting_count = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    broke_at = models.JSONField(default=list, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_holder = models.CharField(max_length=36, blank=True)
    next_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    error = models.CharField(max_length=500, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="mailbox_poll_next_at")]

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.last_uid}"


class MailArrival(models.Model):
    """One way by which a raw message came, with the name that the source gives it: it is never taken in again.

    ``place`` is where that name counts: a folder with its UIDVALIDITY, a provider. ``recipients`` are those of the
    envelope, where the source tells.
    """

    raw = models.ForeignKey(RawMessage, on_delete=models.CASCADE, related_name="arrivals")
    source = models.CharField(max_length=10, choices=MailSource)
    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="arrivals"
    )
    place = models.CharField(max_length=280, blank=True)
    external_id = models.CharField(max_length=255)
    recipients = models.JSONField(default=list, blank=True)
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "place", "external_id"], name="mail_arrival_once"),
        ]
        indexes = [models.Index(fields=["mailbox", "arrived_at"], name="mail_arrival_mailbox")]

    def __str__(self) -> str:
        return f"{self.source} {self.place} {self.external_id}"
