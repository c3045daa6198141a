"""Every step over HTTP: done, refused to who may not, and wrong forms that keep what was typed."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actors import staff
from cases.models import Audience, Case, EventKind, Exclusion, Message
from cases.services.workflow import ask_resident
from contact_centre.desk.refusals import NOT_NOW
from contact_centre.desk.step_list import STEPS
from routing.models import Category, Department, Kind, Role
from tests.cast import staff_member
from tests.factories import make_case, make_routed_case, make_settled_case, reporter_of

pytestmark = pytest.mark.django_db


def department(code: str) -> Department:
    return Department.objects.get(code=code)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_takes_a_case(take):
    case = make_routed_case()
    answer = take(Role.HANDLER, case, "take")
    assert answer.url == reverse("desk:case", args=[case.reference]) + "?done=take"
    assert fresh(case).assignee == staff_member(Role.HANDLER)


def test_takes_a_case_over_from_the_colleague_who_is_named(take, desk):
    case = make_routed_case()
    take(Role.MANAGER, case, "take")
    assert take(Role.HANDLER, case, "take").status_code == 403
    colleague = str(staff_member(Role.MANAGER))
    page = desk(Role.HANDLER).get(reverse("desk:case", args=[case.reference]))
    label = next(str(act.step.label) for act in page.context["acts"] if act.step.name == "take_over")
    assert colleague in label
    take(Role.HANDLER, case, "take_over")
    assert fresh(case).assignee == staff_member(Role.HANDLER)
    line = desk(Role.HANDLER).get(reverse("desk:case", args=[case.reference])).context["lines"][0]
    assert colleague in line.text
    assert take(Role.HANDLER, case, "take_over").status_code == 403


def test_says_that_there_is_nothing_to_do(take):
    case = make_routed_case()
    assert take(Role.HANDLER, case, "acknowledge").status_code == 403
    Case.objects.filter(pk=case.pk).update(needs_person=True, status="CLOSED", outcome="DONE")
    take(Role.HANDLER, case, "acknowledge")
    assert not fresh(case).needs_person


def test_nobody_says_of_an_undecided_case_that_there_is_nothing_to_do(take, desk):
    case = make_case()
    Case.objects.filter(pk=case.pk).update(needs_person=True)
    acts = desk(Role.DISPATCHER).get(reverse("desk:case", args=[case.reference])).context["acts"]
    assert "acknowledge" not in {act.step.name for act in acts}
    assert take(Role.DISPATCHER, case, "acknowledge").status_code == 403
    assert fresh(case).needs_person


def test_a_matter_of_law_is_taken_out_of_the_gate_by_a_dispatcher_only(take):
    case = make_settled_case("legal.complaint", Kind.COMPLAINT)
    take(Role.DISPATCHER, case, "exclude", user=staff_member(Role.CREW).pk, department="", reason="X")
    Case.objects.filter(pk=case.pk).update(assignee=staff_member(Role.AGENT))
    data = {"category": "light", "kind": "REPORT", "urgency": "NORMAL"}
    answer = take(Role.AGENT, case, "classify", **data)
    assert answer.status_code == 422
    assert answer.context["bound"].non_field_errors() != [str(NOT_NOW)]
    assert fresh(case).kind == "COMPLAINT"


def test_what_a_handler_finds_to_be_a_matter_of_law_leaves_her_sight(take):
    case = make_routed_case()
    data = {"category": "road.pothole", "kind": "COMPLAINT", "urgency": "NORMAL"}
    assert take(Role.HANDLER, case, "classify", **data).url == reverse("desk:queue")
    assert (fresh(case).status, fresh(case).needs_person) == ("NEW", True)


def test_says_what_is_missing_before_a_case_is_passed_on(take):
    case = make_case()
    answer = take(Role.DISPATCHER, case, "route", department=department("zdm").pk)
    assert answer.status_code == 422
    assert answer.context["bound"].non_field_errors() != [str(NOT_NOW)]
    assert fresh(case).status == "NEW"


def test_classifies_and_starts_the_clock(take):
    case = make_case()
    data = {"category": "light", "kind": "REPORT", "urgency": "URGENT"}
    assert take(Role.DISPATCHER, case, "classify", **data).status_code == 302
    case = fresh(case)
    assert (case.category, case.urgency, case.queue_rank) == (Category.objects.get(code="light"), "URGENT", 1)
    assert not case.is_restricted
    assert case.promise_due_at is not None


def test_routes_a_new_case(take):
    case = make_settled_case()
    take(Role.AGENT, case, "route", department=department("zdm").pk)
    assert (fresh(case).status, fresh(case).department) == ("ASSIGNED", department("zdm"))


def test_starts_plans_and_goes_on(take):
    case = make_routed_case()
    take(Role.CREW, case, "start")
    assert fresh(case).status == "IN_PROGRESS"
    take(Role.HANDLER, case, "plan", planned_for=day(5), note="")
    assert fresh(case).status == "PLANNED"
    moved = take(Role.HANDLER, case, "plan", planned_for=day(8), note="")
    assert moved.status_code == 422
    assert "note" in moved.context["bound"].errors
    # Words are needed now, so the form does not call them optional.
    assert moved.context["bound"].fields["note"].required
    take(Role.HANDLER, case, "plan", planned_for=day(8), note="Deszcz.")
    take(Role.CREW, case, "resume")
    assert fresh(case).status == "IN_PROGRESS"


def test_asks_the_resident_and_waits(take):
    case = make_routed_case()
    take(Role.HANDLER, case, "ask", question="Przy którym domu?", answer_by=day(7))
    assert fresh(case).status == "WAITING_RESIDENT"
    assert Message.objects.filter(case=case, audience=Audience.RESIDENT, body="Przy którym domu?").exists()


def test_asks_nobody_when_nobody_can_be_reached(take):
    case = make_routed_case()
    case.participants.update(channel="NONE", email="", phone="")
    answer = take(Role.HANDLER, case, "ask", question="Przy którym domu?", answer_by=day(7))
    assert answer.status_code == 422
    assert answer.context["bound"].non_field_errors()
    assert fresh(case).status == "ASSIGNED"


def test_waits_for_another_body(take):
    case = make_routed_case()
    take(Role.HANDLER, case, "wait", body="Energa", note="")
    assert (fresh(case).status, fresh(case).waiting_for) == ("WAITING_OTHER", "Energa")


def test_hands_on_and_leaves_the_sight_of_the_department(take):
    case = make_routed_case("zdm")
    answer = take(
        Role.HANDLER, case, "reassign", department=department("pgkim").pk, reason="To ich latarnia."
    )
    assert answer.url == reverse("desk:queue")
    assert fresh(case).department == department("pgkim")


def test_does_not_hand_a_case_to_where_it_is(take):
    case = make_routed_case("zdm")
    answer = take(Role.HANDLER, case, "reassign", department=department("zdm").pk, reason="Powód.")
    assert answer.status_code == 422
    assert "department" in answer.context["bound"].errors


def test_returns_a_case(take):
    case = make_routed_case()
    take(Role.HANDLER, case, "return", reason="Nie nasze.")
    assert (fresh(case).status, fresh(case).department, fresh(case).needs_person) == ("NEW", None, True)


@pytest.mark.parametrize(
    ("outcome", "more", "wrong"),
    [
        ("DONE", {}, "answer"),
        ("DECLINED", {}, "answer"),
        ("FORWARDED", {"answer": "Wysłaliśmy."}, "authority"),
        ("UNEXAMINED", {"answer": "Brak adresu."}, "outcome"),
        ("", {"answer": "Naprawione."}, "outcome"),
    ],
)
def test_does_not_resolve_without_what_the_outcome_needs(take, outcome, more, wrong):
    case = make_routed_case()
    answer = take(Role.HANDLER, case, "resolve", outcome=outcome, **({"answer": "", "authority": ""} | more))
    assert answer.status_code == 422
    assert set(answer.context["bound"].errors) == {wrong}
    assert fresh(case).status == "ASSIGNED"


@pytest.mark.parametrize(
    ("outcome", "more"),
    [
        ("DONE", {"answer": "Naprawione."}),
        ("FORWARDED", {"answer": "Wysłane.", "authority": "GDDKiA"}),
        ("SPAM", {}),
    ],
)
def test_resolves_and_reopens(take, outcome, more):
    case = make_routed_case()
    take(Role.HANDLER, case, "resolve", outcome=outcome, **({"answer": "", "authority": ""} | more))
    assert (fresh(case).status, fresh(case).outcome) == ("RESOLVED", outcome)
    take(Role.HANDLER, case, "reopen", reason="Dziura wróciła.")
    assert fresh(case).status == "ASSIGNED"


def test_leaves_a_matter_of_law_unexamined_when_the_day_of_the_answer_is_over(take):
    case = make_settled_case("legal.complaint", Kind.COMPLAINT)
    data = {"outcome": "UNEXAMINED", "answer": "Brak adresu.", "authority": ""}
    early = take(Role.DISPATCHER, case, "resolve", **data)
    assert early.status_code == 422
    assert early.context["bound"].non_field_errors()
    by, asked = staff(staff_member(Role.DISPATCHER)), timezone.now() - timedelta(days=20)
    day_over = timezone.localdate(asked) + timedelta(days=14)
    ask_resident(case_id=case.pk, question="Adres?", answer_by=day_over, by=by, at=asked)
    answer = take(Role.DISPATCHER, case, "resolve", **data)
    assert answer.status_code == 302
    assert fresh(case).outcome == "UNEXAMINED"


def test_a_matter_of_law_is_asked_with_seven_days_at_least(take):
    """KPA art. 64 § 2."""
    case = make_settled_case("legal.complaint", Kind.COMPLAINT)
    early = take(Role.DISPATCHER, case, "ask", question="Adres?", answer_by=day(6))
    assert early.status_code == 422
    assert early.context["bound"].errors.keys() == {"answer_by"}
    assert "7" in str(early.context["bound"].fields["answer_by"].help_text)
    assert take(Role.DISPATCHER, case, "ask", question="Adres?", answer_by=day(14)).status_code == 302


def test_merges_and_takes_apart(take):
    case, other = make_routed_case(), make_routed_case()
    take(Role.AGENT, case, "merge", into=other.reference.lower())
    assert fresh(case).merged_into == other
    take(Role.MANAGER, case, "unmerge")
    assert (fresh(case).status, fresh(case).merged_into) == ("ASSIGNED", None)


def test_does_not_merge_what_may_not_be_joined(take):
    case = make_routed_case()
    elsewhere = make_routed_case("straz_miejska")
    legal = make_settled_case("legal.complaint", Kind.COMPLAINT)
    ended = make_routed_case()
    take(Role.HANDLER, ended, "resolve", outcome="DONE", answer="Naprawione.", authority="")
    for role, reference in [
        (Role.HANDLER, elsewhere.reference),
        (Role.DISPATCHER, legal.reference),
        (Role.DISPATCHER, case.reference),
        (Role.DISPATCHER, ended.reference),
        (Role.DISPATCHER, "nonsense"),
    ]:
        answer = take(role, case, "merge", into=reference)
        assert answer.status_code == 422, reference
        assert "into" in answer.context["bound"].errors
    assert fresh(case).status == "ASSIGNED"


def test_demands_an_answer_except_for_spam_and_says_so(desk):
    case = make_routed_case()
    acts = desk(Role.HANDLER).get(reverse("desk:case", args=[case.reference])).context["acts"]
    form = next(act.form for act in acts if act.step.name == "resolve")
    assert form.fields["answer"].required
    assert form.fields["authority"].help_text
    assert form.fields["authority"].widget.attrs["data-shown-for"] == "outcome:FORWARDED"


@pytest.mark.parametrize("code", ["pgkim", "miasto"])
def test_offers_no_department_that_is_kept_away_and_says_why(take, desk, code, in_english):
    case = make_routed_case()
    kept = department(code)
    take(Role.HEAD, case, "exclude", user="", department=kept.pk, reason="Strona sporu.")
    acts = desk(Role.DISPATCHER).get(reverse("desk:case", args=[case.reference])).context["acts"]
    name = "reassign" if code == "pgkim" else "route"
    form = next(act.form for act in acts if act.step.name == name)
    offered = set(form.fields["department"].queryset)
    assert department("pgkim") not in offered
    assert (department("zdm") in offered) == (code == "pgkim")
    more = {"reason": "X"} if name == "reassign" else {}
    answer = take(Role.DISPATCHER, case, name, department=department("pgkim").pk, **more)
    assert answer.status_code == 422
    assert "kept away" in str(answer.context["bound"].errors["department"])


def test_lets_somebody_see_a_case_again(take, desk):
    case = make_routed_case()
    page = reverse("desk:case", args=[case.reference])
    assert "lift" not in {act.step.name for act in desk(Role.HEAD).get(page).context["acts"]}
    take(Role.HEAD, case, "exclude", user=staff_member(Role.HANDLER).pk, department="", reason="Pomyłka.")
    assert desk(Role.HANDLER).get(page).status_code == 404
    exclusion = Exclusion.objects.get(case=case)
    assert "lift" not in {act.step.name for act in desk(Role.AGENT).get(page).context["acts"]}
    assert take(Role.AGENT, case, "lift", exclusion=exclusion.pk, reason="X").status_code == 403
    assert (
        take(Role.DISPATCHER, case, "lift", exclusion=exclusion.pk, reason="To inna osoba.").status_code
        == 302
    )
    answer = desk(Role.HANDLER).get(page)
    assert answer.status_code == 200
    assert str(staff_member(Role.HANDLER)) in answer.context["lines"][0].text


def test_makes_a_case_confidential_and_lifts_it(take, desk):
    case = make_routed_case()
    page = reverse("desk:case", args=[case.reference])
    offered = {act.step.name for act in desk(Role.MANAGER).get(page).context["acts"]}
    assert "make_confidential" in offered
    assert "lift_confidential" not in offered
    assert take(Role.HANDLER, case, "make_confidential", reason="X").status_code == 403
    assert "reason" in take(Role.DPO, case, "make_confidential", reason="").context["bound"].errors
    done = take(Role.MANAGER, case, "make_confidential", reason="Świadek podał nazwisko.")
    assert done.url == f"{page}?done=make_confidential"
    assert desk(Role.HANDLER).get(page).status_code == 404
    answer = desk(Role.MANAGER).get(page)
    assert answer.context["lines"][0].detail == "Świadek podał nazwisko."
    assert take(Role.MANAGER, case, "make_confidential", reason="X").status_code == 403
    assert take(Role.HEAD, case, "lift_confidential", reason="Już jawne.").status_code == 302
    answer = desk(Role.HANDLER).get(page)
    assert answer.context["lines"][0].detail == "Już jawne."
    assert not {"make_confidential", "lift_confidential"} & {act.step.name for act in answer.context["acts"]}


def test_a_late_form_does_not_make_a_changed_case_confidential(take):
    case = make_routed_case()
    late = take(Role.HEAD, case, "make_confidential", reason="X", version=case.version - 1)
    assert late.status_code == 409
    assert not fresh(case).confidential


def test_withdraws(take):
    case = make_routed_case()
    take(Role.AGENT, case, "withdraw", reason="Pani zadzwoniła.")
    assert fresh(case).status == "WITHDRAWN"


def test_lets_only_the_resident_leave_a_hazard(take):
    case = make_routed_case()
    Case.objects.filter(pk=case.pk).update(urgency="DANGER")
    assert take(Role.AGENT, case, "withdraw", reason="Pani zadzwoniła.").status_code == 403
    take(Role.AGENT, case, "leave", reason="Pani zadzwoniła.")
    assert fresh(case).status == "ASSIGNED"
    assert reporter_of(case).detached_at is not None


def test_a_second_submit_of_a_note_is_the_same_note(take):
    case, token = make_routed_case(), str(uuid.uuid4())
    for body in ("Potrzebny asfalt.", "Potrzebny asfalt.", "I żwir."):
        assert take(Role.CREW, case, "note", body=body, token=token).status_code == 302
    notes = Message.objects.filter(case=case, purpose="NOTE").order_by("id")
    assert [note.body for note in notes] == ["Potrzebny asfalt.", "I żwir."]


def test_a_second_submit_of_an_exclusion_is_the_same_one(take):
    case, token = make_routed_case(), str(uuid.uuid4())
    data = {"user": staff_member(Role.CREW).pk, "department": "", "reason": "Skarga.", "token": token}
    for _ in range(2):
        assert take(Role.HEAD, case, "exclude", **data).status_code == 302
    assert case.events.filter(kind=EventKind.EXCLUDED).count() == 1


@pytest.mark.parametrize("name", ["note", "exclude"])
def test_forms_without_a_version_carry_a_token(desk, name):
    page = desk(Role.HEAD).get(reverse("desk:case", args=[make_routed_case().reference]))
    form = next(act.form for act in page.context["acts"] if act.step.name == name)
    assert uuid.UUID(str(form["token"].value())).version == 4


def test_writes_notes_and_messages(take):
    case = make_routed_case()
    take(Role.CREW, case, "note", body="Potrzebny asfalt.")
    take(Role.HANDLER, case, "message", body="Będziemy w środę.")
    kinds = list(case.events.order_by("id").values_list("kind", flat=True))[-2:]
    assert kinds == [EventKind.NOTE_ADDED, EventKind.MESSAGE_SENT]
    assert Message.objects.get(case=case, body="Potrzebny asfalt.").audience == Audience.INTERNAL


def test_keeps_people_and_departments_away(take):
    case = make_routed_case()
    both = take(
        Role.HEAD,
        case,
        "exclude",
        user=staff_member(Role.CREW).pk,
        department=department("zdm").pk,
        reason="X",
    )
    assert both.status_code == 422
    take(
        Role.HEAD,
        case,
        "exclude",
        user=staff_member(Role.CREW).pk,
        department="",
        reason="Skarga na tę osobę.",
    )
    take(Role.DISPATCHER, case, "exclude", user="", department=department("pgkim").pk, reason="Strona sporu.")
    assert Exclusion.objects.filter(case=case).count() == 2


def test_refuses_what_the_role_may_not_do_and_gives_the_words_back(take):
    case = make_routed_case()
    answer = take(Role.CREW, case, "reassign", department=department("pgkim").pk, reason="Nie nasze.")
    assert answer.status_code == 403
    assert "Nie nasze." in answer.content.decode()
    assert fresh(case).department == department("zdm")


@pytest.mark.parametrize("step", [step.name for step in STEPS])
def test_does_nothing_for_who_may_not_see_the_case(take, client, dee, step):
    case = make_routed_case("zdm")
    before = fresh(case).version
    client.force_login(dee)
    answer = client.post(reverse("desk:step", args=[case.reference, step]), {"version": before, "body": "x"})
    assert answer.status_code == 404
    assert fresh(case).version == before


def test_knows_no_other_steps_and_no_looks(take, desk):
    case = make_routed_case()
    assert take(Role.HANDLER, case, "close").status_code == 404
    assert desk(Role.HANDLER).get(reverse("desk:step", args=[case.reference, "take"])).status_code == 405


def test_keeps_a_draft_over_a_wrong_form(take):
    case = make_routed_case()
    words = "Bardzo długie pytanie, którego nikt nie chce pisać drugi raz."
    answer = take(Role.HANDLER, case, "ask", question=words, answer_by="2020-01-01")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert '<details id="act-ask" open>' in page
    assert reporter_of(case).email in page
