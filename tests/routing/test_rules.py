"""Choosing a department: the order of the rules, every condition, the words, and the reasons given."""

from dataclasses import replace
from typing import Any

import pytest

from routing.facts import CaseFacts, Choice, Reason, RuleFacts
from routing.rules import choose

FACTS = CaseFacts(
    category="road.pothole",
    kind="REPORT",
    channel="WEB",
    urgency="NORMAL",
    district="v_osiedle",
    street="Dworcowa",
    text=" dziura w jezdni, scieki na drodze",
)
DEFAULTS = {"road.pothole": "zdm"}


def test_without_a_category_a_person_decides():
    rule = RuleFacts("any", "pwik")
    assert choose(replace(FACTS, category=None), [rule], DEFAULTS) == Choice(None, (Reason("NO_CATEGORY"),))


def test_without_a_rule_the_category_has_its_default():
    assert choose(FACTS, [], DEFAULTS) == Choice("zdm", (Reason("CATEGORY_DEFAULT"),))


def test_a_category_without_a_default_is_left_to_a_person():
    assert choose(FACTS, [], {}) == Choice(None, (Reason("NO_DEFAULT"),))


def test_the_first_rule_that_holds_wins():
    rules = [
        RuleFacts("elsewhere", "mpec", districts=frozenset({"laskowka"})),
        RuleFacts("first", "pwik"),
        RuleFacts("second", "mzk"),
    ]
    assert choose(FACTS, rules, DEFAULTS) == Choice("pwik", (Reason("RULE", rule="first"),))


def rule_on(condition: str, *codes: str) -> RuleFacts:
    """A rule to the water company with this one condition."""
    only: dict[str, Any] = {condition: frozenset(codes)}
    return RuleFacts("r", "pwik", **only)


CONDITIONS = [
    ("categories", "road.pothole", "road.sign"),
    ("districts", "v_osiedle", "laskowka"),
    ("streets", "Dworcowa", "Szkolna"),
    ("channels", "WEB", "PHONE"),
    ("urgencies", "NORMAL", "DANGER"),
    ("kinds", "REPORT", "INFORMATION"),
]


@pytest.mark.parametrize(("condition", "fits", "differs"), CONDITIONS)
def test_each_condition_decides_alone(condition, fits, differs):
    fitting = rule_on(condition, fits, differs)
    differing = rule_on(condition, differs)
    assert choose(FACTS, [fitting], DEFAULTS).department == "pwik"
    assert choose(FACTS, [differing], DEFAULTS).department == "zdm"


@pytest.mark.parametrize("field", ["district", "street"])
def test_a_rule_about_a_place_does_not_hold_where_the_place_is_unknown(field):
    rule = rule_on(f"{field}s", "v_osiedle", "Dworcowa")
    unknown: dict[str, Any] = {field: None}
    assert choose(replace(FACTS, **unknown), [rule], DEFAULTS).department == "zdm"


def test_all_conditions_must_hold_together():
    rule = RuleFacts("r", "pwik", districts=frozenset({"v_osiedle"}), streets=frozenset({"Szkolna"}))
    assert choose(FACTS, [rule], DEFAULTS).department == "zdm"


def test_the_words_that_were_found_are_part_of_the_reason():
    rule = RuleFacts("sewage", "pwik", words=("sciek", "szambo", " dziura"))
    assert choose(FACTS, [rule], DEFAULTS) == Choice(
        "pwik", (Reason("RULE", rule="sewage", words=("sciek", " dziura")),)
    )


def test_a_word_with_a_space_before_it_is_the_beginning_of_a_word():
    rule = RuleFacts("r", "pwik", words=(" ezdn",))
    assert choose(FACTS, [rule], DEFAULTS).department == "zdm"


def test_a_rule_whose_words_are_not_in_the_text_does_not_hold():
    assert choose(FACTS, [RuleFacts("r", "pwik", words=("azbest",))], DEFAULTS).department == "zdm"
