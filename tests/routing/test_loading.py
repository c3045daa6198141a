"""Loading the city: complete, repeatable, never over a person's edit, and loud about what does not fit."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from routing.loading import BadCityData, Loaded, load_city
from routing.models import Calendar, Category, DayOff, Department, District, Group, Kind, Rule, Street

pytestmark = pytest.mark.django_db

ALL = (Calendar, Department, Group, Category, District, Street, Rule)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A copy of the starting data that a test may change."""
    return Path(shutil.copytree(settings.CITY_DATA_DIR, tmp_path / "city"))


@pytest.fixture
def hamlet(tmp_path: Path) -> Path:
    """Next to nothing of the city, for what has to fail fast: one department more is all that it brings."""
    for file in ("calendars", "departments", "catalogue", "places", "rules"):
        (tmp_path / f"{file}.toml").touch()
    add(tmp_path, "departments", f"[[department]]\n{DEPARTMENT.replace('x_new', 'x_root')}")
    return tmp_path


def change_department(directory: Path, code: str, old: str, new: str) -> None:
    text = (directory / "departments.toml").read_text()
    start = text.index(f'code = "{code}"')
    block = text[start : text.index("[[department]]", start)]
    assert old in block
    (directory / "departments.toml").write_text(text.replace(block, block.replace(old, new, 1)))


def add(directory: Path, file: str, text: str) -> None:
    with (directory / f"{file}.toml").open("a") as handle:
        handle.write(f"\n{text}\n")


def rows() -> dict[str, list[Any]]:
    return {model.__name__: list(model._default_manager.order_by("id").values()) for model in ALL}


def test_the_catalogue_has_all_its_categories_in_at_most_nine_groups():
    assert Category.objects.filter(is_active=True).count() == 64
    assert 1 < Group.objects.count() <= 9
    assert not Group.objects.filter(categories__isnull=True).exists()
    assert {"access", "access.digital"} <= set(Category.objects.values_list("code", flat=True))


def test_every_category_is_described_in_three_languages():
    for category in Category.objects.all():
        for field in ("name", "description"):
            texts = {category.in_language(field, language) for language in ("pl", "en", "uk")}
            assert "" not in texts
            assert field == "name" or len(texts) == 3, category.code


def test_a_note_for_those_without_a_name_stands_in_all_languages_where_none_is_needed():
    for category in Category.objects.all():
        notes = {category.in_language("anonymous_note", language) for language in ("pl", "en", "uk")}
        assert notes == {""} or (category.anonymous and len(notes - {""}) == 3), category.code
    assert set(Category.objects.exclude(anonymous_note_pl="").values_list("code", flat=True)) == {
        "parking",
        "housing",
        "card",
    }


def test_no_sensitive_category_is_public():
    assert not Category.objects.filter(is_sensitive=True, is_public=True).exists()
    assert not Category(is_sensitive=True, is_public=True).may_be_public


def test_a_category_either_has_a_promise_or_is_a_matter_of_law():
    for category in Category.objects.filter(term_value__isnull=True):
        assert Kind(category.kind).is_legal, category.code


def test_nobody_with_a_question_is_sent_to_a_phone_for_dangers():
    """DOMAIN §8a: 112 is for danger to life, and stands on every form; a question about shelters is none."""
    stopped = Category.objects.exclude(call_first="")
    assert set(stopped.values_list("kind", flat=True)) == {Kind.REPORT}
    assert set(stopped.values_list("call_first", flat=True)) == {"994", "993", "986"}


def test_the_other_kinds_of_a_category_are_kinds():
    for category in Category.objects.all():
        assert set(category.other_kinds) <= set(Kind.values) - {category.kind}, category.code


def test_departments_are_one_tree_with_one_root():
    root = Department.objects.get(parent__isnull=True)
    parents = dict(Department.objects.values_list("pk", "parent_id"))
    for pk in parents:
        seen = [pk]
        while parents[seen[-1]] is not None:
            seen.append(parents[seen[-1]])
            assert len(seen) <= len(parents), "a circle"
        assert seen[-1] == root.pk


def test_a_second_load_changes_nothing():
    before = rows()
    assert load_city(settings.CITY_DATA_DIR) == Loaded()
    assert rows() == before


def test_an_edit_is_kept_while_the_other_fields_follow(city):
    Department.objects.filter(code="zdm").update(duty_contact="63 000 00 00")
    change_department(city, "zdm", 'duty_contact = "', 'duty_contact = "99 ')
    change_department(city, "zdm", 'name_en = "', 'name_en = "New ')

    assert load_city(city) == Loaded(updated=1, kept=1)
    zdm = Department.objects.get(code="zdm")
    assert zdm.duty_contact == "63 000 00 00"
    assert zdm.name_en.startswith("New ")

    assert load_city(city) == Loaded(kept=1)
    zdm.refresh_from_db()
    assert zdm.duty_contact == "63 000 00 00"


def test_what_an_administrator_deleted_does_not_come_back(city):
    add(city, "calendars", '[[day_off]]\ncalendar = "office"\ndate = 2026-12-31\nname = "Wolne"')
    assert load_city(city) == Loaded(created=1)
    DayOff.objects.all().delete()
    Street.objects.filter(name="Dworcowa").delete()

    assert load_city(city) == Loaded(kept=2)
    assert not Street.objects.filter(name="Dworcowa").exists()
    assert not DayOff.objects.exists()


def test_rows_that_name_something_deleted_load_all_the_same(city):
    district = District.objects.filter(street__isnull=False).distinct()[0]
    district.delete()
    add(city, "places", f'[[street]]\nprefix = "ul."\nname = "Nowa Droga"\ndistrict = "{district.code}"')
    add(city, "rules", f'[[rule]]\ndistricts = ["{district.code}"]\n{RULE}')

    assert load_city(city) == Loaded(created=2, kept=1)
    assert Street.objects.get(name="Nowa Droga").district is None


def test_an_edit_of_a_reference_and_of_a_list_is_kept():
    Category.objects.filter(code="road.pothole").update(
        department=Department.objects.get(code="pwik"), urgency_words_pl=["krater"]
    )
    assert load_city(settings.CITY_DATA_DIR) == Loaded(kept=2)
    category = Category.objects.get(code="road.pothole")
    assert (category.department.code, category.urgency_words_pl) == ("pwik", ["krater"])


def test_what_an_administrator_filled_in_first_is_not_overwritten_when_the_data_learns_of_it(city):
    Department.objects.filter(code="zdm").update(email="z@zdm.example")
    change_department(city, "zdm", 'code = "zdm"', 'code = "zdm"\nemail = "data@zdm.example"')
    assert load_city(city) == Loaded(kept=1)
    assert Department.objects.get(code="zdm").email == "z@zdm.example"


def test_a_field_that_is_new_in_the_data_is_filled_in_where_nobody_touched_it(city):
    change_department(city, "zdm", 'code = "zdm"', 'code = "zdm"\nemail = "data@zdm.example"')
    assert load_city(city) == Loaded(updated=1)
    assert Department.objects.get(code="zdm").email == "data@zdm.example"


def test_a_street_that_was_renamed_does_not_come_back_under_its_old_name():
    street = Street.objects.order_by("id")[0]
    old, count = street.name, Street.objects.count()
    Street.objects.filter(pk=street.pk).update(name="Nowa Nazwa", folded="nowa nazwa")
    loaded = load_city(settings.CITY_DATA_DIR)
    assert loaded.created == 0
    assert Street.objects.count() == count
    assert not Street.objects.filter(name=old).exists()


def test_what_names_a_row_finds_it_under_its_new_code(city):
    Department.objects.filter(code="zdm").update(code="roads_office")
    District.objects.filter(code="gaj").update(code="gaj_new")
    add(city, "places", '[[street]]\nprefix = "ul."\nname = "Nowa Droga"\ndistrict = "gaj"')
    add(city, "rules", f"[[rule]]\n{RULE}")

    loaded = load_city(city)
    assert (loaded.created, loaded.updated) == (2, 0)
    assert Rule.objects.get(code="x_new").department.code == "roads_office"
    assert Street.objects.get(name="Nowa Droga").district == District.objects.get(code="gaj_new")
    assert not Department.objects.filter(code="zdm").exists()


def test_a_rule_follows_the_names_of_what_it_looks_at(city):
    street = Street.objects.order_by("id")[0]
    condition = f'categories = ["road.pothole"]\ndistricts = ["gaj"]\nstreets = ["{street.name}"]'
    add(city, "rules", f"[[rule]]\n{condition}\n{RULE}")
    load_city(city)
    Category.objects.filter(code="road.pothole").update(code="road.hole")
    District.objects.filter(code="gaj").update(code="grove")
    Street.objects.filter(pk=street.pk).update(name="Nowa Nazwa")

    load_city(city)
    rule = Rule.objects.get(code="x_new")
    assert (rule.categories, rule.districts, rule.streets) == (["road.hole"], ["grove"], ["Nowa Nazwa"])


def test_a_row_of_an_administrator_does_not_take_the_place_of_the_loaded_one(city):
    Department.objects.filter(code="zdm").update(code="roads_office")
    own = Department.objects.create(code="zdm", name_pl="a", name_en="b", name_uk="c")
    change_department(city, "zdm", 'name_en = "', 'name_en = "New ')
    load_city(city)
    own.refresh_from_db()
    assert (own.name_en, own.loaded_values) == ("b", {})
    assert Department.objects.get(code="roads_office").name_en.startswith("New ")


def test_a_retired_category_stays_retired():
    Category.objects.filter(code="road.pothole").update(is_active=False)
    load_city(settings.CITY_DATA_DIR)
    assert not Category.objects.get(code="road.pothole").is_active


def test_a_day_off_is_loaded_once(city):
    add(city, "calendars", '[[day_off]]\ncalendar = "office"\ndate = 2026-12-31\nname = "Sylwester"')
    assert load_city(city) == Loaded(created=1)
    assert load_city(city) == Loaded()
    assert DayOff.objects.get().calendar.code == "office"


def test_children_may_stand_before_their_parents(city):
    text = (city / "departments.toml").read_text()
    child = (
        '[[department]]\ncode = "zdm_night"\nparent = "zdm_all"\nkind = "CREW"\n'
        f"{NAMES}\n\n"
        '[[department]]\ncode = "zdm_all"\nparent = "zdm"\nkind = "CREW"\n'
        f"{NAMES}\n\n"
    )
    (city / "departments.toml").write_text(child + text)
    assert load_city(city) == Loaded(created=2)
    assert Department.objects.get(code="zdm_night").parent == Department.objects.get(code="zdm_all")


NAMES = 'name_pl = "a"\nname_en = "b"\nname_uk = "c"'
DEPARTMENT = f'code = "x_new"\nkind = "OFFICE"\n{NAMES}'
CATEGORY = (
    'code = "x.new"\ngroup = "roads"\ndepartment = "zdm"\nname_pl = "a"\nname_en = "b"\nname_uk = "c"\n'
    'description_pl = "a"\ndescription_en = "b"\ndescription_uk = "c"'
)
RULE = 'code = "x_new"\ndepartment = "zdm"\nreason_pl = "a"\nreason_en = "b"\nreason_uk = "c"'
BAD = {
    "unknown parent": ("departments", f'[[department]]\nparent = "nowhere"\n{DEPARTMENT}', "x_new"),
    "own parent": ("departments", f'[[department]]\nparent = "x_new"\n{DEPARTMENT}', "x_new"),
    "unknown calendar": ("departments", f'[[department]]\ncalendar = "moon"\n{DEPARTMENT}', "moon"),
    "unknown kind": ("departments", f"[[department]]\n{DEPARTMENT.replace('OFFICE', 'PUB')}", "PUB"),
    "unknown field": ("departments", f'[[department]]\n{DEPARTMENT}\ncolour = "red"', "colour"),
    "no name": ("departments", '[[department]]\ncode = "x_new"\nkind = "OFFICE"\nname_pl = "a"', "name_en"),
    "unknown group": ("catalogue", f"[[category]]\n{CATEGORY.replace('roads', 'nogroup')}", "nogroup"),
    "unknown department": ("catalogue", f"[[category]]\n{CATEGORY.replace('zdm', 'nodep')}", "nodep"),
    "no code": ("catalogue", "[[category]]\n" + CATEGORY.replace('code = "x.new"\n', ""), "code"),
    "not a number": ("catalogue", f'[[category]]\nterm_value = "soon"\n{CATEGORY}', "soon"),
    "unknown district": ("places", '[[street]]\nprefix = "ul."\nname = "X"\ndistrict = "mars"', "mars"),
    "rule to nowhere": ("rules", f"[[rule]]\n{RULE.replace('zdm', 'nodep')}", "nodep"),
    "rule on no category": ("rules", f'[[rule]]\ncategories = ["no.such"]\n{RULE}', "no.such"),
    "rule on no street": ("rules", f'[[rule]]\nstreets = ["Nieznana"]\n{RULE}', "Nieznana"),
    "rule on no kind": ("rules", f'[[rule]]\nkinds = ["JOKE"]\n{RULE}', "JOKE"),
    "never open": (
        "calendars",
        f'[[calendar]]\ncode = "x"\nhours = {{}}\n{NAMES}',
        "x",
    ),
    "no weekday": (
        "calendars",
        '[[calendar]]\ncode = "x"\nhours = { monday = [["08:00", "16:00"]] }',
        "monday",
    ),
    "no date": ("calendars", '[[day_off]]\ncalendar = "office"\ndate = "soon"\nname = "x"', "soon"),
    "no toml": ("rules", "[[rule", "rules.toml"),
}


@pytest.mark.parametrize("case", BAD, ids=lambda name: name.replace(" ", "-"))
def test_data_that_does_not_fit_is_refused_with_the_file_and_the_fault(hamlet, case):
    file, text, fault = BAD[case]
    before = rows()
    add(hamlet, file, text)
    with pytest.raises(BadCityData) as refusal:
        load_city(hamlet)
    assert f"{file}.toml" in str(refusal.value)
    assert fault in str(refusal.value)
    assert rows() == before


def test_a_missing_file_is_named(city):
    (city / "places.toml").unlink()
    with pytest.raises(BadCityData, match=r"places\.toml"):
        load_city(city)


def test_the_command_reports_what_it_did_and_fails_with_words(city, capsys, settings):
    settings.DEMO = True
    call_command("load_city")
    assert "0 rows created, 0 fields updated, 0 kept" in capsys.readouterr().out
    settings.CITY_DATA_DIR = city
    add(city, "rules", f"[[rule]]\n{RULE.replace('zdm', 'nodep')}")
    with pytest.raises(CommandError, match="nodep"):
        call_command("load_city")
