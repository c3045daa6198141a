"""Which version serves and which reads in the shadow: one each, the way back, and what may not be."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from classifiers.store.models import ModelVersion, Promotion, PromotionReason
from classifiers.store.promoting import (
    CannotPromote,
    NothingToRollBackTo,
    leave_shadow,
    promote,
    read_in_shadow,
    roll_back,
)
from routing.models import User
from tests.classifiers.store.conftest import AT, LATER

pytestmark = pytest.mark.django_db

Make = Callable[..., ModelVersion]


def serve(version: str, reason: PromotionReason = PromotionReason.BY_PERSON, **more: Any) -> ModelVersion:
    return promote(version=version, reason=reason, at=AT, **more)


def serving() -> str:
    return ModelVersion.objects.get(is_serving=True).version


@pytest.fixture
def two(make_version: Make) -> tuple[ModelVersion, ModelVersion]:
    """ "old" served, then "new" was promoted."""
    old, new = make_version("old"), make_version("new", days=1)
    serve("old", PromotionReason.PREPARED)
    serve("new")
    return old, new


def test_a_promotion_says_what_served_before_why_and_by_whom(make_version: Make) -> None:
    make_version("old")
    make_version("new")
    adam = User.objects.create_user("adam")
    serve("old", PromotionReason.PREPARED)
    serve("new", user_id=adam.pk)
    assert serving() == "new"
    last = Promotion.objects.order_by("-id")[0]
    assert (last.version.version, last.previous and last.previous.version) == ("new", "old")
    assert (last.reason, last.promoted_by, last.promoted_at) == (PromotionReason.BY_PERSON, adam, AT)


def test_promoting_what_serves_changes_nothing(make_version: Make) -> None:
    make_version("old")
    serve("old")
    serve("old")
    assert Promotion.objects.count() == 1


def test_a_version_without_files_may_not_serve(make_version: Make) -> None:
    make_version("old")
    serve("old")
    shutil.rmtree(make_version("new").directory)
    with pytest.raises(CannotPromote, match="files of new"):
        serve("new")
    assert serving() == "old"
    assert Promotion.objects.count() == 1


def test_a_version_with_damaged_files_neither_serves_nor_reads_in_the_shadow(make_version: Make) -> None:
    make_version("old")
    serve("old")
    damaged = make_version("new").directory / "weights.npz"
    damaged.write_bytes(damaged.read_bytes() + b"x")
    with pytest.raises(CannotPromote, match="files of new are damaged"):
        serve("new")
    with pytest.raises(CannotPromote, match="files of new are damaged"):
        read_in_shadow(version="new")
    assert serving() == "old"
    assert not ModelVersion.objects.filter(is_shadow=True).exists()


def test_a_version_that_is_not_there_may_not_serve(make_version: Make) -> None:
    with pytest.raises(CannotPromote, match="no version nothing"):
        serve("nothing")


def test_what_reads_in_the_shadow_leaves_it_to_serve(make_version: Make) -> None:
    make_version("new")
    read_in_shadow(version="new")
    row = serve("new")
    row.refresh_from_db()
    assert (row.is_serving, row.is_shadow) == (True, False)


def test_rolling_back_lets_the_one_before_serve_and_rejects_the_other(two: tuple[ModelVersion, ...]) -> None:
    assert roll_back(at=LATER).version == "old"
    assert serving() == "old"
    assert [row.is_rejected for row in ModelVersion.objects.order_by("created_at")] == [False, True]
    last = Promotion.objects.order_by("-id")[0]
    assert (last.reason, last.promoted_at) == (PromotionReason.ROLLED_BACK, LATER)
    assert last.previous == two[1]


def test_rolling_back_goes_no_further_than_the_first(two: tuple[ModelVersion, ...]) -> None:
    roll_back(at=LATER)
    with pytest.raises(NothingToRollBackTo):
        roll_back(at=LATER)
    assert serving() == "old"
    assert not ModelVersion.objects.get(version="old").is_rejected


def test_rolling_back_twice_never_returns_to_what_was_rejected(
    two: tuple[ModelVersion, ...], make_version: Make
) -> None:
    make_version("newest", days=2)
    serve("newest")
    assert [roll_back(at=LATER).version, roll_back(at=LATER).version] == ["new", "old"]


def test_asking_twice_rolls_back_once(two: tuple[ModelVersion, ...], make_version: Make) -> None:
    make_version("newest", days=2)
    serve("newest")
    roll_back(at=LATER, version="newest")
    with pytest.raises(CannotPromote, match="newest does not serve"):
        roll_back(at=LATER, version="newest")
    assert serving() == "new"


def test_without_files_there_is_no_way_back(two: tuple[ModelVersion, ...]) -> None:
    shutil.rmtree(two[0].directory)
    with pytest.raises(NothingToRollBackTo):
        roll_back(at=LATER)
    assert serving() == "new"
    assert not ModelVersion.objects.get(version="new").is_rejected


def test_damaged_files_are_no_way_back_either(two: tuple[ModelVersion, ...]) -> None:
    (two[0].directory / "weights.npz").write_bytes(b"other")
    with pytest.raises(CannotPromote, match="damaged"):
        roll_back(at=LATER)
    assert serving() == "new"
    assert not ModelVersion.objects.get(version="new").is_rejected


def test_where_nothing_serves_there_is_nothing_to_roll_back(make_version: Make) -> None:
    make_version("old")
    with pytest.raises(NothingToRollBackTo):
        roll_back(at=LATER)


def test_a_person_takes_the_rejection_back(two: tuple[ModelVersion, ...]) -> None:
    roll_back(at=LATER)
    serve("new", PromotionReason.BY_PERSON)
    assert not ModelVersion.objects.get(version="new").is_rejected
    assert roll_back(at=LATER).version == "old"


def test_the_machine_does_not(two: tuple[ModelVersion, ...]) -> None:
    roll_back(at=LATER)
    serve("new", PromotionReason.PREPARED)
    assert ModelVersion.objects.get(version="new").is_rejected


def test_one_version_reads_in_the_shadow(make_version: Make) -> None:
    make_version("one")
    make_version("two")
    read_in_shadow(version="one")
    read_in_shadow(version="two")
    read_in_shadow(version="two")
    assert list(ModelVersion.objects.filter(is_shadow=True)) == [ModelVersion.objects.get(version="two")]
    leave_shadow()
    assert not ModelVersion.objects.filter(is_shadow=True).exists()


def test_what_serves_or_has_no_files_does_not_read_in_the_shadow(two: tuple[ModelVersion, ...]) -> None:
    shutil.rmtree(two[0].directory)
    for version in ("old", "new", "nothing"):
        with pytest.raises(CannotPromote):
            read_in_shadow(version=version)
    assert not ModelVersion.objects.filter(is_shadow=True).exists()


def test_the_database_refuses_a_second_shadow(make_version: Make) -> None:
    make_version("one", is_shadow=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_version("two", is_shadow=True)
