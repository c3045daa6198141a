"""Who wrote, who may not write, and whom nothing is sent (EMAIL §3)."""

import time
from datetime import datetime, timedelta

import pytest

from cases.actors import staff
from cases.models import Case, ContactChannel
from cases.services.endings import resolve_case
from cases.services.workflow import ask_resident
from cases.states import Outcome, Status
from contact_centre.intake import senders
from contact_centre.intake.inbox import count_for_people
from contact_centre.intake.models import RawMessage, RawState, Reason, RuleAction, RuleField, SenderRule
from contact_centre.intake.process import process, receive
from contact_centre.intake.senders import CannotRule, Proposal, approve_rule, end_rule, propose_rule
from notifications.models import Notice, SuppressionReason
from notifications.suppression import is_suppressed, suppress
from routing.models import Role, User
from tests.cast import staff_member
from tests.contact_centre.intake.fates import fate, settled, token_address
from tests.contact_centre.intake.mails import US, mail
from tests.factories import NOW, make_case, reporter_of
from tests.notifications.outbox import plan_all
from tests.record import actor

pytestmark = pytest.mark.django_db
OURS = "mx.kontakt.example"
FAILED = f"{OURS}; dmarc=fail (p=reject) header.from=example.org"


@pytest.fixture(autouse=True)
def own_server(settings) -> None:
    settings.MAIL_AUTHSERV_ID = OURS


def remarks(case: Case) -> list[str]:
    return "\n".join(one.body for one in case.messages.filter(purpose="NOTE")).split("\n")


def rule(
    pattern: str,
    action: RuleAction,
    field: RuleField = RuleField.ADDRESS,
    *,
    is_approved: bool = True,
    at: datetime = NOW,
    ends_at: datetime | None = None,
    **more: str,
) -> SenderRule:
    """A rule that holds at `at` and for a month, unless another end is named."""
    wish = Proposal(field, pattern, action, "Zalewa nas reklamą.", ends_at or at + timedelta(days=30), **more)
    made = propose_rule(proposal=wish, by=actor(Role.DISPATCHER), at=at - timedelta(hours=1))
    return (
        approve_rule(rule_id=made.pk, by=actor(Role.HEAD), at=at - timedelta(minutes=1))
        if is_approved
        else made
    )


# -- identity -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"List_Id": "<l.example>", "X_Original_From": "Ewa <ewa@example.org>", "Reply_To": "l@lists.example"},
        {"List_Post": "<mailto:l@lists.example>", "Reply_To": "Ewa <ewa@example.org>"},
        {"Mailing_List": "contact l", "sender": "Ewa via L <l@lists.example>", "Reply_To": "ewa@example.org"},
    ],
)
def test_behind_a_list_that_writes_itself_into_from_stands_the_writer_with_weak_proof(fields):
    """EMAIL §3: Reply-To or X-Original-From, marked weak."""
    row = settled(mail(**({"sender": "L <l@lists.example>"} | fields)))
    assert row.sender == "ewa@example.org"
    assert "weak_identity" in row.defects
    assert "WEAK_SENDER" in remarks(Case.objects.get())


def test_a_weak_sender_never_joins_a_case():
    """EMAIL §3: a field that anybody may write opens no door."""
    case = make_case()
    gate = {"List_Id": "<l>", "X_Original_From": "ana@example.org"}
    row = settled(mail(sender="L <l@lists.example>", to=token_address(case), **gate))
    assert fate(row)[:2] == (RawState.QUARANTINED, Reason.WAITS)


def test_reply_to_is_where_we_answer_not_who_wrote():
    """EMAIL §3."""
    case = make_case()
    row = settled(mail(sender="obcy@example.net", Reply_To="ana@example.org", to=token_address(case)))
    assert (row.sender, row.reason) == ("obcy@example.net", Reason.WAITS)


def test_a_form_that_we_trust_writes_for_others(settings):
    """EMAIL §3: setting for trusted form gateways."""
    settings.MAIL_FORM_GATEWAYS = [US]
    row = settled(mail(sender=US, Reply_To="Ewa <ewa@example.org>"))
    assert (row.sender, row.state) == ("ewa@example.org", RawState.CASE_CREATED)


@pytest.mark.parametrize(
    ("sender", "key"),
    [
        ("Ana <ANA@Żółw.example>", "ana@xn--w-uga1v8h.example"),
        ("żuk@example.org", "żuk@example.org"),
        ("Ana ana@example.org", "ana@example.org"),
        ('"ana nowak"@example.org', ""),
        ("undisclosed:;", ""),
        ("<>", ""),
    ],
)
def test_every_sender_gives_a_record(sender, key):
    """EMAIL §3: IDN, EAI, no brackets, groups, empty."""
    row = settled(mail(sender=sender))
    assert row.sender == key
    assert row.state == (RawState.CASE_CREATED if key else RawState.QUARANTINED)


def test_addresses_are_not_folded():
    """EMAIL §3: no plus-address or dot folding."""
    row = settled(mail(sender="ana+spam@example.org", to=token_address(make_case())))
    assert row.reason == Reason.WAITS


# -- authentication -------------------------------------------------------------------------------------------


def test_a_mail_that_the_senders_domain_denies_never_joins_and_is_marked():
    """EMAIL §3: dmarc=fail."""
    case = make_case()
    plan_all()
    header = {"Authentication_Results": FAILED, "In_Reply_To": Notice.objects.get().message_id}
    row = settled(mail("Fałszywe", **header))
    assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.UNVERIFIED)
    assert row.suggested_case == case
    assert "unverified" in row.defects
    assert row.case is not None
    assert {"UNVERIFIED", "SILENT"} <= set(remarks(row.case))
    assert reporter_of(row.case).channel == ContactChannel.NONE
    assert case.messages.filter(audience="RESIDENT").count() == 1
    waits = settled(mail("Fałszywe 2", to=token_address(case), Authentication_Results=FAILED))
    assert fate(waits)[:2] == (RawState.QUARANTINED, Reason.WAITS)


def test_the_agent_is_warned_and_may_allow_mails(desk):
    """EMAIL §3: a banner for the agent."""
    case = settled(mail(Authentication_Results=FAILED)).case
    assert case is not None
    browser = desk(Role.DISPATCHER)
    page = browser.get(f"/desk/case/{case.reference}/", headers={"Accept-Language": "en"}).content.decode()
    assert "says that this mail is not from there" in page
    case.refresh_from_db()
    answer = browser.post(f"/desk/case/{case.reference}/allow_mail/", {"version": case.version})
    assert answer.status_code == 302
    assert reporter_of(case).channel == ContactChannel.EMAIL


@pytest.mark.parametrize("sender", ["prezydent@kontakt.example", "bo@gmail.example"])
def test_whoever_claims_to_be_one_of_us_has_to_prove_it(sender, settings):
    """EMAIL §3: own domain or staff without pass: quarantine."""
    bo = actor(Role.AGENT)
    User.objects.filter(pk=bo.user_id or 0).update(email="bo@gmail.example")
    assert fate(settled(mail(sender=sender)))[:2] == (RawState.QUARANTINED, Reason.FORGED)
    passed = f"{OURS}; dmarc=pass header.from={sender.partition('@')[2]}"
    assert settled(mail("Tekst", sender=sender, Authentication_Results=passed)).state == RawState.CASE_CREATED
    settings.MAIL_OWN_DOMAINS = ["konin.example"]
    assert fate(settled(mail(sender="x@konin.example")))[1] == Reason.FORGED


@pytest.mark.parametrize("machine", [{}, {"Auto_Submitted": "auto-generated"}])
def test_behind_a_mailbox_of_ours_stands_whoever_it_says_and_the_identity_is_weak(machine):
    """EMAIL §3: if From is ours, use Reply-To, mark weak: a form of the city that nobody listed."""
    row = settled(mail("Formularz", sender=US, Reply_To="Ana <ana@example.org>", **machine))
    assert (row.state, row.sender) == (RawState.CASE_CREATED, "ana@example.org")
    assert "weak_identity" in row.defects
    case = make_case()
    joined = settled(mail("Formularz 2", sender=US, to=token_address(case), Reply_To="ana@example.org"))
    assert joined.reason == Reason.WAITS


@pytest.mark.parametrize(
    ("proof", "reply_to", "reason"),
    [
        ("", "", Reason.FORGED),
        ("", US, Reason.FORGED),
        ("mx.kontakt.example; dmarc=fail", "ana@example.org", Reason.FORGED),
        ("mx.kontakt.example; dmarc=pass header.from=kontakt.example", "", Reason.OWN_MAIL),
    ],
)
def test_what_a_mailbox_of_ours_seems_to_write_waits_for_a_person(settings, proof, reply_to, reason):
    """EMAIL §3: claims to be our own domain without pass; a colleague who writes from the shared mailbox."""
    settings.MAIL_AUTHSERV_ID = "mx.kontakt.example"
    row = settled(mail("Petycja", sender=US, Authentication_Results=proof, Reply_To=reply_to))
    assert fate(row)[:2] == (RawState.QUARANTINED, reason)
    assert not Case.objects.exists()


def test_an_alarm_of_our_own_mail_server_is_no_forgery():
    assert fate(settled(mail(sender="MAILER-DAEMON@kontakt.example", Return_Path="<>")))[1] == Reason.BOUNCE


# -- rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "field", "more"),
    [
        ("ANA@example.org", RuleField.ADDRESS, {}),
        ("example.org", RuleField.DOMAIN, {}),
        ("@Example.org", RuleField.DOMAIN, {}),
        ("bulk-mailer 3", RuleField.HEADER, {"header": "X-Mailer"}),
        ("ana@example.org", RuleField.ADDRESS, {"queue": US}),
        ("^AN[a-z]@ex.*[.]org$", RuleField.ADDRESS_PATTERN, {}),
        ("^an", RuleField.ADDRESS_PATTERN, {"queue": US}),
        ("bulk-mailer [0-9]+", RuleField.HEADER_PATTERN, {"header": "x-MAILER"}),
        ("^żółte .*dziś", RuleField.HEADER_PATTERN, {"header": "Subject"}),
    ],
)
@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (RuleAction.DROP, (RawState.IGNORED, Reason.BLOCKED)),
        (RuleAction.SPAM, (RawState.QUARANTINED, Reason.SPAM)),
    ],
)
def test_a_blocked_mail_is_put_aside_on_record(pattern, field, more, action, expected):
    """EMAIL §3: address, domain, regex, header; per queue and global; drop with record, spam folder."""
    rule(pattern, action, field, **more)
    raw = mail(
        X_Mailer="The Bulk-Mailer 3.1",
        subject="=?utf-8?q?=C5=BB=C3=B3=C5=82te_auto?= tylko =?utf-8?q?dzi=C5=9B?=",
    )
    assert fate(settled(raw))[:2] == expected
    assert not Case.objects.exists()


def test_a_rule_may_only_stop_automatic_mails():
    """EMAIL §3: no auto-reply."""
    rule("ana@example.org", RuleAction.NO_AUTO_REPLY)
    assert settled(mail()).state == RawState.CASE_CREATED
    plan_all()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("pattern", "field", "more"),
    [
        ("^na@", RuleField.ADDRESS_PATTERN, {}),
        ("ana$", RuleField.ADDRESS_PATTERN, {}),
        ("^ana", RuleField.ADDRESS_PATTERN, {"queue": "drogi@kontakt.example"}),
        ("mailer [4-9]", RuleField.HEADER_PATTERN, {"header": "X-Mailer"}),
        ("mailer 3", RuleField.HEADER_PATTERN, {"header": "X-Mail"}),
    ],
)
def test_a_pattern_holds_for_what_it_fits_only(pattern, field, more):
    rule(pattern, RuleAction.DROP, field, **more)
    assert settled(mail(X_Mailer="Bulk-Mailer 3")).state == RawState.CASE_CREATED


def test_a_mail_without_a_sender_fits_no_pattern_of_addresses():
    rule("[.]example|^$", RuleAction.DROP, RuleField.ADDRESS_PATTERN)
    assert settled(mail(sender="<>")).reason == Reason.NO_SENDER


def test_a_pattern_too_waits_for_its_approval_ends_and_gives_way_to_letting_in():
    """EMAIL §3: allowlist beats blocklist; docs/mail.md: approved, and with an end."""
    kind = RuleField.ADDRESS_PATTERN
    rule("^an", RuleAction.DROP, kind, is_approved=False)
    assert settled(mail("1")).state == RawState.CASE_CREATED
    rule("^a", RuleAction.DROP, kind, at=NOW - timedelta(days=40))
    assert settled(mail("2")).state == RawState.CASE_CREATED
    rule("^a", RuleAction.DROP, kind)
    assert fate(settled(mail("3")))[1] == Reason.BLOCKED
    rule("a@ex.*[.]org$", RuleAction.ALLOW, kind)
    assert settled(mail("4")).state == RawState.CASE_CREATED
    assert fate(settled(mail("5", sender="adam@example.org")))[1] == Reason.BLOCKED


def test_a_hostile_header_under_a_hostile_pattern_costs_no_time():
    rule("(a+)+$", RuleAction.DROP, RuleField.HEADER_PATTERN, header="X-A")
    started = time.monotonic()
    row = settled(mail("x").replace(b"\r\n\r\n", b"\r\n" + b"X-A: " + b"a" * 3000 + b"!\r\n\r\n", 1))
    assert time.monotonic() - started < 2
    assert row.state == RawState.CASE_CREATED


@pytest.mark.parametrize("pattern", ["other@example.org", "ample.org", "sub.example.org"])
def test_a_rule_holds_for_what_it_names_only(pattern):
    rule(pattern, RuleAction.DROP, RuleField.ADDRESS if "@" in pattern else RuleField.DOMAIN)
    assert settled(mail()).state == RawState.CASE_CREATED


def test_a_rule_for_another_address_of_ours_does_not_hold():
    rule("ana@example.org", RuleAction.DROP, queue="drogi@kontakt.example")
    assert settled(mail()).state == RawState.CASE_CREATED
    assert fate(settled(mail("x", to="drogi@kontakt.example")))[1] == Reason.BLOCKED


def test_to_let_in_beats_to_block():
    """EMAIL §3: allowlist beats blocklist."""
    rule("example.org", RuleAction.DROP, RuleField.DOMAIN)
    rule("ana@example.org", RuleAction.ALLOW)
    assert settled(mail()).state == RawState.CASE_CREATED
    assert fate(settled(mail("x", sender="ben@sub.example.org")))[1] == Reason.BLOCKED


def test_a_rule_does_nothing_before_its_approval_and_after_its_end():
    rule("ana@example.org", RuleAction.DROP, is_approved=False)
    assert settled(mail()).state == RawState.CASE_CREATED
    made = rule("ben@example.org", RuleAction.DROP)
    end_rule(rule_id=made.pk, by=actor(Role.HEAD), at=NOW - timedelta(seconds=1))
    assert settled(mail("x", sender="ben@example.org")).state == RawState.CASE_CREATED


def test_only_the_head_approves_and_a_rule_says_what_why_and_until_when():
    made = rule("ana@example.org", RuleAction.DROP, is_approved=False)
    with pytest.raises(CannotRule):
        approve_rule(rule_id=made.pk, by=actor(Role.DISPATCHER), at=NOW)
    approve_rule(rule_id=made.pk, by=actor(Role.HEAD), at=NOW)
    with pytest.raises(CannotRule):
        approve_rule(rule_id=made.pk, by=actor(Role.HEAD), at=NOW)
    later = NOW + timedelta(days=3)
    bad = [
        (Proposal(RuleField.ADDRESS, "no address", RuleAction.DROP, "x", later), Role.DISPATCHER),
        (Proposal(RuleField.DOMAIN, "org", RuleAction.DROP, "x", later), Role.DISPATCHER),
        (Proposal(RuleField.HEADER, "x", RuleAction.DROP, "x", later), Role.DISPATCHER),
        (Proposal(RuleField.HEADER_PATTERN, "x", RuleAction.DROP, "x", later), Role.DISPATCHER),
        (Proposal(RuleField.HEADER_PATTERN, "(", RuleAction.DROP, "x", later, header="X"), Role.DISPATCHER),
        (Proposal(RuleField.ADDRESS_PATTERN, "(a", RuleAction.DROP, "x", later), Role.DISPATCHER),
        (Proposal(RuleField.ADDRESS_PATTERN, ".*", RuleAction.DROP, "x", later), Role.DISPATCHER),
        (Proposal(RuleField.ADDRESS, "a@b.example", RuleAction.DROP, " ", later), Role.DISPATCHER),
        (Proposal(RuleField.ADDRESS, "a@b.example", RuleAction.DROP, "x", NOW), Role.DISPATCHER),
        (
            Proposal(RuleField.ADDRESS, "a@b.example", RuleAction.DROP, "x", NOW + senders.LONGEST * 2),
            Role.HEAD,
        ),
        (Proposal(RuleField.ADDRESS, "a@b.example", RuleAction.DROP, "x", later), Role.HANDLER),
    ]
    for wish, role in bad:
        with pytest.raises(CannotRule):
            propose_rule(proposal=wish, by=actor(role), at=NOW)


# -- limits ---------------------------------------------------------------------------------------------------


def test_further_cases_of_one_day_are_collected_and_nothing_is_swallowed(settings):
    """EMAIL §5: N cases a day, then one case collects the rest; §3: a limit swallows nothing."""
    settings.MAIL_MAX_CASES_PER_DAY = 3
    rows = [settled(mail(f"Petycja {number}", sender=f"ana+{number}@example.org")) for number in range(5)]
    assert [row.reason for row in rows] == [Reason.REQUEST] * 3 + [Reason.COLLECTED] * 2
    assert Case.objects.count() == 3
    last = rows[2].case
    assert last is not None
    assert {row.case for row in rows[3:]} == {last}
    replies = [one.body for one in last.messages.filter(purpose="REPLY").order_by("id")]
    assert replies == ["Petycja 3", "Petycja 4"]
    assert "COLLECTED" in remarks(last)
    last.refresh_from_db()
    assert last.needs_person
    assert receive(mail("Nazajutrz"), at=NOW + timedelta(days=2)).reason == Reason.REQUEST


def test_mails_that_only_pretend_to_be_from_an_address_are_collected_apart(settings):
    """EMAIL §5: N cases a day for whoever pretends too; §0.4: on no case of the owner, whose own limit they leave."""
    settings.MAIL_MAX_CASES_PER_DAY = 2
    forged = [settled(mail(f"Reklama {n}", Authentication_Results=FAILED)) for n in range(4)]
    assert [row.reason for row in forged] == [Reason.UNVERIFIED] * 2 + [Reason.COLLECTED] * 2
    assert {row.case for row in forged[1:]} == {forged[1].case}
    own = [settled(mail(f"Petycja {n}")) for n in range(3)]
    assert [row.reason for row in own] == [Reason.REQUEST] * 2 + [Reason.COLLECTED]
    assert own[2].case == own[1].case
    plan_all()
    assert not Notice.objects.filter(participant__case__in=[forged[0].case, forged[1].case]).exists()


def test_an_ended_case_does_not_end_the_collecting(settings):
    """EMAIL §5: one case collects the rest, also when the last one was answered meanwhile."""
    settings.MAIL_MAX_CASES_PER_DAY = 2
    first, second = (settled(mail(f"Petycja {n}")) for n in range(2))
    by = staff(staff_member(Role.DISPATCHER))
    resolve_case(case_id=second.case_id or 0, outcome=Outcome.DONE, answer="Tak.", by=by, at=NOW)
    rows = [settled(mail(f"Dalej {n}")) for n in range(2)]
    assert [(row.reason, row.case) for row in rows] == [(Reason.COLLECTED, first.case)] * 2


def test_a_program_fills_no_case_that_waits_for_the_person(settings):
    """EMAIL §5: an automatic mail wakes nothing, also where the limit of a day collects it."""
    settings.MAIL_MAX_CASES_PER_DAY = 1
    first = settled(mail("Petycja"))
    by = staff(staff_member(Role.DISPATCHER))
    ask_resident(case_id=first.case_id or 0, question="Gdzie?", answer_by=NOW.date(), by=by, at=NOW)
    row = settled(mail("Raport", Precedence="bulk"))
    assert (row.state, row.reason) == (RawState.CASE_CREATED, Reason.MACHINE_MAIL)
    assert Case.objects.get(pk=first.case_id or 0).status == Status.WAITING_RESIDENT


def test_mails_without_a_sender_open_so_many_cases_a_day_and_the_rest_waits(settings):
    """EMAIL §5 and §3: bounded, and nothing is swallowed."""
    settings.MAIL_MAX_CASES_PER_DAY = 1
    rows = [settled(mail(f"Bez nadawcy {n}", sender="undisclosed:;")) for n in range(5)]
    assert [fate(row)[:2] for row in rows] == [(RawState.QUARANTINED, Reason.NO_SENDER)] * 5
    assert [row.case is None for row in rows] == [False] * 4 + [True]
    assert count_for_people() == 1
    later = receive(mail("Nazajutrz", sender="undisclosed:;"), at=NOW + timedelta(days=2))
    assert later.case is not None


def half_way(row: RawMessage) -> None:
    """As a process leaves it that ended between the case and the last step."""
    RawMessage.objects.filter(pk=row.pk).update(
        state=RawState.PARSED, reason="", case=None, case_message=None, settled_at=None
    )


def test_a_mail_that_opened_its_case_keeps_it_whatever_others_fill_meanwhile(settings):
    """EMAIL §0.2: a crash after any step is mended by doing it again; limits say nothing of what was done before."""
    settings.MAIL_MAX_CASES_PER_DAY = 1
    for sender, others in (("undisclosed:;", 4), ("Ana <ana@example.org>", 1)):
        row = settled(mail("Petycja", sender=sender))
        ended, case = fate(row), row.case
        assert case is not None
        half_way(row)
        for number in range(others):
            settled(mail(f"Inna {number}", sender=sender))
        again = process(row.pk, at=NOW)
        assert (fate(again), again.case) == (ended, case)


def test_a_mail_that_was_collected_stays_there_whatever_ended_meanwhile(settings):
    settings.MAIL_MAX_CASES_PER_DAY = 1
    first, row = (settled(mail(f"Petycja {n}")) for n in range(2))
    assert row.reason == Reason.COLLECTED
    half_way(row)
    by = staff(staff_member(Role.DISPATCHER))
    resolve_case(case_id=first.case_id or 0, outcome=Outcome.DONE, answer="Tak.", by=by, at=NOW)
    again = process(row.pk, at=NOW)
    assert (again.reason, again.case, Case.objects.count()) == (Reason.COLLECTED, first.case, 1)


OUR_HOP = "from relay.example by mx.kontakt.example (Postfix) with ESMTP"
OTHER_HOP = "from home by relay.example with ESMTP"


@pytest.mark.parametrize(
    ("header", "is_spam"),
    [
        (f"X-Spam-Flag: YES\r\nReceived: {OUR_HOP}\r\nReceived: {OTHER_HOP}\r\n", True),
        (f"Received: {OUR_HOP}\r\nX-Spam-Flag: yes, score=9\r\nReceived: {OTHER_HOP}\r\n", True),
        (f"Received: {OUR_HOP}\r\nX-Spam-Flag: NO\r\nReceived: {OTHER_HOP}\r\nX-Spam-Flag: YES\r\n", False),
        (f"Received: {OUR_HOP}\r\nReceived: {OTHER_HOP}\r\nX-Spam-Flag: YES\r\n", False),
        (f"Received: {OTHER_HOP}\r\nX-Spam-Flag: YES\r\n", False),
        ("X-Spam-Flag: YES\r\n", False),
    ],
)
def test_only_our_own_filter_says_what_is_spam(settings, header, is_spam):
    """EMAIL §3: spam verdict headers only from our own filter host; none at all where no host is named."""
    settings.MAIL_SPAM_HOST = OURS
    row = settled(header.encode() + mail("Wygrana"))
    assert (fate(row)[:2] == (RawState.QUARANTINED, Reason.SPAM)) is is_spam
    settings.MAIL_SPAM_HOST = ""
    assert settled(header.encode() + mail("Wygrana 2")).state == RawState.CASE_CREATED


def test_who_is_always_let_in_is_no_spam(settings):
    """EMAIL §3: allowlist beats."""
    settings.MAIL_SPAM_HOST = OURS
    rule("ana@example.org", RuleAction.ALLOW)
    raw = f"Received: {OUR_HOP}\r\nX-Spam-Flag: YES\r\n".encode() + mail()
    assert settled(raw).state == RawState.CASE_CREATED


def test_whoever_writes_can_be_written_to_again():
    """EMAIL §6: unsuppress on any inbound mail from that address."""
    suppress("ana@example.org", reason=SuppressionReason.DEAD, evidence="test", at=NOW - timedelta(days=1))
    settled(mail(Authentication_Results=FAILED))
    assert is_suppressed("ana@example.org", at=NOW)
    settled(mail("Jestem"))
    assert not is_suppressed("ana@example.org", at=NOW + timedelta(seconds=1))
