"""Addresses and ids: they lead back to one case, and cannot be made up."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from cases.keys import phone_pin, read_reply_token, tracking_key
from notifications.links import (
    bounce_address,
    conceal,
    make_message_id,
    read_bounce_address,
    read_message_id,
    reply_address,
    reply_mark,
    reply_marks_in,
    reveal,
    tracking_url,
    without_reply_marks,
)
from tests.factories import NOW, make_case, reporter_of


def test_a_message_id_is_read_back_with_or_without_brackets_and_in_any_case():
    text = make_message_id(4711)

    assert read_message_id(text) == 4711
    assert read_message_id(f"  {text.strip('<>').upper()}\r\n") == 4711


def test_a_message_id_says_the_same_each_time():
    assert make_message_id(7) == make_message_id(7) != make_message_id(8)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<n1.", "<n2."),
        ("<n1.", "<n01."),
        ("<n1.", "<n١."),
        ("<n1.", "<n" + "9" * 40 + "."),
        ("@", "x@"),
        ("@kontakt.example", "@elsewhere.example"),
        (">", "> <other@elsewhere.example>"),
    ],
)
def test_an_id_that_we_did_not_make_is_nobodys(settings, old, new):
    settings.MAIL_DOMAIN = "kontakt.example"

    assert read_message_id(make_message_id(1).replace(old, new)) is None


@pytest.mark.parametrize("text", ["", "<>", "<n1@kontakt.example>", "<n1.aaaaaaaaaaaaaaaa@kontakt.example>"])
def test_text_that_only_looks_like_an_id_is_nobodys(settings, text):
    settings.MAIL_DOMAIN = "kontakt.example"

    assert read_message_id(text) is None


def test_an_id_made_under_the_old_key_is_still_ours(settings):
    text = make_message_id(1)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the-next-key-" + 40 * "n"

    assert read_message_id(text) == 1

    settings.SECRET_KEY_FALLBACKS = []
    assert read_message_id(text) is None


@pytest.mark.django_db
def test_the_tracking_link_is_absolute_and_opens_the_participants_own_case(settings):
    settings.PUBLIC_URL = "https://kontakt.example"
    participant = reporter_of(make_case())

    reference, key = participant.case.reference, tracking_key(participant)
    assert tracking_url(participant) == f"https://kontakt.example/track/{reference}/{key}/"


@pytest.mark.django_db
def test_the_reply_address_names_the_participant_and_fits_a_local_part(settings):
    participant = reporter_of(make_case())

    address = reply_address(participant, on=NOW.date())

    local, _, domain = address.partition("@")
    assert domain == settings.MAIL_DOMAIN
    assert len(local) <= 64
    token = local.removeprefix("reply+")
    assert read_reply_token(token, on=NOW.date() + timedelta(days=30)) == participant


@pytest.mark.django_db
def test_the_hidden_mark_is_read_behind_what_programs_put_before_it():
    participant = reporter_of(make_case())
    mark = reply_mark(participant, on=NOW.date())

    # What Word takes for a bookmark.
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,39}", mark)
    [token] = reply_marks_in(f'<a name="m_-481{mark}" class="x_{mark}">{mark}</a>')
    assert read_reply_token(token, on=NOW.date()) == participant
    assert without_reply_marks(f"a {mark}b") == "a b"


@pytest.mark.django_db
def test_kept_words_hold_neither_key_nor_pin_and_give_them_back():
    participant = reporter_of(make_case())
    words = f"{tracking_url(participant)} PIN: {phone_pin(participant)}"

    kept = conceal(words + reply_mark(participant, on=NOW.date()), participant)

    assert tracking_key(participant) not in kept
    assert phone_pin(participant) not in kept
    assert reveal(kept, participant) == words


def test_the_envelope_sender_names_its_notice_and_fits_a_local_part(settings):
    address = bounce_address(10**17)

    local, _, domain = address.partition("@")
    assert domain == settings.MAIL_DOMAIN
    assert len(local) <= 64
    assert read_bounce_address(f" <{address.upper()}> ") == 10**17


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bounce+1.", "bounce+2."),
        ("bounce+1.", "bounce+01."),
        ("bounce+", "reply+"),
        ("@", "x@"),
        ("@kontakt.example", "@elsewhere.example"),
    ],
)
def test_an_envelope_sender_that_we_did_not_make_is_nobodys(settings, old, new):
    settings.MAIL_DOMAIN = "kontakt.example"

    assert read_bounce_address(bounce_address(1).replace(old, new)) is None


def test_the_mac_of_one_use_is_worth_nothing_in_another():
    bounce, message = bounce_address(7), make_message_id(7)

    assert read_message_id(bounce.replace("bounce+", "n")) is None
    assert read_bounce_address(message.strip("<>").replace("n7", "bounce+7", 1)) is None


_MADE = [(make_message_id, read_message_id), (bounce_address, read_bounce_address)]
_IDS = st.integers(1, 10**18 - 1)


@pytest.mark.parametrize(("make", "read"), _MADE)
@trying(deadline=None)
@given(number=_IDS, is_upper=st.booleans())
def test_every_id_and_return_address_is_read_back(make, read, number, is_upper):
    """EMAIL §4.2 and §6: ids that we generated, with a mac."""
    text = make(number)
    assert read(text.upper() if is_upper else text) == number
    assert len(text.strip("<>").partition("@")[0]) <= 64


@pytest.mark.parametrize(("make", "read"), _MADE)
@trying(deadline=None, max_examples=300)
@given(data=st.data())
def test_nobody_makes_one_of_another(make, read, data):
    """EMAIL §4.2: whatever is changed in it, it is nobody's; and one kind is never the other."""
    number = data.draw(_IDS)
    text = make(number)
    local = text.index("@")
    place, length = data.draw(st.integers(1, local - 1)), data.draw(st.integers(0, 3))
    piece = data.draw(st.text(st.sampled_from("abcz2345670.189٣ @<>+n"), max_size=3))
    forged = text[:place] + piece + text[place + length :]
    assert read(forged) in ((number,) if forged.lower() == text else (None,))
    other = next(one for one, _ in _MADE if one is not make)
    mac = other(number).partition(".")[2].partition("@")[0]
    assert read(text.replace(text.partition(".")[2].partition("@")[0], mac)) is None


@pytest.mark.parametrize("read", [one for _, one in _MADE])
@trying(deadline=None, max_examples=300)
@given(text=st.text(max_size=120))
def test_any_text_can_be_asked(read, text):
    assert read(text) is None
