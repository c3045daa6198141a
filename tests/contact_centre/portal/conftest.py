"""What the tests of the resident pages share: a filled-in form, files, and a case with its page."""

import re
import uuid
from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cases.keys import tracking_key
from cases.models import Case
from contact_centre.web import limits
from contact_centre.web.city import privacy_clause
from tests.factories import reporter_of


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has written yet, and no window ends in the middle of a test."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    cache.clear()


@pytest.fixture
def filled_in(db: None) -> Callable[..., dict[str, Any]]:
    """A report form as a resident fills it in, with whatever is different this time."""

    def form(**changes: Any) -> dict[str, Any]:
        values = {
            "token": str(uuid.uuid4()),
            "description": "Duża dziura w jezdni przy szkole.",
            "category": "",
            "address": "ul. Dworcowa 5",
            "name": "Ana Nowak",
            "email": "ana@example.org",
            "phone": "",
            "postal_address": "",
            "wishes": "",
            "language": "pl",
            "privacy_version": privacy_clause().version,
            "website": "",
        }
        return values | changes

    return form


@pytest.fixture
def send(client: Client, filled_in: Callable[..., dict[str, Any]]) -> Callable[..., Any]:
    """Send the report form."""
    return lambda **changes: client.post(reverse("portal:report"), filled_in(**changes))


@pytest.fixture
def photo() -> Callable[..., SimpleUploadedFile]:
    """A photo as a browser sends it; another colour is another photo."""

    def make(name: str = "hole.png", colour: int = 1) -> SimpleUploadedFile:
        out = BytesIO()
        Image.new("RGB", (40, 30), (colour, 90, 30)).save(out, "PNG")
        return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")

    return make


@pytest.fixture
def page_of() -> Callable[..., str]:
    """The address of the reporter's page of a case, or of a page below it."""

    def address(case: Case, page: str = "track", *more: Any) -> str:
        return reverse(f"portal:{page}", args=[case.reference, tracking_key(reporter_of(case)), *more])

    return address


@pytest.fixture
def value_of() -> Callable[[Any, str], str]:
    """The value of the first input of that name on a page."""

    def value(response: Any, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
        assert found, f"no input {name}"
        return found[1]

    return value
