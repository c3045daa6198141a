"""Vendored files are what the manifest says, and the check notices when they are not."""

import json
import re
import shutil
from pathlib import Path

import pytest

import contact_centre
from contact_centre.web.badges import CHANNELS, OUTCOMES, STATUSES, URGENCIES
from tools.vendor import MANIFEST_NAME, find_faults

ROOT = Path(contact_centre.__file__).parent
VENDOR = ROOT / "static" / "vendor"
SPRITE = VENDOR / "bootstrap-icons" / "icons.svg"
ALL_BADGES = [badge for table in (STATUSES, OUTCOMES, URGENCIES, CHANNELS) for badge in table.values()]
ICON_USES = (
    r'{%\s*icon\s+"([a-z0-9-]+)"',
    r'{%\s*nav_link\s+"[^"]+"\s+\w+\s+"([a-z0-9-]+)"',
    r'\bicon_name="([a-z0-9-]+)"',
)


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(VENDOR, tmp_path / "vendor"))


def test_every_vendored_file_is_listed_with_its_hash():
    assert find_faults(VENDOR) == []


def test_an_unlisted_file_is_found(copy):
    (copy / "htmx" / "extra.js").write_text("")
    assert find_faults(copy) == ["htmx/extra.js: lies here but is not listed"]


def test_a_changed_file_is_found(copy):
    with (copy / "htmx" / "htmx.min.js").open("a") as file:
        file.write(" ")
    assert find_faults(copy) == ["htmx/htmx.min.js: differs from its hash"]


def test_a_missing_file_is_found(copy):
    (copy / "bootstrap" / "bootstrap.min.css").unlink()
    assert find_faults(copy) == ["bootstrap/bootstrap.min.css: listed but missing"]


def test_a_package_without_licence_is_found(copy):
    manifest = json.loads((copy / MANIFEST_NAME).read_text())
    package = next(package for package in manifest["packages"] if package["name"] == "htmx")
    package["licence"] = ""
    del package["files"]["htmx/LICENSE.txt"]
    (copy / "htmx" / "LICENSE.txt").unlink()
    (copy / MANIFEST_NAME).write_text(json.dumps(manifest))
    assert find_faults(copy) == [
        "htmx: no licence",
        "htmx: licence  is not on our list",
        "htmx: no licence text",
    ]


def test_vendored_styles_and_scripts_point_at_no_file_that_is_not_here():
    for path in [*VENDOR.rglob("*.css"), *VENDOR.rglob("*.js")]:
        assert "sourceMappingURL" not in path.read_text("utf-8"), path.name


def test_every_icon_named_in_a_template_or_a_badge_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text("utf-8")))
    used = {badge.icon for badge in ALL_BADGES}
    for template in (ROOT / "templates").rglob("*.html"):
        for pattern in ICON_USES:
            used |= set(re.findall(pattern, template.read_text("utf-8")))
    assert {"telephone-fill", "inbox", "box-arrow-right"} <= used
    assert used - drawn == set()
