"""Database triggers that refuse to change or delete an event, on both engines."""

from typing import Any

from django.db import connections

TABLE = "cases_caseevent"
_MESSAGE = "events are append-only"

_SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{verb} BEFORE {verb} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    for verb in ("update", "delete")
]
_REFUSE = f"""
CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$
"""
_TRIGGER = f"""
CREATE OR REPLACE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()
"""
_POSTGRESQL = [_REFUSE, _TRIGGER]
_STATEMENTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def install_triggers(using: str = "default", **_kwargs: Any) -> None:
    """Put the triggers in place; run after every migration, because SQLite drops them with a rebuilt table."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _STATEMENTS[connection.vendor]:
            cursor.execute(statement)
