"""The pages on the words of notices: tried without a trace, saved with one, and every change can be taken back."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import ReadLog
from contact_centre.desk import words_page as page
from contact_centre.desk.views.words import TRIAL_LIMIT
from notifications.channels.sms.segments import measure
from notifications.links import sample_tracking_url, tracking_url
from notifications.models import Notice, Wording
from notifications.rendering import render
from notifications.rewording import last_change, reword
from notifications.wordings import KINDS, changed_words, file_words
from routing.models import Role
from routing.models.loaded import LANGUAGES
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.notifications.outbox import plan_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
WORDS = reverse("desk:words")
TRY = reverse("desk:words_of", args=["received", "pl"])


def way(name: str, kind: str = "received", language: str = "pl") -> str:
    return reverse("desk:change_words", args=[kind, language, name])


def typed(**changes: Any) -> dict[str, Any]:
    """What a browser sends: all parts as they are said now, but for the changes."""
    current = file_words("RECEIVED", "pl") | changed_words("RECEIVED", "pl")
    return {**current, "seen": last_change("RECEIVED", "pl"), "sample": 0, "note": "", **changes}


def said(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def admin(desk: Callable[[Role], Client]) -> Client:
    user = staff_member(Role.ADMIN)
    user.email = "adam@city.example"
    user.save(update_fields=["email"])
    return desk(Role.ADMIN)


@pytest.fixture
def head(desk: Callable[[Role], Client]) -> Client:
    return desk(Role.HEAD)


def write(**words: str) -> None:
    by = staff_member(Role.ADMIN).pk
    reword(kind="RECEIVED", language="pl", words=words, note="", user_id=by, at=NOW)


def test_the_list_marks_what_the_city_says_in_its_own_words(admin, django_assert_max_num_queries):
    write(lead="Jest u nas.", subject="Jest")

    with django_assert_max_num_queries(4):
        page = said(admin.get(WORDS))

    assert page.count("2 parts changed") == 1
    assert page.count("as in the file") == len(KINDS) * len(LANGUAGES) - 1


def test_every_kind_has_its_page_in_every_language(admin):
    for kind in KINDS:
        for language in LANGUAGES:
            page = admin.get(reverse("desk:words_of", args=[kind.lower(), language]))
            assert page.status_code == 200
            first = next(text for text in file_words(kind, language).values() if text)
            assert first in said(page)


@pytest.mark.parametrize("address", ["nothing/pl", "received/de", "Received/xx"])
def test_other_pages_do_not_exist(admin, address):
    assert admin.get(f"{WORDS}{address}/").status_code == 404


def test_a_try_shows_how_it_reads_and_keeps_nothing(admin):
    page = said(admin.post(TRY, typed(lead="Zgłoszenie jest u nas.")))

    assert re.search(r'class="letter"[^>]*>.*Zgłoszenie jest u nas\.', page, re.DOTALL)
    assert not Wording.objects.exists()
    assert not ReadLog.objects.exists()


def test_the_situation_can_be_chosen(admin):
    form = admin.get(TRY).context["form"]
    number = next(n for n, sample in enumerate(form.samples) if not sample.facts.department)

    assert "Damy Ci znać" in said(admin.post(TRY, typed(sample=number)))
    assert "Damy Ci znać, gdy" not in admin.post(TRY, typed(sample=0)).context["said"].text


def test_a_text_message_is_tried_with_its_length_and_cost(admin, settings):
    settings.SMS_PART_PRICE = Decimal("0.16")
    admin.defaults["HTTP_ACCEPT_LANGUAGE"] = "pl"
    samples = admin.get(TRY).context["form"].samples
    number = next(n for n, sample in enumerate(samples) if sample.facts.is_sms)

    answer = admin.post(TRY, typed(sample=number, lead="Mamy zgłoszenie."))

    # The link of a sample leads to no case; that of a resident is longer, and counts.
    facts = samples[number].facts
    participant = reporter_of(make_case())
    link = tracking_url(participant)
    assert len(link) == len(sample_tracking_url(participant.case.reference))
    real = (
        answer.context["said"].text.strip().replace(facts.tracking_url, sample_tracking_url(facts.reference))
    )
    assert answer.context["length"] == measure(real)
    assert answer.context["length"].parts == 3
    assert "UCS-2" in said(answer)
    assert "0,48 zł" in said(answer)


def test_what_goes_by_another_channel_has_no_length(admin):
    assert admin.post(TRY, typed(sample=0)).context["length"] is None


def test_the_length_in_a_real_case_counts_key_and_pin(head):
    case = make_routed_case()
    plan_all()
    Notice.objects.update(channel="SMS")
    notice = page.last_notice(case, "RECEIVED")
    assert notice is not None

    answer = head.post(TRY, typed(reference=case.reference))

    assert "⟨key⟩" in answer.context["said"].text
    assert answer.context["length"] == measure(render(notice, timezone.now()).text.strip())


def test_the_mail_itself_opens_in_a_page_that_can_do_nothing(admin):
    answer = admin.post(TRY, typed(lead="Jest <b>u nas</b>.", as_page="1"))

    assert "Jest &lt;b&gt;u nas&lt;/b&gt;." in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert "script" not in policy


def test_saved_words_are_said_from_then_on_with_their_author(admin):
    answer = admin.post(way("save"), typed(lead="Jest u nas.", note="Krócej"), follow=True)

    row = Wording.objects.get()
    assert (row.part, row.text, row.note, row.author) == (
        "lead",
        "Jest u nas.",
        "Krócej",
        staff_member(Role.ADMIN),
    )
    assert "Saved." in said(answer)
    assert "Krócej" in said(answer)


def test_a_browser_ends_its_lines_in_its_own_way(admin):
    then = file_words("RECEIVED", "pl")["then"].replace("\n", "\r\n")

    admin.post(way("save"), typed(then=then))

    assert not Wording.objects.exists()


def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(admin):
    answer = admin.post(way("save"), typed(lead="Masz {{ facts.pin }}", subject="Mój temat", note="Nowe"))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["lead"]
    page = said(answer)
    assert "This notice does not know: facts.pin" in page
    assert "Masz {{ facts.pin }}" in page
    assert "Mój temat" in page
    assert 'value="Nowe"' in page
    assert not Wording.objects.exists()


def test_who_leaves_facts_out_is_warned_and_may_save_all_the_same(admin):
    answer = admin.post(way("save"), typed(then="Zajmiemy się tym."))
    assert answer.status_code == 422
    assert "facts.department, facts.other_cases, facts.promised_for, facts.route_reason" in said(answer)
    assert 'name="accept"' in said(answer)

    admin.post(way("save"), typed(then="Zajmiemy się tym.", accept="on"))

    assert changed_words("RECEIVED", "pl") == {"then": "Zajmiemy się tym."}


def test_two_administrators_do_not_write_over_each_other(admin):
    old = typed(lead="Drugie.")
    write(lead="Pierwsze.")

    answer = admin.post(way("save"), old)

    assert answer.status_code == 422
    assert "Somebody has changed these words meanwhile" in said(answer)
    assert "Drugie." in said(answer)
    assert changed_words("RECEIVED", "pl") == {"lead": "Pierwsze."}
    seen = re.search(r'name="seen" value="(\d+)"', said(answer))
    assert seen is not None
    admin.post(way("save"), old | {"seen": seen[1]})
    assert changed_words("RECEIVED", "pl") == {"lead": "Drugie."}


def test_older_words_can_be_said_again(admin):
    write(lead="Pierwsze.")
    first = Wording.objects.get()
    write(lead="Drugie.")

    admin.post(way("restore"), {"wording": first.pk})

    assert changed_words("RECEIVED", "pl") == {"lead": "Pierwsze."}
    assert Wording.objects.count() == 3


def test_words_of_another_notice_cannot_be_taken_over(admin):
    write(lead="Pierwsze.")

    for number in (Wording.objects.get().pk, "x", "9" * 30):
        assert admin.post(way("restore", "merged"), {"wording": number}).status_code == 404


def test_all_parts_can_be_given_back_to_the_file(admin):
    write(lead="Pierwsze.", subject="Temat")

    admin.post(way("reset"))

    assert changed_words("RECEIVED", "pl") == {}
    assert Wording.objects.count() == 4


def test_a_trial_goes_to_the_administrator_alone(admin, mailoutbox):
    answer = admin.post(way("send"), typed(lead="Jest u nas."))

    assert "adam@city.example" in said(answer)
    (mail,) = mailoutbox
    assert mail.recipients() == ["adam@city.example"]
    assert "Jest u nas." in mail.body
    assert not Wording.objects.exists()


def test_without_an_address_the_page_says_so(desk, mailoutbox):
    answer = desk(Role.ADMIN).post(way("send"), typed())

    assert "Your login has no e-mail address." in said(answer)
    assert mailoutbox == []


def test_trials_have_a_limit(admin, mailoutbox, settings):
    settings.RATE_LIMITS_ENABLED = True
    for _turn in range(TRIAL_LIMIT.count):
        TRIAL_LIMIT.is_passed(str(staff_member(Role.ADMIN).pk))

    admin.post(way("send"), typed())

    assert mailoutbox == []


def test_the_head_tries_words_on_a_real_case_without_key_and_pin_and_it_is_logged(head):
    case = make_routed_case()
    plan_all()

    answer = head.post(TRY, typed(lead="Jest u nas.", reference=case.reference))

    text = answer.context["said"].text
    assert case.reference in answer.context["said"].subject
    assert "Jest u nas." in text
    assert "⟨key⟩" in text
    assert "⟨PIN⟩" in text
    log = ReadLog.objects.get()
    assert (log.case, log.user) == (case, staff_member(Role.HEAD))


def test_the_mail_of_a_real_case_keeps_key_and_pin_too(head):
    case = make_routed_case()
    plan_all()

    page = head.post(TRY, typed(reference=case.reference, as_page="1")).content.decode()

    assert case.reference in page
    assert "⟨PIN⟩" in page
    assert ReadLog.objects.count() == 1


def test_an_administrator_sees_no_case(admin):
    case = make_routed_case(description="Moja dziura")
    plan_all()

    answer = admin.post(TRY, typed(reference=case.reference))

    assert "reference" not in answer.context["form"].fields
    assert case.reference not in answer.context["said"].text
    assert not ReadLog.objects.exists()


@pytest.mark.parametrize("what", ["unknown", "kept away", "not told"])
def test_a_case_that_cannot_be_shown_is_a_mistake_in_the_form(head, what):
    case = make_case()
    if what == "kept away":
        case.exclusions.create(user=staff_member(Role.HEAD), created_at=NOW)
    reference = "KON-2026-999999-9" if what == "unknown" else case.reference

    answer = head.post(TRY, typed(reference=reference))

    assert answer.status_code == 422
    assert "reference" in answer.context["form"].errors
    assert not ReadLog.objects.exists()


def test_the_head_cannot_save(head):
    page = said(head.get(TRY))

    assert "Administrators save words" in page
    assert way("save") not in page
    assert head.post(way("save"), typed(lead="Jest u nas.")).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMIN, Role.HEAD])
def test_it_stands_in_the_menu_of_those_whom_it_concerns(desk, role):
    assert f'href="{WORDS}"' in desk(role).get(WORDS).content.decode()
    assert f'href="{WORDS}"' not in desk(Role.AGENT).get(reverse("desk:queue")).content.decode()
