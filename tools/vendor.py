"""Third-party files served by ourselves: the manifest that names each with its version, licence and hash."""

import hashlib
import json
from pathlib import Path
from typing import Final

MANIFEST_NAME: Final = "manifest.json"
PERMISSIVE_LICENCES: Final = frozenset({"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"})
FIELDS: Final = ("name", "version", "licence", "home", "files")


def find_faults(folder: Path) -> list[str]:
    """Say what is wrong with a folder of vendored files; an empty list promises that every file in it
    is listed once, unchanged, and that every package names its version, licence and licence text."""
    packages = json.loads((folder / MANIFEST_NAME).read_text("utf-8"))["packages"]
    faults: list[str] = []
    listed: dict[str, str] = {}
    for package in packages:
        faults += _package_faults(package)
        for path, digest in package.get("files", {}).items():
            if path in listed:
                faults.append(f"{path}: listed twice")
            listed[path] = digest
    return faults + _file_faults(folder, listed)


def _package_faults(package: dict[str, object]) -> list[str]:
    name = str(package.get("name", "a package without a name"))
    faults = [f"{name}: no {field}" for field in FIELDS if not package.get(field)]
    if package.get("licence") not in PERMISSIVE_LICENCES:
        faults.append(f"{name}: licence {package.get('licence')} is not on our list")
    files = package.get("files")
    if not isinstance(files, dict) or not any(Path(path).name.startswith("LICENSE") for path in files):
        faults.append(f"{name}: no licence text")
    return faults


def _file_faults(folder: Path, listed: dict[str, str]) -> list[str]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found.pop(MANIFEST_NAME)
    faults = [f"{path}: lies here but is not listed" for path in sorted(found.keys() - listed.keys())]
    for path, digest in sorted(listed.items()):
        if path not in found:
            faults.append(f"{path}: listed but missing")
        elif hashlib.sha256(found[path].read_bytes()).hexdigest() != digest:
            faults.append(f"{path}: differs from its hash")
    return faults
