"""Providers whose calls we verify or read ourselves: Amazon SES, Mailtrap, Postal and Resend.

Anymail's views of three of them need boto3, cryptography or svix, and that of Amazon checks no signature.
"""

import base64
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.inbound import AnymailInboundMessage
from anymail.signals import inbound
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailtrap import MailtrapInboundWebhookView
from asn1crypto import pem
from asn1crypto.keys import PublicKeyInfo
from asn1crypto.x509 import Certificate
from django.conf import settings
from django.http import HttpRequest

from contact_centre.intake.webhooks.signatures import is_rsa_signed, is_svix_signed

_PATIENCE: Final = httpx.Timeout(15.0)
_AMAZON: Final = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_SIGNED_OF: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
_DIGEST_OF: Final = {"1": "sha1", "2": "sha256"}


class Unreadable(Exception):
    """The call is the provider's, and the mail cannot be had from it."""


class PostalInbound(AnymailBaseWebhookView):  # type: ignore[misc]
    """Postal: the raw mail, signed with the server's own key."""

    esp_name = "Postal"
    signal = inbound
    warn_if_no_basic_auth = False

    def validate_request(self, request: HttpRequest) -> None:
        """Raises AnymailWebhookValidationFailure."""
        key = PublicKeyInfo.load(base64.b64decode(settings.ANYMAIL["POSTAL_WEBHOOK_KEY"]))
        signature = request.headers.get("X-Postal-Signature", "")
        if not is_rsa_signed(key, signature, request.body, "sha1"):
            raise AnymailWebhookValidationFailure("Postal webhook called with incorrect signature")


class MailtrapInbound(MailtrapInboundWebhookView):  # type: ignore[misc]
    """Mailtrap: the call names the mails, which are fetched as they came."""

    def raw_mails(self, request: HttpRequest) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each mail; the sample of the provider's own test names none."""
        for event in json.loads(request.body).get("events", []):
            is_mail = event and event["event"] in ("inbound.message_received", "inbound_message_received")
            if is_mail and event.get("inbox_id") not in (None, 1):
                inbox, message = event["inbox_id"], event["message_id"]
                url = self.fetch_inbound_message(inbox, message)["raw_message_url"]
                yield f"{inbox}/{message}", b"".join(self.fetch_raw_message_chunks(url))


class ResendInbound(AnymailBaseWebhookView):  # type: ignore[misc]
    """Resend: the call names the mail, which is fetched as it came, or in parts where the raw one is gone."""

    esp_name = "Resend"
    signal = inbound
    warn_if_no_basic_auth = False

    def validate_request(self, request: HttpRequest) -> None:
        """Raises AnymailWebhookValidationFailure."""
        secret = settings.ANYMAIL.get("RESEND_INBOUND_SECRET")
        if secret and not is_svix_signed(secret, request.headers, request.body):
            raise AnymailWebhookValidationFailure("Resend webhook called with incorrect signature")

    def raw_mail(self, request: HttpRequest) -> tuple[str, bytes] | None:
        """Name and bytes of the mail; None for a call about something else. Raises httpx.HTTPError."""
        said = json.loads(request.body)
        name = said.get("data", {}).get("email_id") if said.get("type") == "email.received" else None
        if not name:
            return None
        base = settings.ANYMAIL.get("RESEND_API_URL", "https://api.resend.com/").rstrip("/")
        bearer = {"Authorization": f"Bearer {settings.ANYMAIL['RESEND_API_KEY']}"}
        data = _get(f"{base}/emails/receiving/{quote(name, safe='')}", headers=bearer).json()
        url = (data.get("raw") or {}).get("download_url")
        return str(name), _get(url).content if url else _put_together(data)


class AmazonInbound(AnymailBaseWebhookView):  # type: ignore[misc]
    """Amazon SES by SNS: a shared secret in the address, and Amazon's own signature on every call."""

    esp_name = "Amazon SES"
    signal = inbound

    def validate_request(self, request: HttpRequest) -> None:
        """Raises AnymailWebhookValidationFailure; httpx.HTTPError when Amazon's certificate cannot be had."""
        said = json.loads(request.body)
        names = _SIGNED_OF.get(said.get("Type"))
        digest = _DIGEST_OF.get(str(said.get("SignatureVersion")))
        if names is None or digest is None or not _is_amazon(said.get("SigningCertURL", "")):
            raise AnymailWebhookValidationFailure("no message of Amazon SNS that is known")
        signed = "".join(f"{name}\n{said[name]}\n" for name in names if name in said)
        key = _key_at(said["SigningCertURL"])
        if not is_rsa_signed(key, str(said.get("Signature", "")), signed.encode(), digest):
            raise AnymailWebhookValidationFailure("Amazon SNS message with incorrect signature")

    def event_of(self, request: HttpRequest) -> dict[str, Any] | None:
        """The arrival of a mail; None for other messages. A subscription to our address is confirmed.

        Raises httpx.HTTPError.
        """
        said = json.loads(request.body)
        if said["Type"] == "SubscriptionConfirmation":
            if not _is_amazon(said["SubscribeURL"]):
                raise Unreadable("SubscribeURL")
            _get(said["SubscribeURL"])
            return None
        try:
            event = json.loads(said["Message"])
        except ValueError:
            return None
        return event if event.get("notificationType") == "Received" else None

    def raw_mail(self, event: dict[str, Any]) -> bytes:
        """The bytes of the mail in the message itself. Raises Unreadable for one that lies in S3."""
        action = event["receipt"]["action"]
        if action["type"] != "SNS":
            raise Unreadable(f"the receipt rule must publish the mail itself by SNS, not {action['type']}")
        content = str(event["content"])
        if action.get("encoding") == "BASE64":
            return base64.b64decode(content)
        return content.encode("utf-8", "surrogateescape")


def as_bytes(message: AnymailInboundMessage) -> bytes:
    """The mail that was put together, its header fields as they were given."""
    return bytes(message.as_bytes(policy=message.policy.clone(refold_source="none")))


def _get(url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    answer = httpx.get(url, headers=headers, timeout=_PATIENCE, follow_redirects=False)
    answer.raise_for_status()
    return answer


def _is_amazon(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and _AMAZON.fullmatch(parts.netloc) is not None


@lru_cache(maxsize=8)
def _key_at(url: str) -> PublicKeyInfo:
    _, _, der = pem.unarmor(_get(url).content)
    return Certificate.load(der).public_key


def _put_together(data: dict[str, Any]) -> bytes:
    headers = data.get("headers") or {}
    pairs = headers.items() if isinstance(headers, dict) else [(one["name"], one["value"]) for one in headers]
    files = [
        AnymailInboundMessage.construct_attachment(
            content_type=one.get("content_type", "application/octet-stream"),
            content=_get(one["download_url"]).content,
            filename=one.get("filename"),
            content_id=one.get("content_id"),
        )
        for one in data.get("attachments") or []
    ]
    message = AnymailInboundMessage.construct(
        from_email=data.get("from"),
        to=", ".join(data.get("to") or []) or None,
        cc=", ".join(data.get("cc") or []) or None,
        subject=data.get("subject"),
        headers=[pair for pair in pairs if pair[0].lower() not in ("from", "to", "cc", "subject")],
        text=data.get("text"),
        html=data.get("html"),
        attachments=files,
    )
    if data.get("message_id") and "Message-ID" not in message:
        message["Message-ID"] = data["message_id"]
    return as_bytes(message)
