"""Loading the city's starting data from TOML: repeatable, and never over an administrator's edit."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from routing.folding import fold
from routing.models import Calendar, Category, DayOff, Department, District, Group, Rule, Street
from routing.models.loaded import LoadedRow

Row = dict[str, Any]
M = TypeVar("M", bound=models.Model)


class BadCityData(Exception):
    """A file of the starting data names something that is not there, or leaves out what is needed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: rows created, fields brought up to date, fields left because a person edited them."""

    created: int = 0
    updated: int = 0
    kept: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(self.created + other.created, self.updated + other.updated, self.kept + other.kept)


@transaction.atomic(durable=True)
def load_city(directory: Path) -> Loaded:
    """Load all reference data of ``directory``; raises BadCityData with the file and the code at fault."""
    total = Loaded()
    for file, table, put in _TABLES:
        rows = _rows(directory, file, table)
        for row in _parents_first(rows) if table == "department" else rows:
            total += put(row)
    return total


def read_table(directory: Path, file: str) -> Row:
    """One TOML file of the starting data, as it is written."""
    with (directory / f"{file}.toml").open("rb") as handle:
        return tomllib.load(handle)


def _rows(directory: Path, file: str, table: str) -> list[Row]:
    rows: list[Row] = read_table(directory, file).get(table, [])
    return rows


def _parents_first(rows: list[Row]) -> list[Row]:
    ordered: list[Row] = []
    seen: set[str] = set()
    pending = list(rows)
    while pending:
        ready = [row for row in pending if row.get("parent") is None or row["parent"] in seen]
        if not ready:
            raise BadCityData(f"departments.toml: no such parent for {[row['code'] for row in pending]}")
        ordered += ready
        seen |= {row["code"] for row in ready}
        pending = [row for row in pending if row["code"] not in seen]
    return ordered


def _find(model: type[M], code: str) -> M:
    found = model._default_manager.filter(code=code).first()
    if found is None:
        raise BadCityData(f"no {model._meta.verbose_name} with the code {code!r}")
    return found


def _put_by_code(model: type[LoadedRow]) -> Callable[[Row], Loaded]:
    return lambda row: _put(model, {"code": row["code"]}, row)


def _put_category(row: Row) -> Loaded:
    references = {"group": _find(Group, row["group"]), "department": _find(Department, row["department"])}
    return _put(Category, {"code": row["code"]}, row | references)


def _put_rule(row: Row) -> Loaded:
    return _put(Rule, {"code": row["code"]}, row | {"department": _find(Department, row["department"])})


def _put_department(row: Row) -> Loaded:
    references = {
        "parent": _find(Department, row["parent"]) if "parent" in row else None,
        "calendar": _find(Calendar, row["calendar"]) if "calendar" in row else None,
    }
    return _put(Department, {"code": row["code"]}, row | references)


def _put_day_off(row: Row) -> Loaded:
    day = row["date"] if isinstance(row["date"], date) else date.fromisoformat(row["date"])
    calendar = _find(Calendar, row["calendar"])
    return _put(DayOff, {"calendar": calendar, "date": day}, {"name": row["name"]})


def _put_street(row: Row) -> Loaded:
    district = _find(District, row["district"]) if "district" in row else None
    values = row | {"district": district, "folded": fold(row["name"])}
    return _put(Street, {"prefix": row["prefix"], "name": row["name"]}, values)


def _put(model: type[LoadedRow], key: Row, values: Row) -> Loaded:
    """Create the row, or bring those fields up to date that nobody edited since the last load."""
    _check_fields(model, values)
    row = model._default_manager.filter(**key).first()
    wanted = {name: _plain(value) for name, value in values.items()}
    if row is None:
        model._default_manager.create(**(values | key), loaded_values=wanted)
        return Loaded(created=1)
    edited = [n for n in wanted if n in row.loaded_values and _plain(getattr(row, n)) != row.loaded_values[n]]
    stale = [n for n in wanted if n not in edited and _plain(getattr(row, n)) != wanted[n]]
    for name in stale:
        setattr(row, name, values[name])
        row.loaded_values[name] = wanted[name]
    if stale:
        row.save(update_fields=[*stale, "loaded_values"])
    return Loaded(updated=len(stale), kept=len(edited))


def _check_fields(model: type[LoadedRow], names: Iterable[str]) -> None:
    known = {field.name for field in model._meta.get_fields()}
    unknown = sorted(set(names) - known)
    if unknown:
        raise BadCityData(f"{model._meta.verbose_name} has no field {', '.join(unknown)}")


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


# File, table in it, and how a row is put; in the order in which rows refer to one another.
_TABLES: tuple[tuple[str, str, Callable[[Row], Loaded]], ...] = (
    ("calendars", "calendar", _put_by_code(Calendar)),
    ("calendars", "day_off", _put_day_off),
    ("departments", "department", _put_department),
    ("catalogue", "group", _put_by_code(Group)),
    ("catalogue", "category", _put_category),
    ("places", "district", _put_by_code(District)),
    ("places", "street", _put_street),
    ("rules", "rule", _put_rule),
)
