"""What a person saw of a case when she opened its form, sealed: so that a late form can be told what changed.

The seal also proves that she was allowed to see the case then; whoever lost it meanwhile still gets her draft back.
"""

from dataclasses import dataclass

from django.core import signing

from cases.models import Case
from routing.models import User

_SALT = "desk.seen"
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """The case as it was on the page that the person filled in."""

    case_id: int
    version: int
    status: str
    department: str
    assignee: str


def seal(case: Case, user: User) -> str:
    """The hidden field of a form."""
    department = case.department.label if case.department else ""
    assignee = str(case.assignee) if case.assignee else ""
    return signing.dumps(
        [user.pk, case.reference, case.pk, case.version, case.status, department, assignee], salt=_SALT
    )


def unseal(text: str, user: User, reference: str) -> Seen | None:
    """What this person saw of this case; None when the seal is missing, old, or another's."""
    try:
        owner, of, *values = signing.loads(text, salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature:
        return None
    return Seen(*values) if (owner, of) == (user.pk, reference) else None
