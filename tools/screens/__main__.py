"""Take the pictures, or those of the scenes that are named: ``python -m tools.screens [NAME ...]``."""

import os
import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import chromium, find_chromium
from tests.browser.served import ROOT, served
from tools.screens.camera import Camera
from tools.screens.desk_scenes import DESK_SCENES
from tools.screens.index import save, total_bytes, write_index
from tools.screens.resident_scenes import RESIDENT_SCENES

CASES = 300
GROUPS = (("Residents", RESIDENT_SCENES), ("People who work for the city", DESK_SCENES))


def main(wanted: list[str]) -> int:
    """Make the pictures of these names, or all, and the table that lists them."""
    program = find_chromium()
    if program is None:
        print("screens: no Chromium (Debian: apt install chromium)", file=sys.stderr)
        return 1
    scenes = [scene for _, group in GROUPS for scene in group if not wanted or scene.name in wanted]
    if unknown := set(wanted) - {scene.name for scene in scenes}:
        print(f"screens: there is no {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as directory, chromium(program) as browser:
        models = os.environ.get("MODELS_DIR", str(ROOT / "var" / "models"))
        with served(Path(directory), cases=CASES, MODELS_DIR=models) as product:
            camera = Camera(browser, product)
            for scene in scenes:
                for language in scene.languages:
                    for width in scene.widths:
                        save(camera.take(scene, width, language), scene.file_name(width, language))
                print(scene.name, flush=True)
    write_index(GROUPS)
    print(f"{total_bytes() // 1000} kB in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
