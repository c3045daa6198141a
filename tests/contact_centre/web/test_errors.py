"""A form that Django refuses to read: the page says what was too much, in the reader's language."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
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


def refused(data, site: str) -> str:
    """The answer to a form that comes without its cookie, sent from a page of the given site."""
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en", "Sec-Fetch-Site": site})
    answer = browser.post(reverse("desk:call"), data)
    assert answer.status_code == 403
    return html.unescape(answer.content.decode())


def test_a_form_without_its_cookie_gives_back_what_was_written_and_no_secret():
    page = refused(
        {
            "said": "No light",
            "phone": "600100200",
            "category": "light",
            "key": "k-1",
            "token": "t-1",
            "patience": "p-1",
            "password": "hush",
        },
        "same-origin",
    )
    assert "No light\n600100200</textarea>" in page
    assert "hush" not in page
    assert "k-1" not in page
    assert "reload the page and send" not in page


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_site_puts_no_words_on_our_page(site):
    page = refused({"said": "Pay here"}, site)
    assert "Pay here" not in page
    assert "copy it before you reload" in page
