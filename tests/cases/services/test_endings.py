"""How a case ends and comes back: outcomes and their answers, the 14 days, hazards that cannot be withdrawn."""

from datetime import date, timedelta
from typing import Any

import pytest

from cases.access import NoAccess, get_participant
from cases.actors import resident
from cases.keys import tracking_key
from cases.models import Case, CaseParticipant, Channel, StaleCase
from cases.services import endings
from cases.services.conversation import record_reply
from cases.services.merging import merge_cases
from cases.services.workflow import ask_resident, classify_case
from cases.states import Outcome
from routing.models import Category, Kind, Role, Urgency
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.record import actor, ana, assert_recorded, dee, kinds, last_event, last_message, state_of

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=1)


def resolve(
    case: Case, outcome: Outcome = Outcome.DONE, answer: str = "The hole is filled.", **more: Any
) -> Case:
    values: dict[str, Any] = {"by": actor(Role.DISPATCHER), "at": THEN} | more
    return endings.resolve_case(case_id=case.pk, outcome=outcome, answer=answer, **values)


def assert_refused(error: type[Exception], case: Case, step: Any, **arguments: Any) -> None:
    before = state_of(case)
    with pytest.raises(error) as refusal:
        step(case_id=case.pk, **arguments)
    assert refusal.type is error
    assert state_of(case) == before


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.ANSWERED, Outcome.NOT_CONFIRMED, Outcome.DECLINED])
def test_resolving_gives_the_outcome_and_the_answer(outcome):
    case, by = make_routed_case(), actor(Role.HANDLER)
    resolved = resolve(case, outcome, by=by, version=case.version)
    assert (resolved.status, resolved.outcome, resolved.resolved_at) == ("RESOLVED", outcome, THEN)
    answer = last_message(case)
    assert (answer.audience, answer.purpose, answer.body) == ("RESIDENT", "ANSWER", "The hole is filled.")
    assert_recorded(case, "RESOLVED", by, {"outcome": outcome.value, "message": answer.pk})


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome != Outcome.SPAM])
def test_every_outcome_but_spam_needs_an_answer(outcome):
    case = make_settled_case(kind=Kind.COMPLAINT)
    more = {
        "outcome": outcome,
        "answer": " \n",
        "authority": "WIOŚ",
        "by": actor(Role.DISPATCHER),
        "at": THEN,
    }
    assert_refused(endings.AnswerMissing, case, endings.resolve_case, **more)


def test_spam_needs_no_words_and_what_is_written_stays_inside():
    case = make_case()
    resolve(case, Outcome.SPAM, "")
    assert last_event(case).payload == {"outcome": "SPAM", "message": None}
    other = make_case()
    resolve(other, Outcome.SPAM, "Casino.")
    assert last_message(other).audience == "INTERNAL"


def test_only_a_matter_of_law_may_stay_unexamined():
    more = {"outcome": Outcome.UNEXAMINED, "answer": "x", "by": actor(Role.DISPATCHER), "at": THEN}
    for case in (make_case(), make_settled_case()):
        assert_refused(endings.OutcomeNotAllowed, case, endings.resolve_case, **more)


def test_a_matter_of_law_stays_unexamined_after_a_question_whose_day_has_passed():
    case, day = make_settled_case(kind=Kind.COMPLAINT), THEN.date() + timedelta(days=7)
    more: dict[str, Any] = {"outcome": Outcome.UNEXAMINED, "answer": "x", "by": actor(Role.DISPATCHER)}
    assert_refused(endings.TermNotOver, case, endings.resolve_case, at=THEN, **more)
    ask_resident(case_id=case.pk, question="Your name?", answer_by=day, by=actor(Role.DISPATCHER), at=THEN)
    assert_refused(endings.TermNotOver, case, endings.resolve_case, at=THEN + timedelta(days=7), **more)
    over = THEN + timedelta(days=8)
    assert endings.resolve_case(case_id=case.pk, at=over, **more).outcome == "UNEXAMINED"


def test_an_answer_to_the_call_is_examined():
    """KPA art. 64 § 2: only what nobody completed stays unexamined, also when the answer came late."""
    for answered_after in (timedelta(days=2), timedelta(days=9)):
        case, day = make_settled_case(kind=Kind.COMPLAINT), THEN.date() + timedelta(days=7)
        by = actor(Role.DISPATCHER)
        ask_resident(case_id=case.pk, question="Your name?", answer_by=day, by=by, at=THEN)
        record_reply(
            participant_id=reporter_of(case).pk,
            body="Ana Nowak",
            channel=Channel.WEB,
            source_key=f"reply:{case.pk}",
            at=THEN + answered_after,
        )
        more: dict[str, Any] = {"outcome": Outcome.UNEXAMINED, "answer": "x", "by": by}
        over = THEN + timedelta(days=10)
        assert_refused(endings.TermNotOver, case, endings.resolve_case, at=over, **more)


def test_a_question_without_the_warning_is_no_call():
    """KPA art. 64 § 2: asked as a report and then found to be a complaint, it was never warned of."""
    case, by = make_settled_case(), actor(Role.DISPATCHER)
    ask_resident(case_id=case.pk, question="Where?", answer_by=THEN.date(), by=by, at=THEN)
    complaint = Category.objects.get(code="legal.complaint")
    classify_case(
        case_id=case.pk, category=complaint, kind=Kind.COMPLAINT, urgency=Urgency.NORMAL, by=by, at=THEN
    )
    more: dict[str, Any] = {"outcome": Outcome.UNEXAMINED, "answer": "x", "by": by}
    over = THEN + timedelta(days=30)
    assert_refused(endings.TermNotOver, case, endings.resolve_case, at=over, **more)


def test_the_day_of_a_call_ends_as_every_term_of_law():
    """KPA art. 57 § 4: a day on a Saturday ends on the Monday."""
    case, saturday = make_settled_case(kind=Kind.COMPLAINT), date(2026, 11, 28)
    by = actor(Role.DISPATCHER)
    ask_resident(case_id=case.pk, question="Your name?", answer_by=saturday, by=by, at=THEN)
    more: dict[str, Any] = {"outcome": Outcome.UNEXAMINED, "answer": "x", "by": by}
    monday = NOW + timedelta(days=13)
    assert_refused(endings.TermNotOver, case, endings.resolve_case, at=monday, **more)
    tuesday = NOW + timedelta(days=14)
    assert endings.resolve_case(case_id=case.pk, at=tuesday, **more).outcome == "UNEXAMINED"


def test_forwarding_names_the_authority():
    case = make_settled_case()
    more = {"outcome": Outcome.FORWARDED, "answer": "x", "by": actor(Role.DISPATCHER), "at": THEN}
    assert_refused(endings.OutcomeNotAllowed, case, endings.resolve_case, **more)
    assert resolve(case, Outcome.FORWARDED, authority=" WIOŚ Poznań ").waiting_for == "WIOŚ Poznań"


def test_who_may_not_resolve():
    case = make_routed_case()
    for by in (dee(), actor(Role.ANALYST), ana(case)):
        more = {"outcome": Outcome.DONE, "answer": "x", "by": by, "at": THEN}
        assert_refused(endings.CannotResolve, case, endings.resolve_case, **more)


def test_an_ended_case_is_not_resolved_again():
    case = make_routed_case()
    resolve(case)
    more = {"outcome": Outcome.DONE, "answer": "x", "by": actor(Role.DISPATCHER), "at": THEN}
    assert_refused(endings.CannotResolve, case, endings.resolve_case, **more)


def test_an_old_form_does_not_resolve():
    case = make_routed_case()
    with pytest.raises(StaleCase):
        resolve(case, version=case.version - 1)


# -- confirm and close ----------------------------------------------------------------------------------------


def test_the_resident_confirms_and_the_case_closes_before_its_time():
    case = make_routed_case()
    assert_refused(endings.CannotConfirm, case, endings.confirm_case, by=ana(case), at=THEN)
    resolve(case)
    assert endings.confirm_case(case_id=case.pk, by=ana(case), at=THEN).status == "CLOSED"
    assert_recorded(case, "CONFIRMED", ana(case), {})


def test_a_handler_does_not_confirm_for_the_resident():
    case = make_routed_case()
    resolve(case)
    assert_refused(endings.CannotConfirm, case, endings.confirm_case, by=actor(Role.HANDLER), at=THEN)


def test_a_case_closes_by_itself_after_fourteen_days_and_not_earlier():
    case = make_routed_case()
    resolve(case)
    early, due = THEN + timedelta(days=14, seconds=-1), THEN + timedelta(days=14)
    assert endings.due_for_closing(early) == []
    assert_refused(endings.CannotConfirm, case, endings.close_case, at=early)
    assert endings.due_for_closing(due) == [case.pk]
    assert endings.close_case(case_id=case.pk, at=due).status == "CLOSED"
    assert last_event(case).kind == "CLOSED"
    assert endings.due_for_closing(due) == []


# -- reopen ---------------------------------------------------------------------------------------------------


def reopen(case: Case, by: Any, at: Any = THEN, reason: str = "The hole is back.") -> Case:
    return endings.reopen_case(case_id=case.pk, reason=reason, by=by, at=at)


def test_the_resident_reopens_with_her_words():
    case = make_routed_case()
    resolve(case)
    again = reopen(case, ana(case))
    assert (again.status, again.outcome, again.resolved_at, again.reopened_count) == ("ASSIGNED", "", None, 1)
    words = last_message(case)
    assert (words.audience, words.purpose) == ("RESIDENT", "REPLY")
    assert_recorded(case, "REOPENED", ana(case), {"message": words.pk})


def test_the_reason_of_a_colleague_stays_inside():
    case = make_routed_case()
    resolve(case)
    reopen(case, actor(Role.AGENT))
    assert (last_message(case).audience, last_message(case).purpose) == ("INTERNAL", "REASON")


def test_what_no_department_had_comes_back_to_the_desk():
    case = make_case()
    resolve(case)
    again = reopen(case, ana(case))
    assert (again.status, again.needs_person) == ("NEW", True)


@pytest.mark.parametrize("closed", [False, True])
def test_residents_have_fourteen_days_and_staff_all_the_time(closed):
    case = make_routed_case()
    resolve(case)
    if closed:
        endings.close_case(case_id=case.pk, at=THEN + timedelta(days=14))
    late = {"reason": "x", "at": THEN + timedelta(days=15)}
    assert_refused(endings.CannotReopen, case, endings.reopen_case, by=ana(case), **late)
    assert reopen(case, actor(Role.AGENT), late["at"]).status == "ASSIGNED"


def test_on_the_fourteenth_day_she_still_may():
    case = make_routed_case()
    resolve(case)
    assert reopen(case, ana(case), THEN + timedelta(days=14)).status == "ASSIGNED"


def test_reopening_needs_a_reason_and_an_end():
    case = make_routed_case()
    more = {"by": actor(Role.AGENT), "at": THEN}
    assert_refused(endings.CannotReopen, case, endings.reopen_case, reason="x", **more)
    resolve(case)
    assert_refused(endings.CannotReopen, case, endings.reopen_case, reason=" ", **more)


def test_the_days_on_which_it_was_done_are_added_to_the_promise():
    case = make_routed_case()
    promised = case.promise_due_at
    resolve(case)
    again = reopen(case, ana(case), THEN + timedelta(days=10))
    assert promised is not None
    assert (again.promise_paused_for, again.promise_paused_at) == (timedelta(days=10), None)
    assert again.promise_due_at is not None
    assert again.promise_due_at >= promised + timedelta(days=10)


def test_the_term_of_law_is_not_moved_by_a_reopening():
    case = make_settled_case(kind=Kind.COMPLAINT)
    resolve(case)
    assert reopen(case, ana(case), THEN + timedelta(days=10)).legal_due_date == case.legal_due_date


def test_each_reopening_counts():
    case = make_routed_case()
    for _ in range(2):
        resolve(case)
        reopen(case, ana(case))
    case.refresh_from_db()
    assert case.reopened_count == 2


# -- withdraw -------------------------------------------------------------------------------------------------


def withdraw(case: Case, by: Any, reason: str = "") -> Case:
    return endings.withdraw_case(case_id=case.pk, reason=reason, by=by, at=THEN)


def test_the_resident_withdraws():
    case = make_routed_case()
    gone = withdraw(case, ana(case), "I was wrong.")
    assert (gone.status, gone.resolved_at, gone.outcome) == ("WITHDRAWN", THEN, "")
    note = last_message(case)
    assert (note.audience, note.purpose) == ("RESIDENT", "REPLY")
    assert_recorded(case, "WITHDRAWN", ana(case), {"note": note.pk})


def test_withdrawing_needs_no_reason():
    case = make_routed_case()
    withdraw(case, ana(case))
    assert last_event(case).payload == {"note": None}


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.DANGER])
def test_a_hazard_stays_and_only_the_person_leaves(urgency):
    case, by = make_routed_case(), actor(Role.DISPATCHER)
    pothole = Category.objects.get(code="road.pothole")
    classify_case(case_id=case.pk, category=pothole, kind=Kind.REPORT, urgency=urgency, by=by, at=NOW)
    left = withdraw(case, ana(case), "Never mind.")
    participant = reporter_of(case)
    assert (left.status, participant.detached_at, participant.is_reachable) == ("ASSIGNED", THEN, False)
    note = last_message(case)
    assert (note.audience, note.body) == ("RESIDENT", "Never mind.")
    assert_recorded(case, "DETACHED", ana(case), {"participant": participant.pk, "note": note.pk})
    with pytest.raises(NoAccess):
        get_participant(case.reference, tracking_key(participant))


def test_staff_withdraw_for_the_resident_with_a_reason_that_stays_inside():
    case = make_routed_case()
    assert withdraw(case, actor(Role.AGENT), "Reported twice.").status == "WITHDRAWN"
    assert last_message(case).audience == "INTERNAL"


def test_a_hazard_stays_before_its_kind_is_decided_and_a_matter_of_law_is_none():
    hazard = make_case(urgency=Urgency.DANGER)
    assert withdraw(hazard, ana(hazard)).status == "NEW"
    assert kinds(hazard) == ["RECEIVED", "DETACHED"]
    complaint, by = make_settled_case(kind=Kind.COMPLAINT), actor(Role.DISPATCHER)
    chosen: dict[str, Any] = {
        "category": complaint.category,
        "kind": Kind.COMPLAINT,
        "urgency": Urgency.URGENT,
    }
    classify_case(case_id=complaint.pk, by=by, at=NOW, **chosen)
    assert withdraw(complaint, ana(complaint)).status == "WITHDRAWN"


def test_when_staff_note_the_withdrawal_of_a_hazard_only_the_reporter_leaves():
    case, by = make_case(urgency=Urgency.DANGER), actor(Role.DISPATCHER)
    left = withdraw(case, by, "She called.")
    assert (left.status, reporter_of(case).detached_at) == ("NEW", THEN)
    note = last_message(case)
    assert (note.audience, note.body) == ("INTERNAL", "She called.")
    assert_recorded(case, "DETACHED", by, {"participant": reporter_of(case).pk, "note": note.pk})
    more = {"reason": "Again.", "by": by, "at": THEN}
    assert_refused(endings.CannotWithdraw, case, endings.withdraw_case, **more)
    assert resolve(case).status == "RESOLVED"


def test_who_was_merged_may_leave_and_the_case_stays_where_it_is():
    survivor, merged = make_routed_case(), make_routed_case()
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=actor(Role.DISPATCHER), at=THEN)
    more = {"reason": "x", "by": actor(Role.DISPATCHER), "at": THEN}
    assert_refused(endings.CannotWithdraw, merged, endings.withdraw_case, **more)
    assert withdraw(merged, ana(merged)).status == "MERGED"
    assert reporter_of(merged).detached_at == THEN


def test_what_has_ended_is_not_withdrawn():
    case = make_routed_case()
    resolve(case)
    assert_refused(endings.CannotWithdraw, case, endings.withdraw_case, reason="", by=ana(case), at=THEN)


def test_a_withdrawn_case_is_reopened_by_staff_only():
    case = make_routed_case()
    withdraw(case, ana(case))
    assert_refused(endings.CannotReopen, case, endings.reopen_case, reason="x", by=ana(case), at=THEN)
    assert reopen(case, actor(Role.AGENT)).status == "ASSIGNED"


def test_a_question_that_was_open_at_the_end_is_forgotten():
    case = make_routed_case()
    day = THEN.date() + timedelta(days=3)
    ask_resident(case_id=case.pk, question="?", answer_by=day, by=actor(Role.HANDLER), at=NOW)
    resolve(case)
    case.refresh_from_db()
    assert (case.resume_status, case.promise_paused_at) == ("", None)
    assert kinds(case)[-2:] == ["QUESTION_ASKED", "RESOLVED"]


def test_a_follower_who_withdraws_only_leaves_the_case():
    case = make_routed_case()
    follower = CaseParticipant.objects.create(case=case, name="Jan", role="FOLLOWER", created_at=NOW)
    endings.withdraw_case(case_id=case.pk, reason="", by=resident(follower.pk), at=THEN)

    case.refresh_from_db()
    follower.refresh_from_db()
    assert case.status == "ASSIGNED"
    assert follower.detached_at == THEN
    assert kinds(case)[-1] == "DETACHED"


def test_a_follower_neither_closes_the_case_nor_opens_it_again():
    """DESIGN §3: a follower hears of the case; it is closed and opened again by whoever reported it."""
    case = make_routed_case()
    follower = CaseParticipant.objects.create(case=case, name="Jan", role="FOLLOWER", created_at=NOW)
    representative = CaseParticipant.objects.create(
        case=case, name="Ola", role="REPRESENTATIVE", created_at=NOW
    )
    resolve(case)
    by = resident(follower.pk)
    assert_refused(endings.CannotConfirm, case, endings.confirm_case, by=by, at=THEN)
    assert_refused(endings.CannotReopen, case, endings.reopen_case, reason="Again.", by=by, at=THEN)
    endings.reopen_case(case_id=case.pk, reason="Again.", by=resident(representative.pk), at=THEN)
    assert kinds(case)[-1] == "REOPENED"


def test_a_case_that_others_were_merged_into_is_not_withdrawn():
    survivor, merged = make_routed_case(), make_routed_case()
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=actor(Role.DISPATCHER), at=THEN)
    assert_refused(
        endings.CannotWithdraw, survivor, endings.withdraw_case, reason="", by=actor(Role.AGENT), at=THEN
    )
    endings.withdraw_case(case_id=survivor.pk, reason="", by=ana(survivor), at=THEN)
    survivor.refresh_from_db()
    assert survivor.status == "ASSIGNED"
