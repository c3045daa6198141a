"""Whose address it is, and what follows for the case: EMAIL.md, sections 2 and 12."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.html import escape

from cases.models import Case
from contact_centre.intake.addresses import is_ours, mailbox_for, mailbox_of
from contact_centre.intake.loading import load_mailboxes
from contact_centre.intake.models import MailArrival, Mailbox, MailSource, ServerSecurity
from contact_centre.intake.process import receive
from notifications.models import Notice, NoticeKind
from notifications.rendering import render
from notifications.senders import Sender, sender_of
from routing.facts import CaseFacts, Choice, Reason, RuleFacts
from routing.models import Department, Role
from routing.models.loaded import LoadedKey
from routing.rules import choose
from tests.contact_centre.intake.mails import mail
from tests.factories import NOW, make_case
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def boxes(settings):
    load_mailboxes(settings.CITY_DATA_DIR)
    roads = Mailbox.objects.create(
        code="roads",
        address="Drogi@kontakt.example",
        aliases=["zdm@miasto.example"],
        tokens=["dziury"],
        department=Department.objects.get(code="zdm"),
        signature="ZDM",
    )
    return Mailbox.objects.get(code="main"), roads


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kontakt@kontakt.example", "main"),
        ("KONTAKT@Kontakt.Example", "main"),
        ("kontakt+cokolwiek@kontakt.example", "main"),
        ("drogi@kontakt.example", "roads"),
        ("zdm@miasto.example", "roads"),
        ("drogi+dziury@kontakt.example", "roads"),
        ("drogi+inne@kontakt.example", None),
        ("postmaster@kontakt.example", "main"),
        ("obcy@kontakt.example", None),
        ("kontakt@inny.example", None),
    ],
)
def test_an_address_belongs_to_one_mailbox_or_none(boxes, text, code):
    found = mailbox_of(text)
    assert (found.code if found else None) == code
    assert is_ours(text) == (code is not None)


@pytest.mark.parametrize(
    "local", ["reply+1.900.abcdefgh", "bounce+77.abcdefghij234567", "REPLY+1.900.ABCDEFGH"]
)
def test_signed_addresses_are_ours_in_our_domain_only(boxes, local):
    assert is_ours(f"{local}@kontakt.example")
    assert not is_ours(f"{local}@inny.example")


def test_a_merged_mailbox_gives_the_one_it_was_merged_into(boxes):
    main, roads = boxes
    roads.merged_into, roads.is_active = main, False
    roads.save()
    assert mailbox_of("zdm@miasto.example") == main
    roads.merged_into = None
    roads.save()
    assert mailbox_of("zdm@miasto.example") is None


def test_starting_mailboxes_are_loaded_again_and_never_over_an_edit(boxes, settings):
    Mailbox.objects.filter(code="main").update(signature="Nasz podpis")
    assert (load_mailboxes(settings.CITY_DATA_DIR).created, Mailbox.objects.count()) == (0, 2)
    assert Mailbox.objects.get(code="main").signature == "Nasz podpis"
    settings.DEFAULT_FROM_EMAIL = "Miasto <sprawy@nowe.example>"
    load_mailboxes(settings.CITY_DATA_DIR)
    assert Mailbox.objects.get(code="main").address == "sprawy@nowe.example"
    assert LoadedKey.objects.filter(table="mailbox").count() == 1


def test_a_mail_to_a_departments_mailbox_has_the_department_as_a_fact(boxes):
    receive(mail(to="Miasto <drogi@kontakt.example>"), at=NOW)
    case = Case.objects.get()
    assert case.addressed_to == Department.objects.get(code="zdm")
    assert mailbox_for(case) == boxes[1]
    assert sender_of(case) == Sender("Drogi@kontakt.example", "", "ZDM", "pl")


def test_the_answer_comes_in_the_name_and_with_the_signature_of_that_mailbox(boxes, mailoutbox):
    Mailbox.objects.filter(code="roads").update(name="Zarząd Dróg", signature="Zarząd Dróg\nul. Dworcowa <2>")
    receive(mail(to="drogi@kontakt.example"), at=NOW)
    plan_all()
    deliver_all()
    [answer] = mailoutbox
    assert str(answer.extra_headers.get("From", answer.from_email)).startswith("Zarząd Dróg <reply+")
    assert answer.body.split("\n-- \n")[1].startswith("Zarząd Dróg\nul. Dworcowa <2>\n")
    assert "Zarząd Dróg<br>ul. Dworcowa &lt;2&gt;" in answer.alternatives[0][0]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, ["Dzień dobry.\nSprawdź <BIP>."]),
        (NOW.replace(hour=22), ["Dzień dobry.\nSprawdź <BIP>.", "Pracujemy od 7.30."]),
        (NOW + timedelta(days=4), ["Dzień dobry.\nSprawdź <BIP>.", "Pracujemy od 7.30."]),
    ],
    ids=["open", "night", "saturday"],
)
def test_the_confirmation_says_what_the_mailbox_says_of_itself(boxes, at, said):
    """Issue 4.2: auto-reply text and office-hours text of a mailbox, by the calendar of the office."""
    Mailbox.objects.filter(code="roads").update(
        auto_reply_text="Dzień dobry.\nSprawdź <BIP>.", office_hours_text="Pracujemy od 7.30."
    )
    receive(mail(to="drogi@kontakt.example"), at=NOW)
    plan_all()
    notice = Notice.objects.get()
    written = render(notice, at)
    for text in ("Dzień dobry.\nSprawdź <BIP>.", "Pracujemy od 7.30."):
        assert (f"\n{text}\n" in written.text) is (text in said)
        assert (f">{escape(text).replace(chr(10), '<br>')}</p>" in written.html) is (text in said)
    notice.kind = NoticeKind.LINK
    assert "Sprawdź" not in render(notice, at).text


def test_where_it_was_delivered_decides_before_to(boxes):
    receive(mail(to="kontakt@kontakt.example", Delivered_To="drogi@kontakt.example"), at=NOW)
    assert Case.objects.get().addressed_to == Department.objects.get(code="zdm")


def test_the_contact_centres_own_mailbox_is_no_departments(boxes):
    receive(mail(), at=NOW)
    case = Case.objects.get()
    assert case.addressed_to is None
    assert mailbox_for(case) == boxes[0]
    assert MailArrival.objects.get().source == MailSource.PIPE


def test_a_case_of_another_channel_has_no_mailbox(boxes):
    assert mailbox_for(make_case()) is None
    assert sender_of(make_case()) is None


FACTS = CaseFacts(
    category="road.pothole", kind="REPORT", channel="EMAIL", urgency="NORMAL", addressed_to="zk"
)


def test_the_department_written_to_is_chosen_where_nothing_else_says_better():
    assert choose(FACTS, [], {"road.pothole": "zdm"}).department == "zdm"
    assert choose(FACTS, [], {}) == Choice("zk", (Reason("ADDRESSED_TO"),))
    unread = CaseFacts(category=None, kind="REPORT", channel="EMAIL", urgency="NORMAL", addressed_to="zk")
    assert choose(unread, [], {}) == Choice("zk", (Reason("ADDRESSED_TO"),))


def test_a_rule_may_look_at_the_mailbox():
    rule = RuleFacts("parks", "zielen", addressed_to=frozenset({"zk"}))
    assert choose(FACTS, [rule], {"road.pothole": "zdm"}).department == "zielen"
    other = RuleFacts("parks", "zielen", addressed_to=frozenset({"pwik"}))
    assert choose(FACTS, [other], {"road.pothole": "zdm"}).department == "zdm"


@pytest.mark.parametrize(
    "wrong",
    [
        {"server_host": ""},
        {"server_user": ""},
        {"secret_name": ""},
        {"server_host": "user@imap.example"},
        {"server_host": "imap.example/x"},
        {"server_security": ServerSecurity.NONE},
        {"aliases": "a@b.example"},
    ],
)
def test_a_mailbox_that_cannot_be_fetched_safely_is_refused(wrong):
    values = {"server_host": "imap.example", "server_user": "u", "secret_name": "s"} | wrong
    box = Mailbox(code="a", address="a@b.example", source=MailSource.IMAP, **values)
    with pytest.raises(ValidationError):
        box.full_clean()


def test_the_name_of_a_secret_is_no_path():
    for name in ("../secret_key", "/etc/passwd", ".hidden"):
        with pytest.raises(ValidationError):
            Mailbox(code="a", address="a@b.example", secret_name=name).full_clean()


def test_administrators_edit_mailboxes(boxes, admin_client):
    main, _ = boxes
    page = f"/admin/intake/mailbox/{main.pk}/change/"
    assert admin_client.get("/admin/intake/mailbox/").status_code == 200
    shown = admin_client.get(page).context["adminform"].form
    values = {name: shown[name].value() for name in shown.fields if shown[name].value() is not None}
    saved = admin_client.post(page, values | {"aliases": "[]", "tokens": '["*"]', "signature": "Nowy podpis"})
    assert saved.status_code == 302, saved.context["errors"]
    assert Mailbox.objects.get(code="main").signature == "Nowy podpis"


def test_nobody_else_sees_mailboxes_in_the_administration(boxes, desk):
    assert desk(Role.AGENT).get("/admin/intake/mailbox/").status_code == 302
