"""Files of a form: what is wrong is said, what is good is kept over every error."""

import html
import re
import uuid

import pytest
from django.core import signing
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Attachment, Case
from contact_centre.portal import uploads
from contact_centre.web.limits import Limit

pytestmark = pytest.mark.django_db

NOT_A_PHOTO = b"<html><script>alert(1)</script></html>"


def kept_in(response) -> list[str]:
    return re.findall(r'name="kept" value="([^"]*)"', response.content.decode())


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def test_photos_come_to_the_case(send, photo):
    send(photos=[photo("one.png", 1), photo("two.png", 2)])
    names = Attachment.objects.order_by("id").values_list("original_name", flat=True)
    assert list(names) == ["one.png", "two.png"]


@pytest.mark.parametrize(
    "data", [b"", NOT_A_PHOTO, b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"%PDF-1.4 cut off"], ids=str
)
def test_a_bad_file_is_named_and_the_good_one_and_the_words_are_kept(send, photo, data):
    token = str(uuid.uuid4())
    bad = SimpleUploadedFile("holiday.jpg", data, content_type="image/jpeg")

    response = send(token=token, photos=[photo("good.png"), bad])

    page = text_of(response)
    assert response.status_code == 422
    assert 'id="id_photos_error"' in page
    assert "holiday.jpg" in page
    assert "Duża dziura" in page
    assert not Case.objects.exists()
    assert send(token=token, kept=kept_in(response)).status_code == 302
    assert Attachment.objects.get().original_name == "good.png"


def test_a_bomb_is_refused(send, settings):
    # 20,000 x 20,000 pixels in the header of a small file.
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00N \x00\x00N \x08\x02\x00\x00\x00"
    bomb = SimpleUploadedFile("bomb.png", header + b"\0" * 60, content_type="image/png")
    response = send(photos=[bomb])
    assert response.status_code == 422
    assert "bomb.png" in text_of(response)


def test_too_large_a_file_is_refused(send, photo, settings):
    settings.UPLOAD_MAX_FILE_BYTES = 50
    assert send(photos=[photo()]).status_code == 422


def test_of_six_files_five_are_kept_and_the_sixth_is_named(send, photo):
    token = str(uuid.uuid4())
    response = send(token=token, photos=[photo(f"p{n}.png", n) for n in range(6)])
    assert response.status_code == 422
    assert "p5.png" in text_of(response)
    assert len(kept_in(response)) == 5
    send(token=token, kept=kept_in(response))
    assert Attachment.objects.count() == 5


def test_a_whole_album_is_refused_with_the_words_kept(send, photo):
    response = send(photos=[photo(f"p{n}.png", n % 7) for n in range(200)])
    assert response.status_code == 422
    assert "Duża dziura" in text_of(response)
    assert len(kept_in(response)) == 5
    assert not Case.objects.exists()


def test_files_outlive_an_error_elsewhere_in_the_form(send, photo):
    token = str(uuid.uuid4())
    response = send(token=token, description="", photos=[photo()])
    assert len(kept_in(response)) == 1
    send(token=token, kept=kept_in(response))
    assert Attachment.objects.count() == 1


def test_a_kept_file_that_was_unticked_is_not_sent(send, photo):
    token = str(uuid.uuid4())
    send(token=token, description="", photos=[photo()])
    send(token=token)
    assert Case.objects.exists()
    assert not Attachment.objects.exists()


def test_a_kept_file_of_another_form_or_of_nobody_is_not_taken(send, photo):
    response = send(description="", photos=[photo()])
    forged = signing.dumps({"original_path": "../../db.sqlite3"}, salt="another", compress=True)
    send(kept=[*kept_in(response), forged, "nonsense"])
    assert Case.objects.exists()
    assert not Attachment.objects.exists()


def test_a_network_that_sends_very_many_files_is_asked_to_wait_and_nothing_is_stored(
    send, photo, monkeypatch
):
    monkeypatch.setattr(uploads, "FILES_LIMIT", Limit("test-files", count=1, seconds=600))
    first = send(description="", photos=[photo(colour=1)], token=(token := str(uuid.uuid4())))
    held = send(token=token, kept=kept_in(first), photos=[photo(colour=2)])
    assert held.status_code == 422
    assert 'id="id_photos_error"' in text_of(held)
    assert "Duża dziura" in text_of(held)
    assert len(kept_in(held)) == 1
    assert send(token=token, kept=kept_in(held)).status_code == 302, "without new files it goes on"
    assert Attachment.objects.count() == 1


def test_a_file_that_is_gone_meanwhile_is_asked_for_again(send, photo):
    token = str(uuid.uuid4())
    first = send(token=token, description="", photos=[photo(colour=77)])
    stored = first.context["form"].uploads.stored[0]
    storages["originals"].delete(stored.original_path)
    again = send(token=token, kept=kept_in(first))
    assert again.status_code == 422
    assert "hole.png" in text_of(again)
    assert not Case.objects.exists()


def test_the_same_photo_twice_counts_once(send, photo):
    send(photos=[photo("one.png"), photo("again.png")])
    assert Attachment.objects.count() == 1


def test_a_name_of_two_hundred_letters_and_marks_is_kept_short_and_plain(send, photo):
    send(photos=[photo("ż" * 190 + "\u202egnp.png")])
    name = Attachment.objects.get().original_name
    assert len(name) <= 120
    assert "\u202e" not in name
