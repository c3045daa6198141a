"""The door for mail providers: who is let in, and that what they tell reaches the notice (Postmark and Mailgun)."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from cases.models import CaseParticipant
from notifications.models import (
    Attempt,
    AttemptResult,
    DeliveryNews,
    NewsKind,
    Notice,
    NoticeState,
    Suppression,
)
from tests.factories import NOW, make_case
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db
POSTMARK = reverse("hooks:mail_tracking", args=["postmark"])
MAILGUN = reverse("hooks:mail_tracking", args=["mailgun"])
SECRET = "postmark:a-secret-of-the-tests"
KEY = "mailgun-signing-key"
ID = "883953f4-6105-42a2-a16a-77a8eac79483"


@pytest.fixture(autouse=True)
def _providers(settings) -> None:
    settings.EMAIL_PROVIDERS = ["postmark", "mailgun"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def notice() -> Notice:
    """A mail that the provider took."""
    make_case()
    plan_all()
    deliver_all()
    Attempt.objects.filter(result=AttemptResult.HANDED_OVER).update(provider_id=ID)
    return Notice.objects.get()


def tell(client, event: dict[str, Any], secret: str = SECRET):
    basic = base64.b64encode(secret.encode()).decode()
    headers = {"Authorization": f"Basic {basic}"} if secret else {}
    return client.post(POSTMARK, json.dumps(event), content_type="application/json", headers=headers)


BOUNCE = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "ID": 901542550,
    "MessageID": ID,
    "Email": "ana@example.org",
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "BouncedAt": "2026-11-17T08:05:00Z",
}
DELIVERY = {
    "RecordType": "Delivery",
    "MessageID": ID,
    "Recipient": "ana@example.org",
    "DeliveredAt": "2026-11-17T10:03:00Z",
    "Details": "smtp;250 2.0.0 OK",
}
COMPLAINT = BOUNCE | {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "ID": 901542551}
OPEN = {
    "RecordType": "Open",
    "MessageID": ID,
    "Recipient": "ana@example.org",
    "ReceivedAt": "2026-11-17T10:09:00Z",
}


def test_what_the_provider_tells_reaches_the_notice(client, notice):
    assert tell(client, DELIVERY).status_code == 200
    notice.refresh_from_db()
    assert notice.delivered_at == datetime.fromisoformat("2026-11-17T10:03:00+00:00")

    assert tell(client, BOUNCE).status_code == 200
    assert tell(client, BOUNCE).status_code == 200
    notice.refresh_from_db()
    assert notice.state == NoticeState.UNDELIVERED
    assert "does not exist" in notice.failure_note
    assert DeliveryNews.objects.count() == 2


def test_a_complaint_stops_further_mail(client, notice, mailoutbox):
    tell(client, COMPLAINT)
    make_case()
    plan_all()
    mailoutbox.clear()
    deliver_all()

    assert mailoutbox == []
    assert Notice.objects.latest("id").failure == "SUPPRESSED"


def test_a_block_as_spam_is_no_complaint_of_the_person(client, notice):
    tell(client, COMPLAINT | {"RecordType": "Bounce", "Type": "SpamNotification", "Details": ""})

    notice.refresh_from_db()
    assert notice.state == NoticeState.UNDELIVERED
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("secret", ["", "postmark:wrong", "x"])
def test_without_the_secret_nothing_is_believed(client, notice, secret):
    assert tell(client, BOUNCE, secret).status_code == 400

    assert not DeliveryNews.objects.exists()


def test_a_provider_without_a_secret_of_ours_is_not_let_in(client, settings, notice):
    settings.ANYMAIL = {}

    assert tell(client, BOUNCE).status_code == 404
    assert client.post(MAILGUN, "{}", content_type="application/json").status_code == 404
    assert not DeliveryNews.objects.exists()


@pytest.mark.parametrize("provider", ["sendgrid", "console", "nobody"])
def test_a_provider_that_our_mail_does_not_go_to_is_not_let_in(client, provider):
    assert client.post(reverse("hooks:mail_tracking", args=[provider])).status_code == 404


def test_opening_is_kept_only_where_a_setting_says_so(client, notice, settings):
    tell(client, OPEN)
    assert not DeliveryNews.objects.exists()

    settings.EMAIL_TRACK_OPENS = True
    tell(client, OPEN)
    assert DeliveryNews.objects.get().kind == NewsKind.OPENED
    notice.refresh_from_db()
    assert (notice.state, notice.delivered_at) == (NoticeState.SENT, None)


@pytest.mark.parametrize("role", ["FOLLOWER", "REPORTER"])
def test_who_unsubscribes_at_the_provider_leaves_only_what_is_a_subscription(client, notice, role):
    CaseParticipant.objects.update(role=role)
    event = {
        "RecordType": "SubscriptionChange",
        "MessageID": ID,
        "Recipient": "ana@example.org",
        "ChangedAt": "2026-11-17T10:09:00Z",
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
    }
    assert tell(client, event).status_code == 200
    assert tell(client, event).status_code == 200

    assert (CaseParticipant.objects.get().detached_at is not None) is (role == "FOLLOWER")
    assert DeliveryNews.objects.get().kind == NewsKind.UNSUBSCRIBED


def mailgun(signing_key: str) -> str:
    token, timestamp = "06c96bafc3f42a66b9edd546347a2fe18dc23461fe80dc52f0", str(int(NOW.timestamp()))
    signature = hmac.new(signing_key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    event = {
        "signature": {"token": token, "timestamp": timestamp, "signature": signature},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": NOW.timestamp(),
            "recipient": "ana@example.org",
            "message": {"headers": {"message-id": ID}},
            "delivery-status": {"code": 550, "message": "5.1.1 no such user", "description": ""},
        },
    }
    return json.dumps(event)


def test_a_signature_is_checked(client, notice, settings):
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}
    answer = client.post(MAILGUN, mailgun("another key"), content_type="application/json")
    assert answer.status_code == 400
    assert not DeliveryNews.objects.exists()

    news = client.post(MAILGUN, mailgun(KEY), content_type="application/json")
    assert news.status_code == 200
    assert DeliveryNews.objects.get().kind == NewsKind.BOUNCED
