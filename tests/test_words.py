"""The catalogues: every phrase is translated, and every placeholder survives the translation."""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command

from contact_centre.web.words import DOMAIN, SOURCES, compile_words

LANGUAGES = ("pl", "uk")
ROOMS = ("contact_centre", "notifications", "cases", "routing", "classifiers")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
NOT_OURS = ["contact_centre/locale", ".*", "var/*", "tests/*", "bench/*", "tools/*", "docs/*", "*/vendor/*"]


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(SOURCES / language / DOMAIN))


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def copy_of_source(target: Path) -> Path:
    """The rooms without what holds no phrases."""
    for room in ROOMS:
        leave = shutil.ignore_patterns("vendor", "data", "locale", "migrations", "__pycache__")
        shutil.copytree(settings.BASE_DIR / room, target / room, ignore=leave)
    return target


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_translated(language):
    empty = [
        entry.msgid for entry in catalogue(language) if not all(translations(entry)) or "fuzzy" in entry.flags
    ]
    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_survives(language):
    for entry in catalogue(language):
        allowed = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
        for text in translations(entry):
            assert set(PLACEHOLDER.findall(text)) == allowed, entry.msgid


def test_the_plural_forms_of_both_languages_are_all_there():
    for language in LANGUAGES:
        for entry in catalogue(language):
            assert not entry.msgid_plural or len(entry.msgstr_plural) == 4, entry.msgid


@pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="needs GNU gettext (Debian: apt install gettext)"
)
def test_the_catalogues_know_every_phrase_of_the_source(tmp_path, monkeypatch):
    for language in LANGUAGES:
        target = tmp_path / language / DOMAIN
        target.parent.mkdir(parents=True)
        shutil.copy(SOURCES / language / DOMAIN, target)
    before = {language: {(e.msgctxt, e.msgid) for e in catalogue(language)} for language in LANGUAGES}
    # On a copy: the collector lays helper files beside the templates, where tests of other workers would find them.
    monkeypatch.chdir(copy_of_source(tmp_path / "tree"))
    monkeypatch.setattr(settings, "LOCALE_PATHS", [str(tmp_path)])
    call_command(
        "makemessages", locale=list(LANGUAGES), no_obsolete=True, ignore_patterns=NOT_OURS, verbosity=0
    )
    for language in LANGUAGES:
        found = {(e.msgctxt, e.msgid) for e in polib.pofile(str(tmp_path / language / DOMAIN))}
        assert found == before[language]


def test_compiled_words_follow_their_source(tmp_path: Path):
    compile_words(tmp_path)
    compiled = (tmp_path / "pl" / DOMAIN).with_suffix(".mo")
    first = compiled.stat().st_mtime_ns
    compile_words(tmp_path)
    assert compiled.stat().st_mtime_ns == first
    assert {e.msgid for e in polib.mofile(str(compiled))} == {e.msgid for e in catalogue("pl")}
