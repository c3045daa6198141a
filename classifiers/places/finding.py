"""From a text to the place that it names most clearly: street, number, corner, relation, bus stop, district."""

from collections.abc import Sequence

from classifiers.normalise import Token
from classifiers.places.around import Corner, Words, find_corner, find_stop, relation_before, unknown_street
from classifiers.places.evidence import CORNER_POINTS, ENOUGH, Reading, Scene, certainty
from classifiers.places.glued import part_glued
from classifiers.places.index import index_of
from classifiers.places.matching import find_matches
from classifiers.places.numbers import HouseNumber, find_number
from classifiers.types import Gazetteer, PlaceFinding, PlacePart

#: When several streets bear the name, somebody has to ask which: no more than this is sure.
_AMBIGUOUS = 0.5
#: Points by which two names are about as clear: people begin with the place that they mean.
_ABOUT = 1.0
_UNKNOWN = 0.3
_STOP_ALONE = 0.6


def find_place(text: str, tokens: Sequence[Token], gazetteer: Gazetteer) -> PlaceFinding | None:
    """The place that the text names most clearly, or None. Offsets are those of the text given."""
    if not tokens:
        return None
    tokens = part_glued(text, tokens)
    scene = Scene(text, tokens)
    readings = [scene.read(match) for match in find_matches(tokens, index_of(gazetteer))]
    streets = [reading for reading in readings if reading.match.name.street is not None]
    corner = find_corner(scene, readings)
    if corner and min(reading.points for reading in corner.streets) + CORNER_POINTS < ENOUGH:
        corner = None
    best = corner.streets[0] if corner else _clearest(streets)
    district = _clearest([reading for reading in readings if reading.match.name.street is None])
    stop = find_stop(scene)
    if best:
        return _at_street(scene, best, streets, district, corner, stop)
    return _elsewhere(scene, district, stop)


def _clearest(readings: Sequence[Reading]) -> Reading | None:
    """The reading with the most points, when they are enough; of several that are about as clear, the first."""
    most = max((reading.points for reading in readings), default=0.0)
    likely = [reading for reading in readings if reading.points >= max(ENOUGH, most - _ABOUT)]
    same_words = [reading for reading in likely if reading.match.head == likely[0].match.head]
    return max(same_words, key=lambda reading: reading.points, default=None)


def _at_street(
    scene: Scene,
    best: Reading,
    streets: Sequence[Reading],
    district: Reading | None,
    corner: Corner | None,
    stop: Words | None,
) -> PlaceFinding:
    entry = best.match.name.street
    assert entry is not None
    is_known = not _has_rival(best, streets)
    start, end = _span(scene, best)
    of_stop = stop is not None and stop.first <= best.match.first <= stop.last
    number = None if of_stop else best.number
    second = corner.streets[1] if corner else None
    second_entry = second.match.name.street if second and not _has_rival(second, streets) else None
    relation, relation_at = relation_before(scene, best)
    sure = certainty(best.points + (CORNER_POINTS if corner else 0.0))
    return PlaceFinding(
        street_id=entry.id if is_known else None,
        street_name=entry.name if is_known else scene.text[start:end],
        house_number=number.number if number else "",
        district=_district(entry.district if is_known else None, district),
        start=start,
        end=end,
        flat_number=number.flat if number else "",
        second_street_id=second_entry.id if second_entry else None,
        second_street_name=second_entry.name if second_entry else "",
        relation=corner.relation if corner else relation,
        stop_name=stop.text if stop else "",
        confidence=sure if is_known else min(sure, _AMBIGUOUS),
        parts=(
            PlacePart("STREET", start, end),
            *_number_parts(number),
            *([PlacePart("SECOND", *_span(scene, second))] if second else []),
            *([_part("RELATION", scene, relation_at, relation_at)] if relation_at >= 0 else []),
            *([_part("STOP", scene, stop.first, stop.last)] if stop else []),
            *([PlacePart("DISTRICT", *_span(scene, district))] if district else []),
        ),
    )


def _elsewhere(scene: Scene, district: Reading | None, stop: Words | None) -> PlaceFinding | None:
    """A place without a street that we know: a stop, a street by its written name, a district."""
    code = district.match.name.district if district else None
    unknown = unknown_street(scene)
    if unknown and district and unknown.first <= district.match.head <= unknown.last:
        unknown = None  # "the Southfield estate"
    if stop and not unknown:
        part = _part("STOP", scene, stop.first, stop.last)
        return PlaceFinding(
            None,
            "",
            "",
            code,
            part.start,
            part.end,
            stop_name=stop.text,
            confidence=_STOP_ALONE,
            parts=(part,),
        )
    if unknown:
        part = _part("STREET", scene, unknown.first, unknown.last)
        number = find_number(scene.text, part.start, part.end)
        return PlaceFinding(
            None,
            unknown.text,
            number.number if number else "",
            code,
            part.start,
            part.end,
            flat_number=number.flat if number else "",
            stop_name=stop.text if stop else "",
            confidence=_UNKNOWN,
            parts=(part, *_number_parts(number)),
        )
    if district is None:
        return None
    start, end = _span(scene, district)
    sure = certainty(district.points)
    return PlaceFinding(
        None, "", "", code, start, end, confidence=sure, parts=(PlacePart("DISTRICT", start, end),)
    )


def _has_rival(best: Reading, streets: Sequence[Reading]) -> bool:
    """Whether the same words mean another street just as well."""
    return any(
        other.match.head == best.match.head
        and other.match.name.street is not best.match.name.street
        and other.points >= best.points
        for other in streets
    )


def _district(of_street: str | None, named: Reading | None) -> str | None:
    return of_street or (named.match.name.district if named else None)


def _span(scene: Scene, reading: Reading) -> tuple[int, int]:
    return scene.tokens[reading.match.first].start, scene.tokens[reading.match.last].end


def _part(kind: str, scene: Scene, first: int, last: int) -> PlacePart:
    return PlacePart(kind, scene.tokens[first].start, scene.tokens[last].end)


def _number_parts(number: HouseNumber | None) -> tuple[PlacePart, ...]:
    if number is None:
        return ()
    house = PlacePart("NUMBER", number.start, number.end)
    return (house, PlacePart("FLAT", number.flat_start, number.flat_end)) if number.flat else (house,)
