"""The desk has a sentence for every kind of event."""

from cases.models import EventKind
from contact_centre.desk.timeline import _SENTENCES


def test_every_kind_of_event_has_its_sentence():
    assert set(_SENTENCES) == set(EventKind.values)
