"""The report form: one report becomes one case, and what is wrong is said beside the field with the words kept."""

import html
import re
import uuid

import pytest
from django.urls import reverse

from cases.actors import staff
from cases.models import Case, CaseParticipant, Message
from cases.services.workflow import classify_case
from contact_centre.portal.views import report
from contact_centre.settings import services
from contact_centre.web.city import privacy_clause
from contact_centre.web.limits import Limit
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def test_a_report_becomes_a_case_and_leads_to_its_confirmation(client, send):
    response = send(category="road.pothole")

    case = Case.objects.get()
    assert case.category is not None
    assert (case.channel, case.category.code, case.status) == ("WEB", "road.pothole", "NEW")
    assert str(case.street) == "ul. Dworcowa"
    person = case.participants.get()
    assert (person.email, person.channel) == ("ana@example.org", "EMAIL")
    assert person.privacy_version == privacy_clause().version
    page = client.get(response.url)
    assert case.reference in text_of(page)
    assert response.url.endswith("/received/")


def test_the_confirmation_promises_no_date_before_somebody_decided(client, send):
    page = text_of(client.get(send(category="road.pothole").url))
    assert Case.objects.get().promise_due_at is None
    assert not re.search(r"20\d\d r\.", page)


def test_the_same_form_sent_twice_is_one_case(send):
    token = str(uuid.uuid4())
    first, second = send(token=token), send(token=token)
    assert Case.objects.count() == 1
    assert first.url == second.url


def test_a_sent_form_with_other_words_asks_before_it_becomes_a_second_case(send, value_of):
    token = str(uuid.uuid4())
    send(token=token)

    asked = send(token=token, description="A lamp is out as well.")

    assert asked.status_code == 409
    assert "A lamp is out as well." in text_of(asked)
    assert Case.objects.get().reference in text_of(asked)
    fresh = value_of(asked, "token")
    assert fresh != token
    assert send(token=fresh, description="A lamp is out as well.").status_code == 302
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        {"address": "ul. Wodna 3"},
        {"email": "jan@example.org"},
        {"phone": "600 100 201"},
        {"name": "Jan Nowak"},
        {"category": "road.pothole"},
        {"language": "uk"},
        {"wishes": "NONE"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_sent_form_with_anything_else_in_it_asks_first(send, other):
    token = str(uuid.uuid4())
    send(token=token)

    asked = send(token=token, **other)

    assert asked.status_code == 409
    assert Case.objects.get().reference in text_of(asked)
    assert str(next(iter(other.values()))) in text_of(asked)


def test_a_sent_form_with_another_photo_asks_first_and_keeps_the_photo(send, photo, value_of):
    token = str(uuid.uuid4())
    first = send(token=token, photos=[photo(colour=1)])
    assert send(token=token, photos=[photo(colour=1)]).url == first.url
    asked = send(token=token, photos=[photo(colour=2)])
    assert asked.status_code == 409
    assert 'name="kept"' in text_of(asked)


def test_a_late_second_click_leads_to_the_first_report_although_it_was_decided_since(send):
    token = str(uuid.uuid4())
    first = send(token=token, category="road.pothole")
    classify_case(
        case_id=Case.objects.get().pk,
        category=Category.objects.get(code="light"),
        kind=Kind.REPORT,
        urgency=Urgency.URGENT,
        by=staff(staff_member(Role.DISPATCHER)),
        at=NOW,
    )
    assert send(token=token, category="road.pothole").url == first.url
    assert send(token=token, category="clean").status_code == 409


def test_an_empty_report_is_refused_beside_the_field_and_the_rest_is_kept(send):
    response = send(description="   ", name="Ana of the Hill")
    page = text_of(response)
    assert response.status_code == 422
    assert 'id="id_description_error"' in page
    assert "Ana of the Hill" in page
    assert not Case.objects.exists()


@pytest.mark.parametrize("only", ["\0\0", "\u200b\u200b", "\u202e", "\n\r\n\t"])
def test_what_only_looks_like_words_is_empty(send, only):
    assert send(description=only).status_code == 422


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("x", "x"),
        ("before\0after", "beforeafter"),
        ("Dziura 🕳️ przy szkole 👩‍👩‍👧", "Dziura 🕳️ przy szkole 👩‍👩‍👧"),
        ("\u202eright to left\u202c שלום", "\u202eright to left\u202c שלום"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("道路に穴があります", "道路に穴があります"),
    ],
)
def test_any_writing_is_kept_as_it_was_meant(client, send, page_of, typed, kept):
    send(description=typed)
    case = Case.objects.get()
    assert case.description == kept
    assert Message.objects.get().body == kept
    assert "<script>alert" not in client.get(page_of(case)).content.decode()


def test_text_at_the_limit_is_taken_also_with_the_line_ends_of_browsers(send):
    assert send(description="a\r\n" * 10_000 + "b").status_code == 422
    assert send(description=("ab\r\n" * 6_666)).status_code == 302


def test_too_long_a_text_is_refused_and_kept(send):
    long = "ż" * 20_001
    response = send(description=long)
    assert response.status_code == 422
    assert long in text_of(response)
    assert "20001" in text_of(response).replace("\xa0", "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ana at example"),
        ("phone", "call me"),
        ("category", "no.such.thing"),
        ("category", "road\0pothole"),
        ("wishes", "PIGEON"),
        ("language", "fr"),
        ("address", "x" * 241),
    ],
)
def test_a_wrong_value_is_named_beside_its_field(send, field, value):
    response = send(**{field: value})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text_of(response)
    assert "Duża dziura" in text_of(response)


@pytest.mark.parametrize(("field", "length"), [("name", 161), ("phone", 41), ("address", 241)])
def test_a_line_that_is_too_long_is_not_told_to_become_a_pdf(client, send, field, length):
    client.cookies["language"] = "en"
    page = text_of(send(**{field: "1" * length}))
    assert "Please shorten it." in page
    assert "attach the whole text" not in page


def test_controls_in_an_address_are_taken_out_and_complained_of_at_most_once(send):
    assert send(email="ana\0@example.org").status_code == 302
    assert CaseParticipant.objects.get().email == "ana@example.org"
    wrong = send(email="ana\0 at example")
    assert text_of(wrong).count('class="field-error"') == 1


def test_marks_that_turn_text_around_are_not_kept_in_a_name(send):
    send(name="Ana\u202e Nowak\u2066")
    assert CaseParticipant.objects.get().name == "Ana Nowak"


def test_nothing_that_the_category_demands_is_called_optional(client, send):
    def optional(page: str) -> set[str]:
        labels = re.findall(r'<label for="id_(\w+)">(.*?)</label>', page, re.DOTALL)
        return {name for name, label in labels if 'class="optional"' in label}

    free = optional(text_of(client.get(reverse("portal:report"))))
    assert {"name", "email", "phone", "address"} <= free
    chosen = text_of(client.get(reverse("portal:report"), {"category": "waste.missed"}))
    assert optional(chosen) & {"name", "email", "phone", "address"} == set()
    client.cookies["language"] = "en"
    assert "You can leave this empty." not in text_of(
        client.get(reverse("portal:report"), {"category": "waste.missed"})
    )
    assert "address" not in optional(text_of(send(category="road.pothole", address="")))
    assert "name" in optional(text_of(send(category="road.pothole", address="")))


@pytest.mark.parametrize(
    ("category", "place", "name"),
    [
        ("", "(optional, but needed for some topics)", "(optional)"),
        ("road.pothole", "", "(optional)"),
        ("tax", "(optional)", "(optional)"),
        ("waste.missed", "", ""),
    ],
)
def test_the_marks_beside_the_labels_follow_the_category(client, category, place, name):
    client.cookies["language"] = "en"

    def mark(answer: str, field: str) -> str:
        return str(re.findall(rf'<span id="id_{field}_mark"[^>]*>(.*?)</span>', answer)[0])

    page = text_of(client.get(reverse("portal:report"), {"category": category}))
    changed = text_of(client.get(reverse("portal:category_hint"), {"category": category}))
    for answer in (page, changed):
        assert (mark(answer, "address"), mark(answer, "name")) == (place, name)
        assert ("You can leave this empty." in answer) == bool(name)
    assert changed.count('hx-swap-oob="true"') == 5
    assert "hx-swap-oob" not in page


def test_the_other_emergency_numbers_stand_under_the_strip(client):
    page = text_of(client.get(reverse("portal:report"))).split("<h1>")[0]
    assert 'href="tel:112"' in page
    assert "<details>" in page
    for number in ("994", "998", "986"):
        assert f'href="tel:{number}"' in page


@pytest.mark.parametrize(
    ("wish", "field"), [("EMAIL", "email"), ("PHONE", "phone"), ("LETTER", "postal_address")]
)
def test_a_way_to_answer_needs_its_address(send, wish, field):
    response = send(wishes=wish, email="")
    assert f'id="id_{field}_error"' in text_of(response)


def test_text_messages_are_offered_only_where_they_can_be_sent(client, send, settings):
    settings.SMS = None
    assert 'value="SMS"' not in text_of(client.get(reverse("portal:report")))
    assert send(wishes="SMS", phone="600 100 200").status_code == 422
    settings.SMS = services.sms("smsapi://token@")
    assert 'value="SMS"' in text_of(client.get(reverse("portal:report")))
    send(wishes="SMS", phone="600 100 200")
    assert CaseParticipant.objects.get().channel == "SMS"


@pytest.mark.parametrize("phone", ["", "63 240 11 11"])
def test_text_messages_need_a_mobile_number(send, phone, settings):
    settings.SMS = services.sms("smsapi://token@")
    response = send(wishes="SMS", phone=phone)
    assert response.status_code == 422
    assert 'id="id_phone_error"' in text_of(response)


def test_a_service_report_may_be_anonymous(send):
    send(category="road.pothole", name="", email="")
    assert CaseParticipant.objects.get().channel == "NONE"


def test_a_category_that_names_a_person_asks_for_one(send):
    response = send(category="waste.missed", name="", email="")
    page = text_of(response)
    assert response.status_code == 422
    assert 'id="id_name_error"' in page
    assert 'id="id_email_error"' in page
    assert send(category="waste.missed", email="", phone="600 100 200").status_code == 302


def test_a_category_with_a_place_asks_for_it(send):
    assert 'id="id_address_error"' in text_of(send(category="road.pothole", address=""))
    assert send(category="info", address="").status_code == 302


def test_where_a_call_is_faster_the_number_comes_before_the_report_is_sent(send):
    held = send(category="water.supply")
    assert held.status_code == 422
    assert 'href="tel:994"' in text_of(held)
    assert not Case.objects.exists()
    assert send(category="water.supply", called="water.supply").status_code == 302


def test_the_hint_of_a_category_names_the_number_and_what_is_needed(client):
    hint = text_of(client.get(reverse("portal:category_hint"), {"category": "water.supply"}))
    assert 'href="tel:994"' in hint
    assert "<html" not in hint
    assert "musimy wiedzieć, gdzie to jest" in hint
    no_place = text_of(client.get(reverse("portal:category_hint"), {"category": "tax"}))
    assert "musimy wiedzieć, gdzie to jest" not in no_place
    assert client.get(reverse("portal:category_hint"), {"category": "no\0such"}).content.strip() == b""


@pytest.mark.parametrize(
    ("language", "words"), [("pl", "bez podawania danych"), ("en", "without your details")]
)
def test_the_hint_says_what_cannot_be_answered_to_somebody_without_a_name(client, language, words):
    for code in ("parking", "housing", "card"):
        address = reverse("portal:category_hint")
        assert words in text_of(
            client.get(address, {"category": code}, headers={"accept-language": language})
        )
    no_note = client.get(reverse("portal:category_hint"), {"category": "light"})
    assert "bez podawania danych" not in text_of(no_note)


def test_the_field_for_machines_stops_a_report_but_loses_nothing(send):
    response = send(website="https://buy.example")
    assert response.status_code == 422
    assert "Duża dziura" in text_of(response)
    assert "buy.example" not in text_of(response)
    assert not Case.objects.exists()


def test_another_privacy_clause_than_the_one_in_force_is_shown_first(send, value_of):
    response = send(privacy_version="0-old")
    assert response.status_code == 422
    assert value_of(response, "privacy_version") == privacy_clause().version


def test_a_busy_network_waits_but_is_never_locked_out(client, send, value_of, monkeypatch):
    monkeypatch.setattr(report, "NETWORK_LIMIT", Limit("busy", count=0, seconds=600))

    held = send()
    assert held.status_code == 429
    assert "Duża dziura" in text_of(held)

    patience, token = value_of(held, "patience"), value_of(held, "token")
    assert send(token=token, patience=patience).status_code == 429, "not yet"
    monkeypatch.setattr(report, "PATIENCE_SECONDS", -1)
    assert send(token=str(uuid.uuid4()), patience=patience).status_code == 429, "of another form"
    assert send(token=token, patience=patience).status_code == 302


def test_a_network_may_send_many_reports_before_it_has_to_wait(send):
    answers = [send(email="").status_code for _ in range(report.NETWORK_LIMIT.count + 1)]
    assert set(answers[:-1]) == {302}
    assert answers[-1] == 429


def test_one_address_is_not_flooded_with_confirmations(send):
    for _ in range(report.EMAIL_LIMIT.count):
        send()
    held = send()
    assert held.status_code == 429
    assert 'id="id_email_error"' in text_of(held)
    assert send(email="").status_code == 302


def test_limits_can_be_lifted(send, settings):
    settings.RATE_LIMITS_ENABLED = False
    assert {send().status_code for _ in range(report.EMAIL_LIMIT.count + 2)} == {302}


def test_streets_are_suggested_with_the_number_that_was_typed(client):
    page = text_of(client.get(reverse("portal:streets"), {"q": "dworc"}))
    assert '<option value="ul. Dworcowa">' in page
    assert '"ul. Dworcowa 12a"' in text_of(
        client.get(reverse("portal:streets"), {"address": "ul. Dworcowa 12a"})
    )
    assert client.get(reverse("portal:streets"), {"q": "\0"}).content.strip() == b""


def test_a_group_of_the_home_page_comes_first_in_the_list(client):
    page = text_of(client.get(reverse("portal:report"), {"group": "utilities"}))
    groups = re.findall(r'<optgroup label="([^"]*)"', page)
    assert groups[0].startswith("Woda")
    assert len(groups) == len(set(groups)) == 9


def test_a_category_in_the_address_is_chosen(client):
    page = text_of(client.get(reverse("portal:report"), {"category": "access.digital"}))
    assert re.search(r'<option value="access\.digital"\s+selected', page)
