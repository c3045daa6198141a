"""Bringing the streets of the official register into the gazetteer: repeatable, never over an administrator's edit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from routing.address_points import Middles
from routing.folding import fold
from routing.loading import Loaded, Row, put_row
from routing.models import Street
from routing.tables import BadTable
from routing.teryt import RegisteredStreet


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: as a load of the starting data does; how many streets have a middle; who is not registered.

    ``unregistered`` are streets of the gazetteer that the register does not have. They stay: cases may lie there.
    """

    loaded: Loaded
    streets: int
    with_middle: int
    unregistered: tuple[str, ...]


@transaction.atomic(durable=True)
def import_streets(*, streets: Sequence[RegisteredStreet], middles: Middles | None = None) -> Imported:
    """Create what is new and fill in what nobody edited; all or nothing. Raises BadTable with the line at fault.

    A street that the gazetteer already knows by its short name ("Mickiewicza" for "Adama Mickiewicza") keeps it:
    rules name streets, and people know them so.
    """
    known = _known_by_name()
    shorts = Counter((street.prefix, fold(street.short)) for street in streets)
    total, with_middle, seen = Loaded(), 0, set()
    for street in streets:
        is_only = shorts[street.prefix, fold(street.short)] == 1
        key = _key(street, known, is_only=is_only)
        middle = (
            middles.find(street.prefix, street.name, *([street.short] if is_only else []))
            if middles
            else None
        )
        position = {"lat": middle[0], "lon": middle[1]} if middle else {}
        values = {"folded": fold(key["name"]), **position}
        try:
            Street(**key, **values).clean_fields()
            total += put_row(Street, key, values)
        except ValidationError as error:
            raise BadTable(f"line {street.line}, {street.name}: {'; '.join(error.messages)}") from error
        with_middle += middle is not None
        seen.add((key["prefix"], key["name"]))
    return Imported(total, len(streets), with_middle, _unregistered(known, seen))


def _known_by_name() -> Mapping[tuple[str, str], Row]:
    """The keys under which the streets of today were loaded, by prefix and folded name."""
    rows = Street.objects.order_by("id").values_list("prefix", "name", "loaded_values")
    return {
        (key["prefix"], fold(key["name"])): key
        for prefix, name, loaded in rows
        for key in ({"prefix": loaded.get("prefix", prefix), "name": loaded.get("name", name)},)
    }


def _key(street: RegisteredStreet, known: Mapping[tuple[str, str], Row], *, is_only: bool) -> Row:
    full = known.get((street.prefix, fold(street.name)))
    short = known.get((street.prefix, fold(street.short))) if is_only else None
    return full or short or {"prefix": street.prefix, "name": street.name}


def _unregistered(known: Mapping[tuple[str, str], Row], seen: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(
        f"{key['prefix']} {key['name']}" for key in known.values() if (key["prefix"], key["name"]) not in seen
    )
