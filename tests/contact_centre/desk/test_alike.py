"""What may be the same: on the case page with a way into the merge, and in the log while typing."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Contact, ReadLog, ReadReason
from cases.queries.duplicates import Duplicate
from cases.queries.matching import Reason, ReasonCode
from cases.services.intake import Place
from classifiers.store import serving
from contact_centre.desk.alike import alike_of
from routing.models import Role, Street
from tests.contact_centre.desk.test_call import CALL, call
from tests.factories import make_case, make_routed_case

pytestmark = pytest.mark.django_db

HOLE = "Duża dziura w jezdni, można uszkodzić koło."
AGAIN = "Głęboka dziura w jezdni, uszkodziłem koło."
SUGGEST = reverse("desk:suggest")


def place(address: str = "ul. Dworcowa 5") -> Place:
    return Place(address=address, street=Street.objects.get(name="Dworcowa"))


def hole(description: str = HOLE, **changes) -> Case:
    received: dict[str, Any] = {"received_at": timezone.now() - timedelta(days=2), "place": place()}
    return make_routed_case(description=description, **(received | changes))


def page_of(browser, case: Case, query: str = "") -> str:
    return html.unescape(browser.get(reverse("desk:case", args=[case.reference]) + query).content.decode())


@pytest.fixture
def no_model(monkeypatch):
    """The place is typed: nothing has to be read from the words."""
    monkeypatch.setattr(serving, "current", lambda: None)


def test_whose_words_the_suggestions_showed_is_written_down_once_an_hour(desk, no_model):
    """DESIGN 4.15: words and place of another household, on the case page and while a call is typed."""
    first, second = hole(), hole(AGAIN)
    page_of(desk(Role.DISPATCHER), second)
    typed = {"said": AGAIN, "language": "pl", "address": "ul. Dworcowa 5"}
    for _ in range(2):
        desk(Role.AGENT).post(SUGGEST, typed)
    logs = ReadLog.objects.filter(reason=ReadReason.ALIKE)
    assert sorted(logs.values_list("case_id", "user__username")) == sorted(
        [(first.pk, "cy"), (first.pk, "bo"), (second.pk, "bo")]
    )


def test_the_case_page_names_it_with_reasons_and_leads_into_the_merge(desk, take, in_english):
    first, second = hole(), hole(AGAIN)
    browser = desk(Role.DISPATCHER)
    page = page_of(browser, second)
    assert "May be the same" in page
    assert first.reference in page
    assert re.search(r"same address · words: [^<]*dziura[^<]* · same category · within one day", page)

    into = f"?into={first.reference}"
    assert f"{into}#act-merge" in page
    prefilled = page_of(browser, second, into)
    assert '<details id="act-merge" open>' in prefilled
    assert f'name="into" value="{first.reference}"' in prefilled
    assert Case.objects.get(pk=second.pk).merged_into is None

    assert take(Role.DISPATCHER, second, "merge", into=first.reference).status_code == 302
    second.refresh_from_db()
    assert second.merged_into == first
    assert "May be the same" not in page_of(browser, second)
    assert "May be the same" not in page_of(browser, first)


def test_what_the_resident_said_is_named_as_hers(desk, in_english):
    meant = hole(place=place("Dworcowa 61"))
    case = hole("Coś zupełnie innego", same_as_id=meant.pk)
    page = page_of(desk(Role.HANDLER), case)
    assert "the resident says it is the same" in page
    assert meant.reference in page


def test_a_case_behind_the_legal_gate_offers_no_merge(desk, in_english):
    first = hole()
    case = make_case(AGAIN, place=place(), received_at=timezone.now(), same_as_id=first.pk)
    page = page_of(desk(Role.DISPATCHER), case)
    assert first.reference in page
    assert "Merge into it" not in page
    assert "no matter of law" in page


@pytest.mark.parametrize("role", [Role.CREW, Role.COUNCIL])
def test_who_may_not_merge_sees_no_panel(desk, in_english, role):
    hole()
    case = hole(AGAIN)
    response = desk(role).get(reverse("desk:case", args=[case.reference]))
    assert "May be the same" not in response.content.decode()


def test_a_strange_number_in_the_address_does_no_harm(desk):
    case = hole()
    page = desk(Role.DISPATCHER).get(
        reverse("desk:case", args=[case.reference]), {"into": '"><script>alert(1)</script>' * 9}
    )
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.content.decode()


def test_the_log_suggests_it_while_typing(desk, in_english, no_model):
    case = hole()
    typed = {"said": AGAIN, "language": "pl", "address": "Dworcowa 5", "category": "road.pothole"}
    page = html.unescape(desk(Role.AGENT).post(SUGGEST, typed).content.decode())
    assert case.reference in page
    assert "same address" in page
    assert f'value="reference:{case.reference}"' in page


@pytest.mark.parametrize(
    "typed",
    [
        {"address": ""},
        {"address": "Nieznana 5"},
        {"said": "dziura"},
        {"said": "Latarnia nie świeci od wczoraj", "category": ""},
    ],
)
def test_the_log_suggests_nothing_without_words_and_a_place(desk, no_model, typed):
    case = hole()
    sent = {"said": AGAIN, "language": "pl", "address": "Dworcowa 5", "category": "road.pothole"} | typed
    assert case.reference not in desk(Role.AGENT).post(SUGGEST, sent).content.decode()


def test_the_place_in_the_words_will_do(desk, serving_model, monkeypatch):
    monkeypatch.setattr(serving, "current", lambda: serving.require(60))
    case = hole(place=place("Dworcowa 5"))
    typed = {"said": "Na ulicy Dworcowej 5 jest dziura w jezdni, uszkodziłem koło", "language": "pl"}
    assert case.reference in desk(Role.AGENT).post(SUGGEST, typed).content.decode()


def test_accepting_without_scripts_links_the_call_to_the_case(desk, no_model):
    case = hole()
    browser = desk(Role.AGENT)
    sent = call(said=AGAIN, category="road.pothole")
    page = browser.post(CALL, sent | {"accept": f"reference:{case.reference}"})
    form = page.context["form"]
    assert (form["becomes"].value(), form["reference"].value()) == ("LINK", case.reference)
    assert not Contact.objects.exists()
    browser.post(CALL, sent | {"becomes": "LINK", "reference": case.reference})
    assert list(Contact.objects.get().cases.all()) == [case]


def test_every_reason_has_words(settings):
    row = Duplicate(
        1, "KON-2026-000001-1", "", "NEW", "", None, None, "", timezone.localdate(), True, 0.5, ()
    )
    reasons = tuple(Reason(code, number, ("dziura",)) for code in ReasonCode for number in (0, 1, 5))
    shown = alike_of(Duplicate(**{f: getattr(row, f) for f in row.__slots__} | {"reasons": reasons})).reasons
    assert all(shown)
    assert not [words for words in shown if "%" in words]
