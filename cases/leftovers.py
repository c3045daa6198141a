"""Files that came with a form of which nothing became: stored before the report, and never referred to.

A file is named by its content and may belong to several cases, so every path is looked up before it goes.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import structlog
from django.core.files.storage import Storage, storages

from cases.files import FORM_SECONDS
from cases.models import Attachment

log = structlog.get_logger(__name__)
# Longer than any form remembers its files, with time for one that is being sent at this moment.
AGE: Final = timedelta(seconds=FORM_SECONDS) + timedelta(hours=2)
_COLUMNS: Final = {"originals": "original_path", "default": "display_path"}
_FOLDER: Final = re.compile(r"[0-9a-f]{2}")
_FILE: Final = re.compile(r"[0-9a-f]{64}\.[a-z]{3,4}")
_BATCH: Final = 200


def delete_leftovers(at: datetime) -> int:
    """Delete what is older than any form and on no case; returns how many files went."""
    return sum(_clean(storages[alias], column, at - AGE) for alias, column in _COLUMNS.items())


def _clean(storage: Storage, column: str, before: datetime) -> int:
    count, found = 0, _old(storage, before)
    while paths := list(islice(found, _BATCH)):
        used = set(Attachment.objects.filter(**{f"{column}__in": paths}).values_list(column, flat=True))
        for path in set(paths) - used:
            count += _delete(storage, path, before)
    return count


def _delete(storage: Storage, path: str, before: datetime) -> int:
    # Somebody may have sent the same file, or her form again, while the others were looked up.
    if not _is_old(storage, path, before):
        return 0
    storage.delete(path)
    log.info("leftover_file_deleted", path=path)
    return 1


def _old(storage: Storage, before: datetime) -> Iterator[str]:
    for first in _named(_FOLDER, _listed(storage, "")[0]):
        for second in _named(_FOLDER, _listed(storage, first)[0]):
            folder = f"{first}/{second}"
            for name in _named(_FILE, _listed(storage, folder)[1]):
                if _is_old(storage, f"{folder}/{name}", before):
                    yield f"{folder}/{name}"


def _named(pattern: re.Pattern[str], names: Iterable[str]) -> list[str]:
    return [name for name in names if pattern.fullmatch(name)]


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _is_old(storage: Storage, path: str, before: datetime) -> bool:
    try:
        return storage.get_modified_time(path) < before
    except FileNotFoundError:
        return False
