"""The list of contacts: who may read it, and that no promised call back is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actors import staff
from cases.models import Case, Channel, Contact, ContactOutcome, Purpose, ReadLog, ReadReason
from cases.services.contacts import CannotCallBack, mark_contact_called_back
from cases.services.intake import Conversation, log_contact
from cases.services.privacy import exclude
from contact_centre.web.pages import PAGE_SIZE
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_routed_case

pytestmark = pytest.mark.django_db

CONTACTS = reverse("desk:contacts")
DUE = f"{CONTACTS}?due=on"
MAY = {Role.AGENT, Role.DISPATCHER, Role.HEAD, Role.DPO}


def logged(key: str, outcome: ContactOutcome = ContactOutcome.CALL_BACK, case: Case | None = None) -> Contact:
    conversation = Conversation(
        source_key=key,
        channel=Channel.PHONE,
        purpose=Purpose.STATUS,
        outcome=outcome,
        started_at=NOW,
        received_at=NOW,
        said=f"Pytanie {key}",
        name="Ana Nowak",
        phone="600 100 200",
    )
    by = staff(staff_member(Role.AGENT))
    return log_contact(conversation, by=by, at=NOW, case_id=case.pk if case else None)


def shown(answer) -> list[Contact]:
    return list(answer.context["contacts"])


@pytest.mark.parametrize("role", sorted(Role.values))
def test_is_for_those_who_log_contacts(desk, role):
    contact = logged("a")
    answer = desk(Role(role)).get(CONTACTS)
    assert (answer.status_code == 200) == (role in MAY)
    assert answer.status_code in (200, 403, 404)
    called = desk(Role(role)).post(reverse("desk:called_back", args=[contact.pk]))
    contact.refresh_from_db()
    assert (contact.called_back_at is not None) == (role in MAY)
    assert called.status_code in (302, 403, 404)


def test_keeps_a_promise_to_call_back_until_somebody_has(desk):
    waiting, settled = logged("a"), logged("b", ContactOutcome.ANSWERED)
    browser = desk(Role.AGENT)
    assert shown(browser.get(CONTACTS)) == [settled, waiting]
    page = browser.get(DUE)
    assert shown(page) == [waiting]
    assert "Pytanie a" in page.content.decode()
    address = reverse("desk:called_back", args=[waiting.pk])
    assert address in page.content.decode()
    assert browser.post(address).url == DUE
    waiting.refresh_from_db()
    assert (waiting.called_back_by, waiting.called_back_at is None) == (staff_member(Role.AGENT), False)
    assert shown(browser.get(DUE)) == []
    answer = desk(Role.HEAD).post(address, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    waiting.refresh_from_db()
    assert waiting.called_back_by == staff_member(Role.AGENT)


def promised(client: Client) -> Any:
    """The counter above the queue that leads to the promised contacts."""
    figures = client.get(reverse("desk:queue")).context["figures"]
    return next(figure.value for figure in figures if figure.url == DUE)


def test_counts_them_above_the_queue(desk):
    logged("a")
    logged("b", ContactOutcome.NOTHING)
    assert promised(desk(Role.AGENT)) == "1"
    handlers = desk(Role.HANDLER).get(reverse("desk:queue")).context["figures"]
    assert DUE not in {figure.url for figure in handlers}


def test_leaves_out_what_was_said_about_a_case_that_one_may_not_see(desk):
    case = make_routed_case()
    contact = logged("a", case=case)
    assert shown(desk(Role.DISPATCHER).get(DUE)) == [contact]
    head = staff(staff_member(Role.HEAD))
    exclude(case_id=case.pk, user=staff_member(Role.DISPATCHER), reason="X", by=head, at=NOW)
    assert shown(desk(Role.DISPATCHER).get(DUE)) == []
    assert promised(desk(Role.DISPATCHER)) == "0"
    assert desk(Role.DISPATCHER).post(reverse("desk:called_back", args=[contact.pk])).status_code == 404
    assert shown(desk(Role.HEAD).get(DUE)) == [contact]


def test_shows_when_each_was_logged_so_that_the_times_are_in_the_order_of_the_rows(desk):
    long_one, short_one = logged("a"), logged("b")
    for contact, start, end in ((long_one, 0, 9), (short_one, 5, 12), (logged("c"), 1, 15)):
        contact.started_at, contact.ended_at = NOW + timedelta(minutes=start), NOW + timedelta(minutes=end)
        contact.save()
    page = desk(Role.AGENT).get(CONTACTS).content.decode()
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    times = re.findall(r'<time datetime="([^"]+)"', table)
    assert len(times) == 3
    assert times == sorted(times, reverse=True)


def test_pages_without_losing_or_repeating_a_contact(desk):
    for number in range(PAGE_SIZE + 3):
        logged(f"c{number}")
    browser = desk(Role.AGENT)
    first = browser.get(DUE)
    second = browser.get(first.context["older_url"])
    assert (len(shown(first)), len(shown(second))) == (PAGE_SIZE, 3)
    assert "due=on" in first.context["older_url"]
    assert second.context["older_url"] == ""
    ids = [contact.pk for contact in (*shown(first), *shown(second))]
    assert ids == sorted(set(ids), reverse=True)
    assert browser.get(CONTACTS, {"before": "x"}).status_code == 200


def test_writes_down_who_read_the_list(desk):
    case = make_routed_case()
    logged("a", case=case)
    logged("b")
    logged("c")
    desk(Role.AGENT).get(CONTACTS)
    logs = ReadLog.objects.filter(reason=ReadReason.CONTACTS, user=staff_member(Role.AGENT))
    assert sorted(log.case_id or 0 for log in logs) == [0, case.pk]


def test_shows_on_the_case_that_a_call_back_is_due(desk, in_english):
    case = make_routed_case()
    contact = logged("a", case=case)
    page = reverse("desk:case", args=[case.reference])
    assert "to be called back" in desk(Role.HANDLER).get(page).content.decode()
    mark_contact_called_back(contact_id=contact.pk, by=staff(staff_member(Role.AGENT)), at=NOW)
    after = desk(Role.HANDLER).get(page).content.decode()
    assert "to be called back" not in after
    assert "Called back:" in after


@pytest.mark.parametrize("role", [Role.HANDLER, Role.CREW, Role.ANALYST])
def test_is_not_noted_by_others(role):
    contact = logged("a")
    with pytest.raises(CannotCallBack):
        mark_contact_called_back(contact_id=contact.pk, by=staff(staff_member(role)), at=NOW)


def test_is_noted_once_and_only_where_it_was_promised():
    by = staff(staff_member(Role.AGENT))
    with pytest.raises(CannotCallBack):
        mark_contact_called_back(contact_id=logged("n", ContactOutcome.NOTHING).pk, by=by, at=NOW)
    contact = logged("a")
    mark_contact_called_back(contact_id=contact.pk, by=by, at=NOW)
    with pytest.raises(CannotCallBack):
        mark_contact_called_back(contact_id=contact.pk, by=by, at=NOW + timedelta(hours=1))
    contact.refresh_from_db()
    assert contact.called_back_at == NOW
