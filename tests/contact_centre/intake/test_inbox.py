"""The inbox of the desk: every mail with its fate, shown to whom it may be (EMAIL §0)."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, ReadLog, ReadReason
from contact_centre.intake import store
from contact_centre.intake.inbox import count_for_people
from contact_centre.intake.models import (
    MailArrival,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
)
from contact_centre.web.pages import PAGE_SIZE
from routing.models import Role
from tests.contact_centre.intake.fates import STRANGER, settled, token_address
from tests.contact_centre.intake.mails import BOUNCE, file_part, mail, multipart, photo, text_part
from tests.contact_centre.intake.put_aside import (
    DECIDE,
    act,
    decisions,
    failed,
    forged,
    kept_from_the_agent,
    page,
)
from tests.factories import NOW, make_settled_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
INBOX, RULES = reverse("intake:inbox"), reverse("intake:rules")
LATER = NOW + timedelta(days=3)


@pytest.fixture
def in_english(client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.mark.parametrize("role", sorted(Role.values))
def test_is_for_those_who_decide_over_mails_and_for_nobody_else(desk, role):
    row = forged()
    browser = desk(Role(role))
    may = role in DECIDE
    for address in (INBOX, RULES, reverse("intake:mail", args=[row.pk])):
        assert (browser.get(address).status_code == 200) == may
    for name in ("spam", "attach", "open", "aside", "retry"):
        if not may:
            assert act(browser, row, name).status_code == 404
    assert (INBOX in browser.get("/desk/").content.decode()) == may
    assert decisions(row) == []


def test_begins_with_what_needs_a_person_and_has_a_shelf_for_every_state(desk):
    quarantined, broken = forged(), failed()
    opened = settled(mail("Dziura"))
    machine = settled(BOUNCE)
    browser = desk(Role.AGENT)
    assert [row.pk for row in browser.get(INBOX).context["mails"]] == [broken.pk, quarantined.pk]
    assert count_for_people() == 2
    assert '<span class="count">2</span>' in browser.get("/desk/").content.decode()
    everything = browser.get(INBOX, {"state": "ALL"}).context["mails"]
    assert [row.pk for row in everything] == [machine.pk, opened.pk, broken.pk, quarantined.pk]
    for row in (quarantined, opened, machine):
        shelf = browser.get(INBOX, {"state": row.state}).context["mails"]
        assert [one.pk for one in shelf] == [row.pk]
    assert browser.get(INBOX, {"state": "NONSENSE"}).status_code == 404


@pytest.mark.parametrize(
    "words",
    [
        "obcy@example.net",
        "OBCY@",
        "latarnia przy",
        "<wanted@example.org>",
        "parki@konin.example",
        "2026-11-20",
    ],
)
def test_a_mail_is_found_by_who_wrote_what_to_whom_and_when(desk, words, settings):
    """EMAIL §0: every final state is searchable: "I wrote to you, where is it?"."""
    settings.MAIL_OWN_DOMAINS = ["konin.example"]
    settled(mail("Dziura"))
    wanted = settled(
        mail(
            "Nie świeci.",
            sender=STRANGER,
            subject="Latarnia przy szkole",
            to="parki@konin.example",
            message_id="<wanted@example.org>",
        )
    )
    RawMessage.objects.filter(pk=wanted.pk).update(received_at=NOW.replace(month=11, day=20))
    browser = desk(Role.DISPATCHER)
    assert [row.pk for row in browser.get(INBOX, {"q": words}).context["mails"]] == [wanted.pk]
    assert not browser.get(INBOX, {"q": words, "state": RawState.FAILED}).context["mails"]
    assert not browser.get(INBOX, {"q": f"{words} x"}).context["mails"]


def test_what_nobody_can_type_is_not_looked_for(desk):
    """PostgreSQL takes no NUL, not even to look for it."""
    row = settled(mail("Dziura", subject="Latarnia"))
    browser = desk(Role.DISPATCHER)
    for words in ("\0", "Lat\0arnia"):
        page = browser.get(INBOX, {"q": words})
        assert "\0" not in page.context["words"]
        assert [one.pk for one in browser.get(INBOX, {"q": words, "state": "ALL"}).context["mails"]] == [
            row.pk
        ]


def test_mails_are_found_by_why_they_ended_so(desk):
    """EMAIL §0: every final state has a reason code, visible and searchable."""
    row = forged()
    settled(mail("Dziura"))
    browser = desk(Role.AGENT)
    assert [one.pk for one in browser.get(INBOX, {"reason": row.reason}).context["mails"]] == [row.pk]
    assert browser.get(INBOX, {"reason": "NONSENSE"}).status_code == 404


def test_no_search_finds_a_mail_on_a_case_that_the_person_may_not_see(desk):
    row = settled(mail("Dziura", subject="Tajne"))
    assert row.case is not None
    kept_from_the_agent(row.case)
    assert desk(Role.DISPATCHER).get(INBOX, {"q": "Tajne"}).context["mails"] == [row]
    assert not desk(Role.AGENT).get(INBOX, {"q": "Tajne"}).context["mails"]


def test_a_mail_without_sender_that_has_its_case_needs_nobody_here():
    row = settled(mail("Dziura", sender="undisclosed:;"))
    assert (row.state, row.reason) == (RawState.QUARANTINED, Reason.NO_SENDER)
    assert count_for_people() == 0


def test_pages_by_id(desk):
    rows = [store.keep(b"%d" % n, channel=RawChannel.MAIL, at=NOW) for n in range(PAGE_SIZE + 2)]
    browser = desk(Role.AGENT)
    first = browser.get(INBOX, {"state": "RECEIVED"})
    assert [row.pk for row in first.context["mails"]] == [row.pk for row in rows[:1:-1]]
    second = browser.get(first.context["older_url"])
    assert [row.pk for row in second.context["mails"]] == [rows[1].pk, rows[0].pk]
    assert second.context["older_url"] == ""


def test_the_number_of_queries_does_not_depend_on_the_number_of_mails(desk, django_assert_max_num_queries):
    browser = desk(Role.AGENT)
    for n in range(12):
        settled(mail("Dziura", sender=f"a{n}@example.org"))
    with django_assert_max_num_queries(12):
        assert len(browser.get(INBOX, {"state": "ALL"}).context["mails"]) == 12


def test_one_mail_shows_how_it_came_what_was_made_of_it_and_why(desk):
    case = make_settled_case()
    parts = text_part("Ja też mam uwagę."), file_part(photo(), "a.jpg", "image/jpeg")
    row = settled(multipart(*parts, sender=STRANGER, to=token_address(case), subject="<b>Uwaga</b>"))
    RawMessage.objects.filter(pk=row.pk).update(defects=["charset_guessed"])
    MailArrival.objects.create(
        raw=row, source="SMTP", external_id="x", arrived_at=NOW, recipients=["parki@konin.example"]
    )
    shown = page(desk(Role.AGENT), row)
    for words in (
        "&lt;b&gt;Uwaga&lt;/b&gt;",
        "obcy@example.net",
        "Ja też mam uwagę.",
        "a.jpg",
        "MIME-Version: 1.0",
        "charset_guessed",
        "parki@konin.example",
        "signed reply address",
        case.reference,
    ):
        assert words in shown
    assert ReadLog.objects.filter(reason=ReadReason.INBOX, detail=f"mail {row.pk}", case=case).count() == 1


def test_a_failed_mail_shows_its_error(desk):
    assert "Traceback" in page(desk(Role.AGENT), failed())


def test_of_a_mail_that_ended_its_workers_only_the_header_is_read(desk):
    row = failed()
    RawMessage.objects.filter(pk=row.pk).update(deaths=3)
    shown = page(desk(Role.AGENT), row)
    assert "Subject: Dziura" in shown
    assert "Only the header is shown" in shown
    assert act(desk(Role.AGENT), row, "open").status_code == 302
    assert Case.objects.get().description == "Dziura"


def test_a_mail_whose_bytes_are_gone_has_a_page(desk):
    row = forged()
    storages["raw_mail"].delete(row.path)
    browser = desk(Role.HEAD)
    assert "cannot be read" in page(browser, row)
    assert browser.get(reverse("intake:raw_mail", args=[row.pk])).status_code == 404
    assert act(browser, row, "open").status_code == 302
    assert Case.objects.count() == 0


@pytest.mark.parametrize("role", DECIDE)
def test_the_mail_as_it_came_is_for_those_who_may_read_evidence(desk, role):
    row = forged()
    browser = desk(role)
    address = reverse("intake:raw_mail", args=[row.pk])
    answer = browser.get(address)
    may = role != Role.AGENT
    assert (answer.status_code == 200) == may
    assert (address in page(browser, row)) == may
    if may:
        assert answer.content == store.read(row)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ReadLog.objects.filter(reason=ReadReason.FILE, detail=f"mail {row.pk}").count() == may


# -- what one may not see -------------------------------------------------------------------------------------


def hidden_opened() -> RawMessage:
    row = settled(mail("Skarga na Bo.", subject="Skarga na Bo", sender="ewa@example.org"))
    assert row.case is not None
    kept_from_the_agent(row.case)
    return row


def hidden_waiting() -> RawMessage:
    case = make_settled_case()
    row = settled(mail("Skarga na Bo.", subject="Skarga na Bo", sender=STRANGER, to=token_address(case)))
    kept_from_the_agent(case)
    return row


def hidden_moved() -> RawMessage:
    """Its words were moved to a case of which the agent knows nothing; the row still names the old one."""
    row = settled(mail("Skarga na Bo.", subject="Skarga na Bo", sender="ewa@example.org"))
    other = settled(mail("Inna sprawa", sender="jan@example.org"))
    RawMessage.objects.filter(pk=row.pk).update(case_message=other.case_message)
    assert other.case is not None
    kept_from_the_agent(other.case)
    return row


def hidden_copy() -> RawMessage:
    first = mail("Skarga na Bo.", subject="Skarga na Bo", sender="ewa@example.org")
    opened = settled(first)
    copy = settled(b"Delivered-To: kontakt@kontakt.example\r\n" + first)
    assert (copy.reason, copy.case) == (Reason.DUPLICATE, None)
    assert opened.case is not None
    kept_from_the_agent(opened.case)
    return copy


@pytest.mark.parametrize("make", [hidden_opened, hidden_waiting, hidden_moved, hidden_copy])
def test_a_mail_on_a_case_that_one_may_not_see_shows_nothing_of_its_content(desk, make):
    row = make()
    row.refresh_from_db()
    address = row.sender
    browser = desk(Role.AGENT)
    listed, shown = browser.get(INBOX, {"state": "ALL"}).content.decode(), page(browser, row)
    rule = browser.get(RULES, {"mail": row.pk}).content.decode()
    data = {"field": "ADDRESS", "pattern": address, "action": "SPAM", "reason": "x", "do": "preview"}
    preview = browser.post(RULES, data | {"last_date": str(timezone.localdate())}).content.decode()
    assert "Skarga" not in listed + shown + rule + preview
    assert address not in shown + rule
    assert "On a case that you may not see" in shown
    for name in ("spam", "attach", "open", "aside"):
        assert act(browser, row, name).status_code == 404
    assert browser.get(reverse("intake:raw_mail", args=[row.pk])).status_code == 404
    assert not ReadLog.objects.filter(detail=f"mail {row.pk}").exists()
    assert "Skarga na Bo" in page(desk(Role.HEAD), row)


def test_what_would_turn_the_order_of_words_is_shown_and_turns_nothing(desk):
    """EMAIL §8: bidi controls shown."""
    subject = "=?utf-8?Q?Faktura_=E2=80=AEfdp.exe?="
    row = settled(mail("Plik \u202efdp.exe\u202c i \u2066tak\u2069", subject=subject))
    browser = desk(Role.DISPATCHER)
    assert row.case is not None
    case_page = browser.get(reverse("desk:case", args=[row.case.reference])).content.decode()
    mail_page = browser.get(reverse("intake:mail", args=[row.pk])).content.decode()
    for seen in (case_page, mail_page):
        assert "Plik ⟨RLO⟩fdp.exe⟨POP⟩ i ⟨LRI⟩tak⟨PDI⟩" in seen
    assert "Faktura ⟨RLO⟩fdp.exe" in mail_page
    assert "Faktura ⟨RLO⟩fdp.exe" in browser.get(f"{INBOX}?state=ALL").content.decode()
    assert not set("\u202e\u202c\u2066\u2069") & set(case_page + mail_page)
    waiting = settled(mail("Zł\u202eo", subject="x", sender=STRANGER, to=token_address(make_settled_case())))
    assert waiting.suggested_case is not None
    beside = browser.get(reverse("intake:waiting", args=[waiting.suggested_case.reference])).content.decode()
    assert "Zł⟨RLO⟩o" in beside


def test_what_the_sender_says_of_importance_is_shown_and_followed_by_nothing(desk):
    """EMAIL §12: Importance, Priority and X-Priority are stored, never trusted."""
    loud = settled(mail("Dziura raz", Importance="High", X_Priority="1 (Highest)", Priority="urgent"))
    plain = settled(mail("Dziura raz", sender="jan@example.org"))
    assert loud.case is not None
    assert plain.case is not None
    assert (loud.case.urgency, loud.case.promise_due_at) == (plain.case.urgency, plain.case.promise_due_at)
    seen = desk(Role.DISPATCHER).get(reverse("intake:mail", args=[loud.pk])).content.decode()
    assert "Importance: High · Priority: urgent · X-Priority: 1 (Highest)" in seen
    other = desk(Role.DISPATCHER).get(reverse("intake:mail", args=[plain.pk])).content.decode()
    assert "as the sender says" not in other
