"""A database with the city's starting data, which is put back after tests that really commit."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from cases.models.append_only import TABLE
from routing.loading import load_city

_SCHEMA = "kept"
# An empty database of SQLite that ./run test leaves before the suites: to migrate takes seconds.
_MIGRATED = Path(os.environ.get("TEST_RUN_DIR", "")) / "migrated.sqlite3"


def use_city(run_dir: Path, worker: str | None) -> None:
    """Connect to a database of this process's own that has the city in it.

    To migrate and to load takes seconds: the first worker of a run does it, and each works on a copy.
    """
    if connection.vendor == "sqlite":
        # A file, not memory: threads must wait for each other as they do in the product.
        connection.settings_dict["TEST"]["NAME"] = str(run_dir / "city.sqlite3")
    if worker is None:
        _build_city()
    else:
        _copy_city(run_dir, worker)


def _build_city() -> None:
    is_migrated = connection.vendor == "sqlite" and _MIGRATED.is_file()
    if is_migrated:
        shutil.copyfile(_MIGRATED, connection.settings_dict["TEST"]["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=is_migrated)
    load_city(settings.CITY_DATA_DIR)
    # The last one to leave writes SQLite's log into the file: a copy of the file alone is then whole.
    connection.close()


def _copy_city(run_dir: Path, worker: str) -> None:
    creation = connection.creation
    with (run_dir / "city.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = run_dir / "city.name"
        if not built.exists():
            _build_city()
            built.write_text(connection.settings_dict["NAME"])
        connection.settings_dict["NAME"] = built.read_text()
        creation.clone_test_db(worker, verbosity=0, autoclobber=True)
    connection.close()
    # In place: the connections of other threads look there, too.
    connection.settings_dict.update(creation.get_test_db_clone_settings(worker))


@contextmanager
def kept_database() -> Iterator[Callable[[], None]]:
    """Remembers all rows, and gives what puts them back: sooner than to empty all tables and to fill them anew."""
    if connection.vendor == "postgresql":
        _keep_tables()
        yield _put_tables_back
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(":memory:")) as kept:
        connection.connection.backup(kept)
        yield partial(_put_file_back, kept)


@contextmanager
def lasting_rows() -> Iterator[None]:
    """What is written inside stays until the rows are put back. Nobody is woken for it, as in a test."""
    block = transaction.atomic()
    # Django's own mark: the durable blocks of the services may begin inside.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        connection.run_on_commit.clear()


def _put_file_back(kept: sqlite3.Connection) -> None:
    connection.ensure_connection()
    kept.backup(connection.connection)


def _keep_tables() -> None:
    copies = (f"CREATE TABLE {_SCHEMA}.{name} AS TABLE {name}" for name in _tables())
    with connection.cursor() as cursor:
        cursor.execute("; ".join([f"CREATE SCHEMA {_SCHEMA}", *copies]))


def _put_tables_back() -> None:
    # Their references are compared at the end: what is sent together is one transaction.
    changes = (
        f"DELETE FROM {name}; INSERT INTO {name} TABLE {_SCHEMA}.{name}"  # noqa: S608 # names of our own tables
        for name in _tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        cursor.execute("; ".join(changes))
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")


def _tables() -> list[str]:
    return connection.introspection.table_names()


def send_others_away() -> None:
    """End the sessions that threads of the sockets left open: PostgreSQL drops no database that has visitors."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def url_of_the_test_database() -> str:
    """For ``DATABASE_URL`` of a process that shall see what a test committed."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    url = urlsplit(os.environ["DATABASE_URL"])
    return url._replace(path=f"{url.path.rpartition('/')[0]}/{name}").geturl()
