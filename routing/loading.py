"""Loading the city's starting data from TOML: repeatable, and never over an administrator's edit."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from routing.folding import fold
from routing.models import (
    Calendar,
    Category,
    DayOff,
    Department,
    District,
    Group,
    Kind,
    Rule,
    Street,
    Urgency,
)
from routing.models.loaded import LoadedKey, LoadedRow
from routing.working_time import parse_hours

Row = dict[str, Any]
L = TypeVar("L", bound=LoadedRow)


class BadCityData(Exception):
    """A file of the starting data names something that is not there, or leaves out what is needed."""


class _Deleted(Exception):
    """The row needs another one that an administrator deleted: it is left as it is."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: rows created, fields brought up to date, and what was left as a person wants it: fields that
    were edited, rows that were deleted."""

    created: int = 0
    updated: int = 0
    kept: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(self.created + other.created, self.updated + other.updated, self.kept + other.kept)


@transaction.atomic(durable=True)
def load_city(directory: Path) -> Loaded:
    """Load all reference data of ``directory``; raises BadCityData with the file and the row at fault."""
    total = Loaded()
    for file, table, put in _TABLES:
        rows: list[Row] = read_table(directory, file).get(table, [])
        for row in _parents_first(rows) if table == "department" else rows:
            try:
                total += put(row)
            except _Deleted:
                total += Loaded(kept=1)
            except (BadCityData, KeyError, TypeError, ValueError, ValidationError) as error:
                name = row.get("code") or row.get("name") or row
                raise BadCityData(f"{file}.toml, {table} {name}: {error!r}") from error
    return total


def read_table(directory: Path, file: str) -> Row:
    """One TOML file of the starting data, as it is written; raises BadCityData when it cannot be read."""
    try:
        with (directory / f"{file}.toml").open("rb") as handle:
            return tomllib.load(handle)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadCityData(f"{file}.toml: {error}") from error


def _parents_first(rows: list[Row]) -> list[Row]:
    ordered: list[Row] = []
    seen: set[str] = set()
    pending = list(rows)
    while pending:
        ready = [row for row in pending if row.get("parent") is None or row["parent"] in seen]
        if not ready:
            raise BadCityData(f"departments.toml: no such parent for {[row.get('code') for row in pending]}")
        ordered += ready
        seen |= {row["code"] for row in ready}
        pending = [row for row in pending if row["code"] not in seen]
    return ordered


def _find(model: type[L], code: str) -> L:
    found = _row_of(model, {"code": code})
    if found is None and _loaded_keys(model).filter(key=code).exists():
        raise _Deleted(code)
    if found is None:
        raise BadCityData(f"no {model._meta.verbose_name} with the code {code!r}")
    return found


def _row_of(model: type[L], key: Row) -> L | None:
    """The row that the files mean by ``key``: the one that was loaded under it, whatever it is called today."""
    as_loaded = {f"loaded_values__{name}": _plain(value) for name, value in key.items()}
    rows = model._default_manager.order_by("id")
    return rows.filter(**as_loaded).first() or rows.filter(**key).first()


def _find_if_kept(model: type[L], code: str | None) -> L | None:
    """The row that a field may do without: None where none is named, or an administrator deleted it."""
    try:
        return _find(model, code) if code else None
    except _Deleted:
        return None


def _loaded_keys(model: type[models.Model]) -> models.QuerySet[LoadedKey]:
    return LoadedKey.objects.filter(table=model._meta.model_name)


def _put_calendar(row: Row) -> Loaded:
    if not any(parse_hours(row["hours"])):
        raise BadCityData("never opens")
    return put_row(Calendar, {"code": row["code"]}, row)


def _put_day_off(row: Row) -> Loaded:
    day = row["date"] if isinstance(row["date"], date) else date.fromisoformat(row["date"])
    calendar = _find(Calendar, row["calendar"])
    return put_row(DayOff, {"calendar": calendar, "date": day}, {"name": row["name"]})


def _put_department(row: Row) -> Loaded:
    references = {
        "parent": _find_if_kept(Department, row.get("parent")),
        "calendar": _find_if_kept(Calendar, row.get("calendar")),
    }
    return put_row(Department, {"code": row["code"]}, row | references)


def _put_group(row: Row) -> Loaded:
    return put_row(Group, {"code": row["code"]}, row)


def _put_category(row: Row) -> Loaded:
    references = {"group": _find(Group, row["group"]), "department": _find(Department, row["department"])}
    return put_row(Category, {"code": row["code"]}, row | references)


def _put_district(row: Row) -> Loaded:
    return put_row(District, {"code": row["code"]}, row)


def _put_street(row: Row) -> Loaded:
    district = _find_if_kept(District, row.get("district"))
    values = row | {"district": district, "folded": fold(row["name"])}
    return put_row(Street, {"prefix": row["prefix"], "name": row["name"]}, values)


def _put_rule(row: Row) -> Loaded:
    known: dict[str, Callable[[], dict[str, list[str]]]] = {
        "categories": partial(_names_of, Category, "code"),
        "districts": partial(_names_of, District, "code"),
        "streets": partial(_names_of, Street, "name"),
        "urgencies": lambda: {value: [value] for value in Urgency.values},
        "kinds": lambda: {value: [value] for value in Kind.values},
        "addressed_to": partial(_names_of, Department, "code"),
    }
    conditions = {name: _today(name, row[name], allowed()) for name, allowed in known.items() if name in row}
    department = _find(Department, row["department"])
    return put_row(Rule, {"code": row["code"]}, row | conditions | {"department": department})


def _today(condition: str, names: list[str], known: dict[str, list[str]]) -> list[str]:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise BadCityData(f"no such {condition}: {', '.join(unknown)}")
    return [today for name in names for today in known[name]]


def _names_of(model: type[LoadedRow], field: str) -> dict[str, list[str]]:
    """What a condition may name, and how each is called today: a rule is matched by the names of today.

    What was deleted since it was loaded keeps its name.
    """
    names: dict[str, list[str]] = {}
    for row in model._default_manager.order_by("id").only(field, "loaded_values"):
        today = getattr(row, field)
        of_name = names.setdefault(row.loaded_values.get(field, today), [])
        if today not in of_name:
            of_name.append(today)
    return {name: [name] for name in _loaded_keys(model).values_list("name", flat=True)} | names


_TABLES: tuple[tuple[str, str, Callable[[Row], Loaded]], ...] = (
    ("calendars", "calendar", _put_calendar),
    ("calendars", "day_off", _put_day_off),
    ("departments", "department", _put_department),
    ("catalogue", "group", _put_group),
    ("catalogue", "category", _put_category),
    ("places", "district", _put_district),
    ("places", "street", _put_street),
    ("rules", "rule", _put_rule),
)


def put_row(model: type[LoadedRow], key: Row, values: Row) -> Loaded:
    """Create the row, or bring those fields up to date that nobody edited since the last load.

    A row is found by its key as it was loaded, so that a renamed one does not come back under its old name; a deleted
    one does not come back at all.
    """
    values = values | key
    _check_fields(model, values)
    wanted = {name: _plain(value) for name, value in values.items()}
    row = _row_of(model, key)
    if row is None:
        *parts, name = [str(wanted[field]) for field in key]
        if not is_first_time(model, " ".join([*parts, name]), name):
            return Loaded(kept=1)
        _save(model(**values, loaded_values=wanted), values)
        return Loaded(created=1)
    differs = [name for name in wanted if _current(row, name) != wanted[name]]
    stale = [name for name in differs if _current(row, name) == _remembered(row, name)]
    for name in stale:
        setattr(row, name, values[name])
        row.loaded_values[name] = wanted[name]
    if stale:
        _save(row, values, update_fields=[*stale, "loaded_values"])
    return Loaded(updated=len(stale), kept=len(differs) - len(stale))


def is_first_time(model: type[models.Model], key: str, name: str) -> bool:
    """Whether the key was never loaded before; remembers it, so that it is answered with yes only once."""
    _, is_first = LoadedKey.objects.get_or_create(
        table=str(model._meta.model_name), key=key, defaults={"name": name}
    )
    return is_first


def _save(row: LoadedRow, values: Row, update_fields: list[str] | None = None) -> None:
    found = [name for name, value in values.items() if isinstance(value, models.Model)]
    row.clean_fields(exclude=found)
    row.save(update_fields=update_fields)


def _current(row: LoadedRow, name: str) -> Any:
    # A reference by its id: the row it leads to is not needed.
    return _plain(getattr(row, getattr(row._meta.get_field(name), "attname", name)))


def _remembered(row: LoadedRow, name: str) -> Any:
    """The value as the loader last left it: the field's default where it never wrote one."""
    if name in row.loaded_values:
        return row.loaded_values[name]
    return row._meta.get_field(name).get_default()  # type: ignore[union-attr]


def _check_fields(model: type[LoadedRow], names: Iterable[str]) -> None:
    known = {field.name for field in model._meta.get_fields()}
    unknown = sorted(set(names) - known)
    if unknown:
        raise BadCityData(f"{model._meta.verbose_name} has no field {', '.join(unknown)}")


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value
