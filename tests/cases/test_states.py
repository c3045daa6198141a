"""Every state, every step, every caller: against a table written by hand from the design, not from the code."""

from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django_fsm import TransitionNotAllowed

from cases.actors import Actor, ActorKind, resident
from cases.models import Case
from cases.states import Outcome, Status, moves
from contact_centre.management.commands import generate_states
from routing.models import Department, Role

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=ZoneInfo("Europe/Warsaw"))
OURS, OTHERS = 1, 2

DESK = "AGENT DISPATCHER HEAD"
DEPARTMENT = "HANDLER MANAGER COUNCIL DPO"
WORKED = "ASSIGNED IN_PROGRESS PLANNED"
WAITING = "WAITING_RESIDENT WAITING_OTHER"
OPEN = f"NEW {WORKED} {WAITING}"
# A waiting or merged case goes back to where it was: here to IN_PROGRESS, which the cases of this test remember.
BACK = "IN_PROGRESS"

# step, from each of these states, to this state, by each of these.
TABLE = [
    ("route", "NEW", "ASSIGNED", f"{DESK} SYSTEM"),
    ("start", "ASSIGNED", "IN_PROGRESS", f"DISPATCHER HEAD {DEPARTMENT} CREW"),
    ("plan", WORKED, "PLANNED", f"DISPATCHER HEAD {DEPARTMENT}"),
    ("reassign", f"{WORKED} {WAITING}", "ASSIGNED", f"DISPATCHER HEAD {DEPARTMENT}"),
    ("return_to_desk", f"{WORKED} {WAITING}", "NEW", f"DISPATCHER HEAD {DEPARTMENT}"),
    ("ask_resident", f"NEW {WORKED}", "WAITING_RESIDENT", f"{DESK} {DEPARTMENT}"),
    ("wait_for", WORKED, "WAITING_OTHER", f"DISPATCHER HEAD {DEPARTMENT}"),
    ("resident_replied", "WAITING_RESIDENT", BACK, f"RESIDENT {DESK} {DEPARTMENT}"),
    ("resume", WAITING, BACK, f"{DESK} {DEPARTMENT} CREW"),
    ("resume", "PLANNED", "IN_PROGRESS", f"{DESK} {DEPARTMENT} CREW"),
    ("resolve", OPEN, "RESOLVED", f"{DESK} {DEPARTMENT} CREW"),
    ("close", "RESOLVED", "CLOSED", "RESIDENT SYSTEM DISPATCHER HEAD"),
    ("reopen", "RESOLVED CLOSED", "ASSIGNED", f"RESIDENT {DESK} {DEPARTMENT}"),
    ("reopen", "WITHDRAWN", "ASSIGNED", f"{DESK} {DEPARTMENT}"),
    ("merge", OPEN, "MERGED", f"{DESK} HANDLER MANAGER"),
    ("unmerge", "MERGED", BACK, "DISPATCHER HEAD MANAGER"),
    ("withdraw", OPEN, "WITHDRAWN", f"RESIDENT {DESK} HANDLER MANAGER"),
]
ONLY_OWN = frozenset(f"{DEPARTMENT} CREW".split())
STATES = [*OPEN.split(), "RESOLVED", "CLOSED", "MERGED", "WITHDRAWN"]
CALLERS = [*DESK.split(), *DEPARTMENT.split(), "CREW", "ANALYST", "ADMIN", "RESIDENT", "SYSTEM"]
STEPS = sorted({step for step, *_ in TABLE})

ARGUMENTS = {
    "route": (Department(pk=OTHERS),),
    "plan": (date(2026, 12, 1),),
    "reassign": (Department(pk=OTHERS),),
    "ask_resident": (date(2026, 12, 1),),
    "wait_for": ("Energa",),
    "resolve": (Outcome.DONE, NOW),
    "merge": (Case(pk=7),),
    "withdraw": (NOW,),
}


def make(status: str) -> Case:
    remembered = BACK if status in (*WAITING.split(), "MERGED") else ""
    ended_at = NOW if status in ("RESOLVED", "CLOSED", "WITHDRAWN") else None
    return Case(pk=1, status=status, department_id=OURS, resume_status=remembered, resolved_at=ended_at)


def caller(name: str, department: int = OURS) -> Actor:
    if name == "RESIDENT":
        return resident(1)
    if name == "SYSTEM":
        return Actor(ActorKind.SYSTEM)
    return Actor(ActorKind.STAFF, user_id=1, role=name, departments=frozenset({department}))


def expected(step: str, status: str) -> tuple[str, frozenset[str]] | None:
    found = [
        (to, frozenset(who.split()))
        for name, sources, to, who in TABLE
        if name == step and status in sources.split()
    ]
    assert len(found) <= 1
    return found[0] if found else None


def cells(step: str) -> Iterator[tuple[str, str, bool]]:
    for status in STATES:
        row = expected(step, status)
        for name in CALLERS:
            yield status, name, row is not None and name in row[1]


def test_the_table_knows_all_states_roles_and_steps():
    assert set(STATES) == set(Status.values)
    assert set(CALLERS) == {*Role.values, "RESIDENT", "SYSTEM"}
    assert set(STEPS) == {name for name, *_ in moves(Case)}


@pytest.mark.parametrize("step", STEPS)
def test_who_may_take_the_step_in_which_state(step):
    wrong = [
        f"{name} {step} from {status}: should be {may}"
        for status, name, may in cells(step)
        if make(status).may(step, caller(name)) is not may
    ]
    assert not wrong


@pytest.mark.parametrize("step", STEPS)
def test_departments_take_no_step_on_the_cases_of_others(step):
    wrong = [
        f"{name} of another department {step} from {status}"
        for status, name, may in cells(step)
        if make(status).may(step, caller(name, OTHERS)) is not (may and name not in ONLY_OWN)
    ]
    assert not wrong


@pytest.mark.parametrize("step", STEPS)
def test_where_the_step_leads(step):
    for status in STATES:
        case, row = make(status), expected(step, status)
        if row is None:
            with pytest.raises(TransitionNotAllowed):
                getattr(case, step)(*ARGUMENTS.get(step, ()))
            assert case.status == status
        else:
            getattr(case, step)(*ARGUMENTS.get(step, ()))
            assert case.status == row[0], (step, status)


def test_the_status_cannot_be_assigned():
    with pytest.raises(AttributeError):
        make("NEW").status = "CLOSED"


@pytest.mark.parametrize("status", STATES)
def test_open_is_what_the_design_says(status):
    assert make(status).is_open is (status in OPEN.split())


def test_a_case_that_no_department_had_is_reopened_at_the_desk():
    case = Case(status="RESOLVED", outcome="DONE", resolved_at=NOW, reopened_count=1)
    case.reopen()
    assert (case.status, case.outcome, case.resolved_at) == ("NEW", "", None)
    assert (case.reopened_count, case.needs_person) == (2, True)


@pytest.mark.parametrize("status", ["NEW", *WORKED.split()])
def test_a_question_brings_the_case_back_to_where_it_was_asked(status):
    case = make(status)
    case.ask_resident(date(2026, 12, 1))
    case.resident_replied()
    assert (case.status, case.resume_status) == (status, "")


@pytest.mark.parametrize("status", OPEN.split())
def test_taking_a_merge_back_leads_to_the_state_before(status):
    case = make(status)
    case.merge(Case(pk=7))
    case.unmerge()
    assert (case.status, case.merged_into_id) == (status, None)


@pytest.mark.parametrize(("department", "back"), [(OURS, "ASSIGNED"), (None, "NEW")])
def test_a_case_that_waited_when_it_was_merged_can_still_go_on_afterwards(department, back):
    case = Case(status="WAITING_RESIDENT", resume_status="PLANNED", department_id=department)
    case.merge(Case(pk=7))
    case.unmerge()
    case.resident_replied()
    assert case.status == back


def test_handing_on_forgets_the_person_and_the_waiting():
    case = Case(status="WAITING_OTHER", resume_status=BACK, department_id=OURS, assignee_id=5)
    case.reassign(Department(pk=OTHERS))
    assert (case.assignee_id, case.department_id, case.resume_status) == (None, OTHERS, "")


@pytest.mark.parametrize(
    ("ended", "today", "may"),
    [
        ("2026-11-01T12:00+01:00", date(2026, 11, 15), True),
        ("2026-11-01T12:00+01:00", date(2026, 11, 16), False),
        # Half past midnight in the city is still the day before in UTC.
        ("2026-10-31T23:30+00:00", date(2026, 11, 15), True),
        ("2026-10-31T22:30+00:00", date(2026, 11, 15), False),
    ],
)
@pytest.mark.parametrize("status", ["RESOLVED", "CLOSED"])
def test_residents_reopen_until_fourteen_days_of_the_city_after_the_answer(status, ended, today, may):
    case = Case(status=status, department_id=OURS, resolved_at=datetime.fromisoformat(ended))
    assert case.may_reopen(resident(1), today) is may
    assert case.may_reopen(caller("AGENT"), today)


def test_a_withdrawn_case_is_reopened_by_staff_only():
    assert not make("WITHDRAWN").may_reopen(resident(1), NOW.date())
    assert make("WITHDRAWN").may_reopen(caller("HANDLER"), NOW.date())


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        ("AGENT", True, True),
        ("DISPATCHER", True, True),
        ("HEAD", True, True),
        ("HANDLER", True, False),
        ("CREW", True, False),
        ("MANAGER", True, False),
        ("COUNCIL", True, False),
        ("DPO", True, False),
        ("ANALYST", False, False),
        ("ADMIN", False, False),
        ("RESIDENT", False, False),
        ("SYSTEM", False, False),
    ],
)
def test_who_may_work_on_a_case(role, own, other):
    assert make("ASSIGNED").may_work(caller(role)) is own
    assert make("ASSIGNED").may_work(caller(role, OTHERS)) is other


def test_the_page_of_states_is_up_to_date():
    call_command("generate_states", "--check")


def test_the_page_of_states_names_every_state_step_and_outcome():
    page = generate_states.render()
    assert all(f"## `{status}`" in page for status in STATES)
    assert all(f"| `{step}` |" in page for step in STEPS)
    assert all(f"| `{outcome}` |" in page for outcome in Outcome)
    assert "    NEW --> ASSIGNED: route" in page


def test_a_stale_page_is_refused_and_written_anew(tmp_path, monkeypatch):
    path = tmp_path / "states.md"
    monkeypatch.setattr(generate_states.Command, "path", path)
    with pytest.raises(CommandError, match="stale"):
        call_command("generate_states", "--check")
    call_command("generate_states", stdout=StringIO())
    call_command("generate_states", "--check")
    path.write_text(path.read_text() + "x")
    with pytest.raises(CommandError, match="stale"):
        call_command("generate_states", "--check")
