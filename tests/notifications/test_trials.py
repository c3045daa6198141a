"""A trial of words: one mail to one of us, which looks like the real one and belongs to no case."""

import pytest
from django.utils import timezone

from notifications.links import loop_id
from notifications.rendering import compose
from notifications.samples import samples_of
from notifications.trials import CannotTry, send_trial
from tests.factories import NOW

WORDS = ("RECEIVED", "pl", timezone.localdate(NOW))


def words_for(channel: str):
    return next(compose(s.facts, {}) for s in samples_of(*WORDS) if s.facts.channel == channel)


def test_it_is_the_mail_itself_in_text_and_html(mailoutbox):
    words = words_for("EMAIL")

    send_trial(words, to="adam@city.example", at=NOW)

    (mail,) = mailoutbox
    assert mail.to == ["adam@city.example"]
    assert mail.subject.endswith(words.subject)
    assert mail.subject != words.subject
    assert mail.body == words.text
    assert mail.alternatives[0][0] == words.html


def test_it_is_marked_as_made_by_a_machine_and_answers_join_no_case(mailoutbox, settings):
    send_trial(words_for("LETTER"), to="adam@city.example", at=NOW)

    (mail,) = mailoutbox
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert mail.extra_headers["X-Loop-Id"] == loop_id()
    assert settings.DEFAULT_FROM_EMAIL in mail.from_email
    assert not mail.reply_to
    assert not mail.alternatives


def test_without_an_address_nothing_is_sent(mailoutbox):
    with pytest.raises(CannotTry):
        send_trial(words_for("EMAIL"), to="", at=NOW)
    assert mailoutbox == []


def test_a_mail_system_that_refuses_is_named(settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.TakenForSpam"
    with pytest.raises(CannotTry):
        send_trial(words_for("EMAIL"), to="adam@city.example", at=NOW)
