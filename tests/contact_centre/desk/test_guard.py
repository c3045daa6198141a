"""Who comes to the desk at all."""

import pytest
from django.urls import reverse

from routing.models import Role
from tests.cast import newcomer

pytestmark = pytest.mark.django_db

WITH_A_DESK = [role for role in Role if role not in (Role.ANALYST, Role.ADMIN)]


@pytest.mark.parametrize("name", ["queue", "call", "outbox", "status_by_phone"])
def test_asks_strangers_to_sign_in(client, name):
    answer = client.get(reverse(f"desk:{name}"))
    assert answer.status_code == 302
    assert answer.url.startswith("/login/?next=")


@pytest.mark.parametrize("role", WITH_A_DESK)
@pytest.mark.parametrize("name", ["queue", "call", "outbox", "status_by_phone"])
def test_lets_in_who_works_with_cases(desk, role, name):
    answer = desk(role).get(reverse(f"desk:{name}"))
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ANALYST])
def test_tells_other_roles_politely_that_they_have_no_desk(desk, role):
    browser = desk(role)
    answer = browser.get(reverse("desk:queue"))
    assert answer.status_code == 200
    assert (reverse("admin:index") in answer.content.decode()) is (role == Role.ADMIN)
    for name in ("call", "outbox", "status_by_phone"):
        assert browser.get(reverse(f"desk:{name}")).status_code == 403


def test_who_has_no_role_is_told_to_ask_for_one_and_finds_no_page_open(client, in_english):
    client.force_login(newcomer())
    page = client.get(reverse("desk:queue"))
    assert page.status_code == 200
    assert "You have no role yet" in page.content.decode()
    for name in ("call", "outbox", "contacts", "readings", "status_by_phone"):
        assert client.get(reverse(f"desk:{name}")).status_code == 403, name
    assert client.get(reverse("desk:models")).status_code == 404


def test_names_the_demonstration_logins_only_in_a_demonstration(client, settings, django_user_model):
    django_user_model.objects.create_user("agent", password="konin-demo", role=Role.AGENT)
    assert "konin-demo" in client.get("/login/").content.decode()
    settings.DEMO = False
    assert "konin-demo" not in client.get("/login/").content.decode()


def test_signs_in_and_out(client, django_user_model):
    django_user_model.objects.create_user("agent", password="konin-demo", role=Role.AGENT)
    wrong = client.post("/login/", {"username": "agent", "password": "no"})
    assert wrong.status_code == 200
    assert wrong.context["form"].errors
    right = client.post("/login/", {"username": "agent", "password": "konin-demo"})
    assert right.url == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert client.post("/logout/").url == "/"
    assert client.get("/desk/").status_code == 302
