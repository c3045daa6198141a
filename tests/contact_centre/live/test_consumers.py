"""The sockets: who hears what, and who hears nothing."""

import pytest
from channels.db import database_sync_to_async

from cases.actors import staff
from cases.keys import tracking_key
from cases.models import Case, Channel
from cases.services.conversation import add_note, record_reply
from cases.services.privacy import exclude, revoke_link
from cases.services.workflow import reassign_case, start_work
from routing.models import Department, Role
from tests.cast import outsider, staff_member
from tests.contact_centre.live.socket import Socket
from tests.factories import NOW, make_case, make_routed_case, reporter_of

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
