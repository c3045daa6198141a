"""One demonstration login per role, so that a newcomer can look at the product from every side."""

from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from routing.loading import Row, is_first_time, read_table
from routing.models import Department, User

DEMO_PASSWORD = "konin-demo"  # noqa: S105 - printed on the screen of a demonstration, refused in production


@transaction.atomic(durable=True)
def load_demo_people(directory: Path) -> list[User]:
    """Create the people of ``people.toml`` that are new in it, and return those of them that are there.

    Existing logins are left as they are; one that an administrator deleted or renamed does not come back.
    """
    rows = read_table(directory, "people")["person"]
    known = set(User.objects.values_list("username", flat=True))
    # One hash for all: hashing is slow on purpose and these passwords are no secret.
    password = make_password(DEMO_PASSWORD)
    for row in rows:
        if is_first_time(User, row["username"], row["username"]) and row["username"] not in known:
            _create(row, password)
    return list(User.objects.filter(username__in=[row["username"] for row in rows]).order_by("id"))


def _create(row: Row, password: str) -> None:
    user = User.objects.create(
        username=row["username"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=f"{row['username']}@konin.example",
        role=row["role"],
        password=password,
        is_staff=row["role"] == "ADMIN",
        is_superuser=row["role"] == "ADMIN",
    )
    user.departments.set(Department.objects.filter(code__in=row["departments"]))
