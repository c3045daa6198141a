"""Reads of the organisation: rules in force, hours of a department, the tree, streets for a form."""

from datetime import date

import pytest
from django.conf import settings

from routing.facts import CaseFacts
from routing.folding import fold
from routing.models import Calendar, Category, DayOff, Department, Rule, Street
from routing.services import (
    active_rules,
    category_defaults,
    choose_department,
    line_of,
    street_suggestions,
    subtree_ids,
    working_hours,
)

pytestmark = pytest.mark.django_db


def ids(*codes: str) -> frozenset[int]:
    return frozenset(Department.objects.filter(code__in=codes).values_list("pk", flat=True))


def facts(category: str, text: str = "") -> CaseFacts:
    return CaseFacts(category=category, kind="REPORT", channel="WEB", urgency="NORMAL", text=text)


def test_the_citys_rules_send_sewage_in_a_manhole_to_the_water_company():
    choice = choose_department(facts("road.manhole", " " + fold("Wybijają ścieki ze studzienki")))
    assert choice.department == "pwik"
    assert choice.reasons[0].rule == "manhole_sewage"
    assert "sciek" in choice.reasons[0].words


def test_without_a_rule_the_default_of_the_category_is_taken():
    default = Category.objects.get(code="road.pothole").department.code
    assert choose_department(facts("road.pothole")).department == default


def test_rules_come_in_their_order_and_only_while_in_force():
    codes = [rule.code for rule in active_rules()]
    assert codes == list(Rule.objects.order_by("position", "id").values_list("code", flat=True))
    first = Rule.objects.get(code=codes[0])
    first.is_active = False
    first.save()
    assert codes[0] not in [rule.code for rule in active_rules()]


def test_a_department_out_of_use_gets_nothing_by_rule_or_default():
    Department.objects.filter(code="pwik").update(is_active=False)
    assert "pwik" not in {rule.department for rule in active_rules()}
    assert "pwik" not in category_defaults().values()


def test_a_retired_category_has_no_default():
    Category.objects.filter(code="road.pothole").update(is_active=False)
    assert "road.pothole" not in category_defaults()


def test_a_department_without_a_calendar_keeps_the_hours_of_the_office():
    office = working_hours(None)
    assert office == working_hours(Calendar.objects.get(code="office"))
    assert office.opens_on(date(2026, 11, 17)) != ()
    assert office.zone.key == settings.TIME_ZONE


def test_days_off_belong_to_their_calendar():
    DayOff.objects.create(calendar=Calendar.objects.get(code="office"), date=date(2026, 11, 17), name="wolne")
    assert working_hours(None).opens_on(date(2026, 11, 17)) == ()
    assert working_hours(Calendar.objects.get(code="guard")).opens_on(date(2026, 11, 17)) != ()


def test_without_the_office_calendar_the_message_says_what_to_do():
    Department.objects.update(calendar=None)
    Calendar.objects.all().delete()
    with pytest.raises(Calendar.DoesNotExist, match="load_city"):
        working_hours(None)


def test_a_subtree_holds_the_department_and_all_below_it():
    assert subtree_ids(ids("zdm")) == ids("zdm", "ouid", "julmat", "transgaj")
    assert subtree_ids(ids("ouid")) == ids("ouid")
    assert subtree_ids(ids("miasto")) == frozenset(Department.objects.values_list("pk", flat=True))
    assert subtree_ids(frozenset()) == frozenset()


def test_the_line_above_a_department_leads_to_the_root():
    assert line_of(ids("ouid")).above == ids("ouid", "zdm", "miasto")
    assert line_of(ids("ouid", "wos")).above == ids("ouid", "zdm", "wos", "um", "miasto")


def test_a_circle_in_the_tree_ends():
    zdm, ouid = Department.objects.get(code="zdm"), Department.objects.get(code="ouid")
    Department.objects.filter(pk=zdm.pk).update(parent=ouid)
    assert {zdm.pk, ouid.pk} <= subtree_ids([zdm.pk])
    assert line_of([zdm.pk]).above == {zdm.pk, ouid.pk}


def test_the_tree_is_read_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        line_of([1, 2, 3])


def test_streets_that_start_with_the_text_come_before_those_that_hold_it():
    for name in ("Zorzowa", "Abc Zorzowa", "Zorzana"):
        Street.objects.create(name=name, folded=fold(name))
    assert [street.name for street in street_suggestions("zorz")] == ["Zorzana", "Zorzowa", "Abc Zorzowa"]


def test_suggestions_are_few_and_without_repeats():
    for number in range(12):
        Street.objects.create(name=f"Zorza {number:02}", folded=f"zorza {number:02} zorza")
    found = street_suggestions("zorza", limit=5)
    assert len({street.pk for street in found}) == len(found) == 5


@pytest.mark.parametrize("text", ["", "%", "_", "zzzqqq", "'; drop table", "\\"])
def test_what_names_no_street_suggests_none(text):
    assert street_suggestions(text) == []
