"""The pictures in docs/screens/: every page has one, every one is there, and together they stay small."""

import re
from collections import Counter

from django.urls import resolve

from tests.browser.served import Product
from tests.test_house_rules import url_names
from tools.screens.__main__ import GROUPS
from tools.screens.index import COVERS, DIRECTORY, MOST_BYTES
from tools.screens.scene import Scene

SCENES = [scene for _, group in GROUPS for scene in group]
KEYS = {"reference": "KON-2026-000001-7", "key": "abcdefgh12345678"}
# Parts of pages, files, and what only answers a press of a button; those pages are reached by ``Scene.act``.
NO_PAGES = {
    "healthz",
    "readyz",
    "set_language",
    "logout",
    "portal:streets",
    "portal:category_hint",
    "portal:confirm",
    # One question with a button, which only the mails to followers lead to.
    "portal:stop",
    "portal:file",
    "desk:file",
    "desk:original",
    "desk:suggest",
    "desk:streets",
    "desk:called_back",
    "desk:change_model",
    "desk:change_words",
    "desk:settle",
    "desk:revoke_link",
    "desk:step",
    "desk:notice",
    "intake:original",
    "intake:as_sent",
    "intake:mail",
    "intake:waiting",
    "intake:raw_mail",
    "intake:decide",
    "intake:decide_mail",
    "intake:change_rule",
    "hooks:mail",
    "hooks:mail_tracking",
    "desk:resend_dead_letters",
    "hooks:sms_report",
    "desk:letter",
    # A table like that of the outbox, which leads to it.
    "desk:letters",
    "desk:print_letters",
    "desk:letters_printed",
    "hooks:sms_text",
}


def address(scene: Scene) -> str:
    stories = dict.fromkeys(re.findall(r"^(?:track|case):(\w+)", scene.path), KEYS)
    return scene.address(Product("", DIRECTORY, stories))


def test_every_page_has_a_picture():
    met = {
        resolve(address(scene).partition("?")[0]).view_name
        for scene in SCENES
        # Some addresses lead nowhere, and a mail has none.
        if "no-such" not in scene.path and not scene.path.startswith("mail:")
    }
    pages = {name for name in url_names() if not name.startswith("admin:")}
    assert pages - met - NO_PAGES == set()


def test_every_picture_is_there_and_listed():
    names = {
        scene.file_name(width, language)
        for scene in SCENES
        for width in scene.widths
        for language in scene.languages
    }
    assert {path.name for path in DIRECTORY.iterdir()} == names | set(COVERS.values()) | {"README.md"}
    listed = re.findall(r"\]\(([^)]+)\)", (DIRECTORY / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(names)


def test_no_two_pictures_share_a_name():
    assert [name for name, count in Counter(scene.name for scene in SCENES).items() if count > 1] == []


def test_the_pictures_are_small_enough_for_a_repository():
    assert sum(path.stat().st_size for path in DIRECTORY.iterdir()) <= MOST_BYTES
