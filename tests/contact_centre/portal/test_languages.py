"""The language of a page can be changed in the middle of a form: nothing typed or chosen is lost, nothing is sent."""

import html
import re
import uuid

import pytest
from django.urls import reverse

from cases.models import Attachment, Case, Message
from tests.factories import make_case, make_routed_case

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def test_the_report_form_keeps_all_in_another_language(client, filled_in, photo):
    typed = filled_in(
        description="Duża dziura", address="ul. Dworcowa 5", phone="12", category="water.supply", email="wrong at",
        photos=[photo()], switch_language="uk",
    )  # fmt: skip

    page = client.post(reverse("portal:report"), typed)

    words = text_of(page)
    assert page.status_code == 200
    assert '<html lang="uk">' in words
    assert client.cookies["language"].value == "uk"
    for value in ("Duża dziura", "ul. Dworcowa 5", "wrong at", 'value="12"', "hole.png"):
        assert value in words
    assert re.search(r'<option value="water\.supply"\s+selected', words)
    assert 'role="alert">' not in words.split("<form id", 1)[1]
    assert page.context["form"].uploads.token == uuid.UUID(typed["token"])
    assert not Case.objects.exists()
    assert '<html lang="uk">' in text_of(client.get(reverse("portal:home")))


def test_the_language_of_the_answer_follows_the_page_unless_it_was_chosen(client, filled_in):
    def chosen(**changes) -> str:
        client.cookies.pop("language", None)
        page = client.post(reverse("portal:report"), filled_in(switch_language="uk", **changes))
        return str(page.context["form"]["language"].value())

    assert chosen(language="pl") == "uk"
    assert chosen(language="en") == "en"


def test_a_file_that_was_refused_is_named_and_the_kept_one_can_be_sent(client, filled_in, photo):
    bad = photo("bad.png")
    bad.file.seek(0)
    bad.file.truncate(20)
    token = str(uuid.uuid4())
    typed = filled_in(token=token, photos=[photo("good.png"), bad], switch_language="en")
    page = client.post(reverse("portal:report"), typed)
    assert "bad.png" in text_of(page)
    kept = re.findall(r'name="kept" value="([^"]*)"', page.content.decode())
    client.post(reverse("portal:report"), filled_in(token=token, kept=kept))
    assert Attachment.objects.get().original_name == "good.png"


def test_the_reply_form_keeps_its_words(client, page_of):
    case = make_routed_case()
    page = client.post(page_of(case), {"body": "Nadal dziura", "switch_language": "uk"})
    assert page.status_code == 200
    assert "Nadal dziura" in text_of(page)
    assert '<html lang="uk">' in text_of(page)
    assert not Message.objects.filter(purpose="REPLY").exists()


def test_the_find_form_keeps_its_words(client):
    page = client.post(
        reverse("portal:find"), {"reference": "KON-1", "email": "ana@", "switch_language": "en"}
    )
    assert page.status_code == 200
    assert 'value="KON-1"' in text_of(page)
    assert 'value="ana@"' in text_of(page)


def test_the_reason_for_withdrawing_is_kept_and_nothing_is_withdrawn(client, page_of):
    case = make_case()
    page = client.post(
        page_of(case, "withdraw"), {"reason": "Naprawione", "version": case.version, "switch_language": "en"}
    )
    assert page.status_code == 200
    assert "Naprawione" in text_of(page)
    case.refresh_from_db()
    assert case.status == "NEW"


def test_a_language_that_we_do_not_have_is_no_language(client, send):
    assert send(switch_language="fr").status_code == 302


def test_enter_in_a_field_sends_the_form_and_changes_no_language(client):
    page = client.get(reverse("portal:report")).content.decode()
    first = re.search(r'<button[^>]*form="report-form"[^>]*>', page)
    assert first is not None
    assert "switch_language" not in first[0]
