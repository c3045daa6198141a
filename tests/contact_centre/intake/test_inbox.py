"""The inbox of the desk: every mail with its fate, shown to whom it may be, and decided by a person (EMAIL §0)."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from cases.actors import staff
from cases.models import Case, CaseEvent, ContactChannel, EventKind, ReadLog, ReadReason
from cases.services.privacy import exclude
from contact_centre.intake import store
from contact_centre.intake.decisions import CannotSettle, mark_as_spam, retry
from contact_centre.intake.inbox import count_for_people
from contact_centre.intake.models import (
    Decision,
    MailArrival,
    MailDecision,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
    RuleAction,
    RuleField,
    SenderRule,
)
from contact_centre.intake.process import MAX_ATTEMPTS, process
from contact_centre.web.pages import PAGE_SIZE
from notifications.models import Notice
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.intake.mails import BOUNCE, NEWSLETTER, file_part, mail, multipart, photo, text_part
from tests.contact_centre.intake.test_process import STRANGER, fate, settled, token_address
from tests.factories import NOW, make_case, make_settled_case, reporter_of
from tests.notifications.outbox import plan_all
from tests.record import actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
INBOX, RULES = reverse("intake:inbox"), reverse("intake:rules")
DECIDE = (Role.AGENT, Role.DISPATCHER, Role.HEAD)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def in_english(client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def forged() -> RawMessage:
    row = settled(mail("Petycja w sprawie drzew.", sender="prezydent@kontakt.example", subject="Petycja"))
    assert row.reason == Reason.FORGED
    return row


def failed() -> RawMessage:
    """A mail whose bytes were away when it was processed, and are back."""
    row = store.keep(mail("Dziura"), channel=RawChannel.MAIL, at=NOW)
    RawMessage.objects.filter(pk=row.pk).update(path="away", attempts=MAX_ATTEMPTS - 1)
    assert process(row.pk, at=NOW).state == RawState.FAILED
    RawMessage.objects.filter(pk=row.pk).update(path=row.path)
    return row


def spam() -> RawMessage:
    """A mail that a rule put into the spam folder."""
    head = staff_member(Role.HEAD)
    SenderRule.objects.create(
        field=RuleField.ADDRESS,
        pattern="obcy@example.net",
        action=RuleAction.SPAM,
        reason="Reklama",
        proposed_by=head,
        proposed_at=NOW - timedelta(days=1),
        approved_by=head,
        approved_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
    )
    row = settled(mail("Jednak petycja.", sender=STRANGER, subject="Petycja"))
    assert row.reason == Reason.SPAM
    return row


def too_large() -> RawMessage:
    header = mail("", subject="Film z dziury").partition(b"\r\n\r\n")[0]
    about = store.TooLarge(99_000_000, "ana@example.org", "Film z dziury", "<big@example.org>")
    return store.keep(header, channel=RawChannel.MAIL, at=NOW, too_large=about)


def page(browser, row: RawMessage) -> str:
    return str(browser.get(reverse("intake:mail", args=[row.pk])).content, "utf-8")


def act(browser, row: RawMessage, name: str, **data: str):
    return browser.post(reverse("intake:decide_mail", args=[row.pk, name]), data)


def decisions(row: RawMessage) -> list[tuple[str, int]]:
    return [(one.decision, one.decided_by_id) for one in row.decisions.order_by("id")]


# -- who, and what is listed ----------------------------------------------------------------------------------


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


def kept_from_the_agent(case: Case) -> None:
    exclude(
        case_id=case.pk,
        user=staff_member(Role.AGENT),
        reason="Kin",
        by=staff(staff_member(Role.HEAD)),
        at=NOW,
    )


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


# -- decisions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", DECIDE)
@pytest.mark.parametrize("make", [forged, spam, too_large, failed])
def test_whatever_was_put_aside_becomes_a_case_received_when_it_came(desk, make, role):
    """EMAIL §0: what a person takes out of quarantine keeps its receipt date."""
    row = make()
    assert act(desk(role), row, "open").status_code == 302
    case = Case.objects.get()
    assert case.received_at == NOW
    assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.BY_PERSON)
    assert (row.case, decisions(row)) == (case, [(Decision.OPEN, staff_member(role).pk)])
    assert count_for_people() == 0


@pytest.mark.parametrize("make", [forged, spam, too_large, failed])
def test_whatever_was_put_aside_can_be_added_to_a_case(desk, make):
    case = make_case()
    row = make()
    browser = desk(Role.DISPATCHER)
    wrong = act(browser, row, "attach", reference="KON-2026-999999-1")
    assert wrong.status_code == 422
    assert "There is no such case that you may see." in wrong.content.decode()
    answer = act(browser, row, "attach", reference=case.reference)
    assert answer.headers["Location"] == reverse("desk:case", args=[case.reference])
    assert fate(row)[:2] == (RawState.CASE_UPDATED, Reason.BY_PERSON)
    event = CaseEvent.objects.get(case=case, kind=EventKind.MAIL_JOINED)
    assert event.actor_user_id == staff_member(Role.DISPATCHER).pk
    assert decisions(row) == [(Decision.ATTACH, staff_member(Role.DISPATCHER).pk)]


def test_a_case_that_one_may_not_see_takes_no_mail(desk):
    case = make_case()
    kept_from_the_agent(case)
    row = forged()
    assert act(desk(Role.AGENT), row, "attach", reference=case.reference).status_code == 422
    assert fate(row)[0] == RawState.QUARANTINED


@pytest.mark.parametrize("raw", [mail("Petycja", sender="prezydent@kontakt.example"), BOUNCE])
def test_no_machine_and_nobody_whose_name_was_stolen_is_written_to(desk, raw):
    """EMAIL §13 (c): whatever is ticked."""
    row = settled(raw)
    act(desk(Role.AGENT), row, "open", is_told="on")
    case = Case.objects.get()
    plan_all(LATER)
    assert not Notice.objects.filter(event__case=case).exclude(channel=ContactChannel.NONE).exists()


def test_a_person_is_told_only_when_it_is_ticked(desk):
    first, second = spam(), settled(mail("Druga petycja", sender=STRANGER))
    assert second.reason == Reason.SPAM
    act(desk(Role.AGENT), first, "open", is_told="on")
    act(desk(Role.AGENT), second, "open")
    channels = [reporter_of(case).channel for case in Case.objects.order_by("id")]
    assert channels == [ContactChannel.EMAIL, ContactChannel.NONE]


@pytest.mark.parametrize("role", DECIDE)
def test_a_mail_marked_as_spam_waits_for_nobody_and_can_still_be_taken_up(desk, role):
    row = forged()
    browser = desk(role)
    assert act(browser, row, "spam").status_code == 302
    assert act(browser, row, "spam").status_code == 302
    assert fate(row)[:2] == (RawState.QUARANTINED, Reason.SPAM)
    assert decisions(row) == [(Decision.SPAM, staff_member(role).pk)]
    assert count_for_people() == 0
    assert str(staff_member(role)) in page(browser, row)
    act(browser, row, "open")
    assert Case.objects.get().received_at == NOW


def test_what_a_rule_sorted_out_as_spam_waits_until_somebody_agrees(desk):
    row = spam()
    assert count_for_people() == 1
    act(desk(Role.AGENT), row, "spam")
    assert count_for_people() == 0


def test_a_mail_that_needs_nothing_is_laid_aside(desk):
    row = settled(mail("", subject=""))
    assert row.reason == Reason.EMPTY
    act(desk(Role.AGENT), row, "aside")
    assert fate(row)[:2] == (RawState.IGNORED, Reason.BY_PERSON)
    assert decisions(row) == [(Decision.LAY_ASIDE, staff_member(Role.AGENT).pk)]


def test_what_has_a_case_or_is_a_machines_report_cannot_be_put_aside(desk):
    browser = desk(Role.HEAD)
    for row in (settled(mail("Dziura")), settled(NEWSLETTER), settled(BOUNCE)):
        before = fate(row)
        for name in ("spam", "aside", "retry"):
            assert act(browser, row, name).status_code == 302
        with pytest.raises(CannotSettle):
            mark_as_spam(raw_id=row.pk, by=actor(Role.HEAD), at=LATER)
        assert fate(row) == before
    assert not MailDecision.objects.exists()


def test_a_failed_mail_is_given_back_to_the_workers(desk):
    row = failed()
    RawMessage.objects.filter(pk=row.pk).update(deaths=3)
    assert act(desk(Role.AGENT), row, "retry").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts, row.deaths) == (RawState.RECEIVED, 0, 0)
    assert decisions(row) == [(Decision.RETRY, staff_member(Role.AGENT).pk)]
    assert process(row.pk, at=LATER).state == RawState.CASE_CREATED
    assert Case.objects.get().received_at == NOW
    with pytest.raises(CannotSettle):
        retry(raw_id=row.pk, by=actor(Role.AGENT), at=LATER)


def test_a_mail_that_fails_again_needs_a_person_again(desk):
    row = failed()
    RawMessage.objects.filter(pk=row.pk).update(path="away")
    act(desk(Role.AGENT), row, "retry")
    RawMessage.objects.filter(pk=row.pk).update(attempts=99)
    assert process(row.pk, at=LATER).state == RawState.FAILED
    assert count_for_people() == 1


# -- rules about senders --------------------------------------------------------------------------------------


def wish(pattern: str, field: RuleField = RuleField.ADDRESS, **more: str) -> dict[str, str]:
    last = str(timezone.localdate() + timedelta(days=30))
    return {
        "field": field,
        "pattern": pattern,
        "action": RuleAction.SPAM,
        "reason": "Zalewa nas reklamą.",
        "last_date": last,
    } | more


@pytest.fixture
def recent() -> list[RawMessage]:
    """Three mails of the last days and one of last year, of one domain; two addresses."""
    rows = [
        settled(mail("Reklama", subject=f"Reklama {n}", sender=sender))
        for n, sender in enumerate(("a@spam.example", "b@x.spam.example", "a@spam.example", "a@spam.example"))
    ]
    now = timezone.now()
    RawMessage.objects.filter(pk__in=[row.pk for row in rows]).update(received_at=now - timedelta(days=2))
    RawMessage.objects.filter(pk=rows[0].pk).update(received_at=now - timedelta(days=91))
    settled(mail("Dziura", sender="a@notspam.example"))
    return rows


def test_the_sender_of_a_mail_is_filled_in(desk):
    row = spam()
    browser = desk(Role.AGENT)
    address = f"{RULES}?mail={row.pk}"
    assert f'href="{address}"' in page(browser, row)
    assert browser.get(address).context["form"]["pattern"].value() == "obcy@example.net"


@pytest.mark.parametrize(
    ("pattern", "field", "caught"),
    [
        ("a@SPAM.example", RuleField.ADDRESS, [3, 2]),
        ("spam.example", RuleField.DOMAIN, [3, 2, 1]),
        ("x.spam.example", RuleField.DOMAIN, [1]),
        ("nobody@spam.example", RuleField.ADDRESS, []),
    ],
)
def test_a_rule_shows_first_what_it_would_have_caught_in_ninety_days(desk, recent, pattern, field, caught):
    answer = desk(Role.DISPATCHER).post(RULES, wish(pattern, field, do="preview"))
    effect = answer.context["effect"]
    assert [row.pk for row in effect.examples] == [recent[n].pk for n in caught]
    assert (effect.count, effect.on_cases) == (len(caught), len(caught))
    assert not SenderRule.objects.exists()
    assert 'value="propose"' in answer.content.decode()


@pytest.mark.parametrize("role", DECIDE)
def test_a_proposed_rule_waits_for_the_head_and_works_from_then_until_its_last_day(desk, role):
    browser = desk(role)
    assert browser.post(RULES, wish("obcy@example.net", do="propose")).status_code == 302
    rule = SenderRule.objects.get()
    assert (rule.proposed_by, rule.approved_at, rule.action) == (staff_member(role), None, RuleAction.SPAM)
    assert timezone.localtime(rule.ends_at).date() == timezone.localdate() + timedelta(days=31)
    assert "waits for the centre head" in browser.get(RULES).content.decode()
    approve = reverse("intake:change_rule", args=[rule.pk, "approve"])
    assert (approve in browser.get(RULES).content.decode()) == (role == Role.HEAD)
    if role != Role.HEAD:
        browser.post(approve)
        rule.refresh_from_db()
        assert rule.approved_at is None
    desk(Role.HEAD).post(approve)
    rule.refresh_from_db()
    assert rule.approved_by == staff_member(Role.HEAD)
    blocked = store.keep(mail("Reklama", sender=STRANGER), channel=RawChannel.MAIL, at=timezone.now())
    assert process(blocked.pk, at=timezone.now()).reason == Reason.SPAM


@pytest.mark.parametrize(("role", "may"), [(Role.AGENT, False), (Role.DISPATCHER, True), (Role.HEAD, True)])
def test_a_rule_is_ended_by_whom_may_do_it(desk, role, may):
    desk(Role.AGENT).post(RULES, wish("obcy@example.net", do="propose"))
    rule = SenderRule.objects.get()
    end = reverse("intake:change_rule", args=[rule.pk, "end"])
    browser = desk(role)
    assert (end in browser.get(RULES).content.decode()) == may
    browser.post(end)
    rule.refresh_from_db()
    assert rule.ends_at is not None
    assert (rule.ends_at <= timezone.now()) == may
    assert browser.post(reverse("intake:change_rule", args=[rule.pk, "explode"])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"pattern": "nothing"},
        {"pattern": "com", "field": RuleField.DOMAIN},
        {"reason": " "},
        {"last_date": "2001-01-01"},
        {"last_date": "2999-01-01"},
        {"field": RuleField.HEADER},
        {"action": "EXPLODE"},
    ],
)
@pytest.mark.parametrize("do", ["preview", "propose"])
def test_a_rule_that_says_too_little_is_not_proposed(desk, wrong, do):
    answer = desk(Role.AGENT).post(RULES, wish("obcy@example.net", do=do) | wrong)
    assert answer.status_code == 422
    assert not SenderRule.objects.exists()
