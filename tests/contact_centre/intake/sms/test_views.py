"""The doors for providers of text messages: who is let in, and what their reports change."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from cases.models import ContactChannel
from cases.services.intake import Reporter
from contact_centre.intake.sms.callers import is_provider
from contact_centre.settings import services
from contact_centre.web.logging import scrub
from notifications.delivery import deliver
from notifications.models import DeliveryNews, NewsKind, Notice, NoticeState, Suppression
from tests.factories import make_case
from tests.notifications.channels.sms.providers import running
from tests.notifications.outbox import MUCH_LATER, notices_of, plan_all

pytestmark = pytest.mark.django_db
SECRET = "s3cr3ts3cr3ts3cr3t"
ZOFIA = Reporter(phone="600 100 200", email="zofia@example.org", wishes=ContactChannel.SMS)


@pytest.fixture
def smsapi(settings) -> None:
    settings.SMS = services.sms("smsapi://token@")
    settings.SMS_HOOK_SECRET = SECRET


@pytest.fixture
def twilio(settings) -> None:
    settings.SMS = services.sms("twilio://AC123:token@?from=1")
    settings.SMS_HOOK_SECRET = SECRET


def sent(settings) -> Notice:
    """A text message that the provider took, with the address to which it may tell more."""
    with running() as provider:
        scheme = settings.SMS["provider"]
        login = "t0k%2Fen" if scheme == "smsapi" else "AC123:t0k%2Fen"
        settings.SMS = services.sms(f"{scheme}+http://{login}@127.0.0.1:{provider.port}?from=1")
        case = make_case(reporter=ZOFIA)
        plan_all()
        [notice] = notices_of(case)
        assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SENT
        [form] = provider.texts
    asked = form.get("notify_url") or form.get("StatusCallback")
    assert asked == f"{settings.PUBLIC_URL}{reverse('hooks:sms_report', args=[scheme, SECRET])}"
    return notice


def signature(address: str, form: dict[str, str], token: str = "t0k/en") -> str:
    said = address + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def tell_twilio(client, settings, form, *, token="t0k/en", secret=SECRET):
    path = reverse("hooks:sms_report", args=["twilio", secret])
    signed = signature(f"{settings.PUBLIC_URL}{path}", form, token)
    return client.post(path, form, headers={"X-Twilio-Signature": signed})


def tell_smsapi(client, secret=SECRET, **fields):
    return client.get(reverse("hooks:sms_report", args=["smsapi", secret]), fields)


def reread(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def test_smsapi_tells_that_a_message_was_delivered(client, smsapi, settings):
    notice = sent(settings)
    report = {
        "MsgId": "5F3A0001",
        "status": "404",
        "status_name": "DELIVERED",
        "idx": f"n{notice.pk}-1",
        "donedate": "1763366400",
        "to": "48600100200",
        "username": "konin",
    }
    for _ in range(2):
        answer = tell_smsapi(client, **report)
        assert (answer.status_code, answer.content) == (200, b"OK")
    [news] = DeliveryNews.objects.all()
    assert (news.kind, news.notice, news.note) == (NewsKind.DELIVERED, notice, "404 DELIVERED")
    assert reread(notice).delivered_at == datetime.fromtimestamp(1763366400, UTC)


@pytest.mark.parametrize("status", ["402", "405", "406", "407", "412"])
def test_smsapi_tells_that_a_message_was_not_delivered(client, smsapi, settings, status):
    notice = sent(settings)
    tell_smsapi(client, MsgId="5F3A0001", status=status, idx=f"n{notice.pk}-1")
    failed = reread(notice)
    assert failed.state == NoticeState.UNDELIVERED
    assert failed.waits_for_a_person
    # Her mail address did nothing wrong.
    assert not Suppression.objects.exists()


def test_smsapi_tells_of_several_messages_at_once(client, smsapi, settings):
    first, second = sent(settings), sent(settings)
    answer = tell_smsapi(
        client,
        MsgId="5F3A0001,5F3A0002",
        status="404,405",
        status_name="DELIVERED,UNDELIVERED",
        idx=f"n{first.pk}-1,n{second.pk}-1",
        donedate="1763366400,",
    )
    assert answer.status_code == 200
    assert reread(first).delivered_at is not None
    assert reread(second).state == NoticeState.UNDELIVERED


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": "404"},
        {"idx": "n1-1", "status": "403"},
        {"idx": "n1-1", "status": "401"},
        {"idx": ",,"},
    ],
)
def test_what_says_nothing_is_taken_and_dropped(client, smsapi, fields):
    assert tell_smsapi(client, **fields).status_code == 200
    assert not DeliveryNews.objects.exists()


@pytest.mark.parametrize(
    ("status", "state"), [("delivered", "SENT"), ("undelivered", "UNDELIVERED"), ("failed", "UNDELIVERED")]
)
def test_twilio_tells_what_became_of_a_message(client, twilio, settings, status, state):
    notice = sent(settings)
    form = {
        "MessageSid": f"SM{1:032}",
        "MessageStatus": status,
        "ErrorCode": "30005",
        "To": "+48600100200",
        "AccountSid": "AC123",
    }
    assert tell_twilio(client, settings, form).status_code == 200
    told = reread(notice)
    assert told.state == state
    assert (told.delivered_at is not None) == (status == "delivered")
    assert DeliveryNews.objects.get().note == "30005"


def test_the_signature_is_that_of_twilios_own_example(rf, settings):
    """From "Validating Signatures from Twilio": the address, the fields and the result that they publish."""
    settings.PUBLIC_URL = "https://mycompany.com"
    settings.SMS = services.sms("twilio://AC123:12345@?from=1")
    settings.SMS_HOOK_SECRET = SECRET
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    headers = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    request = rf.post("/myapp.php?foo=1&bar=2", form, headers=headers)
    assert is_provider(request, "twilio", SECRET)


def test_nobody_else_is_let_in(client, twilio, settings):
    form = {"MessageSid": "SM1", "MessageStatus": "failed"}
    assert tell_twilio(client, settings, form, token="guessed").status_code == 404
    assert tell_twilio(client, settings, form, token="token", secret="guessed").status_code == 404
    assert client.post(reverse("hooks:sms_report", args=["twilio", SECRET]), form).status_code == 404
    assert tell_smsapi(client, idx="n1-1", status="404").status_code == 404
    assert tell_twilio(client, settings, form, token="token").status_code == 200


def test_without_a_secret_the_door_is_shut(client, smsapi, settings):
    assert tell_smsapi(client, secret="guessed").status_code == 404
    settings.SMS_HOOK_SECRET = ""
    assert tell_smsapi(client).status_code == 404
    settings.SMS_HOOK_SECRET, settings.SMS = SECRET, None
    assert tell_smsapi(client).status_code == 404


def test_the_secret_stays_out_of_the_log():
    path = reverse("hooks:sms_report", args=["smsapi", SECRET])
    assert scrub(f"GET {path}?idx=n1-1") == "GET /hooks/sms/smsapi/…/report/"
