"""Status by phone: what is read to a caller after her PIN, and nothing without it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cases.actors import staff
from cases.keys import phone_pin
from cases.models import Case, ReadLog, ReadReason
from cases.services.privacy import revoke_link
from contact_centre.desk.views.status_by_phone import WRONG_PINS
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.desk.test_call import CALL, STATUS, law_case, told_after_pin, waiting_case
from tests.factories import NOW, make_routed_case, reporter_of

pytestmark = pytest.mark.django_db


def test_takes_the_number_as_people_say_it_and_counts_the_tries_of_one_case_together(desk):
    case = make_routed_case()
    pin = phone_pin(reporter_of(case))
    year = case.reference.split("-")[1]
    ways = [str(case.pk), f"{year} {case.pk}", case.reference.lower(), f"{case.pk:06d}"]
    for said in ways:
        assert "words" in desk(Role.AGENT).post(STATUS, {"reference": said, "pin": pin}).context
    cache.clear()
    for said in [*ways, str(case.pk)]:
        desk(Role.AGENT).post(STATUS, {"reference": said, "pin": "x"})
    assert desk(Role.AGENT).post(STATUS, {"reference": ways[0], "pin": pin}).status_code == 429


def test_reads_out_the_question_and_sends_no_caller_to_a_page(desk, in_english):
    """Item 6, DESIGN §3: what is told by phone is what can be heard."""
    case = waiting_case()
    answer = told_after_pin(desk(Role.AGENT), case)
    page = answer.content.decode()
    assert "You can tell me now." in page
    assert "Przy którym domu?" in page
    assert "below" not in " ".join(sentence for said in answer.context["spoken"] for sentence in said)


@pytest.mark.parametrize("outcome", ["DONE", "ANSWERED", "NOT_CONFIRMED", "DECLINED", "FORWARDED"])
def test_reads_out_the_answer_and_sends_no_caller_to_a_page(desk, take, in_english, outcome):
    case = make_routed_case()
    words = {"outcome": outcome, "answer": "Asfalt jest nowy.", "authority": "GDDKiA"}
    take(Role.HANDLER, case, "resolve", **words)
    for days in (0, 30):
        resolved_at = timezone.now() - timedelta(days=days)
        Case.objects.filter(pk=case.pk).update(resolved_at=resolved_at)
        answer = told_after_pin(desk(Role.AGENT), case)
        said = " ".join(sentence for sentences in answer.context["spoken"] for sentence in sentences)
        assert "Asfalt jest nowy." in answer.content.decode()
        assert "below" not in said
        assert ("Tell me, and a person will look at it." in said) == (days == 30)


def test_reads_out_no_words_of_a_case_that_the_agent_may_not_see(desk, take):
    case = law_case()
    take(Role.DISPATCHER, case, "resolve", outcome="ANSWERED", answer="Skarga jest zasadna.", authority="")
    answer = told_after_pin(desk(Role.AGENT), case)
    assert answer.context["words"].outcome == "ANSWERED"
    assert "Skarga jest zasadna." not in answer.content.decode()
    assert "Skarga jest zasadna." in told_after_pin(desk(Role.DISPATCHER), case).content.decode()


def test_tells_a_status_after_the_pin_and_writes_it_down(desk):
    case = make_routed_case()
    pin = phone_pin(reporter_of(case))
    answer = desk(Role.AGENT).post(
        STATUS, {"reference": case.reference.lower(), "pin": f"{pin[:3]} {pin[3:]}"}
    )
    assert answer.context["words"].sentence
    assert answer.context["words"].sentence in answer.content.decode()
    log = ReadLog.objects.get()
    assert (log.reason, log.case, log.participant) == (ReadReason.STATUS_BY_PHONE, case, reporter_of(case))
    assert "ana@example.org" not in answer.content.decode()


def test_reads_a_status_that_has_no_longer_words_by_its_name(desk, take, in_english):
    case = make_routed_case()
    take(Role.CREW, case, "start")
    pin = phone_pin(reporter_of(case))
    page = desk(Role.AGENT).post(STATUS, {"reference": case.reference, "pin": pin})
    said = page.content.decode().split('<blockquote class="say">')[1].split("</blockquote>")[0]
    assert said.startswith("<p>In progress. We are working on it.")


def test_tells_of_a_merged_case_how_the_other_one_stands(desk, take, in_english):
    case, survivor = make_routed_case(), make_routed_case()
    take(Role.HANDLER, case, "merge", into=survivor.reference)
    take(Role.CREW, survivor, "start")
    pin = phone_pin(reporter_of(case))
    answer = desk(Role.AGENT).post(STATUS, {"reference": case.reference, "pin": pin})
    first, second = answer.context["spoken"]
    assert survivor.reference in first[0]
    assert second[0] == "In progress."
    assert answer.context["words"].status == "IN_PROGRESS"


def test_tells_of_a_merged_case_nothing_that_concerns_the_other_household(desk, take, in_english):
    """DESIGN §3: by phone a caller hears what her own page says. What others were asked, and their right to open
    their case again, are not hers."""
    case, survivor = make_routed_case(), make_routed_case()
    take(Role.HANDLER, case, "merge", into=survivor.reference)
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    take(Role.HANDLER, survivor, "ask", question="Który dom?", answer_by=day)
    said = {"reference": case.reference, "pin": phone_pin(reporter_of(case))}
    answer = desk(Role.AGENT).post(STATUS, said)
    assert answer.context["words"].status == "IN_PROGRESS"
    assert "We asked you" not in answer.content.decode()
    assert "Który dom?" not in answer.content.decode()

    take(Role.HANDLER, survivor, "resolve", outcome="DONE", answer="Załatane.", authority="")
    page = desk(Role.AGENT).post(STATUS, said).content.decode()
    assert "You can open the report again" not in page


def test_tells_nothing_after_a_wrong_pin_and_offers_to_call_back(desk):
    case = make_routed_case()
    wrong = f"{(int(phone_pin(reporter_of(case))) + 1) % 1_000_000:06d}"
    for reference in (case.reference, "KON-2026-999999-9"):
        answer = desk(Role.AGENT).post(STATUS, {"reference": reference, "pin": wrong})
        assert answer.status_code == 422
        assert "words" not in answer.context
        assert f"outcome=CALL_BACK&amp;reference={reference}" in answer.content.decode()
    assert not ReadLog.objects.exists()


def test_stops_listening_after_too_many_pins(desk):
    case = make_routed_case()
    pin = phone_pin(reporter_of(case))
    for _ in range(WRONG_PINS.count):
        desk(Role.AGENT).post(STATUS, {"reference": case.reference, "pin": "x"})
    answer = desk(Role.AGENT).post(STATUS, {"reference": case.reference, "pin": pin})
    assert answer.status_code == 429
    assert not ReadLog.objects.exists()


def test_does_not_know_the_pin_of_a_revoked_link(desk):
    case = make_routed_case()
    pin = phone_pin(reporter_of(case))
    revoke_link(participant_id=reporter_of(case).pk, by=staff(staff_member(Role.AGENT)), at=NOW)
    assert desk(Role.AGENT).post(STATUS, {"reference": case.reference, "pin": pin}).status_code == 422


def test_offers_the_call_form_filled_in_for_a_call_back(desk):
    case = make_routed_case()
    form = (
        desk(Role.AGENT)
        .get(CALL, {"purpose": "STATUS", "outcome": "CALL_BACK", "reference": case.reference})
        .context["form"]
    )
    assert form.initial["becomes"] == "LINK"
    assert (form.initial["purpose"], form.initial["outcome"]) == ("STATUS", "CALL_BACK")
