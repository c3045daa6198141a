"""Files that nobody sent are deleted after a day; what a case has, or a form still remembers, never."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from PIL import Image

from cases.files import StoredFile, keep_longer, store_file
from cases.leftovers import AGE, delete_leftovers
from cases.tasks import delete_leftover_files
from tests.factories import make_case, make_settled_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_storages(settings, tmp_path: Path) -> None:
    kept = settings.STORAGES
    settings.STORAGES = kept | {
        alias: kept[alias] | {"OPTIONS": {"location": tmp_path / alias}} for alias in ("default", "originals")
    }


def photo(colour: int = 1) -> StoredFile:
    out = BytesIO()
    Image.new("RGB", (20, 20), (colour, 90, 30)).save(out, "PNG")
    return store_file(out, original_name="hole.png")


def places(file: StoredFile) -> list[tuple[str, str]]:
    return [("originals", file.original_path), ("default", file.display_path)]


def age(file: StoredFile, by: timedelta) -> None:
    moment = (timezone.now() - by).timestamp()
    for alias, path in places(file):
        os.utime(storages[alias].path(path), (moment, moment))


def lies_there(file: StoredFile) -> set[bool]:
    return {storages[alias].exists(path) for alias, path in places(file)}


def test_an_old_file_of_no_case_goes_with_its_copy():
    left = photo()
    age(left, AGE + timedelta(minutes=1))
    assert delete_leftovers(timezone.now()) == 2
    assert lies_there(left) == {False}


def test_a_file_stays_while_a_form_may_remember_it():
    young = photo()
    age(young, timedelta(hours=25))
    delete_leftover_files()
    assert lies_there(young) == {True}


def test_a_file_on_a_case_stays_although_another_form_left_it():
    shared = photo()
    make_case(files=[shared])
    photo()
    age(shared, timedelta(days=400))
    assert delete_leftovers(timezone.now()) == 0
    assert lies_there(shared) == {True}


def test_the_original_of_a_photo_that_is_no_evidence_goes_and_its_copy_stays():
    file = photo()
    case = make_settled_case("road.pothole", files=[file])
    age(file, AGE + timedelta(minutes=1))
    assert delete_leftovers(timezone.now()) == 1
    assert [storages[alias].exists(path) for alias, path in places(file)] == [False, True]
    assert case.attachments.get().display_path == file.display_path


def test_the_original_stays_while_another_case_needs_it():
    file = photo()
    make_settled_case("road.pothole", files=[file])
    make_settled_case("wreck", files=[file], source_key="test:other")
    age(file, AGE + timedelta(minutes=1))
    assert delete_leftovers(timezone.now()) == 0


def test_who_sends_the_same_file_again_has_it_for_another_day():
    first = photo()
    age(first, timedelta(days=3))
    photo()
    assert delete_leftovers(timezone.now()) == 0


def test_a_form_that_is_still_open_keeps_its_files():
    file = photo()
    age(file, timedelta(days=3))
    assert keep_longer(file)
    assert delete_leftovers(timezone.now()) == 0
    for alias, path in places(file):
        storages[alias].delete(path)
    assert not keep_longer(file)


def test_what_is_not_named_by_its_content_is_not_ours_to_delete():
    root = Path(storages["originals"].path(""))
    (root / "ab").mkdir(parents=True)
    other = root / "ab" / "readme.txt"
    other.write_text("kept")
    os.utime(other, (0, 0))
    assert delete_leftovers(timezone.now()) == 0
    assert other.exists()
