"""Every code a case may carry has a badge with a mark and a word."""

import pytest
from django.template import Context, Template

from cases.models import Case
from contact_centre.web.badges import CHANNELS, OUTCOMES, STATUSES, URGENCIES, status_badge


@pytest.mark.parametrize(
    ("field", "badges"),
    [("status", STATUSES), ("outcome", OUTCOMES), ("urgency", URGENCIES), ("channel", CHANNELS)],
)
def test_every_code_of_a_case_has_a_badge(field, badges):
    choices = Case._meta.get_field(field).flatchoices  # type: ignore[union-attr]
    codes = {code for code, _ in choices if code}
    assert codes
    assert codes - badges.keys() == set()


def test_a_resolved_case_is_shown_by_its_outcome_and_others_by_their_status():
    assert status_badge("RESOLVED", "DECLINED") is OUTCOMES["DECLINED"]
    assert status_badge("RESOLVED") is STATUSES["RESOLVED"]
    assert status_badge("CLOSED", "DONE") is STATUSES["CLOSED"]


def test_a_fuller_label_replaces_the_word_and_is_escaped():
    html = Template('{% load web %}{% status "PLANNED" label=words %}').render(
        Context({"words": "Tuesday <b>"})
    )
    assert "Tuesday &lt;b&gt;" in html
    assert 'icons.svg#calendar-event"' in html
    assert 'aria-hidden="true"' in html
