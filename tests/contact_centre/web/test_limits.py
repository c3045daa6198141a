"""Limits count per subject and window, and are never the reason that something is lost."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from contact_centre.web import limits
from contact_centre.web.limits import Limit, network_of

LIMIT = Limit("of-the-test", count=2, seconds=3600)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    cache.clear()


def test_the_limit_is_passed_by_one_more_than_allowed():
    assert [LIMIT.is_passed("ana@example.org") for _ in range(3)] == [False, False, True]
    assert LIMIT.is_passed("ANA@example.org")
    assert not LIMIT.is_passed("bo@example.org")


def test_the_next_window_starts_afresh(monkeypatch):
    assert [LIMIT.is_passed("ana@example.org") for _ in range(3)][-1]
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_800_003_600.0))
    assert not LIMIT.is_passed("ana@example.org")


def test_every_cache_keeps_the_count_for_the_whole_window(monkeypatch):
    kept: list[int] = []

    def remember(key: str, timeout: int) -> None:
        kept.append(timeout)

    monkeypatch.setattr(cache, "touch", remember)
    for _ in range(3):
        LIMIT.is_passed("ana@example.org")
    assert kept == [LIMIT.seconds, LIMIT.seconds]


def test_nobody_is_held_back_without_a_subject():
    assert not any(LIMIT.is_passed("") for _ in range(5))


def test_limits_can_be_lifted(settings):
    settings.RATE_LIMITS_ENABLED = False
    assert not any(LIMIT.is_passed("ana@example.org") for _ in range(5))


def test_a_broken_cache_holds_nobody_back(monkeypatch):
    def broken(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError("no cache today")

    monkeypatch.setattr(cache, "add", broken)
    assert not any(LIMIT.is_passed("ana@example.org") for _ in range(5))


def test_no_address_of_a_person_is_kept_in_the_cache(monkeypatch):
    keys: list[str] = []

    def remember(key: str, *_args: object, **_kwargs: object) -> bool:
        keys.append(key)
        return True

    monkeypatch.setattr(cache, "add", remember)
    LIMIT.is_passed("ana@example.org")
    assert len(keys) == 1
    assert "ana" not in keys[0]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1234:5678::1", "2001:db8:1234:5600::/56"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_the_network_is_a_neighbourhood_not_a_person(address, network):
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == network
