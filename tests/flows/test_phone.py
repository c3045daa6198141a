"""A call becomes a case, a department works on it, and the caller hears how it stands: all over HTTP."""

import re

import pytest
from django.urls import reverse

from cases.models import Case, Contact
from routing.models import Category, Department, Role
from tests.cast import staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    """The same browser, signed in as the person of a role."""

    def sign_in(role: Role):
        client.force_login(staff_member(role))
        return client

    return sign_in


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def step(browser, reference: str, name: str, **data):
    address = reverse("desk:step", args=[reference, name])
    page = browser.get(reverse("desk:case", args=[reference])).content.decode()
    form = page.split(f'action="{address}"')[1].split("</form>")[0]
    return browser.post(address, {"version": field(form, "version"), "seen": field(form, "seen")} | data)


def test_a_call_goes_through_the_house(as_):
    # Ana calls, Bo writes it down and reads her the number and the PIN.
    bo = as_(Role.AGENT)
    form = bo.get(reverse("desk:call")).content.decode()
    called = bo.post(
        reverse("desk:call"),
        {
            "key": field(form, "key"),
            "started": field(form, "started"),
            "channel": "PHONE",
            "purpose": "REPORT",
            "said": "Na Dworcowej 5 jest dziura w jezdni, wpadłam w nią rowerem.",
            "address": "ul. Dworcowa 5",
            "category": "road.pothole",
            "kind": "REPORT",
            "urgency": "URGENT",
            "name": "Ana Nowak",
            "phone": "600100200",
            "language": "pl",
            "privacy_read": "on",
            "becomes": "CASE",
            "outcome": "ANSWERED",
        },
        follow=True,
    )
    reference = Case.objects.get().reference
    pin = "".join(
        re.findall(r"<strong class=\"reference\">(\d{3}) (\d{3})</strong>", called.content.decode())[0]
    )
    assert reference in called.content.decode()

    # It stands in the queue, and Bo passes it to the department that looks after the category.
    assert reference in bo.get(reverse("desk:queue")).content.decode()
    zdm = Category.objects.get(code="road.pothole").department
    assert zdm == Department.objects.get(code="zdm")
    assert step(bo, reference, "route", department=zdm.pk).status_code == 302

    # The department works on it and answers.
    hal = as_(Role.HANDLER)
    assert reference in hal.get(reverse("desk:queue")).content.decode()
    assert step(hal, reference, "start").status_code == 302
    status = as_(Role.AGENT).post(reverse("desk:status_by_phone"), {"reference": reference, "pin": pin})
    assert status.context["words"].status == "IN_PROGRESS"
    hal = as_(Role.HANDLER)
    answered = step(hal, reference, "resolve", outcome="DONE", answer="Dziura jest załatana.", authority="")
    assert answered.status_code == 302
    assert reference not in hal.get(reverse("desk:queue")).content.decode()

    # Ana calls again with her PIN, and the call is kept with her case.
    bo = as_(Role.AGENT)
    status = bo.post(reverse("desk:status_by_phone"), {"reference": reference, "pin": pin})
    assert status.context["words"].outcome == "DONE"
    form = bo.get(reverse("desk:call"), {"purpose": "STATUS", "reference": reference}).content.decode()
    bo.post(
        reverse("desk:call"),
        {
            "key": field(form, "key"),
            "channel": "PHONE",
            "purpose": "STATUS",
            "said": "Pyta, czy dziura jest załatana.",
            "urgency": "NORMAL",
            "language": "pl",
            "becomes": "LINK",
            "reference": reference,
            "outcome": "ANSWERED",
        },
    )
    case = Case.objects.get()
    assert list(case.contacts.order_by("id").values_list("purpose", flat=True)) == ["REPORT", "STATUS"]
    assert Contact.objects.count() == 2
    kinds = list(case.events.order_by("id").values_list("kind", flat=True))
    assert kinds == ["RECEIVED", "CONTACT_LINKED", "ROUTED", "STARTED", "RESOLVED", "CONTACT_LINKED"]
