"""A form that Django refuses to read: the page says what was too much, in the reader's language."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

pytestmark = pytest.mark.django_db


def page_of(client, data) -> str:
    client.cookies["language"] = "en"
    answer = client.post(reverse("portal:report"), data)
    assert answer.status_code == 400
    return html.unescape(answer.content.decode())


def test_too_much_text_is_named(client):
    page = page_of(client, {"description": "x" * 3_000_000})
    assert "The text is too long" in page
    assert "your text is still there" in page


def test_too_many_files_are_named(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    page = page_of(client, {"photos": [SimpleUploadedFile(f"{n}.png", b"x") for n in range(3)]})
    assert "too many files" in page


def test_too_many_fields_are_named(client):
    assert "far more fields" in page_of(client, {f"field{n}": "x" for n in range(1_200)})
