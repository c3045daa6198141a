"""Mails by the webhooks of providers, in their published formats and signed as they sign: EMAIL.md, section 1."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from django.core.checks import run_checks
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from contact_centre.intake import store, too_large
from contact_centre.intake.inbox import read
from contact_centre.intake.loading import load_mailboxes
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.models import MailArrival, Mailbox, MailSource, RawMessage, RawState, Reason
from contact_centre.intake.process import process
from contact_centre.intake.webhooks import views_of_ours
from contact_centre.intake.webhooks.providers import PROVIDERS
from tests.contact_centre.intake.mails import mail, photo
from tests.contact_centre.intake.webhooks import calls
from tests.contact_centre.intake.webhooks.calls import CALLS, ENVELOPE_FROM, SECRETS, US, Call, make_keys, sns
from tests.factories import NOW
from tests.servers import answering

pytestmark = [
    pytest.mark.django_db,
    # The library no longer tests SendGrid, and says so each time.
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support"),
]
calls.PHOTO = photo()
# For providers that sign with no key pair.
NO_KEYS = calls.Keys(Path())


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def hooks(settings, keys):
    """Every provider is on."""
    load_mailboxes(settings.CITY_DATA_DIR)
    settings.MAIL_HOOKS = list(PROVIDERS)
    settings.ANYMAIL = SECRETS | {"POSTAL_WEBHOOK_KEY": keys.public}
    return settings


class Provider:
    """What the providers keep on servers of their own, on one of this machine."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.base = ""


@pytest.fixture
def elsewhere(hooks, keys, monkeypatch) -> Iterator[Provider]:
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, dict(self.headers)))
            kind, said = state.pages.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in state.pages else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with answering(Handler) as port:
        state.base = f"http://127.0.0.1:{port}"
        hooks.ANYMAIL |= {
            "MAILTRAP_API_URL": f"{state.base}/mailtrap/",
            "RESEND_API_URL": f"{state.base}/resend",
            "BREVO_API_URL": f"{state.base}/brevo/",
        }
        # Amazon's own address cannot be answered here: its certificate is asked of this server instead.
        real = httpx.get

        def get(url: str, **kwargs: object) -> httpx.Response:
            return real(url.replace("https://sns.eu-central-1.amazonaws.com", f"{state.base}/sns"), **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(httpx, "get", get)
        views_of_ours._key_at.cache_clear()
        state.pages["/sns/SimpleNotificationService-1.pem"] = ("text/plain", keys.certificate)
        yield state


def keep_elsewhere(state: Provider, raw: bytes) -> None:
    """The mail, where the providers keep it that only send its name."""
    state.pages["/raw"] = ("message/rfc822", raw)
    said = json.dumps({"id": "m-1", "raw_message_url": f"{state.base}/raw"}).encode()
    state.pages["/mailtrap/inbound/inboxes/7/messages/m-1"] = ("application/json", said)
    said = json.dumps({"raw": {"download_url": f"{state.base}/raw"}}).encode()
    state.pages["/resend/emails/receiving/56761188"] = ("application/json", said)
    state.pages["/brevo/inbound/attachments/token%2F1"] = ("image/jpeg", calls.PHOTO)


def post(client, name: str, call: Call):
    return client.post(
        f"/hooks/mail/{name}/", call.body, content_type=call.content_type, headers=call.headers or None
    )


RAW = mail("Zażółć gęślą jaźń\r\n.kropka", message_id="<built@example.org>")


@pytest.mark.parametrize("kind", CALLS)
def test_a_mail_of_each_provider_is_stored_and_opens_a_case(client, elsewhere, keys, kind):
    name, make = CALLS[kind]
    keep_elsewhere(elsewhere, RAW)
    call = make(RAW, keys)
    answer = post(client, name, call)
    assert answer.status_code == 200
    row = RawMessage.objects.get()
    raw = store.read(row)
    if call.is_raw:
        assert raw.endswith(RAW)
    arrival = MailArrival.objects.get()
    assert (arrival.source, arrival.place) == (MailSource.WEBHOOK, name)
    if name not in ("mailtrap", "resend"):
        assert (arrival.recipients, arrival.mailbox) == ([US], Mailbox.objects.get(code="main"))
        assert f"Delivered-To: {US}\r\n".encode() in raw
    settled = process(row.pk, at=NOW)
    assert (settled.state, settled.sender, settled.subject) == (
        RawState.CASE_CREATED,
        ENVELOPE_FROM,
        "Dziura",
    )
    assert settled.message_id == "built@example.org"
    case = Case.objects.get()
    if not call.is_raw:
        assert case.description == calls.TEXT
        assert case.attachments.get().original_name == "lampa.jpg"


@pytest.mark.parametrize("kind", CALLS)
def test_the_same_call_again_changes_nothing(client, elsewhere, keys, kind):
    name, make = CALLS[kind]
    keep_elsewhere(elsewhere, RAW)
    for _ in range(2):
        assert post(client, name, make(RAW, keys)).status_code == 200
    for row in RawMessage.objects.order_by("id"):
        process(row.pk, at=NOW)
    assert Case.objects.count() == 1


def test_the_providers_own_id_is_a_second_key(client, hooks):
    """Postmark puts a header of its own into a mail that it sends again."""
    for raw in (RAW, b"X-Retry: 1\r\n" + RAW):
        assert post(client, "postmark", calls.postmark(raw, NO_KEYS)).status_code == 200
    assert RawMessage.objects.count() == 1


@pytest.mark.parametrize("kind", CALLS)
def test_a_call_without_secret_or_signature_is_refused(client, elsewhere, keys, kind):
    name, make = CALLS[kind]
    keep_elsewhere(elsewhere, RAW)
    call = make(RAW, keys).without_signature()
    if name == "mailgun":
        # Its signature stands in the form.
        call.headers["Authorization"] = calls.BASIC
        call.body = call.body.replace(b"token-1", b"token-2")
    assert post(client, name, call).status_code in (400, 401)
    assert not RawMessage.objects.exists()


@pytest.mark.parametrize("name", ["amazon_ses", "mailersend", "mailtrap", "postal", "resend"])
def test_a_body_that_was_changed_on_the_way_is_refused(client, elsewhere, keys, name):
    call = CALLS[name][1](RAW, keys)
    call.body = call.body[:-1] + b" }"
    if name == "amazon_ses":
        said = json.loads(call.body)
        call.body = json.dumps(said | {"Message": said["Message"].replace("ses-1", "ses-2")}).encode()
    assert post(client, name, call).status_code == 400
    assert not RawMessage.objects.exists()


@pytest.mark.parametrize("where", ["https://evil.example/x.pem", "https://sns.evil.amazonaws.com.evil.example/x.pem",
                                   "http://sns.eu-central-1.amazonaws.com/x.pem"])  # fmt: skip
def test_a_certificate_that_is_not_amazons_is_never_asked_for(client, elsewhere, keys, where):
    call = calls.amazon_ses(RAW, keys)
    call.body = json.dumps(json.loads(call.body) | {"SigningCertURL": where}).encode()
    assert post(client, "amazon_ses", call).status_code == 400
    assert elsewhere.asked == []


def test_an_old_call_of_resend_is_not_played_again(client, elsewhere, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000)
    call = calls.resend(RAW, NO_KEYS)
    monkeypatch.undo()
    assert post(client, "resend", call).status_code in (400, 401)


def test_a_subscription_of_amazon_is_confirmed(client, elsewhere, keys):
    elsewhere.pages["/sns/?Action=ConfirmSubscription"] = ("text/xml", b"<ok/>")
    url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription"
    said = {"Type": "SubscriptionConfirmation", "Token": "t", "Message": "Confirm", "SubscribeURL": url}
    assert post(client, "amazon_ses", sns(said, keys)).status_code == 200
    assert elsewhere.asked[-1][0] == "/sns/?Action=ConfirmSubscription"


def test_a_mail_that_lies_in_s3_is_not_acknowledged(client, elsewhere, keys):
    event = {"notificationType": "Received", "mail": {}, "receipt": {"action": {"type": "S3"}}}
    call = sns({"Type": "Notification", "Message": json.dumps(event)}, keys)
    assert post(client, "amazon_ses", call).status_code == 500


def test_amazon_is_asked_for_its_password(client, elsewhere, keys):
    call = calls.amazon_ses(RAW, keys)
    del call.headers["Authorization"]
    answer = post(client, "amazon_ses", call)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="mail"')


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_provider_without_its_secret_is_off_and_the_check_says_so(client, hooks, name):
    hooks.MAIL_HOOKS = [name]
    hooks.ANYMAIL = {}
    call = Call(b"{}")
    assert post(client, name, call).status_code == 404
    assert [
        (fault.id, name in fault.msg) for fault in run_checks() if str(fault.id).startswith("intake.")
    ] == [("intake.E002", True)]


def test_a_provider_that_nobody_switched_on_is_off(client, hooks):
    hooks.MAIL_HOOKS = ["mailgun"]
    assert post(client, "postmark", calls.postmark(RAW, NO_KEYS)).status_code == 404
    assert post(client, "unknown", Call(b"{}")).status_code == 404
    assert client.head("/hooks/mail/mailgun/").status_code == 200
    assert client.get("/hooks/mail/mailgun/").status_code == 405


def test_a_provider_that_is_unknown_is_named_by_the_check(hooks):
    hooks.MAIL_HOOKS = ["mailgum"]
    assert [fault.id for fault in run_checks() if "mailgum" in fault.msg] == ["intake.E001"]


def test_nothing_is_acknowledged_that_is_not_stored(client, hooks, monkeypatch):
    def broken(*_args: object) -> None:
        raise OperationalError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_write", broken)
        assert post(client, "postmark", calls.postmark(RAW, NO_KEYS)).status_code == 500
    assert not RawMessage.objects.exists()
    assert post(client, "postmark", calls.postmark(RAW, NO_KEYS)).status_code == 200
    assert RawMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "body"),
    [("sparkpost", b'[{"msys": {"relay_message": {"content": {}}}}]'), ("mailjet", b"no json")],
)
def test_a_call_without_its_mail_is_not_acknowledged(client, hooks, name, body):
    assert post(client, name, Call(body, headers={"Authorization": calls.BASIC})).status_code == 500


def test_a_call_that_cannot_be_read_lies_where_a_person_sees_it(client, hooks):
    """EMAIL §0.1 and §0.3: stored before it is read; failed with its error, once however often it comes."""
    body = b'[{"msys": {"relay_message": {"content": {}}}}]'
    for _ in range(2):
        post(client, "sparkpost", Call(body, headers={"Authorization": calls.BASIC}))
    row = RawMessage.objects.get()
    assert (row.state, row.reason) == (RawState.FAILED, Reason.ERROR)
    assert "KeyError" in row.error
    (file,) = parse(store.read(row)).files
    assert file.data == body
    assert process(row.pk, at=NOW).reason == Reason.NO_SENDER


def test_no_crash_makes_a_resident_of_a_call_that_cannot_be_read(client, hooks):
    """EMAIL §0.2: one transaction, after which nobody else takes it up."""
    body = b'[{"msys": {"relay_message": {"content": {}}}}]'
    with CaptureQueriesContext(connection) as caught:
        post(client, "sparkpost", Call(body, headers={"Authorization": calls.BASIC}))
    about_it = [one["sql"].split()[0] for one in caught if '"intake_rawmessage"' in one["sql"]]
    assert about_it == ["INSERT"]
    assert RawMessage.objects.get().state == RawState.FAILED


def test_what_comes_beyond_the_limit_of_an_hour_is_to_come_again(client, hooks):
    """Issue 4.2: limits of mailboxes; a 4xx would be the end of the mail with some providers."""
    Mailbox.objects.filter(code="main").update(max_per_hour=1)
    for n in range(2):
        answer = post(client, "postmark", calls.postmark(mail(f"Sprawa {n}"), NO_KEYS))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert RawMessage.objects.count() == 1
    MailArrival.objects.update(arrived_at=NOW)
    assert post(client, "sendgrid", calls.sendgrid(mail("Sprawa 3"), NO_KEYS)).status_code == 200


def test_a_mail_larger_than_its_mailbox_takes_is_kept_and_waits(client, hooks, mailoutbox):
    """EMAIL §1: quarantined and one notice, whatever the way in."""
    Mailbox.objects.filter(code="main").update(max_bytes=2000)
    raw = mail("x" * 3000)
    assert post(client, "postmark", calls.postmark(raw, NO_KEYS)).status_code == 200
    row = RawMessage.objects.get()
    assert (row.state, row.reason) == (RawState.QUARANTINED, Reason.TOO_LARGE)
    assert store.read(row).endswith(raw)
    assert too_large.answer(row, at=NOW)
    assert [message.to for message in mailoutbox] == [[row.sender]]
    assert read(row).is_whole


def test_a_mail_that_cannot_be_fetched_now_is_not_acknowledged(client, elsewhere, keys):
    assert post(client, "resend", calls.resend(RAW, keys)).status_code == 500
    assert post(client, "mailtrap", calls.mailtrap(RAW, keys)).status_code == 500
    assert not RawMessage.objects.exists()


def test_a_mail_in_another_charset_keeps_its_bytes(client, hooks):
    raw = mail("x").replace(b"x\r\n", b"\xb1\xe6\xea\r\n") + bytes(range(128, 256))
    for name in ("mailgun", "sendgrid"):
        assert post(client, name, CALLS[name][1](raw, NO_KEYS)).status_code == 200
    assert all(store.read(row).endswith(raw) for row in RawMessage.objects.all())


def test_a_mail_of_many_megabytes_is_taken_in(client, hooks):
    raw = mail("Zdjęcia") + b"x" * (12 * 1024 * 1024)
    assert post(client, "mailgun", calls.mailgun(raw, NO_KEYS)).status_code == 200
    assert post(client, "postmark", calls.postmark(raw, NO_KEYS)).status_code == 200
    assert [row.size > len(raw) for row in RawMessage.objects.all()] == [True]
