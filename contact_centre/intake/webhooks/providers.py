"""The providers whose webhooks may bring mails: how each is verified, and where in a call the mails are.

Signatures are checked by Anymail's own views, or ours where those need a library that we do without. The bytes are
taken from the call as they are where the provider sends the raw mail: Anymail would read it, and a mail must be
stored before anybody reads it. Where there is no raw mail, Anymail puts one together.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoInboundWebhookView
from anymail.webhooks.mailersend import MailerSendInboundWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.conf import settings
from django.http import HttpRequest

from contact_centre.intake.webhooks.views_of_ours import (
    AmazonInbound,
    MailtrapInbound,
    PostalInbound,
    ResendInbound,
    as_bytes,
)

_BASIC: Final = "WEBHOOK_SECRET"


@dataclass(frozen=True, slots=True)
class HookMail:
    """One mail of a call: its bytes, the provider's own id of it, and the envelope as far as it is told."""

    raw: bytes
    external_id: str = ""
    sender: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was verified, with the fields of its form as bytes."""

    view: AnymailBaseWebhookView
    request: HttpRequest
    fields: Mapping[str, bytes]

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.request.body)


Reader = Callable[[Call], Iterator[HookMail]]


@dataclass(frozen=True, slots=True)
class Provider:
    """``secrets``: settings of Anymail of which one must be there; without any the provider is off."""

    view: type[AnymailBaseWebhookView]
    secrets: tuple[str, ...]
    read: Reader
    needs: tuple[str, ...] = ()

    @property
    def is_secured(self) -> bool:
        """Whether a call can be told from a forgery, and all that its reading needs is there."""
        given = settings.ANYMAIL
        return any(given.get(name) for name in self.secrets) and all(given.get(name) for name in self.needs)


def _built(call: Call) -> Iterator[HookMail]:
    """The mails that Anymail puts together from what the provider took apart."""
    for event in call.view.parse_events(call.request):
        if event is None or event.message is None:
            continue
        message = event.message
        to = (message.envelope_recipient,) if message.envelope_recipient else ()
        yield HookMail(as_bytes(message), event.event_id or "", message.envelope_sender, to)


def _mailgun(call: Call) -> Iterator[HookMail]:
    raw = call.fields.get("body-mime")
    if raw is None:
        yield from _built(call)
        return
    post = call.request.POST
    to = tuple(one.strip() for one in post.get("recipient", "").split(",") if one.strip())
    yield HookMail(raw, post.get("token", ""), post.get("sender"), to)


def _sendgrid(call: Call) -> Iterator[HookMail]:
    raw = call.fields.get("email")
    if raw is None:
        yield from _built(call)
        return
    envelope = json.loads(call.request.POST.get("envelope") or "{}")
    yield HookMail(raw, "", envelope.get("from"), tuple(envelope.get("to", ())))


def _postmark(call: Call) -> Iterator[HookMail]:
    said = call.json
    if not said.get("RawEmail"):
        yield from _built(call)
        return
    to = (said["OriginalRecipient"],) if said.get("OriginalRecipient") else ()
    fields = {str(one["Name"]).lower(): one["Value"] for one in said.get("Headers", [])[:1]}
    sender = fields.get("return-path")
    yield HookMail(_bytes(said["RawEmail"]), said.get("MessageID", ""), _bare(sender), to)


def _mailersend(call: Call) -> Iterator[HookMail]:
    data = call.json["data"]
    to = tuple(one["email"] for one in data.get("recipients", {}).get("rcptTo", ()))
    yield HookMail(_bytes(data["raw"]), data.get("id", ""), data.get("sender", {}).get("email"), to)


def _mandrill(call: Call) -> Iterator[HookMail]:
    for event in json.loads(call.request.POST["mandrill_events"]):
        if event.get("event") == "inbound":
            mail = event["msg"]
            yield HookMail(_bytes(mail["raw_msg"]), "", mail.get("sender"), (mail["email"],))


def _sparkpost(call: Call) -> Iterator[HookMail]:
    for event in call.json:
        relayed = event.get("msys", {}).get("relay_message")
        if relayed:
            content = relayed["content"]
            raw = _bytes(content["email_rfc822"], is_base64=bool(content.get("email_rfc822_is_base64")))
            yield HookMail(raw, "", relayed.get("msg_from"), (relayed["rcpt_to"],))


def _postal(call: Call) -> Iterator[HookMail]:
    said = call.json
    raw = _bytes(said["message"], is_base64=said.get("base64") is True)
    yield HookMail(raw, str(said.get("id", "")), said.get("mail_from"), (said["rcpt_to"],))


def _amazon(call: Call) -> Iterator[HookMail]:
    assert isinstance(call.view, AmazonInbound)
    event = call.view.event_of(call.request)
    if event is None:
        return
    receipt, mail = event["receipt"], event["mail"]
    raw = call.view.raw_mail(event)
    yield HookMail(raw, mail.get("messageId", ""), mail.get("source"), tuple(receipt.get("recipients", ())))


def _mailtrap(call: Call) -> Iterator[HookMail]:
    assert isinstance(call.view, MailtrapInbound)
    for external_id, raw in call.view.raw_mails(call.request):
        yield HookMail(raw, external_id)


def _resend(call: Call) -> Iterator[HookMail]:
    assert isinstance(call.view, ResendInbound)
    found = call.view.raw_mail(call.request)
    if found is not None:
        yield HookMail(found[1], found[0])


def _bytes(text: str, *, is_base64: bool = False) -> bytes:
    return base64.b64decode(text) if is_base64 else text.encode("utf-8", "surrogateescape")


def _bare(sender: str | None) -> str | None:
    return sender.strip().removeprefix("<").removesuffix(">") if sender is not None else None


PROVIDERS: Final[dict[str, Provider]] = {
    "amazon_ses": Provider(AmazonInbound, (_BASIC,), _amazon),
    "brevo": Provider(BrevoInboundWebhookView, (_BASIC,), _built, ("BREVO_API_KEY",)),
    "mailersend": Provider(MailerSendInboundWebhookView, ("MAILERSEND_INBOUND_SECRET",), _mailersend),
    "mailgun": Provider(
        MailgunInboundWebhookView, ("MAILGUN_WEBHOOK_SIGNING_KEY", "MAILGUN_API_KEY"), _mailgun
    ),
    "mailjet": Provider(MailjetInboundWebhookView, (_BASIC,), _built),
    "mailtrap": Provider(
        MailtrapInbound, ("MAILTRAP_INBOUND_SECRET", _BASIC), _mailtrap, ("MAILTRAP_API_TOKEN",)
    ),
    "mandrill": Provider(MandrillCombinedWebhookView, ("MANDRILL_WEBHOOK_KEY",), _mandrill),
    "postal": Provider(PostalInbound, ("POSTAL_WEBHOOK_KEY",), _postal),
    "postmark": Provider(PostmarkInboundWebhookView, (_BASIC,), _postmark),
    "resend": Provider(ResendInbound, ("RESEND_INBOUND_SECRET", _BASIC), _resend, ("RESEND_API_KEY",)),
    "sendgrid": Provider(SendGridInboundWebhookView, (_BASIC,), _sendgrid),
    "sparkpost": Provider(SparkPostInboundWebhookView, (_BASIC,), _sparkpost),
}


def provider_of(name: str) -> Provider | None:
    """The provider, if it is switched on and its calls can be verified."""
    provider = PROVIDERS.get(name)
    return provider if provider and name in settings.MAIL_HOOKS and provider.is_secured else None
