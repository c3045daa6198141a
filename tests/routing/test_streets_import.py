"""Importing streets: complete, repeatable, never over a person's edit, and clear about files that do not fit."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from routing.address_points import Columns, read_middles, street_key
from routing.loading import Loaded, load_city
from routing.models import Street
from routing.projection import from_grid
from routing.streets_import import Imported, import_streets
from routing.tables import BadTable
from routing.teryt import read_streets

HEADER = "WOJ;POW;GMI;RODZ_GMI;SYM;SYM_UL;CECHA;NAZWA_1;NAZWA_2;STAN_NA"
ROWS = (
    "30;99;01;1;0950000;00001;ul.;Bursztynowa;;2026-01-01",
    "30;99;01;1;0950000;00002;ul.;Wyspiańska;Zofii;2026-01-01",
    "30;99;01;1;0950000;00003;pl.;Bursztynowy;;2026-01-01",
    '30;99;01;1;0950000;00004;ul.;Nowaka;"Orła" Jana;2026-01-01',
    "30;99;01;1;0950000;00005;inne;Trasa Nadrzeczna;;2026-01-01",
    "30;99;01;1;0950001;00001;ul.;Bursztynowa;;2026-01-01",
    "30;99;02;2;0960000;00001;ul.;Obca;;2026-01-01",
)
POINTS = (
    "ulica;numer;lat;lon",
    "Bursztynowa;1;52.2000;18.2000",
    "Bursztynowa;3;52.2010;18.2010",
    "ul. Bursztynowa;5;52.2020;18.2020",
    "Zofii Wyspiańskiej;1;;",
    "plac Bursztynowy;1;52,3000;18,3000",
    "Nieznana;1;52.4;18.4",
)
COMMUNE = ["309901"]


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\r\n".join((*lines, "")).encode(encoding))
    return path


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return write(tmp_path / "ULIC.csv", HEADER, *ROWS, encoding="utf-8-sig")


@pytest.fixture
def points(tmp_path: Path) -> Path:
    return write(tmp_path / "points.csv", *POINTS)


@pytest.fixture
def nowhere(db) -> None:
    Street.objects.all().delete()


def run(register: Path, points: Path | None = None) -> Imported:
    middles = read_middles(points, Columns()) if points else None
    return import_streets(streets=read_streets(register, COMMUNE), middles=middles)


def test_the_streets_of_the_commune_are_created_once_each(nowhere, register):
    done = run(register)
    assert done.loaded == Loaded(created=5)
    assert set(Street.objects.values_list("prefix", "name", "folded")) == {
        ("ul.", "Bursztynowa", "bursztynowa"),
        ("ul.", "Zofii Wyspiańska", "zofii wyspianska"),
        ("pl.", "Bursztynowy", "bursztynowy"),
        ("ul.", '"Orła" Jana Nowaka', '"orla" jana nowaka'),
        ("ul.", "Trasa Nadrzeczna", "trasa nadrzeczna"),
    }


def test_a_second_import_changes_nothing(nowhere, register, points):
    run(register, points)
    before = list(Street.objects.order_by("id").values())
    assert run(register, points).loaded == Loaded()
    assert list(Street.objects.order_by("id").values()) == before


def test_a_street_lies_where_its_middle_address_is(nowhere, register, points):
    done = run(register, points)
    assert done.with_middle == 2
    street = Street.objects.get(name="Bursztynowa")
    assert (street.lat, street.lon) == (52.201, 18.201)
    assert Street.objects.get(name="Bursztynowy").lat == 52.3
    assert Street.objects.get(name="Zofii Wyspiańska").lat is None


def test_an_edit_is_kept_while_what_nobody_touched_follows(nowhere, register, points):
    run(register)
    Street.objects.filter(name="Bursztynowa").update(lat=52.5, lon=18.5)
    Street.objects.filter(name="Trasa Nadrzeczna").update(name="Trasa Nowa")
    Street.objects.filter(name="Zofii Wyspiańska").delete()
    done = run(register, points)
    assert done.loaded == Loaded(updated=2, kept=4)
    assert Street.objects.get(name="Bursztynowa").lat == 52.5
    assert Street.objects.get(name="Bursztynowy").lat == 52.3
    assert not Street.objects.filter(name__in=("Trasa Nadrzeczna", "Zofii Wyspiańska")).exists()


def test_a_street_known_by_its_short_name_keeps_it_and_gets_its_place(nowhere, tmp_path):
    Street.objects.create(prefix="ul.", name="Mickiewicza", folded="mickiewicza")
    register = write(tmp_path / "u.csv", HEADER, "30;99;01;1;1;1;ul.;Mickiewicza;Adama;2026-01-01")
    points = write(tmp_path / "p.csv", POINTS[0], "Adama Mickiewicza;1;52.2;18.2")
    assert run(register, points).loaded == Loaded(updated=2)
    street = Street.objects.get()
    assert (street.name, street.lat) == ("Mickiewicza", 52.2)


def test_a_short_name_of_two_streets_means_neither(nowhere, tmp_path):
    Street.objects.create(prefix="ul.", name="Nowaka", folded="nowaka")
    rows = (f"30;99;01;1;1;{n};ul.;Nowaka;{given};2026-01-01" for n, given in enumerate(("Jana", "Piotra")))
    done = run(write(tmp_path / "u.csv", HEADER, *rows))
    assert done.loaded == Loaded(created=2)
    assert done.unregistered == ("ul. Nowaka",)


@pytest.mark.django_db
def test_import_and_starting_data_leave_each_other_alone(tmp_path):
    name = Street.objects.filter(prefix="ul.").order_by("id")[0].name
    row = f"30;99;01;1;1;1;ul.;{name};;2026-01-01"
    points = write(tmp_path / "p.csv", POINTS[0], f"{name};1;52.2;18.2")
    done = run(write(tmp_path / "u.csv", HEADER, row), points)
    assert done.loaded == Loaded(updated=2)
    assert len(done.unregistered) == Street.objects.count() - 1
    assert load_city(settings.CITY_DATA_DIR) == Loaded()
    assert Street.objects.get(prefix="ul.", name=name).lat == 52.2


def test_the_code_of_a_commune_may_name_its_kind(register):
    assert [street.name for street in read_streets(register, ["309902_2"])] == ["Obca"]
    assert len(read_streets(register, ["309901", "3099022"])) == 6


BAD_REGISTERS = {
    "another encoding": ([HEADER, ROWS[1]], "cp1250", "is not utf-8"),
    "columns missing": (["WOJ;POW;GMI;NAZWA", "30;99;01;X"], "utf-8", "no column RODZ_GMI, SYM"),
    "another delimiter": ([HEADER.replace(";", ",")], "utf-8", "no column"),
    "a short row": ([HEADER, "30;99;01"], "utf-8", "line 2: 3 fields"),
    "no name": ([HEADER, "30;99;01;1;1;1;ul.;;Jana;2026-01-01"], "utf-8", "line 2: a street without a name"),
    "another commune": ([HEADER, ROWS[6]], "utf-8", "no street of the commune 309901"),
    "nothing": ([""], "utf-8", "empty"),
    "xml": (['<?xml version="1.0"?>'], "utf-8", "XML"),
    "zip": (["PK\x03\x04"], "utf-8", "ZIP"),
}


@pytest.mark.parametrize("case", BAD_REGISTERS, ids=lambda name: name.replace(" ", "-"))
def test_a_register_that_does_not_fit_is_refused_with_words(tmp_path, case):
    lines, encoding, words = BAD_REGISTERS[case]
    with pytest.raises(BadTable, match=words):
        read_streets(write(tmp_path / "u.csv", *lines, encoding=encoding), COMMUNE)


@pytest.mark.parametrize("commune", ["", "30", "30990a", "30990111"])
def test_a_code_that_is_none_is_refused(register, commune):
    with pytest.raises(BadTable, match="no code of a commune"):
        read_streets(register, [commune])


BAD_POINTS = {
    "no column of streets": (["a;lat;lon", "x;52;18"], "name the columns"),
    "no position": (["ulica;numer", "x;1"], "name the columns"),
    "not a number": (["ulica;lat;lon", "x;north;18"], "line 2: 'north'"),
    "swapped": (["ulica;lat;lon", "x;18.2;52.2"], "swapped"),
    "infinite": (["ulica;lat;lon", "x;1e9;1e9"], "not in Poland"),
}


@pytest.mark.parametrize("case", BAD_POINTS, ids=lambda name: name.replace(" ", "-"))
def test_points_that_do_not_fit_are_refused_with_words(tmp_path, case):
    lines, words = BAD_POINTS[case]
    with pytest.raises(BadTable, match=words):
        read_middles(write(tmp_path / "p.csv", *lines), Columns())


def test_columns_may_have_any_name_and_the_grid_of_the_registers(tmp_path):
    # Quoted, as many programs export it.
    lines = ('"nazwa","dom","E","N"', '"Polna, stara","1","448780.613","484036.313"')
    columns = Columns(street="nazwa", number="dom", x="E", y="N")
    middles = read_middles(write(tmp_path / "p.csv", *lines), columns)
    assert middles.find("ul.", "Polna Stara") == pytest.approx((52.22, 18.25), abs=1e-6)
    assert (middles.points, middles.without_position) == (1, 0)


@pytest.mark.parametrize(
    ("east", "north", "lat", "lon"),
    [
        # By the series of Redfearn, worked out apart from ours.
        (500_000.0, 459_309.209, 52.0, 19.0),
        (776_155.384, 166_114.801, 49.3, 22.8),
        (233_982.978, 733_962.775, 54.4, 14.9),
    ],
)
def test_the_grid_is_turned_into_degrees(east, north, lat, lon):
    assert from_grid(east, north) == pytest.approx((lat, lon), abs=1e-7)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("plac Wolności", "pl wolnosci"),
        ("pl. Wolności", "pl wolnosci"),
        ("ul.Polna", "polna"),
        ("ul. Aleja Róż", "al roz"),
        ("Aleja", "aleja"),
        ('"Orła" Jana Nowaka', "orla jana nowaka"),
        ("", ""),
    ],
)
def test_names_of_different_tables_meet(name, key):
    assert street_key(name) == key


def test_nothing_is_written_when_one_row_is_refused(nowhere, tmp_path):
    too_long = f"30;99;01;1;1;1;ul.;{'x' * 200};;2026-01-01"
    with pytest.raises(BadTable, match="line 3"):
        run(write(tmp_path / "u.csv", HEADER, ROWS[0], too_long))
    assert not Street.objects.exists()


def test_the_command_reports_what_it_did_and_fails_with_words(nowhere, register, points, tmp_path, capsys):
    call_command("import_streets", str(register), gmina=["309901"], points=points)
    said = capsys.readouterr().out
    assert "5 streets in the register: 5 rows created" in said
    assert "2 streets with coordinates, from 6 address points, of which 1 have no position" in said
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_streets", str(tmp_path / "none.csv"), gmina=["309901"])
    with pytest.raises(CommandError, match="no encoding"):
        call_command("import_streets", str(register), gmina=["309901"], encoding="klingon")
