"""The folder of the pictures: where each lies, the table that lists them, and how big they may be together."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

from tests.browser.served import ROOT
from tools.screens.scene import LANGUAGES, Scene

DIRECTORY = ROOT / "docs" / "screens"
MOST_BYTES = 10_000_000
# The pictures of the project's front page: their names stay, and they show no more than one window.
COVERS = {"queue-1280-pl.webp": "queue.png", "track-resolved-390-pl.webp": "track.png"}
COVER_HEIGHT = 1000
_HEAD = """# Every page, as people meet it

Made by `python -m tools.screens` of the product with invented cases;
`python -m tools.screens NAME ...` takes some anew.
The cases are the same each time; days and times are those of the making. Buttons that the browser itself draws
("Choose Files") speak the language of the browser that took the picture. The numbers are widths in pixels;
Polish pictures show most of a page, the others its first window.
"""


def save(picture: Image.Image, file_name: str) -> None:
    """Keep the picture, and the cover that is made of it."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").save(DIRECTORY / file_name, lossless=True, quality=100)
    if cover := COVERS.get(file_name):
        height = min(picture.height, COVER_HEIGHT)
        picture.crop((0, 0, picture.width, height)).save(DIRECTORY / cover, optimize=True)


def write_index(groups: Sequence[tuple[str, Sequence[Scene]]]) -> None:
    """The table of all scenes; pictures of scenes that are gone are removed."""
    known = {path.name for _, scenes in groups for path in _paths(scenes)} | set(COVERS.values())
    for path in DIRECTORY.iterdir():
        if path.suffix in (".png", ".webp") and path.name not in known:
            path.unlink()
    tables = [f"## {title}\n\n{_table(scenes)}\n" for title, scenes in groups]
    (DIRECTORY / "README.md").write_text("\n".join([_HEAD, *tables]), encoding="utf-8")


def total_bytes() -> int:
    """What the folder weighs; raises when it is too much for a repository."""
    total = sum(path.stat().st_size for path in DIRECTORY.iterdir())
    if total > MOST_BYTES:
        raise ValueError(f"{DIRECTORY} has {total} bytes, more than {MOST_BYTES}")
    return total


def _paths(scenes: Iterable[Scene]) -> Iterable[Path]:
    return (
        DIRECTORY / scene.file_name(width, language)
        for scene in scenes
        for width in scene.widths
        for language in scene.languages
    )


def _table(scenes: Iterable[Scene]) -> str:
    head = f"| page | name | {' | '.join(LANGUAGES)} |\n|---|---|{'---|' * len(LANGUAGES)}"
    return "\n".join([head, *(_row(scene) for scene in scenes)])


def _row(scene: Scene) -> str:
    cells = [_links(scene, language) if language in scene.languages else "" for language in LANGUAGES]
    return f"| {scene.title} | `{scene.name}` | {' | '.join(cells)} |"


def _links(scene: Scene, language: str) -> str:
    return " · ".join(f"[{width}]({scene.file_name(width, language)})" for width in scene.widths)
