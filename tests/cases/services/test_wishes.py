"""How a participant wants to hear from us: possible choices only, recorded once, and the case stays as it is."""

from typing import Any

import pytest

from cases.models import Case, CaseParticipant, ContactChannel
from cases.services.intake import Reporter
from cases.services.wishes import CannotChoose, choose_wishes
from tests.factories import NOW, make_case, reporter_of

pytestmark = pytest.mark.django_db
BOTH = Reporter(name="Ana", email="ana@example.org", phone="600100200")


def choose(participant: CaseParticipant, **wishes) -> CaseParticipant:
    usual: dict[str, Any] = {"language": "pl", "channel": participant.channel, "only_compulsory": False}
    return choose_wishes(participant_id=participant.pk, at=NOW, **usual | wishes)


def events_of(case: Case) -> list[dict[str, object]]:
    return [event.payload for event in case.events.filter(kind="WISHES_CHANGED").order_by("id")]


def test_the_choice_is_kept_and_recorded_without_touching_the_case():
    case = make_case(reporter=BOTH)

    choose(reporter_of(case), language="uk", channel="PHONE", only_compulsory=True)

    kept = reporter_of(case)
    assert (kept.language, kept.channel, kept.only_compulsory) == ("uk", "PHONE", True)
    assert events_of(case) == [
        {"participant": kept.pk, "language": "uk", "channel": "PHONE", "only_compulsory": True}
    ]
    event = case.events.get(kind="WISHES_CHANGED")
    assert event.actor_participant == kept
    assert Case.objects.get(pk=case.pk).version == case.version


def test_the_same_choice_again_leaves_no_trace():
    case = make_case(reporter=BOTH)
    choose(reporter_of(case), only_compulsory=True)
    choose(reporter_of(case), only_compulsory=True)

    assert len(events_of(case)) == 1


@pytest.mark.parametrize(
    "wishes", [{"language": "de"}, {"channel": "LETTER"}, {"channel": "NONE"}, {"channel": "PIGEON"}]
)
def test_what_is_not_possible_is_refused(wishes):
    case = make_case(reporter=BOTH)

    with pytest.raises(CannotChoose):
        choose(reporter_of(case), **wishes)
    assert reporter_of(case).channel == ContactChannel.EMAIL
    assert events_of(case) == []


def test_who_wished_no_contact_may_go_on_doing_so():
    case = make_case(reporter=Reporter(name="Ana"))

    assert choose(reporter_of(case), language="en").channel == ContactChannel.NONE


def test_who_has_left_chooses_no_more():
    case = make_case(reporter=BOTH)
    CaseParticipant.objects.update(detached_at=NOW)

    with pytest.raises(CannotChoose):
        choose(reporter_of(case), language="en")
