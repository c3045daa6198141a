"""Calls of each provider as its documentation describes them, signed with the secrets of ``SECRETS``."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ENVELOPE_FROM = "ana@example.org"
US = "kontakt@kontakt.example"
BASIC = "Basic " + base64.b64encode(b"city:long-password").decode()
SVIX_KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SECRETS = {
    "WEBHOOK_SECRET": "city:long-password",
    "MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun-key",
    "MAILERSEND_INBOUND_SECRET": "mailersend-secret",
    "MAILTRAP_INBOUND_SECRET": "mailtrap-secret",
    "MAILTRAP_API_TOKEN": "mailtrap-token",
    "MANDRILL_WEBHOOK_KEY": "mandrill-key",
    "RESEND_INBOUND_SECRET": f"whsec_{SVIX_KEY}",
    "RESEND_API_KEY": "resend-key",
    "BREVO_API_KEY": "brevo-key",
}


@dataclass
class Call:
    """The body of one call with its headers. ``is_raw``: whether the very bytes of the mail come with it."""

    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    is_raw: bool = True

    def without_signature(self) -> "Call":
        return Call(self.body, self.content_type, {}, self.is_raw)


@dataclass(frozen=True)
class Keys:
    """A key pair of RSA and a certificate on it, made by openssl."""

    directory: Path

    @property
    def certificate(self) -> bytes:
        return (self.directory / "own.crt").read_bytes()

    @property
    def public(self) -> str:
        """Base64 of the public key, as Postal shows it in its DNS record and Anymail wants it."""
        out = self._openssl("pkey", "-in", "own.pem", "-pubout", "-outform", "DER")
        return base64.b64encode(out).decode()

    def sign(self, data: bytes, digest: str) -> str:
        (self.directory / "data").write_bytes(data)
        return base64.b64encode(self._openssl("dgst", f"-{digest}", "-sign", "own.pem", "data")).decode()

    def _openssl(self, *words: str) -> bytes:
        return subprocess.run(["openssl", *words], cwd=self.directory, check=True, capture_output=True).stdout


def make_keys(directory: Path) -> Keys:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sns.amazonaws.com",
         "-keyout", "own.pem", "-out", "own.crt"],
        cwd=directory, check=True, capture_output=True,
    )  # fmt: skip
    return Keys(directory)


def form(
    fields: Mapping[str, bytes], files: Mapping[str, tuple[str, bytes]] | None = None
) -> tuple[bytes, str]:
    """A body of ``multipart/form-data``, its fields as they are."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value
        for name, value in fields.items()
    ]
    parts += [
        f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        f"Content-Type: image/jpeg\r\n\r\n".encode()
        + data
        for name, (filename, data) in (files or {}).items()
    ]
    body = b"".join(b"--limit7\r\n" + part + b"\r\n" for part in parts) + b"--limit7--\r\n"
    return body, "multipart/form-data; boundary=limit7"


def _hmac(key: str, data: bytes, digest: str = "sha256") -> hmac.HMAC:
    return hmac.new(key.encode(), data, digest)


def _mailgun_signature() -> dict[str, bytes]:
    signature = _hmac("mailgun-key", b"1790000000token-1").hexdigest()
    return {"timestamp": b"1790000000", "token": b"token-1", "signature": signature.encode()}


def mailgun(raw: bytes, keys: Keys) -> Call:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store (forward, mime)"""
    fields = {"recipient": US.encode(), "sender": ENVELOPE_FROM.encode(), "body-mime": raw}
    return Call(*form(fields | _mailgun_signature()), {"Authorization": BASIC})


def mailgun_urlencoded(raw: bytes, keys: Keys) -> Call:
    fields = {"recipient": US, "sender": ENVELOPE_FROM, "body-mime": raw} | _mailgun_signature()
    return Call(urlencode(fields).encode(), "application/x-www-form-urlencoded", {"Authorization": BASIC})


def mailgun_parsed(raw: bytes, keys: Keys) -> Call:
    fields = {
        "recipient": US.encode(),
        "sender": ENVELOPE_FROM.encode(),
        "message-headers": json.dumps(HEADERS).encode(),
        "body-plain": TEXT.encode(),
        "attachment-count": b"1",
    }
    body, kind = form(fields | _mailgun_signature(), {"attachment-1": ("lampa.jpg", PHOTO)})
    return Call(body, kind, {"Authorization": BASIC}, is_raw=False)


def sendgrid(raw: bytes, keys: Keys) -> Call:
    """https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook (raw)"""
    envelope = json.dumps({"to": [US], "from": ENVELOPE_FROM}).encode()
    return Call(*form({"email": raw, "envelope": envelope, "charsets": b"{}"}), {"Authorization": BASIC})


def sendgrid_parsed(raw: bytes, keys: Keys) -> Call:
    fields = {
        "headers": "".join(f"{name}: {value}\n" for name, value in HEADERS).encode(),
        "text": TEXT.encode(),
        "envelope": json.dumps({"to": [US], "from": ENVELOPE_FROM}).encode(),
        "charsets": json.dumps({"text": "UTF-8", "subject": "UTF-8"}).encode(),
        "attachment-info": json.dumps(
            {"attachment1": {"filename": "lampa.jpg", "type": "image/jpeg"}}
        ).encode(),
    }
    return Call(*form(fields, {"attachment1": ("lampa.jpg", PHOTO)}), {"Authorization": BASIC}, is_raw=False)


def postmark(raw: bytes, keys: Keys) -> Call:
    """https://postmarkapp.com/developer/webhooks/inbound-webhook (with RawEmail)"""
    said = {
        "FromFull": {"Email": ENVELOPE_FROM, "Name": "Ana", "MailboxHash": ""},
        "ToFull": [{"Email": US, "Name": "", "MailboxHash": ""}],
        "OriginalRecipient": US,
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "RawEmail": raw.decode("utf-8"),
        "Headers": [{"Name": "Return-Path", "Value": f"<{ENVELOPE_FROM}>"}],
        "Attachments": [],
    }
    return Call(json.dumps(said).encode(), headers={"Authorization": BASIC})


def postmark_parsed(raw: bytes, keys: Keys) -> Call:
    said = {
        "FromFull": {"Email": ENVELOPE_FROM, "Name": "Ana Nowak", "MailboxHash": ""},
        "ToFull": [{"Email": US, "Name": "", "MailboxHash": ""}],
        "OriginalRecipient": US,
        "Subject": "Dziura",
        "Date": "Tue, 17 Nov 2026 08:58:00 +0100",
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "TextBody": TEXT,
        "Headers": [{"Name": "Message-ID", "Value": "<built@example.org>"}],
        "Attachments": [
            {
                "Name": "lampa.jpg",
                "Content": base64.b64encode(PHOTO).decode(),
                "ContentType": "image/jpeg",
                "ContentLength": len(PHOTO),
            }
        ],
    }
    return Call(json.dumps(said).encode(), headers={"Authorization": BASIC}, is_raw=False)


def mailersend(raw: bytes, keys: Keys) -> Call:
    """https://developers.mailersend.com/api/v1/inbound.html"""
    data = {
        "object": "message",
        "id": "ms-1",
        "recipients": {"rcptTo": [{"email": US}], "to": {"raw": US, "data": [{"email": US}]}},
        "sender": {"email": ENVELOPE_FROM},
        "raw": raw.decode(),
        "created_at": "2026-11-17T08:58:00Z",
    }
    body = json.dumps({"type": "inbound.message", "inbound_id": "in-1", "data": data}).encode()
    return Call(
        body, headers={"Signature": _hmac("mailersend-secret", body).hexdigest(), "Authorization": BASIC}
    )


def mandrill(raw: bytes, keys: Keys) -> Call:
    """https://mailchimp.com/developer/transactional/docs/inbound-email/ and .../authenticating-webhook-requests"""
    event = {
        "event": "inbound",
        "ts": 1790000000,
        "msg": {"raw_msg": raw.decode(), "email": US, "sender": None},
    }
    events = json.dumps([event, {"event": "open", "msg": {}}])
    signed = "http://city:long-password@testserver/hooks/mail/mandrill/mandrill_events" + events
    signature = base64.b64encode(_hmac("mandrill-key", signed.encode(), "sha1").digest()).decode()
    body = urlencode({"mandrill_events": events}).encode()
    return Call(
        body,
        "application/x-www-form-urlencoded",
        {"X-Mandrill-Signature": signature, "Authorization": BASIC},
    )


def sparkpost(raw: bytes, keys: Keys) -> Call:
    """https://developers.sparkpost.com/api/relay-webhooks/"""
    message = {
        "content": {"email_rfc822": base64.b64encode(raw).decode(), "email_rfc822_is_base64": True},
        "msg_from": ENVELOPE_FROM,
        "rcpt_to": US,
        "protocol": "smtp",
        "webhook_id": "1",
    }
    body = json.dumps([{"msys": {"relay_message": message}}]).encode()
    return Call(body, headers={"Authorization": BASIC})


def postal(raw: bytes, keys: Keys) -> Call:
    """https://docs.postalserver.io/developer/http-payloads and .../webhooks (signatures)"""
    said = {"id": 12345, "rcpt_to": US, "mail_from": ENVELOPE_FROM, "base64": True}
    body = json.dumps(said | {"message": base64.b64encode(raw).decode(), "size": len(raw)}).encode()
    return Call(body, headers={"X-Postal-Signature": keys.sign(body, "sha1"), "Authorization": BASIC})


def mailjet(raw: bytes, keys: Keys) -> Call:
    """https://dev.mailjet.com/email/guides/parse-api/"""
    said = {
        "Sender": ENVELOPE_FROM,
        "Recipient": US,
        "Headers": dict(HEADERS) | {"Received": ["by a", "by b"]},
        "Parts": [
            {
                "Headers": {
                    "Content-Type": 'image/jpeg; name="lampa.jpg"',
                    "Content-Disposition": 'attachment; filename="lampa.jpg"',
                },
                "ContentRef": "Attachment1",
            }
        ],
        "Text-part": TEXT,
        "Attachment1": base64.b64encode(PHOTO).decode(),
    }
    return Call(json.dumps(said).encode(), headers={"Authorization": BASIC}, is_raw=False)


def brevo(raw: bytes, keys: Keys) -> Call:
    """https://developers.brevo.com/docs/inbound-parse-webhooks"""
    item = {
        "Uuid": ["4f5c-1"],
        "Headers": dict(HEADERS) | {"Delivered-To": US, "Return-Path": f"<{ENVELOPE_FROM}>"},
        "RawTextBody": TEXT,
        "Attachments": [
            {"Name": "lampa.jpg", "ContentType": "image/jpeg", "DownloadToken": "token/1", "ContentID": None}
        ],
    }
    return Call(json.dumps({"items": [item]}).encode(), headers={"Authorization": BASIC}, is_raw=False)


def mailtrap(raw: bytes, keys: Keys) -> Call:
    """https://docs.mailtrap.io/developers/inbound"""
    event = {"event": "inbound.message_received", "event_id": "e", "timestamp": 1790000000000, "inbox_id": 7}
    body = json.dumps({"events": [event | {"message_id": "m-1"}]}).encode()
    signature = _hmac("mailtrap-secret", body).hexdigest()
    return Call(body, headers={"Mailtrap-Signature": signature, "Authorization": BASIC})


def resend(raw: bytes, keys: Keys) -> Call:
    """https://resend.com/docs/webhooks/emails/received and https://docs.svix.com/receiving/verifying-payloads/how-manual"""
    body = json.dumps({"type": "email.received", "data": {"email_id": "56761188"}}).encode()
    sent = str(int(time.time()))
    mac = hmac.new(base64.b64decode(SVIX_KEY), f"msg_1.{sent}.".encode() + body, hashlib.sha256).digest()
    signed = {
        "svix-id": "msg_1",
        "svix-timestamp": sent,
        "svix-signature": "v1," + base64.b64encode(mac).decode(),
    }
    return Call(body, headers=signed | {"Authorization": BASIC})


def amazon_ses(raw: bytes, keys: Keys) -> Call:
    """https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html, by SNS"""
    event = {
        "notificationType": "Received",
        "mail": {"messageId": "ses-1", "source": ENVELOPE_FROM, "timestamp": "2026-11-17T08:58:00.000Z"},
        "receipt": {"recipients": [US], "action": {"type": "SNS", "encoding": "BASE64"}},
        "content": base64.b64encode(raw).decode(),
    }
    return sns({"Type": "Notification", "Message": json.dumps(event), "Subject": "Amazon SES"}, keys)


def sns(said: dict[str, Any], keys: Keys) -> Call:
    """A message of SNS: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html"""
    said = said | {
        "MessageId": "sns-1",
        "TopicArn": "arn:aws:sns:eu-central-1:1:mail",
        "Timestamp": "2026-11-17T08:58:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem",
    }
    names = ("Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type")
    signed = "".join(f"{name}\n{said[name]}\n" for name in names if name in said)
    said["Signature"] = keys.sign(signed.encode(), "sha256")
    headers = {
        "x-amz-sns-message-type": said["Type"],
        "x-amz-sns-message-id": "sns-1",
        "Authorization": BASIC,
    }
    return Call(json.dumps(said).encode(), "text/plain; charset=UTF-8", headers)


TEXT = "Nie świeci lampa."
PHOTO = b""
HEADERS = [
    ("From", "Ana Nowak <ana@example.org>"),
    ("To", US),
    ("Subject", "Dziura"),
    ("Date", "Tue, 17 Nov 2026 08:58:00 +0100"),
    ("Message-ID", "<built@example.org>"),
]
CALLS: dict[str, tuple[str, Callable[[bytes, Keys], Call]]] = {
    one.__name__: (one.__name__.removesuffix("_parsed").removesuffix("_urlencoded"), one)
    for one in (
        amazon_ses, brevo, mailersend, mailgun, mailgun_parsed, mailgun_urlencoded, mailjet, mailtrap, mandrill,
        postal, postmark, postmark_parsed, resend, sendgrid, sendgrid_parsed, sparkpost,
    )
}  # fmt: skip
