"""Two cases about one thing: joined, taken apart again, locked in one order, and never for matters of law."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, StaleCase
from cases.services.endings import resolve_case
from cases.services.merging import CannotMerge, CannotUnmerge, merge_cases, unmerge_case
from cases.services.workflow import ask_resident, start_work
from cases.states import Outcome
from routing.models import Kind, Role
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.record import actor, ana, assert_recorded, dee, state_of

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=1)


def merge(case: Case, into: Case, **more: Any) -> Case:
    values: dict[str, Any] = {"by": actor(Role.DISPATCHER), "at": THEN} | more
    return merge_cases(case_id=case.pk, into_id=into.pk, **values)


def unmerge(case: Case, **more: Any) -> Case:
    values: dict[str, Any] = {"by": actor(Role.DISPATCHER), "at": THEN} | more
    return unmerge_case(case_id=case.pk, **values)


def assert_not_merged(case: Case, into: Case, **more: Any) -> None:
    before = state_of(case), state_of(into)
    with pytest.raises(CannotMerge):
        merge(case, into, **more)
    assert (state_of(case), state_of(into)) == before


def test_a_merged_case_points_to_the_one_that_lives_on():
    case, survivor = make_routed_case(), make_routed_case()
    merged = merge(case, survivor, version=case.version)
    assert (merged.status, merged.merged_into, merged.is_open) == ("MERGED", survivor, False)
    payload = {"into": survivor.pk, "participants": [reporter_of(case).pk]}
    assert_recorded(case, "MERGED", actor(Role.DISPATCHER), payload)
    assert Case.objects.get(pk=survivor.pk).version == survivor.version + 1


@pytest.mark.parametrize("is_older", [True, False])
def test_a_case_is_merged_into_an_older_or_a_younger_one_and_locked_in_the_order_of_ids(is_older):
    pair = sorted((make_routed_case(), make_routed_case()), key=lambda case: case.pk)
    case, survivor = pair if is_older else pair[::-1]
    with CaptureQueriesContext(connection) as queries:
        merge(case, survivor)
    reads = [q["sql"] for q in queries if q["sql"].startswith("SELECT") and 'FROM "cases_case"' in q["sql"]]
    locks = [sql for sql in reads if 'WHERE "cases_case"."id" = ' in sql][:2]
    assert [int(sql.split('"cases_case"."id" = ')[1].split()[0]) for sql in locks] == [pair[0].pk, pair[1].pk]


def test_matters_of_law_are_never_merged():
    report = make_settled_case()
    for kind in (Kind.COMPLAINT, Kind.CLAIM):
        legal = make_settled_case(kind=kind)
        assert_not_merged(legal, report)
        assert_not_merged(report, legal)


def test_what_may_be_a_matter_of_law_is_not_merged():
    report, unread = make_settled_case(), make_case()
    assert unread.is_restricted
    assert_not_merged(unread, report)
    assert_not_merged(report, unread)


def test_a_case_is_not_merged_into_itself_or_into_what_has_ended():
    case, ended = make_routed_case(), make_routed_case()
    resolve_case(case_id=ended.pk, outcome=Outcome.DONE, answer="x", by=actor(Role.DISPATCHER), at=THEN)
    assert_not_merged(case, case)
    assert_not_merged(case, ended)
    merge(case, make_routed_case())
    assert_not_merged(make_routed_case(), case)


def test_who_may_not_merge():
    case, survivor = make_routed_case(), make_routed_case()
    for by in (dee(), actor(Role.CREW), actor(Role.COUNCIL), ana(case)):
        assert_not_merged(case, survivor, by=by)


def test_an_old_form_does_not_merge():
    case, survivor = make_routed_case(), make_routed_case()
    with pytest.raises(StaleCase) as stale:
        merge(case, survivor, version=case.version - 1)
    assert stale.value.case == case


def test_taken_apart_the_case_is_where_it_was():
    case, survivor = make_routed_case(), make_routed_case()
    start_work(case_id=case.pk, by=actor(Role.HANDLER), at=NOW)
    merge(case, survivor)
    apart = unmerge(case)
    assert (apart.status, apart.merged_into, apart.resume_status) == ("IN_PROGRESS", None, "")
    assert_recorded(case, "UNMERGED", actor(Role.DISPATCHER), {"was_into": survivor.pk})


def test_a_case_that_waited_for_the_resident_waits_again():
    case, survivor = make_routed_case(), make_routed_case()
    day = NOW.date() + timedelta(days=3)
    ask_resident(case_id=case.pk, question="?", answer_by=day, by=actor(Role.HANDLER), at=NOW)
    merge(case, survivor)
    apart = unmerge(case)
    assert (apart.status, apart.promise_paused_at) == ("WAITING_RESIDENT", NOW)


def test_what_is_not_merged_is_not_taken_apart():
    case = make_routed_case()
    with pytest.raises(CannotUnmerge):
        unmerge(case)
    merge(case, make_routed_case())
    with pytest.raises(CannotUnmerge):
        unmerge(case, by=actor(Role.HANDLER))


def test_a_chain_of_merges_can_be_taken_apart_link_by_link():
    first, second, third = (make_routed_case() for _ in range(3))
    merge(first, second)
    merge(second, third)
    assert unmerge(first).status == "ASSIGNED"
    assert unmerge(second).status == "ASSIGNED"
