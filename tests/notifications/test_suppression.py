"""The list of addresses that are not written to: who comes on it and who leaves it (EMAIL 6)."""

from datetime import timedelta

import pytest

from notifications.addresses import address_key
from notifications.models import SoftFailure, Suppression, SuppressionReason
from notifications.suppression import is_suppressed, reason_against, suppress, unsuppress
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ANA = "ana@example.org"
DEAD, SOFT = SuppressionReason.DEAD, SuppressionReason.SOFT


def soft(number: int, at=NOW):
    return suppress(ANA, reason=SOFT, evidence=f"notice:{number}", at=at)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (" Ana@Example.ORG ", "ana@example.org"),
        ("ana@żółw.example.", "ana@xn--w-uga1v8h.example"),
        ("ana+x@example.org", "ana+x@example.org"),
        ("a.n.a@example.org", "a.n.a@example.org"),
    ],
)
def test_addresses_are_compared_exactly_but_for_case_and_the_form_of_the_domain(written, key):
    assert address_key(written) == key


def test_one_dead_answer_suppresses_an_address_however_it_is_written():
    entry = suppress("Ana@Example.org", reason=DEAD, evidence="notice:1", at=NOW)

    assert entry == reason_against(ANA, at=NOW)
    assert is_suppressed("ANA@example.org", at=NOW)
    assert not is_suppressed("ola@example.org", at=NOW)


def test_the_same_news_twice_is_one_entry():
    first = suppress(ANA, reason=DEAD, evidence="notice:1", at=NOW)
    second = suppress(ANA, reason=DEAD, evidence="notice:2", at=NOW + timedelta(hours=1))

    assert first == second
    assert Suppression.objects.get().since == NOW


def test_three_soft_failures_within_thirty_days_suppress():
    assert soft(1) is None
    assert soft(2, NOW + timedelta(days=10)) is None
    assert not is_suppressed(ANA, at=NOW + timedelta(days=11))

    entry = soft(3, NOW + timedelta(days=29))

    assert entry is not None
    assert entry.reason == SOFT
    assert is_suppressed(ANA, at=NOW + timedelta(days=29))


def test_a_failure_that_is_heard_of_twice_counts_once():
    for _ in range(3):
        assert soft(1) is None


def test_failures_of_more_than_thirty_days_do_not_add_up():
    soft(1)
    soft(2)
    assert soft(3, NOW + timedelta(days=30)) is None


def test_a_mail_from_the_address_lifts_it_and_the_history_stays():
    suppress(ANA, reason=DEAD, evidence="notice:1", at=NOW)
    suppress(ANA, reason=SuppressionReason.COMPLAINT, evidence="notice:2", at=NOW)

    assert unsuppress("ANA@example.org", at=NOW + timedelta(days=1)) == 2

    assert not is_suppressed(ANA, at=NOW + timedelta(days=1))
    assert is_suppressed(ANA, at=NOW + timedelta(hours=1))
    assert Suppression.objects.count() == 2


def test_a_mail_from_the_address_forgives_the_failures_before_it():
    soft(1)
    soft(2)
    unsuppress(ANA, at=NOW + timedelta(hours=1))

    assert soft(3, NOW + timedelta(hours=2)) is None
    assert SoftFailure.objects.count() == 3


def test_an_address_may_die_again():
    suppress(ANA, reason=DEAD, evidence="notice:1", at=NOW)
    unsuppress(ANA, at=NOW + timedelta(days=1))
    suppress(ANA, reason=DEAD, evidence="notice:2", at=NOW + timedelta(days=2))

    assert is_suppressed(ANA, at=NOW + timedelta(days=3))
    assert Suppression.objects.count() == 2


def test_what_a_person_stopped_only_a_person_lifts():
    suppress(ANA, reason=SuppressionReason.BY_HAND, evidence="user:1", at=NOW)

    assert unsuppress(ANA, at=NOW) == 0
    assert is_suppressed(ANA, at=NOW)
    assert unsuppress(ANA, at=NOW, by_hand=True) == 1
    assert not is_suppressed(ANA, at=NOW)
