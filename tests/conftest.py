"""Fixtures for everybody: a database with the city loaded once, and people of each role."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoDbBlocker

from routing.loading import load_city
from routing.models import Role, User
from tests.cast import outsider, staff_member


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The starting data of the city is part of every test's database."""
    with django_db_blocker.unblock():
        load_city(settings.CITY_DATA_DIR)


@pytest.fixture
def staff_user(db: None) -> Callable[[Role], User]:
    return staff_member


@pytest.fixture
def dee(db: None) -> User:
    return outsider()


@pytest.fixture
def desk(client: Client) -> Callable[[Role], Client]:
    """A browser signed in as the person who has the role."""

    def signed_in(role: Role) -> Client:
        client.force_login(staff_member(role))
        return client

    return signed_in
