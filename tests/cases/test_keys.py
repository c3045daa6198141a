"""Derived secrets: what opens, what does not any more, and what never did."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases.access import NoAccess, get_participant
from cases.keys import (
    REPLY_TOKEN_DAYS,
    opens,
    phone_pin,
    pin_matches,
    read_reply_token,
    reply_token,
    tracking_key,
)
from cases.models import CaseParticipant
from cases.models.references import make_reference
from cases.services.privacy import revoke_link
from routing.models import Role
from tests.factories import NOW, make_case, reporter_of
from tests.record import actor

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def participant() -> CaseParticipant:
    return reporter_of(make_case())


_ONCE = [HealthCheck.function_scoped_fixture]
_DAYS = st.integers(-40, REPLY_TOKEN_DAYS + 40)


@pytest.fixture
def stranger() -> CaseParticipant:
    return reporter_of(make_case())


def rotate(settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-key-" + 40 * "n"


def revoke(participant: CaseParticipant) -> CaseParticipant:
    return revoke_link(participant_id=participant.pk, by=actor(Role.AGENT), at=NOW)


def test_a_tracking_key_opens_its_own_case_only(participant, stranger):
    key = tracking_key(participant)
    assert get_participant(participant.case.reference, key) == participant
    assert len(key) == 26
    assert key.isalnum()
    with pytest.raises(NoAccess):
        get_participant(stranger.case.reference, key)
    for reference in (make_reference(999_999, 2026), "", "\x00", "KON-2026-1"):
        with pytest.raises(NoAccess):
            get_participant(reference, key)


def test_a_key_typed_in_capitals_opens_too(participant):
    assert opens(participant, tracking_key(participant).upper())


@pytest.mark.parametrize("key", ["", " ", "a" * 26, "ż" * 26, "a" * 5000, "\x00"])
def test_any_other_key_opens_nothing(participant, key):
    with pytest.raises(NoAccess):
        get_participant(participant.case.reference, key)


def test_each_participant_has_a_key_of_her_own(participant):
    other = CaseParticipant.objects.create(case=participant.case, role="FOLLOWER", created_at=NOW)
    assert tracking_key(other) != tracking_key(participant)
    assert get_participant(participant.case.reference, tracking_key(other)) == other


def test_revoking_makes_key_pin_and_reply_token_useless(participant):
    key, pin, token = tracking_key(participant), phone_pin(participant), reply_token(participant, on=TODAY)
    renewed = revoke(participant)
    with pytest.raises(NoAccess):
        get_participant(participant.case.reference, key)
    assert not pin_matches(renewed, pin)
    assert read_reply_token(token, on=TODAY) is None
    assert get_participant(participant.case.reference, tracking_key(renewed)) == renewed


def test_a_participant_without_any_right_has_none(participant):
    participant.revoked_at = NOW
    participant.save()
    assert not opens(participant, tracking_key(participant))
    assert not pin_matches(participant, phone_pin(participant))
    assert read_reply_token(reply_token(participant, on=TODAY), on=TODAY) is None


def test_a_participant_who_left_cannot_open_the_case(participant):
    participant.detached_at = NOW
    participant.save()
    with pytest.raises(NoAccess):
        get_participant(participant.case.reference, tracking_key(participant))


def test_after_a_change_of_the_secret_key_the_old_ones_still_work(participant, settings):
    key, pin, token = tracking_key(participant), phone_pin(participant), reply_token(participant, on=TODAY)
    rotate(settings)
    assert tracking_key(participant) != key
    assert opens(participant, key)
    assert opens(participant, tracking_key(participant))
    assert pin_matches(participant, pin)
    assert read_reply_token(token, on=TODAY) == participant


def test_when_the_old_secret_key_is_given_up_its_keys_are_dead(participant, settings):
    key, pin, token = tracking_key(participant), phone_pin(participant), reply_token(participant, on=TODAY)
    rotate(settings)
    settings.SECRET_KEY_FALLBACKS = []
    assert not opens(participant, key)
    assert not pin_matches(participant, pin)
    assert read_reply_token(token, on=TODAY) is None


def test_a_pin_is_six_digits_and_may_be_spoken_in_groups(participant):
    pin = phone_pin(participant)
    assert len(pin) == 6
    assert pin.isdigit()
    assert pin_matches(participant, f" {pin[:3]}-{pin[3:]} ")
    assert not pin_matches(participant, f"{int(pin) ^ 1:06d}")
    assert not pin_matches(participant, "")
    assert not pin_matches(participant, pin[:5])


def test_a_reply_token_fits_the_local_part_of_an_address(participant):
    token = reply_token(participant, on=TODAY)
    assert len(token) <= 40
    assert token == token.lower()
    assert read_reply_token(token, on=TODAY) == participant
    assert read_reply_token(token.upper(), on=TODAY) == participant


def test_a_reply_token_expires(participant):
    token = reply_token(participant, on=TODAY)
    last = TODAY + timedelta(days=REPLY_TOKEN_DAYS)
    assert read_reply_token(token, on=last) == participant
    assert read_reply_token(token, on=last + timedelta(days=1)) is None


def test_a_reply_token_cannot_be_prolonged_nor_moved_to_another(participant, stranger):
    pk, expires, mac = reply_token(participant, on=TODAY).split(".")
    assert read_reply_token(f"{pk}.{int(expires) + 1}.{mac}", on=TODAY) is None
    assert read_reply_token(f"{stranger.pk}.{expires}.{mac}", on=TODAY) is None
    assert read_reply_token(f"{pk}.{expires}.{mac[:-1]}", on=TODAY) is None
    assert read_reply_token(f"{pk}.{expires}.", on=TODAY) is None


def test_a_reply_token_dies_with_the_address_it_was_sent_to(participant):
    token = reply_token(participant, on=TODAY)
    participant.email = "someone.else@example.org"
    participant.save()
    assert read_reply_token(token, on=TODAY) is None


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "1.2", "1.2.3.4", "x.2.abc", "1.-5.abc", "99999999999.1.abc", "١.٢.abc", "1.2.ż"],
)
def test_a_malformed_reply_token_names_nobody(participant, token):
    assert read_reply_token(token, on=TODAY) is None


def test_a_token_with_an_absurd_expiry_is_refused_and_not_computed(participant):
    assert read_reply_token(f"{participant.pk}.99999999999.abcdef", on=TODAY) is None


def test_nobody_is_found_for_a_token_from_before_our_time(participant):
    assert read_reply_token(reply_token(participant, on=date(2020, 1, 1)), on=TODAY) is None


@settings(max_examples=100, deadline=None, suppress_health_check=_ONCE)
@given(days=_DAYS, is_upper=st.booleans())
def test_a_token_leads_to_its_participant_until_its_last_day_and_to_nobody_after(participant, days, is_upper):
    """EMAIL §4.1: signed, expiring, in any case of letters, of characters that every server passes on."""
    token = reply_token(participant, on=TODAY)
    found = read_reply_token(token.upper() if is_upper else token, on=TODAY + timedelta(days=days))
    assert found == (participant if days <= REPLY_TOKEN_DAYS else None)
    assert len(f"reply+{token}") <= 64
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz0123456789.")


@settings(max_examples=300, deadline=None, suppress_health_check=_ONCE)
@given(data=st.data())
def test_no_other_text_is_a_token(participant, stranger, data):
    """EMAIL §4.1: one letter changed, left out or added anywhere makes it nobody's, and never somebody else's."""
    token = reply_token(participant, on=TODAY)
    place = data.draw(st.integers(0, len(token) - 1))
    length = data.draw(st.integers(0, 3))
    piece = data.draw(st.text(st.sampled_from("abcxyz234567.019٣é\0 +@"), max_size=3))
    forged = token[:place] + piece + token[place + length :]
    assert read_reply_token(forged, on=TODAY) in ([participant] if forged.lower() == token else [None])


@settings(max_examples=300, deadline=None, suppress_health_check=_ONCE)
@given(text=st.text(max_size=80))
@example(text="1.1.aaaaaaaaaaaaaaaa")
@example(text="99999999999.99999999999.a")
@example(text="²..")
def test_any_text_can_be_asked_and_is_nobodys(participant, text):
    assert read_reply_token(text, on=TODAY) is None
