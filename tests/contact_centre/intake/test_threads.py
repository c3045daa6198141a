"""To which case a mail belongs: the order of evidence of EMAIL §4, one test for each rule."""

from datetime import datetime, timedelta

import pytest

from cases.actors import staff
from cases.keys import REPLY_TOKEN_DAYS, reply_token, tracking_key
from cases.models import Case, CaseParticipant
from cases.services.endings import close_case, resolve_case
from cases.services.merging import merge_cases
from cases.services.moving import move_message
from cases.states import Outcome, Status
from contact_centre.intake.mail.threading import MAX_IDS
from contact_centre.intake.models import Evidence, RawMessage, RawState, Reason
from contact_centre.intake.process import process, receive
from notifications.models import Notice
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.intake.fates import STRANGER, fate, settled, token_address
from tests.contact_centre.intake.mails import file_part, mail, multipart, text_part
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db
PASSED = "mx.kontakt.example; dmarc=pass header.from=kontakt.example"


def words_on(case: Case) -> list[str]:
    return [one.body for one in case.messages.filter(audience="RESIDENT").order_by("id")][1:]


def notices_remarks(case: Case) -> list[str]:
    return "\n".join(one.body for one in case.messages.filter(purpose="NOTE")).split("\n")


# -- rule 1: the signed reply token ---------------------------------------------------------------------------


def test_rule_1_an_expired_token_is_no_evidence():
    """EMAIL §4.1: expiring."""
    case = make_case()
    old = reply_token(reporter_of(case), on=NOW.date() - timedelta(days=REPLY_TOKEN_DAYS + 1))
    assert fate(settled(mail(to=f"reply+{old}@kontakt.example")))[2] == ""


def test_rule_1_a_token_of_an_older_key_still_counts(settings):
    """EMAIL §4.1: key rotation."""
    case = make_case()
    address = token_address(case)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key altogether"
    assert fate(settled(mail(to=address)))[2] == Evidence.REPLY_TOKEN
    settings.SECRET_KEY_FALLBACKS = []
    assert fate(settled(mail("Jeszcze raz", to=address)))[2] == ""


def test_rule_1_a_token_is_for_one_address_and_dies_with_it():
    """EMAIL §4.1: the addressee is part of the mac."""
    case = make_case()
    address = token_address(case)
    CaseParticipant.objects.filter(case=case).update(email="nowa@example.org")
    assert fate(settled(mail(to=address)))[2] == ""


def test_rule_1_the_local_part_is_short_enough_for_every_server():
    """EMAIL §4.1: lower-case base32, at most 64 octets."""
    local = token_address(make_case()).partition("@")[0]
    assert local == local.lower()
    assert len(local) <= 64


@pytest.mark.parametrize("field", ["Resent_To", "Delivered_To", "X_Original_To", "Envelope_To", "Cc"])
def test_rule_1_the_token_counts_in_each_field_of_recipients(field):
    """EMAIL §4.1."""
    assert fate(settled(mail(**{field: token_address(make_case())})))[2] == Evidence.REPLY_TOKEN


# -- rule 2: In-Reply-To and References -----------------------------------------------------------------------


def test_rule_2_only_the_last_fifty_ids_are_looked_at():
    """EMAIL §4.2: bounded."""
    make_case()
    plan_all()
    ours = Notice.objects.get().message_id
    others = [f"<{number}@example.org>" for number in range(MAX_IDS)]
    far = settled(mail("daleko", References=" ".join([ours, *others])))
    near = settled(mail("blisko", References=" ".join([*others[1:], ours])))
    assert fate(far)[2] == ""
    assert fate(near)[2] == Evidence.REFERENCES


def test_rule_2_the_last_reference_counts_before_the_first():
    """EMAIL §4.2: right to left."""
    one, other = make_case(), make_case()
    plan_all()
    ids = [Notice.objects.get(participant__case=case).message_id for case in (one, other)]
    assert settled(mail(References=" ".join(ids))).case == other


@pytest.mark.parametrize("form", ["{0},{1}", "{0}\r\n {1}", "{0} (comment) {1}", "prefix {1} {0}"])
def test_rule_2_ids_may_be_folded_separated_by_commas_or_several(form):
    """EMAIL §4.2."""
    case = make_case()
    plan_all()
    ours = Notice.objects.get().message_id
    row = settled(mail(In_Reply_To=form.format("<x@example.org>", ours)))
    assert (row.case, row.evidence) == (case, Evidence.IN_REPLY_TO)


def test_rule_2_an_id_without_brackets_counts():
    case = make_case()
    plan_all()
    assert settled(mail(In_Reply_To=Notice.objects.get().message_id.strip("<>"))).case == case


def test_rule_2_a_shared_parent_leads_each_to_her_own_case():
    """EMAIL §4.2: newsletter replies share a parent."""
    shared = "<newsletter@example.org>"
    first = settled(mail("Moja sprawa", message_id=shared))
    second = settled(mail("Inna sprawa", sender=STRANGER, message_id=shared))
    again = settled(mail("Dodaję", sender=STRANGER, In_Reply_To=shared))
    assert first.case != second.case
    assert again.case == second.case


def test_rule_2_words_that_were_moved_are_followed(desk):
    """EMAIL §4.2: ids of stored mails of the same case, wherever it is now."""
    case, other = make_routed_case(), make_routed_case()
    row = settled(mail("Nie tu", to=token_address(case), message_id="<moved@example.org>"))
    from_other = {"In_Reply_To": "<moved@example.org>"}
    move_to(case, other, row.case_message_id)
    assert settled(mail("Odpowiadam", **from_other)).case == other


def move_to(case: Case, other: Case, message_id: int | None) -> None:
    by = staff(staff_member(Role.DISPATCHER))
    move_message(case_id=case.pk, message_id=message_id or 0, into_id=other.pk, by=by, at=NOW)


# -- rule 3: a token in the text ------------------------------------------------------------------------------


def test_rule_3_a_quoted_reply_address_is_a_hint_for_a_participant_only():
    """EMAIL §4.3."""
    case = make_case()
    text = f"Moja odpowiedź.\n\n> Od: Miasto <{token_address(case)}>\n> Czy nadal?"
    joined = settled(mail(text))
    stranger = settled(mail(text, sender=STRANGER))
    assert fate(joined) == (RawState.CASE_UPDATED, Reason.REPLY, Evidence.TOKEN_IN_TEXT)
    assert fate(stranger) == (RawState.CASE_CREATED, Reason.STRANGER, Evidence.TOKEN_IN_TEXT)
    assert stranger.suggested_case == case
    assert words_on(case) == ["Moja odpowiedź."]


def test_rule_3_the_link_of_our_mails_is_such_a_token():
    """EMAIL §4.3."""
    case = make_case()
    link = f"https://konin.example/track/{case.reference}/{tracking_key(reporter_of(case))}/"
    forged = link.replace(tracking_key(reporter_of(case)), "a" * 26)
    assert fate(settled(mail(f"Odpowiedź\n> {forged}")))[2] == ""
    assert settled(mail(f"Odpowiedź\n> {link}")).case == case


# -- rule 4: the number in the subject ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    ["Odp: [{0}] Dziura", "[{1}] [{0}]", "dziura [ {0} ]", "[KON-2026-999999-0] [{0}] [KON-2020-000001-3]"],
)
def test_rule_4_the_last_valid_number_in_brackets_counts_for_a_participant(form):
    """EMAIL §4.4: check digit, brackets, any case of letters, the last valid one."""
    other, case = make_case(), make_case()
    subject = form.format(case.reference.lower(), other.reference)
    row = settled(mail("Słowa", subject=subject))
    assert fate(row) == (RawState.CASE_UPDATED, Reason.REPLY, Evidence.SUBJECT)
    assert row.case == case


def test_rule_4_a_strangers_number_is_a_suggestion():
    """EMAIL §4.4: only if the sender is a participant; else new case and suggested link."""
    case = make_case()
    row = settled(mail("Ja też", sender=STRANGER, subject=f"[{case.reference}] Dziura"))
    assert fate(row) == (RawState.CASE_CREATED, Reason.STRANGER, Evidence.SUBJECT)
    assert row.suggested_case == case
    assert row.case is not None
    assert row.case.subject == "Dziura"


@pytest.mark.parametrize("form", ["{0}", "({0})", "[{1}]"])
def test_rule_4_no_brackets_or_a_wrong_check_digit_is_no_evidence(form):
    """EMAIL §4.4."""
    reference = make_case().reference
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert fate(settled(mail(subject=form.format(reference, wrong))))[2] == ""


@pytest.mark.parametrize("rule", ["text", "subject"])
def test_what_a_participant_passes_on_is_a_case_of_its_own_that_names_the_other(rule):
    """EMAIL §4: forward by a resident of our mail: only by rule 1 or 2."""
    case = make_case()
    fields = {
        "text": {"text": f"Proszę zobaczyć.\n> {token_address(case)}", "subject": "Fwd: Dziura"},
        "subject": {"text": "Proszę zobaczyć.", "subject": f"PD: [{case.reference}] Dziura"},
    }[rule]
    row = settled(mail(**fields))
    assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.STRANGER)
    assert row.suggested_case == case
    assert fate(settled(mail(**fields | {"to": token_address(case)})))[2] == Evidence.REPLY_TOKEN
    answered = {
        name: value.replace("Fwd:", "Re: Fwd:").replace("PD:", "Odp: PD:") for name, value in fields.items()
    }
    assert settled(mail(**answered)).case == case


# -- rule 6 and what follows ----------------------------------------------------------------------------------


def test_rule_6_the_same_sender_and_subject_are_never_enough():
    """EMAIL §4.6."""
    first, second = settled(mail("Raz", subject="Dziura")), settled(mail("Dwa", subject="Re: Dziura"))
    assert first.case != second.case


def test_the_evidence_is_tried_in_its_order():
    """EMAIL §4: first that passes its check wins."""
    cases = [make_case() for _ in range(4)]
    plan_all()
    ids = {case: Notice.objects.get(participant__case=case).message_id for case in cases}
    fields = {
        "to": token_address(cases[0]),
        "In_Reply_To": ids[cases[1]],
        "References": ids[cases[2]],
        "subject": f"[{cases[3].reference}]",
    }
    found = []
    for drop in (None, "to", "In_Reply_To", "References"):
        fields.pop(drop, None) if drop else None
        found.append(settled(mail("Słowa", **fields)).case)
    assert found == cases


def test_evidence_that_does_not_hold_gives_way_to_one_that_does():
    """EMAIL §4: a stranger's token does not hide the number of her own case."""
    mine = make_case()
    CaseParticipant.objects.filter(case=mine).update(email="obcy@example.net")
    row = settled(mail("x", sender=STRANGER, to=token_address(make_case()), subject=f"[{mine.reference}]"))
    assert (row.state, row.case) == (RawState.CASE_UPDATED, mine)


def test_a_changed_subject_is_flagged_and_a_known_one_is_not():
    """EMAIL §4: thread by header, flag, offer to split."""
    case = make_case()
    plan_all()
    deliver_all()
    notice = Notice.objects.get()
    same = settled(mail("a", subject=f"Odp: {notice.subject}", In_Reply_To=notice.message_id))
    other = settled(mail("b", subject="Zupełnie co innego", In_Reply_To=notice.message_id))
    empty = settled(mail("c", subject="Re:", In_Reply_To=notice.message_id))
    assert ["subject_changed" in row.defects for row in (same, other, empty)] == [False, True, False]
    assert notices_remarks(case) == ["SUBJECT_CHANGED"]


def test_a_resident_who_passes_our_mail_on_to_us_stays_on_her_case():
    """EMAIL §4: forward by a resident."""
    case = make_case()
    plan_all()
    enclosed = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nTekst"
    row = settled(
        multipart(
            text_part("Zobaczcie"), enclosed, subject="Fwd: x", References=Notice.objects.get().message_id
        )
    )
    assert row.case == case


@pytest.mark.parametrize("is_enclosed", [True, False])
def test_what_one_of_us_passes_on_is_the_case_of_whoever_wrote_it(settings, is_enclosed):
    """EMAIL §4: forwarded by staff."""
    settings.MAIL_AUTHSERV_ID = "mx.kontakt.example"
    bo = staff_member(Role.AGENT)
    bo.email = "bo@kontakt.example"
    bo.save(update_fields=["email"])
    fields = {"sender": "Bo <bo@kontakt.example>", "Authentication_Results": PASSED, "subject": "Fwd: Drzewo"}
    if is_enclosed:
        inner = mail("Złamane drzewo.", sender="Ewa <ewa@example.org>", subject="Drzewo")
        raw = multipart(
            text_part("Znowu ten pan."), b"Content-Type: message/rfc822\r\n\r\n" + inner, **fields
        )
    else:
        fields_above = "From: Ewa <ewa@example.org>\nSubject: Drzewo"
        quoted = f"---------- Forwarded message ---------\n{fields_above}\n\nZłamane drzewo."
        raw = mail(f"Znowu ten pan.\n\n{quoted}", **fields)

    row = settled(raw)

    assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.STAFF_FORWARD)
    case = Case.objects.get()
    assert (case.description, case.subject, reporter_of(case).email) == (
        "Złamane drzewo.", "Drzewo", "ewa@example.org",
    )  # fmt: skip
    assert notices_remarks(case)[-2:] == ["PASSED_ON", "> Znowu ten pan."]
    settings.MAIL_STAFF_FORWARDS = False
    assert fate(settled(raw.replace(b"drzewo.", b"drzewa.")))[1] == Reason.REQUEST


@pytest.mark.parametrize(("proof", "reason"), [(PASSED, Reason.WAITS), ("", Reason.FORGED)])
def test_what_one_of_us_answers_by_mail_waits_beside_the_case(settings, proof, reason):
    """EMAIL §4.2: a proved colleague takes part, but her mail is no resident's request and gets no confirmation."""
    settings.MAIL_AUTHSERV_ID = "mx.kontakt.example"
    bo = staff_member(Role.AGENT)
    bo.email = "bo@kontakt.example"
    bo.save(update_fields=["email"])
    case = make_case()
    fields = {"sender": "Bo <bo@kontakt.example>", "Authentication_Results": proof}
    row = settled(mail("Już jedziemy.", subject=f"Odp: [{case.reference}] Dziura", **fields))
    assert (row.state, row.reason) == (RawState.QUARANTINED, reason)
    assert row.suggested_case == (case if proof else None)
    assert Case.objects.get() == case
    assert settled(mail("Nowa sprawa.", **(fields | {"Authentication_Results": PASSED}))).case is not None


def test_a_reply_to_a_merged_case_reaches_whoever_works_the_survivor():
    """EMAIL §4: merged case, follow to the survivor."""
    case, survivor = make_settled_case(), make_routed_case()
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=staff(staff_member(Role.DISPATCHER)), at=NOW)
    settled(mail("Jeszcze jedno", to=token_address(case)))
    survivor.refresh_from_db()
    assert survivor.needs_person


def end(case: Case, *, at: datetime) -> None:
    by = staff(staff_member(Role.DISPATCHER))
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Zrobione.", by=by, at=at)


def ended_case(*, is_closed: bool = True) -> Case:
    case = make_routed_case()
    by = staff(staff_member(Role.DISPATCHER))
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Zrobione.", by=by, at=NOW)
    return close_case(case_id=case.pk, at=NOW + timedelta(days=15)) if is_closed else case


@pytest.mark.parametrize("days", [1, 14])
def test_a_mail_soon_after_the_end_asks_for_a_person_and_reopens_nothing(days):
    """EMAIL §4: within the days of grace; the house leaves reopening to people."""
    case = ended_case(is_closed=False)
    row = receive(mail("Dziękuję", to=token_address(case)), at=NOW + timedelta(days=days))
    case.refresh_from_db()
    assert (row.reason, case.status, case.needs_person) == (Reason.REPLY, Status.RESOLVED, True)


def test_a_mail_long_after_the_end_opens_a_case_that_is_linked():
    """EMAIL §4: closed case, after the days of grace a new case linked; its later mails go there too."""
    case = ended_case()
    address = token_address(case)
    late = NOW + timedelta(days=40)

    row = receive(mail("Znowu to samo", to=address), at=late)

    assert fate(row) == (RawState.CASE_CREATED, Reason.AFTER_END, Evidence.REPLY_TOKEN)
    assert row.case is not None
    assert (row.case.parent, row.suggested_case, reporter_of(row.case).channel) == (case, case, "EMAIL")
    case.refresh_from_db()
    assert (case.status, case.needs_person) == (Status.CLOSED, False)
    assert words_on(case) == ["Zrobione."]
    assert notices_remarks(row.case) == [f"CONTINUES {case.reference}"]
    assert notices_remarks(case) == [f"GOES_ON {row.case.reference}"]
    again = receive(mail("I zdjęcie", to=address), at=late + timedelta(hours=1))
    assert (again.reason, again.case) == (Reason.REPLY, row.case)
    RawMessage.objects.filter(pk=row.pk).update(state=RawState.PARSED, reason="")
    assert fate(process(row.pk, at=late))[1] == Reason.AFTER_END
    assert Case.objects.count() == 2


def test_a_mail_on_a_case_merged_into_one_that_ended_long_ago_opens_a_case():
    """EMAIL §4: follow to the survivor, and what holds for it."""
    case, survivor = make_settled_case(), make_routed_case()
    by = staff(staff_member(Role.DISPATCHER))
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=by, at=NOW)
    resolve_case(case_id=survivor.pk, outcome=Outcome.DONE, answer="Zrobione.", by=by, at=NOW)
    row = receive(mail("Znowu", to=token_address(case)), at=NOW + timedelta(days=40))
    assert row.case is not None
    assert (row.reason, row.case.parent) == (Reason.AFTER_END, case)


def test_a_mail_follows_one_matter_over_all_the_cases_that_it_went_through():
    """EMAIL §4: what began with the first case goes to the last, not to another new one."""
    first = ended_case()
    address = token_address(first)
    second = receive(mail("Znowu to samo", to=address), at=NOW + timedelta(days=40)).case
    assert second is not None
    end(second, at=NOW + timedelta(days=41))
    third = receive(mail("I jeszcze raz", to=address), at=NOW + timedelta(days=80))
    assert third.case is not None
    assert (third.reason, third.case.parent) == (Reason.AFTER_END, second)
    again = receive(mail("Oto zdjęcie", to=address), at=NOW + timedelta(days=81))
    assert (again.reason, again.case) == (Reason.REPLY, third.case)


def test_a_mail_on_a_case_merged_twice_looks_at_the_last_of_them():
    """EMAIL §4: follow to the survivor."""
    case, between, survivor = make_settled_case(), make_settled_case(), make_routed_case()
    by = staff(staff_member(Role.DISPATCHER))
    merge_cases(case_id=case.pk, into_id=between.pk, by=by, at=NOW)
    merge_cases(case_id=between.pk, into_id=survivor.pk, by=by, at=NOW)
    end(survivor, at=NOW)
    row = receive(mail("Znowu", to=token_address(case)), at=NOW + timedelta(days=40))
    assert row.reason == Reason.AFTER_END


def test_a_file_is_no_mail_that_was_passed_on_by_a_resident():
    row = settled(multipart(text_part("Fwd w załączniku"), file_part(b"x", "a.txt"), subject="Fwd: Drzewo"))
    assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.REQUEST)
