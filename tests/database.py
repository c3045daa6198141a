"""Keeping the city's starting data through tests that really commit, and the database clean behind them."""

import os
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, models

from cases.models.append_only import TABLE
from routing.models import Calendar, Category, DayOff, Department, District, Group, Rule, Street

# In the order in which they refer to each other.
_CITY = (Calendar, DayOff, Department, Group, Category, District, Street, Rule)
_rows: dict[type[models.Model], list[Any]] = {}


def keep_city() -> None:
    """Remember the rows of the starting data."""
    for model in _CITY:
        _rows[model] = list(model._default_manager.order_by("id"))


def put_city_back(**_kwargs: Any) -> None:
    """Insert the remembered rows again where the clean-up of a committing test emptied the tables."""
    if not _rows or Department.objects.exists():
        return
    for model, rows in _rows.items():
        model._default_manager.bulk_create(rows)


def let_events_go() -> None:
    """Take SQLite's triggers away before a clean-up that deletes row by row; the next post_migrate brings them back."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{verb}")


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
