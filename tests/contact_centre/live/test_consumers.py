"""The sockets: who hears what, and who hears nothing."""

import asyncio
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from cases.actors import staff
from cases.keys import tracking_key
from cases.models import Case, Channel
from cases.services.confidentiality import lift_confidential, make_confidential
from cases.services.conversation import add_note, record_reply
from cases.services.endings import withdraw_case
from cases.services.intake import Reporter
from cases.services.merging import merge_cases, unmerge_case
from cases.services.privacy import exclude, revoke_link
from cases.services.workflow import classify_case, reassign_case, return_to_desk, start_work, take_case
from notifications.models import Notice, NoticeState
from notifications.services import mark_called_back
from routing.models import Category, Department, Kind, Role, Urgency
from tests.cast import outsider, staff_member
from tests.contact_centre.live.socket import Socket
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.notifications.outbox import MUCH_LATER, deliver_all, plan_all

pytestmark = pytest.mark.django_db(transaction=True)
in_database = database_sync_to_async


async def test_the_departments_handler_hears_of_a_change_and_the_outsider_does_not():
    case = await in_database(make_routed_case)()
    handler = await in_database(staff_member)(Role.HANDLER)
    dee = await in_database(outsider)()
    hers, his = Socket("/ws/desk/", handler), Socket("/ws/desk/", dee)
    await hers.connect()
    await his.connect()

    await in_database(start_work)(case_id=case.pk, by=await in_database(staff)(handler), at=NOW)

    assert await hers.news() == {"case": case.pk, "version": case.version + 1, "kind": "STARTED"}
    assert await his.receive_nothing()
    await hers.leave()
    await his.leave()


async def test_who_is_connected_misses_nothing(monkeypatch):
    """Whatever takes long on the way to the group, the browser is told that it is connected only after it."""
    layer = get_channel_layer()
    assert layer is not None
    steps = []
    join = layer.group_add

    async def join_slowly(group: str, channel: str) -> None:
        await asyncio.sleep(0.1)
        await join(group, channel)
        steps.append("joined")

    monkeypatch.setattr(layer, "group_add", join_slowly)
    case = await in_database(make_routed_case)()
    desk = Socket("/ws/desk/", await in_database(staff_member)(Role.HANDLER))
    key = await in_database(lambda: tracking_key(reporter_of(case)))()
    page = Socket(f"/ws/track/{case.reference}/{key}/")
    for socket in (desk, page):
        await socket.connect()
        assert steps.pop() == "joined"
        await socket.leave()


async def test_a_department_that_loses_a_case_hears_only_that_its_queue_changed():
    case = await in_database(make_routed_case)()
    handler = await in_database(staff_member)(Role.HANDLER)
    dispatcher = await in_database(staff_member)(Role.DISPATCHER)
    socket = Socket("/ws/desk/", handler)
    await socket.connect()

    await in_database(reassign_case)(
        case_id=case.pk,
        department=await in_database(Department.objects.get)(code="pwik"),
        reason="Not our manhole",
        by=await in_database(staff)(dispatcher),
        at=NOW,
    )

    assert await socket.news() == {"case": None, "version": None, "kind": "QUEUE"}
    await socket.leave()


BARE = {"case": None, "version": None, "kind": "QUEUE"}


async def test_who_is_excluded_hears_once_that_the_queue_is_another():
    case = await in_database(make_routed_case)()
    handler, head = await in_database(lambda: (staff_member(Role.HANDLER), staff(staff_member(Role.HEAD))))()
    socket = Socket("/ws/desk/", handler)
    await socket.connect()

    await in_database(exclude)(case_id=case.pk, user=handler, reason="About him", by=head, at=NOW)

    assert await socket.news() == BARE
    await in_database(start_work)(case_id=case.pk, by=head, at=NOW)
    assert await socket.receive_nothing()
    await socket.leave()


async def test_a_department_that_is_excluded_hears_that_the_queue_is_another():
    case = await in_database(make_routed_case)()
    handler, head = await in_database(lambda: (staff_member(Role.HANDLER), staff(staff_member(Role.HEAD))))()
    socket = Socket("/ws/desk/", handler)
    await socket.connect()

    zdm = await in_database(Department.objects.get)(code="zdm")
    await in_database(exclude)(case_id=case.pk, department=zdm, reason="About them", by=head, at=NOW)

    assert await socket.news() == BARE
    await socket.leave()


@pytest.mark.parametrize("role", [Role.AGENT, Role.CREW, Role.HANDLER])
@pytest.mark.parametrize("by", [Role.DISPATCHER, Role.HANDLER])
async def test_whoever_loses_a_matter_of_law_hears_that_the_queue_is_another(role, by):
    case = await in_database(make_routed_case)()
    user, actor = await in_database(lambda: (staff_member(role), staff(staff_member(by))))()
    socket, stranger = Socket("/ws/desk/", user), Socket("/ws/desk/", await in_database(outsider)())
    await socket.connect()
    await stranger.connect()

    await in_database(classify_case)(
        case_id=case.pk,
        category=await in_database(Category.objects.get)(code="road.pothole"),
        kind=Kind.COMPLAINT,
        urgency=Urgency.NORMAL,
        by=actor,
        at=NOW,
    )

    # The department of a case that a dispatcher called a matter of law keeps it.
    is_kept = by == Role.DISPATCHER and role == Role.HANDLER
    assert (await socket.news())["kind"] == ("CLASSIFIED" if is_kept else "QUEUE")
    assert await stranger.receive_nothing()
    await socket.leave()
    await stranger.leave()


async def test_who_is_relieved_of_a_case_hears_that_the_queue_is_another():
    case = await in_database(make_case)()
    agent, by = await in_database(lambda: (staff_member(Role.AGENT), staff(staff_member(Role.DISPATCHER))))()
    await in_database(Case.objects.filter(pk=case.pk).update)(assignee=agent)
    socket = Socket("/ws/desk/", agent)
    await socket.connect()

    await in_database(take_case)(case_id=case.pk, by=by, at=NOW, is_takeover=True)

    assert await socket.news() == BARE
    await socket.leave()


@pytest.mark.parametrize("role", [Role.AGENT, Role.CREW, Role.HANDLER])
async def test_whoever_loses_a_confidential_case_hears_that_the_queue_is_another(role):
    case = await in_database(make_routed_case)()
    user, keeps, by = await in_database(
        lambda: (staff_member(role), staff_member(Role.MANAGER), staff(staff_member(Role.DISPATCHER)))
    )()
    hers, managers = Socket("/ws/desk/", user), Socket("/ws/desk/", keeps)
    stranger = Socket("/ws/desk/", await in_database(outsider)())
    for socket in (hers, managers, stranger):
        await socket.connect()

    await in_database(make_confidential)(case_id=case.pk, reason="A witness", by=by, at=NOW)

    assert await hers.news() == BARE
    assert (await managers.news())["kind"] == "MADE_CONFIDENTIAL"
    await in_database(start_work)(case_id=case.pk, by=by, at=NOW)
    assert await hers.receive_nothing()
    assert (await managers.news())["kind"] == "STARTED"
    await in_database(lift_confidential)(case_id=case.pk, reason="Known by now", by=by, at=NOW)
    assert (await hers.news())["kind"] == "CONFIDENTIAL_LIFTED"
    assert await stranger.receive_nothing()
    for socket in (hers, managers, stranger):
        await socket.leave()


async def test_an_excluded_person_hears_nothing_more():
    case = await in_database(make_routed_case)()
    handler = await in_database(staff_member)(Role.HANDLER)
    head = await in_database(lambda: staff(staff_member(Role.HEAD)))()
    await in_database(exclude)(
        case_id=case.pk, user=handler, reason="The complaint is about him", by=head, at=NOW
    )
    socket = Socket("/ws/desk/", handler)
    await socket.connect()

    await in_database(add_note)(case_id=case.pk, body="A note", by=head, at=NOW)

    assert await socket.receive_nothing()
    await socket.leave()


async def test_a_case_page_hears_of_its_own_case_only():
    case, other = await in_database(make_routed_case)(), await in_database(make_routed_case)()
    handler = await in_database(staff_member)(Role.HANDLER)
    actor = await in_database(staff)(handler)
    socket = Socket(f"/ws/desk/{case.reference}/", handler)
    await socket.connect()

    await in_database(start_work)(case_id=other.pk, by=actor, at=NOW)
    assert await socket.receive_nothing()
    await in_database(start_work)(case_id=case.pk, by=actor, at=NOW)
    assert (await socket.news())["case"] == case.pk
    await socket.leave()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
async def test_roles_without_a_desk_are_refused(role):
    user = await in_database(staff_member)(role)
    socket = Socket("/ws/desk/", user)
    await socket.connect()
    assert await socket.close_code() == 4403


async def test_somebody_who_is_not_signed_in_is_refused():
    socket = Socket("/ws/desk/")
    await socket.connect()
    assert await socket.close_code() == 4401


async def test_another_departments_case_page_is_refused():
    case = await in_database(make_routed_case)()
    dee = await in_database(outsider)()
    socket = Socket(f"/ws/desk/{case.reference}/", dee)
    await socket.connect()
    assert await socket.close_code() == 4403


async def test_a_tracking_page_hears_of_what_changes_its_words_without_the_name_of_the_event():
    case = await in_database(make_routed_case)()
    participant = await in_database(reporter_of)(case)
    handler = await in_database(lambda: staff(staff_member(Role.HANDLER)))()
    socket = Socket(f"/ws/track/{case.reference}/{tracking_key(participant)}/")
    await socket.connect()

    steps: list[tuple[Any, dict[str, str]]] = [(take_case, {}), (return_to_desk, {"reason": "Not ours"})]
    for step, more in steps:
        changed = await in_database(step)(case_id=case.pk, by=handler, at=NOW, **more)
        assert await socket.news() == {"case": case.pk, "version": changed.version, "kind": "CHANGED"}
    await socket.leave()


async def test_a_page_that_is_open_while_its_case_is_merged_hears_of_the_survivor_and_then_of_itself():
    case, survivor, last = [await in_database(make_routed_case)() for _ in range(3)]
    participant = await in_database(reporter_of)(case)
    by = await in_database(lambda: staff(staff_member(Role.DISPATCHER)))()
    socket = Socket(f"/ws/track/{case.reference}/{tracking_key(participant)}/")
    await socket.connect()

    await in_database(merge_cases)(case_id=case.pk, into_id=survivor.pk, by=by, at=NOW)
    assert (await socket.news())["kind"] == "MERGED"
    await in_database(merge_cases)(case_id=survivor.pk, into_id=last.pk, by=by, at=NOW)
    assert (await socket.news())["kind"] == "MERGED"
    await in_database(start_work)(case_id=last.pk, by=by, at=NOW)
    assert (await socket.news())["case"] == last.pk
    await in_database(unmerge_case)(case_id=case.pk, by=by, at=NOW)
    assert (await socket.news())["kind"] == "UNMERGED"
    await in_database(take_case)(case_id=last.pk, by=by, at=NOW)
    assert await socket.receive_nothing()
    await socket.leave()


async def test_the_page_of_who_left_the_case_closes():
    case = await in_database(make_case)(urgency=Urgency.DANGER)
    participant = await in_database(reporter_of)(case)
    by = await in_database(lambda: staff(staff_member(Role.DISPATCHER)))()
    socket = Socket(f"/ws/track/{case.reference}/{tracking_key(participant)}/")
    await socket.connect()

    await in_database(withdraw_case)(case_id=case.pk, reason="She called", by=by, at=NOW)

    assert await socket.close_code() == 4403


async def test_a_tracking_page_hears_public_events_and_no_notes():
    case = await in_database(make_routed_case)()
    participant = await in_database(reporter_of)(case)
    handler = await in_database(lambda: staff(staff_member(Role.HANDLER)))()
    socket = Socket(f"/ws/track/{case.reference}/{tracking_key(participant)}/")
    await socket.connect()

    await in_database(add_note)(case_id=case.pk, body="Not for residents", by=handler, at=NOW)
    assert await socket.receive_nothing()
    await in_database(start_work)(case_id=case.pk, by=handler, at=NOW)
    assert (await socket.news())["kind"] == "STARTED"
    await socket.leave()


async def test_a_wrong_key_is_refused():
    case = await in_database(make_case)()
    socket = Socket(f"/ws/track/{case.reference}/{26 * 'a'}/")
    await socket.connect()
    assert await socket.close_code() == 4403


async def test_a_revoked_link_closes_the_open_page():
    case = await in_database(make_routed_case)()
    participant = await in_database(reporter_of)(case)
    dispatcher = await in_database(lambda: staff(staff_member(Role.DISPATCHER)))()
    socket = Socket(f"/ws/track/{case.reference}/{tracking_key(participant)}/")
    await socket.connect()

    await in_database(revoke_link)(participant_id=participant.pk, by=dispatcher, at=NOW)

    assert await socket.close_code() == 4403


async def test_a_desk_hears_when_a_notice_falls_to_a_person_and_when_it_is_settled():
    case = await in_database(make_routed_case)(reporter=Reporter(phone="600100200"))
    handler = await in_database(staff_member)(Role.HANDLER)
    await in_database(plan_all)()
    socket, elsewhere = Socket("/ws/desk/", handler), Socket("/ws/desk/", await in_database(outsider)())
    await socket.connect()
    await elsewhere.connect()

    await in_database(deliver_all)()
    assert (await socket.news())["case"] == case.pk
    assert await socket.receive_nothing()

    notice = await in_database(lambda: Notice.objects.get(state=NoticeState.CALL_BACK_DUE))()
    by = await in_database(staff)(handler)
    await in_database(mark_called_back)(notice_id=notice.pk, by=by, at=MUCH_LATER)
    assert (await socket.news())["case"] == case.pk
    assert await elsewhere.receive_nothing()
    await socket.leave()
    await elsewhere.leave()


async def test_a_push_carries_ids_and_no_words():
    case: Case = await in_database(make_routed_case)()
    participant = await in_database(reporter_of)(case)
    handler = await in_database(staff_member)(Role.HANDLER)
    socket = Socket("/ws/desk/", handler)
    await socket.connect()

    await in_database(record_reply)(
        participant_id=participant.pk, body="My secret", channel=Channel.WEB, source_key="r1", at=NOW
    )

    heard = await socket.news()
    assert set(heard) == {"case", "version", "kind"}
    await socket.leave()


@pytest.mark.parametrize(
    "path", ["/", "/ws/", "/ws/nowhere/", "/ws/desk", "/ws/desk/KON-1/more/", "/ws/track/KON-1/"]
)
async def test_an_unknown_address_is_closed_for_good_and_raises_nothing(path):
    socket = Socket(path)
    await socket.connect()
    assert await socket.close_code() == 4404
