"""Every resident page in every language: one heading, nothing inline, safe headers, a language switch that works."""

import re

import pytest
from django.urls import reverse

from tests.factories import make_case

pytestmark = pytest.mark.django_db

OPEN_PAGES = ["home", "report", "find", "find_sent", "left", "privacy", "accessibility", "sorting"]
CASE_PAGES = ["track", "received", "withdraw"]


def directives(policy: str) -> list[str]:
    """The parts of a policy; their order means nothing."""
    return sorted(part.strip() for part in policy.split(";"))


@pytest.fixture
def addresses(page_of) -> list[str]:
    case = make_case()
    return [reverse(f"portal:{name}") for name in OPEN_PAGES] + [page_of(case, name) for name in CASE_PAGES]


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'"
)


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_pages_have_one_heading_and_nothing_inline(client, addresses, language):
    for address in addresses:
        response = client.get(address, headers={"Accept-Language": language})
        page = response.content.decode()
        assert response.status_code == 200, address
        assert f'<html lang="{language}">' in page
        assert len(re.findall(r"<h1[\s>]", page)) == 1, address
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page), address
        assert directives(response.headers["Content-Security-Policy"]) == directives(POLICY), address
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), address


def test_the_language_switch_leads_back_to_the_same_page(client, page_of):
    address = page_of(make_case())
    client.get(address)
    response = client.post(reverse("set_language"), {"language": "uk", "next": address})
    assert response.url == address
    assert '<html lang="uk">' in client.get(address).content.decode()


def test_the_home_page_names_every_emergency_number(client):
    page = client.get("/").content.decode()
    for number in ("112", "986", "994"):
        assert f'href="tel:{number}"' in page


def test_the_privacy_page_shows_the_clause_in_the_language_of_the_reader(client):
    page = client.get(reverse("portal:privacy"), headers={"Accept-Language": "uk"}).content.decode()
    assert "Хто відповідає за ваші дані" in page
