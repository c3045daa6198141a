"""The translated words: ``contact_centre/locale/*.po`` is what people edit, compiled files are state."""

from pathlib import Path

import polib

SOURCES = Path(__file__).resolve().parents[1] / "locale"
DOMAIN = Path("LC_MESSAGES") / "django.po"


def compile_words(target: Path) -> None:
    """Compile every catalogue into ``target``, where Django looks for it; those that are fresh stay."""
    for source in sorted(SOURCES.glob(f"*/{DOMAIN}")):
        compiled = (target / source.relative_to(SOURCES)).with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        compiled.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and moved: a process that starts meanwhile must not read half a file.
        half = compiled.with_suffix(".new")
        polib.pofile(str(source)).save_as_mofile(str(half))
        half.replace(compiled)
