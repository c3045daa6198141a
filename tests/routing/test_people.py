"""Logins: what one may do is given on purpose, never by default."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from cases.access import visible_cases
from routing.models import Department, Role, User
from tests.cast import newcomer, person
from tests.factories import make_settled_case

pytestmark = pytest.mark.django_db

ADDED = {"username": "ola", "usable_password": "true"} | dict.fromkeys(
    ("password1", "password2"), "password-of-the-tests"
)


@pytest.fixture
def administration(client):
    """A browser in which a superuser is signed in."""
    client.force_login(User.objects.create_superuser("adam", "adam@konin.example", "password-of-the-tests"))
    return client


def test_a_login_has_no_role_until_somebody_gives_one():
    make_settled_case()
    assert newcomer().role == ""
    assert not visible_cases(newcomer()).exists()
    assert visible_cases(person("bo", Role.AGENT)).exists()


def test_a_person_added_with_name_and_password_alone_sees_no_case(administration):
    make_settled_case()
    answer = administration.post(reverse("admin:routing_user_add"), ADDED)
    assert answer.status_code == 302
    ola = User.objects.get(username="ola")
    assert ola.role == ""
    assert not visible_cases(ola).exists()


def test_the_form_for_a_new_person_asks_for_role_and_departments(administration):
    page = administration.get(reverse("admin:routing_user_add")).content.decode()
    assert '<option value="" selected>' in page.split('name="role"')[1].split("</select>")[0]
    roads = Department.objects.get(code="zdm")
    answer = administration.post(
        reverse("admin:routing_user_add"), ADDED | {"role": Role.HANDLER, "departments": [roads.pk]}
    )
    assert answer.status_code == 302
    ola = User.objects.get(username="ola")
    assert ola.role == Role.HANDLER
    assert list(ola.departments.all()) == [roads]


def test_a_superuser_made_by_command_is_an_administrator_without_cases(monkeypatch):
    make_settled_case()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "password-of-the-tests")
    call_command(
        "createsuperuser", username="root", email="root@konin.example", interactive=False, verbosity=0
    )
    root = User.objects.get(username="root")
    assert root.is_superuser
    assert root.role == Role.ADMIN
    assert not visible_cases(root).exists()
