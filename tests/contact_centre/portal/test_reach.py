"""How a resident reaches us without a form: only by ways that exist, and each of them shown where it is spoken of."""

import re

import pytest
from django.urls import reverse

from tests.factories import make_case

pytestmark = pytest.mark.django_db

# Pages that tell people to turn to us by another way than the form.
PAGES = ["find", "left", "accessibility"]
_CALL = re.compile(r"\bcalls?\b", re.IGNORECASE)


def main_of(client, address: str) -> str:
    page: str = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    return page.partition("<main")[2].partition("</main>")[0]


@pytest.fixture
def addresses(page_of) -> list[str]:
    return [*(reverse(f"portal:{name}") for name in PAGES), page_of(make_case(), "received")]


def test_nobody_is_told_to_call_where_no_number_is_known(client, settings, addresses):
    settings.CITY_PHONE = ""
    for address in addresses:
        assert not _CALL.search(main_of(client, address)), address


def test_whoever_is_told_to_call_sees_the_number(client, settings, addresses):
    settings.CITY_PHONE = "63 000 00 00"
    for address in addresses:
        page = main_of(client, address)
        assert _CALL.search(page), address
        assert "63 000 00 00" in page, address


def test_pages_that_name_other_ways_show_the_addresses_for_mails_and_letters(client, settings):
    settings.CITY_EMAIL = "kontakt@city.example"
    settings.CITY_ADDRESS = "Market Square 1"
    for name in PAGES:
        page = main_of(client, reverse(f"portal:{name}"))
        assert 'href="mailto:kontakt@city.example"' in page, name
        assert "Market Square 1" in page, name


@pytest.mark.parametrize("name", ["home", "report"])
def test_the_foot_of_every_page_shows_where_to_write(client, settings, name):
    settings.CITY_EMAIL = "kontakt@city.example"
    foot = client.get(reverse(f"portal:{name}")).content.decode().partition("<footer")[2]
    assert 'href="mailto:kontakt@city.example"' in foot
