"""``manage.py prepare`` does again only what has changed."""

import pytest
from django.core.management import CommandError, call_command

from contact_centre.management.commands.prepare import FINGERPRINT, collect_static
from contact_centre.supervisor import only_one


@pytest.fixture
def static(settings, tmp_path):
    """One static file of our own beside those of the apps, and a place to collect them."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "own.css").write_text("a {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "collected"
    return source


def test_static_files_are_collected_once(static, settings):
    collect_static(settings.STATIC_ROOT)
    assert (settings.STATIC_ROOT / "own.css").read_text() == "a {}"
    (settings.STATIC_ROOT / "own.css").write_text("untouched")
    collect_static(settings.STATIC_ROOT)
    assert (settings.STATIC_ROOT / "own.css").read_text() == "untouched"


@pytest.mark.parametrize("name", ["own.css", "new.css"])
def test_changed_or_new_file_is_collected_again(static, settings, name):
    collect_static(settings.STATIC_ROOT)
    (static / name).write_text("b { color: red }")
    collect_static(settings.STATIC_ROOT)
    assert (settings.STATIC_ROOT / name).read_text() == "b { color: red }"


def test_interrupted_collecting_is_done_again(static, settings):
    collect_static(settings.STATIC_ROOT)
    (settings.STATIC_ROOT / FINGERPRINT).unlink()
    (settings.STATIC_ROOT / "own.css").unlink()
    collect_static(settings.STATIC_ROOT)
    assert (settings.STATIC_ROOT / "own.css").exists()


def test_refused_while_the_product_runs(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with only_one(tmp_path), pytest.raises(CommandError, match="Already running"):
        call_command("prepare")
