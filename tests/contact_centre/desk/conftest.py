"""What the tests of the desk share: taking a step the way a browser does."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.models import Case
from routing.models import Role

Step = Callable[..., Any]


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Nobody has tried a PIN yet."""
    cache.clear()


@pytest.fixture
def in_english(client: Client) -> None:
    """The browser asks for English: for tests that read words."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def take(desk: Callable[[Role], Client]) -> Step:
    """Take a step with a case as the person of a role; without a version, on what the case is now."""

    def step(role: Role, case: Case, name: str, **data: Any) -> Any:
        case.refresh_from_db()
        address = reverse("desk:step", args=[case.reference, name])
        return desk(role).post(address, {"version": case.version} | data)

    return step


@pytest.fixture
def hidden_of(desk: Callable[[Role], Client]) -> Callable[[Role, Case, str], dict[str, str]]:
    """The hidden fields of a step's form, read from the page that the person has open."""

    def read(role: Role, case: Case, name: str) -> dict[str, str]:
        page = desk(role).get(reverse("desk:case", args=[case.reference])).content.decode()
        form = page.split(f'action="{reverse("desk:step", args=[case.reference, name])}"')[1].split(
            "</form>"
        )[0]
        return dict(re.findall(r'name="(version|seen)" value="([^"]+)"', form))

    return read
