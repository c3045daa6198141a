"""People of one verified organisation stand for one another (EMAIL §4.2), where the centre head says so."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actors import staff
from cases.keys import tracking_key
from cases.models import Case, CaseParticipant, ContactChannel, Message, ParticipantRole
from cases.services.endings import resolve_case
from cases.services.workflow import ask_resident
from cases.states import Outcome, Status
from contact_centre.intake.models import (
    Evidence,
    Mailbox,
    RawState,
    Reason,
    RuleAction,
    RuleField,
    SenderRule,
)
from contact_centre.intake.process import process, receive
from contact_centre.intake.public_mail import is_public_mail
from contact_centre.intake.senders import CannotRule, Proposal, approve_rule, end_rule, propose_rule
from notifications.links import bounce_address
from notifications.models import Notice
from routing.models import Category, Role
from tests.cast import staff_member
from tests.contact_centre.intake.fates import fate, settled, token_address
from tests.contact_centre.intake.mails import US, mail
from tests.contact_centre.intake.put_aside import kept_from_the_agent, page
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.notifications.outbox import plan_all
from tests.record import actor

pytestmark = pytest.mark.django_db
OURS = "mx.kontakt.example"
PROOF = f"{OURS}; dmarc=pass header.from=example.org"
BEN = "Ben Zarządca <ben@example.org>"
RULES = reverse("intake:rules")
STAYS_OUT = (RawState.CASE_CREATED, Reason.STRANGER)


@pytest.fixture(autouse=True)
def own_server(settings) -> None:
    settings.MAIL_AUTHSERV_ID = OURS


def wish(pattern: str = "example.org", at: datetime = NOW, **more: str) -> Proposal:
    values = {"field": RuleField.DOMAIN, "action": RuleAction.ORGANISATION} | more
    return Proposal(
        RuleField(values["field"]),
        pattern,
        RuleAction(values["action"]),
        "Wspólnota pisze z wielu adresów.",
        at + timedelta(days=30),
        queue=values.get("queue", ""),
    )


def stand_together(pattern: str = "example.org", at: datetime = NOW, **more: str) -> SenderRule:
    """A rule that holds at ``at`` and for a month."""
    made = propose_rule(proposal=wish(pattern, at, **more), by=actor(Role.AGENT), at=at - timedelta(hours=1))
    return approve_rule(rule_id=made.pk, by=actor(Role.HEAD), at=at - timedelta(minutes=1))


def answer(text: str = "Piszę za Anę.", **fields: str) -> bytes:
    """Ben's mail, proved to be from his domain unless it says otherwise."""
    return mail(text, **({"sender": BEN, "Authentication_Results": PROOF} | fields))


def names(case: Case, by: str) -> dict[str, str]:
    """A field by which a mail names the case."""
    if by == "to":
        return {"to": token_address(case)}
    if by == "subject":
        return {"subject": f"Odp: [{case.reference}] Dziura"}
    if by == "text":
        return {"text": f"Piszę za Anę.\n> {token_address(case)}"}
    plan_all()
    return {by: Notice.objects.get(participant__case=case).message_id}


def notes_on(case: Case) -> list[str]:
    return "\n".join(one.body for one in case.messages.filter(purpose="NOTE").order_by("id")).split("\n")


def ben(case: Case) -> CaseParticipant | None:
    return case.participants.filter(email="ben@example.org").first()


# -- who joins ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "evidence"),
    [
        ("to", Evidence.REPLY_TOKEN_ORGANISATION),
        ("In_Reply_To", Evidence.IN_REPLY_TO_ORGANISATION),
        ("References", Evidence.REFERENCES_ORGANISATION),
    ],
)
def test_somebody_of_a_participants_organisation_counts_like_another_participant(by, evidence):
    """EMAIL §4.1 and §4.2: participant, or same verified organisation; the evidence is recorded."""
    case, rule = make_case(), stand_together()
    row = settled(answer(**names(case, by)))
    assert fate(row) == (RawState.CASE_UPDATED, Reason.REPLY, evidence)
    assert row.case == case
    assert f"rule:{rule.pk}" in row.defects
    message = Message.objects.get(raw_messages=row)
    assert (message.body, message.author_participant) == ("Piszę za Anę.", ben(case))
    assert "ORGANISATION example.org" in notes_on(case)


def test_her_words_let_a_case_go_on_that_waits_for_the_participant():
    case = make_routed_case()
    by = staff(staff_member(Role.DISPATCHER))
    day = NOW.date() + timedelta(days=7)
    ask_resident(case_id=case.pk, question="Która klatka?", answer_by=day, by=by, at=NOW)
    stand_together()
    assert Case.objects.get().status == Status.WAITING_RESIDENT
    settled(answer("Klatka druga.", to=token_address(case)))
    assert Case.objects.get().status == case.status


@pytest.mark.parametrize("by", ["subject", "text"])
def test_a_number_or_a_quotation_holds_for_the_participant_alone(by):
    """EMAIL §4.3 and §4.4: only if the sender is a participant."""
    case = make_case()
    stand_together()
    row = settled(answer(**names(case, by)))
    assert fate(row)[:2] == STAYS_OUT
    assert row.suggested_case == case
    assert ben(case) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"Authentication_Results": ""},
        {"Authentication_Results": f"{OURS}; dmarc=fail header.from=example.org"},
        {"Authentication_Results": f"{OURS}; dmarc=none header.from=example.org"},
        {"Authentication_Results": "mx.evil.example; dmarc=pass header.from=example.org"},
        {"Authentication_Results": f"{OURS}; dmarc=pass header.from=evil.example"},
        {"sender": "L <l@lists.example>", "List_Id": "<l>", "X_Original_From": "ben@example.org"},
        {"sender": "ben@sub.example.org", "Authentication_Results": f"{OURS}; dmarc=pass"},
        {"sender": "ben@example.net", "Authentication_Results": f"{OURS}; dmarc=pass"},
        {"sender": "ben@notexample.org", "Authentication_Results": f"{OURS}; dmarc=pass"},
    ],
)
def test_without_proof_of_this_very_domain_the_rule_changes_nothing(fields):
    """EMAIL §4.2: verified."""
    case = make_case()
    stand_together()
    row = settled(answer(to=token_address(case), **fields))
    assert fate(row) == (RawState.QUARANTINED, Reason.WAITS, Evidence.REPLY_TOKEN)
    assert ben(case) is None
    row = settled(answer("Drugi", **names(case, "In_Reply_To"), **fields))
    assert row.state == RawState.CASE_CREATED
    assert row.case != case


def test_without_a_server_of_ours_that_looks_nobody_is_proved(settings):
    settings.MAIL_AUTHSERV_ID = ""
    case = make_case()
    stand_together()
    assert settled(answer(to=token_address(case))).reason == Reason.WAITS


def test_an_organisation_counts_only_where_somebody_of_it_has_a_part():
    case = make_case()
    to = token_address(case)
    stand_together("spoldzielnia.example")
    proof = f"{OURS}; dmarc=pass header.from=spoldzielnia.example"
    fields = {"sender": "Ewa <ewa@spoldzielnia.example>", "Authentication_Results": proof}
    assert settled(answer(to=to, **fields)).reason == Reason.WAITS
    CaseParticipant.objects.create(
        case=case, email="zarzad@Spoldzielnia.example", created_at=NOW, detached_at=NOW
    )
    assert settled(answer("Drugi", to=to, **fields)).reason == Reason.WAITS
    CaseParticipant.objects.update(detached_at=None)
    assert settled(answer("Trzeci", to=to, **fields)).reason == Reason.REPLY


def test_a_case_of_the_organisation_counts_before_a_stranger_that_was_named_first():
    """EMAIL §4: the first evidence that passes its check wins."""
    other, case = make_case(), make_case()
    CaseParticipant.objects.filter(case=other).update(email="ewa@example.net")
    stand_together()
    row = settled(answer(to=token_address(other), **names(case, "References")))
    assert (row.case, row.evidence) == (case, Evidence.REFERENCES_ORGANISATION)


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
    ],
)
def test_a_program_stands_for_nobody(fields):
    case = make_case()
    stand_together()
    row = settled(answer(to=token_address(case), **fields))
    assert row.case != case
    assert ben(case) is None


def test_the_return_address_of_a_mail_is_for_its_one_person():
    """RFC 3834; EMAIL §6."""
    case = make_case()
    stand_together()
    plan_all()
    to = bounce_address(Notice.objects.get().pk)
    row = settled(answer(to=to))
    assert row.case != case
    assert ben(case) is None


def test_one_of_us_stands_for_no_resident():
    """A colleague's answer waits beside the case, whatever rules say of her domain."""
    bo = staff_member(Role.AGENT)
    bo.email = "ben@example.org"
    bo.save(update_fields=["email"])
    case = make_case()
    stand_together()
    assert fate(settled(answer(**names(case, "In_Reply_To"))))[:2] == (RawState.QUARANTINED, Reason.WAITS)


def test_the_rule_neither_lets_in_nor_shuts_out():
    """EMAIL §3: what else is said of a sender holds."""
    stand_together()
    case = make_case()
    block = wish("ben@example.org", field=RuleField.ADDRESS, action=RuleAction.DROP)
    made = propose_rule(proposal=block, by=actor(Role.AGENT), at=NOW - timedelta(hours=1))
    approve_rule(rule_id=made.pk, by=actor(Role.HEAD), at=NOW - timedelta(minutes=1))
    assert settled(answer(to=token_address(case))).reason == Reason.BLOCKED
    assert settled(answer(sender="Cyd <cyd@example.org>", to=token_address(case))).reason == Reason.REPLY


def test_the_rule_works_from_its_approval_to_its_end():
    case = make_case()
    made = propose_rule(proposal=wish(), by=actor(Role.AGENT), at=NOW - timedelta(hours=1))
    to = token_address(case)
    assert settled(answer("1", to=to)).reason == Reason.WAITS
    with pytest.raises(CannotRule):
        approve_rule(rule_id=made.pk, by=actor(Role.DISPATCHER), at=NOW)
    approve_rule(rule_id=made.pk, by=actor(Role.HEAD), at=NOW)
    assert settled(answer("2", to=to)).reason == Reason.REPLY
    cyd = {"sender": "Cyd <cyd@example.org>", "to": to}
    assert receive(answer("3", **cyd), at=NOW + timedelta(days=31)).reason == Reason.WAITS
    end_rule(rule_id=made.pk, by=actor(Role.HEAD), at=NOW)
    assert settled(answer("4", **cyd)).reason == Reason.WAITS


def test_who_joined_has_a_part_of_her_own_from_then_on():
    case = make_case()
    rule = stand_together()
    first = settled(answer("1", to=token_address(case)))
    assert process(first.pk, at=NOW).case_message_id == first.case_message_id
    end_rule(rule_id=rule.pk, by=actor(Role.HEAD), at=NOW)
    row = settled(answer("2", to=token_address(case)))
    assert fate(row)[1:] == (Reason.REPLY, Evidence.REPLY_TOKEN_OTHER_SENDER)
    assert case.participants.filter(email="ben@example.org").count() == 1
    assert notes_on(case).count("ORGANISATION example.org") == 1


def test_on_a_case_that_ended_long_ago_she_opens_her_own_and_stays_on_it():
    case = make_routed_case()
    by = staff(staff_member(Role.DISPATCHER))
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Tak.", by=by, at=NOW)
    stand_together()
    to = token_address(case)
    later = NOW + timedelta(days=20)
    first = receive(answer("Znowu", to=to), at=later)
    assert (first.state, first.reason) == (RawState.CASE_CREATED, Reason.AFTER_END)
    assert first.case is not None
    assert (first.case.parent, reporter_of(first.case).email) == (case, "ben@example.org")
    assert ben(case) is None
    again = receive(answer("I jeszcze", to=to), at=later + timedelta(hours=1))
    assert (again.case, again.reason) == (first.case, Reason.REPLY)


# -- what becomes visible -------------------------------------------------------------------------------------


def test_nothing_is_sent_to_her_and_she_sees_no_words_of_the_other(client):
    case = make_settled_case()
    stand_together()
    settled(mail("Tajne słowa Any.", to=token_address(case)))
    settled(answer("Piszę za Anę.", to=token_address(case)))
    writer = ben(case)
    assert writer is not None
    assert (writer.role, writer.channel) == (ParticipantRole.FOLLOWER, ContactChannel.NONE)
    plan_all()
    assert not Notice.objects.filter(participant=writer).exists()
    seen = {
        person: client.get(
            reverse("portal:track", args=[case.reference, tracking_key(person)])
        ).content.decode()
        for person in (writer, reporter_of(case))
    }
    assert "Piszę za Anę." in seen[writer]
    assert "Tajne słowa Any." not in seen[writer]
    assert "Tajne słowa Any." in seen[reporter_of(case)]
    assert "Piszę za Anę." not in seen[reporter_of(case)]


@pytest.mark.parametrize("kept", ["confidential", "sensitive"])
def test_nobody_stands_for_another_on_a_case_that_is_kept_from_most(kept):
    """It may be about those around her: they stay strangers, and a person decides."""
    case = make_settled_case()
    if kept == "confidential":
        Case.objects.filter(pk=case.pk).update(confidential=True)
    else:
        Category.objects.filter(pk=case.category_id or 0).update(is_sensitive=True)
    stand_together()
    waits = settled(answer(to=token_address(case)))
    assert fate(waits) == (RawState.QUARANTINED, Reason.WAITS, Evidence.REPLY_TOKEN)
    assert fate(settled(answer("Drugi", **names(case, "References"))))[:2] == STAYS_OUT
    assert ben(case) is None


def test_a_colleague_who_is_kept_from_the_case_sees_nothing_of_her_mail(desk):
    case = make_settled_case()
    stand_together()
    row = settled(answer(subject="Skarga na Bo", to=token_address(case)))
    assert row.case == case
    assert "Skarga na Bo" in page(desk(Role.AGENT), row)
    kept_from_the_agent(case)
    shown = page(desk(Role.AGENT), row)
    assert "Skarga na Bo" not in shown
    assert "ben@example.org" not in shown


# -- the page of rules ----------------------------------------------------------------------------------------


def typed(pattern: str, **more: str) -> dict[str, str]:
    return {
        "field": RuleField.DOMAIN,
        "pattern": pattern,
        "action": RuleAction.ORGANISATION,
        "reason": "Wspólnota.",
        "last_date": str(timezone.localdate() + timedelta(days=30)),
        "do": "propose",
    } | more


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        (typed("GMAIL.com"), "pattern", "Everybody can get an address at gmail.com"),
        (typed("@wp.pl"), "pattern", "Everybody can get an address at wp.pl"),
        (typed("poczta.onet.pl"), "pattern", "Everybody"),
        (typed("kontakt.example"), "pattern", "kontakt.example is a domain of ours"),
        (typed("ben@example.org", field=RuleField.ADDRESS), "field", "Only the people of one domain"),
        (typed("@example", field=RuleField.ADDRESS_PATTERN), "field", "Only the people of one domain"),
        (typed("org"), "pattern", "no address and no domain"),
        (typed("example.org", queue=US), "queue", "all our mailboxes"),
    ],
)
def test_a_rule_about_an_organisation_says_beside_the_field_what_is_wrong(desk, form, field, said):
    Mailbox.objects.get_or_create(code="main", defaults={"address": US})
    answered = desk(Role.AGENT).post(RULES, form, headers={"Accept-Language": "en"})
    assert answered.status_code == 422
    assert said in " ".join(answered.context["form"].errors[field])
    assert not SenderRule.objects.exists()


@pytest.mark.parametrize(
    ("pattern", "more"),
    [
        ("outlook.com", {}),
        ("kontakt.example", {}),
        ("ben@example.org", {"field": RuleField.ADDRESS}),
        ("example.org", {"queue": US}),
    ],
)
def test_no_way_around_the_page_makes_such_a_rule(pattern, more):
    with pytest.raises(CannotRule):
        propose_rule(proposal=wish(pattern, **more), by=actor(Role.HEAD), at=NOW)


def test_the_database_knows_an_organisation_by_a_domain_alone():
    rule = stand_together()
    for wrong in ({"field": RuleField.ADDRESS}, {"queue": US}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SenderRule.objects.filter(pk=rule.pk).update(**wrong)


def test_the_page_shows_first_what_would_have_joined(desk):
    case = make_settled_case()
    named = settled(answer(to=token_address(case)))
    settled(answer("Nowa sprawa."))
    settled(answer("Liczba", **names(case, "subject")))
    settled(answer("Cudza", sender="x@example.net", to=token_address(case)))
    browser = desk(Role.HEAD)
    form = typed("example.org", do="preview")
    effect = browser.post(RULES, form, headers={"Accept-Language": "en"}).context["effect"]
    assert (effect.count, [row.pk for row in effect.examples]) == (1, [named.pk])
    browser.post(RULES, form | {"do": "propose"})
    shown = browser.get(RULES, headers={"Accept-Language": "en"}).content.decode()
    assert "1 mail from this domain named a case of somebody else there" in shown
    assert "its people stand for one another" in shown


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com", "googlemail.com", "wp.pl", "onet.pl", "interia.pl", "o2.pl", "ukr.net", "i.ua", "outlook.com",
        "hotmail.co.uk", "yahoo.com", "yahoo.co.uk", "GMX.de", "icloud.com", "proton.me", "poczta.onet.pl",
    ],
)  # fmt: skip
def test_a_domain_where_everybody_gets_an_address_is_known(domain):
    assert is_public_mail(domain)


@pytest.mark.parametrize(
    "domain", ["example.org", "sm-zatorze.example", "outlook.sm.zatorze.example", "xwp.pl", "pl"]
)
def test_the_domain_of_an_organisation_is_none_of_them(domain):
    assert not is_public_mail(domain)
