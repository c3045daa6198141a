"""What must be settled before residents may be served."""

from pathlib import Path
from shutil import copytree

from pytest_django import Settings

from contact_centre.portal.checks import check_privacy_clause


def test_a_draft_of_the_information_clause_is_told_until_it_is_signed_off(settings: Settings, tmp_path: Path):
    assert "is a draft (2-draft)" in check_privacy_clause()[0].msg
    signed = copytree(settings.CITY_DATA_DIR, tmp_path / "city") / "privacy.toml"
    signed.write_text(signed.read_text(encoding="utf-8").replace("2-draft", "2"), encoding="utf-8")
    settings.CITY_DATA_DIR = tmp_path / "city"
    assert check_privacy_clause() == []
