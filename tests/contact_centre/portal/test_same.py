"""Somebody may have reported this already: asked once, with two ways on, and nothing lost."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from cases.services.intake import Place
from cases.triage import catalogue
from classifiers.store import serving
from contact_centre.portal.views import report
from contact_centre.web.limits import Limit
from routing.models import Category, Street
from tests.factories import NOW, make_routed_case
from tests.prepared import prepare_once

# No model is loaded but where a test asks for one: then nothing is read from the words.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_process")]

HOLE = "Duża dziura w jezdni przy szkole, można uszkodzić koło."


@pytest.fixture(autouse=True)
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


QUESTION = "Somebody may have reported this already"
SECRET = "Mówiła mi o tym sąsiadka Zofia Tajna"


@pytest.fixture
def known(db) -> Case:
    """What somebody else reported two days ago, and who did."""
    place = Place(address="ul. Dworcowa 5", street=Street.objects.get(name="Dworcowa"))
    received = timezone.now() - timedelta(days=2)
    return make_routed_case(description=f"{HOLE} {SECRET}.", place=place, received_at=received)


@pytest.fixture
def again(send):
    """The same thing, sent by somebody else."""
    return lambda **changes: send(category="road.pothole", **changes)


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def answers_of(response) -> list[str]:
    return re.findall(r'<button[^>]* name="same" value="([^"]+)"', text_of(response))


def kept_in(response) -> str:
    """The answer as the form carries it on."""
    found = re.search(r'<input type="hidden" name="same" value="([^"]+)"', text_of(response))
    assert found
    return found[1]


def others(known: Case):
    return Case.objects.exclude(pk=known.pk)


def test_asks_once_and_keeps_all_that_was_typed(known, again, photo):
    asked = again(phone="600 100 200", photos=[photo()])
    page = text_of(asked)
    assert asked.status_code == 422
    assert QUESTION in page
    assert "Duża dziura w jezdni przy szkole." in page
    assert "ul. Dworcowa 5" in page
    assert "600 100 200" in page
    assert "hole.png" in page
    assert not others(known).exists()


def test_says_no_more_than_category_street_day_and_state(known, again):
    page = text_of(again())
    assert re.search(r"Pothole[^<]*</strong>, ul\. Dworcowa", page) or known.category.name_en in page
    assert "Passed on" in page
    assert "Tajna" not in page
    assert "Ana Nowak" in page  # What she typed herself.
    assert known.reference not in page
    assert str(known.received_at.astimezone().day) in page


@pytest.mark.parametrize("same", [["asked", "other"], ["other", "asked"]], ids=["below", "above"])
def test_something_else_is_sent_as_usual(known, again, same):
    token = str(uuid.uuid4())
    again(token=token)
    sent = again(token=token, same=same)
    assert sent.status_code == 302
    assert others(known).get().possible_duplicate_of is None


def test_the_same_is_sent_as_usual_with_a_hint_and_she_is_told(client, known, again):
    token = str(uuid.uuid4())
    choice = answers_of(again(token=token))[0]
    # The buttons stand above the form, so what they send comes first.
    sent = again(token=token, same=[choice, "asked"])
    case = others(known).get()
    assert (case.possible_duplicate_of, case.status, case.merged_into) == (known, "NEW", None)
    assert case.participants.get().email == "ana@example.org"
    page = text_of(client.get(sent.url))
    assert "You told us that somebody has reported this already." in page
    assert known.reference not in page


def test_the_usual_confirmation_says_nothing_of_it(client, send):
    page = text_of(client.get(send(category="road.pothole").url))
    assert "reported this already" not in page


def test_enter_in_a_field_of_the_question_sends_it(known, again):
    token = str(uuid.uuid4())
    asked = again(token=token)
    assert kept_in(asked) == "asked"
    assert again(token=token, same="asked").status_code == 302
    assert others(known).get().possible_duplicate_of is None


def test_is_not_asked_again_while_something_else_is_wrong(known, again):
    token = str(uuid.uuid4())
    choice = answers_of(again(token=token))[0]
    wrong = again(token=token, same=["asked", choice], email="no address")
    assert wrong.status_code == 422
    assert QUESTION not in text_of(wrong)
    kept = kept_in(wrong)
    assert again(token=token, same=kept).status_code == 302
    assert others(known).get().possible_duplicate_of == known


def test_the_answer_outlives_the_wait_of_a_busy_network(known, again, monkeypatch):
    monkeypatch.setattr(report, "NETWORK_LIMIT", Limit("test-same", count=0, seconds=600))
    monkeypatch.setattr(report, "_was_patient", lambda *_: False)
    token = str(uuid.uuid4())
    choice = answers_of(again(token=token))[0]
    held = again(token=token, same=["asked", choice])
    assert held.status_code == 429
    monkeypatch.setattr(report, "_was_patient", lambda *_: True)
    assert again(token=token, same=kept_in(held)).status_code == 302
    assert others(known).get().possible_duplicate_of == known


def test_the_answer_moves_to_a_form_that_was_sent_before(known, again, value_of):
    token = str(uuid.uuid4())
    choice = answers_of(again(token=token))[0]
    again(token=token, same=["asked", choice])
    changed = again(token=token, same=["asked", choice], description="Dziura w jezdni, druga, obok kościoła")
    assert changed.status_code == 409
    new = value_of(changed, "token")
    again(token=new, same=kept_in(changed), description="Dziura w jezdni, druga, obok kościoła")
    assert others(known).count() == 2
    assert {case.possible_duplicate_of for case in others(known)} == {known}


def test_in_another_language_it_is_asked_again_unless_it_was_answered(known, again):
    token = str(uuid.uuid4())
    choice = answers_of(again(token=token))[0]
    switched = again(token=token, same="asked", switch_language="uk")
    assert 'name="same"' not in switched.content.decode()
    answered = again(token=token, same=["asked", choice], switch_language="uk")
    # Signed anew, so only what was chosen is the same; the time and the signature may be others.
    chosen = choice.split(":")[0]
    assert re.search(rf'name="same" value="{chosen}:', html.unescape(answered.content.decode()))


@pytest.mark.parametrize("forged", ["1", "other", "asked", "x:y", "\0", "MQ:abc"])
def test_nobody_names_a_case_that_was_not_shown(known, again, forged):
    assert again(same=forged).status_code == 302
    assert others(known).get().possible_duplicate_of is None


def test_the_button_of_another_form_names_nothing(known, again):
    choice = answers_of(again())[0]
    assert again(same=choice).status_code == 302
    assert others(known).get().possible_duplicate_of is None


def test_a_second_click_on_a_sent_form_does_not_find_itself(send):
    token = str(uuid.uuid4())
    first = send(category="road.pothole", token=token)
    Case.objects.update(is_restricted=False, kind="REPORT")
    second = send(category="road.pothole", token=token)
    assert (second.status_code, second.url) == (302, first.url)


@pytest.mark.parametrize(
    "changes",
    [
        {"category": ""},
        {"address": "za szkołą"},
        {"address": "ul. Wodna 5"},
        {"description": "Nie działa sygnalizacja"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_asks_nothing_where_nothing_is_likely(known, send, changes):
    assert send(**({"category": "road.pothole"} | changes)).status_code == 302


def test_asks_nothing_of_a_category_that_is_not_public(known, again):
    Category.objects.filter(code="road.pothole").update(is_public=False)
    assert again().status_code == 302


def test_the_number_to_call_and_the_question_come_together(known, again):
    Category.objects.filter(code="road.pothole").update(call_first="994")
    token = str(uuid.uuid4())
    asked = again(token=token)
    assert "Please call first" in text_of(asked)
    assert QUESTION in text_of(asked)
    assert again(token=token, called="road.pothole", same=["asked", "other"]).status_code == 302


def test_whoever_left_no_contact_is_told_what_that_means(known, again):
    assert "You did not leave a contact." in text_of(again(email="", name=""))
    assert "You did not leave a contact." not in text_of(again())


@pytest.fixture
def reader(small_city, fresh_process):
    """A model that was trained on a few categories, loaded in this process."""
    prepare_once(catalogue(), NOW)
    return serving.require(60)


CLEAR = "Dziura w jezdni na ul. Dworcowej 5, duża wyrwa w asfalcie"


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "changes",
    [
        {"category": ""},
        {"category": "", "address": "", "description": CLEAR},
    ],
    ids=["no topic", "neither topic nor address"],
)
def test_what_she_left_out_is_read_from_her_words(known, send, changes):
    token = str(uuid.uuid4())
    asked = send(**({"category": "road.pothole", "token": token} | changes))
    assert (asked.status_code, QUESTION in text_of(asked)) == (422, True)
    choice = answers_of(asked)[0]
    answered = {"category": "road.pothole", "token": token, "same": ["asked", choice]} | changes
    sent, again = send(**answered), send(**answered)
    assert (sent.status_code, again.status_code, again.url) == (302, 302, sent.url)
    assert others(known).get().possible_duplicate_of == known


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "changes",
    [
        {"address": "za szkołą", "description": CLEAR},
        {"address": "ul. Wodna 5", "description": CLEAR},
        {"category": "", "description": "Proszę o pilny kontakt w tej sprawie"},
        {"category": "", "address": "", "description": "Dziura w jezdni, duża wyrwa w asfalcie"},
        {"category": "", "description": "Skarga na urzędnika: dziura w jezdni na ul. Dworcowej 5"},
    ],
    ids=["other place typed", "other street typed", "unclear topic", "no place said", "may be legal"],
)
def test_her_words_count_only_where_she_gave_nothing_and_they_are_clear(known, send, changes):
    assert send(**({"category": "road.pothole"} | changes)).status_code == 302


def test_nobody_waits_for_a_model_that_is_being_loaded(known, send, monkeypatch):
    monkeypatch.setattr(serving, "require", lambda _seconds: pytest.fail("waited"))
    assert send(category="").status_code == 302
