"""The demonstration people: one login per role at least, made once, and left alone afterwards."""

import pytest
from django.conf import settings
from django.contrib.auth import authenticate

from routing.demo_people import DEMO_PASSWORD, load_demo_people
from routing.loading import read_table
from routing.models import Department, Role, User
from routing.models.loaded import LoadedKey

pytestmark = pytest.mark.django_db


def test_there_is_somebody_for_each_role():
    people = load_demo_people(settings.CITY_DATA_DIR)
    assert {person.role for person in people} == set(Role.values)


def test_their_departments_are_those_of_the_data():
    load_demo_people(settings.CITY_DATA_DIR)
    known = set(Department.objects.values_list("code", flat=True))
    for row in read_table(settings.CITY_DATA_DIR, "people")["person"]:
        assert set(row["departments"]) <= known
        person = User.objects.get(username=row["username"])
        assert set(person.departments.values_list("code", flat=True)) == set(row["departments"])


def test_they_can_sign_in_and_only_the_administrator_may_use_the_admin():
    for person in load_demo_people(settings.CITY_DATA_DIR):
        assert authenticate(username=person.username, password=DEMO_PASSWORD) == person
        assert person.is_staff == person.is_superuser == (person.role == Role.ADMIN)


def test_a_second_load_leaves_the_logins_as_they_are():
    first = load_demo_people(settings.CITY_DATA_DIR)
    person = first[0]
    person.set_password("changed-by-a-person")
    person.role = Role.HEAD
    person.save()
    assert load_demo_people(settings.CITY_DATA_DIR) == first
    person.refresh_from_db()
    assert person.role == Role.HEAD
    assert person.check_password("changed-by-a-person")


@pytest.mark.parametrize("edit", [lambda rows: rows.delete(), lambda rows: rows.update(username="renamed")])
def test_a_login_that_was_deleted_or_renamed_does_not_come_back(edit):
    people = load_demo_people(settings.CITY_DATA_DIR)
    edit(User.objects.filter(username="agent"))
    left = load_demo_people(settings.CITY_DATA_DIR)
    assert len(left) == len(people) - 1
    assert not User.objects.filter(username="agent").exists()


def test_logins_from_before_they_were_remembered_are_remembered_now():
    load_demo_people(settings.CITY_DATA_DIR)
    LoadedKey.objects.filter(table="user").delete()
    load_demo_people(settings.CITY_DATA_DIR)
    User.objects.filter(username="agent").delete()
    load_demo_people(settings.CITY_DATA_DIR)
    assert not User.objects.filter(username="agent").exists()
