"""Who does something: a person of ours, a resident with her key, or the system."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import RESIDENT, SYSTEM
from routing.models import User
from routing.services import line_of


class ActorKind(models.TextChoices):
    STAFF = "STAFF", _("staff")
    RESIDENT = RESIDENT, _("resident")
    SYSTEM = SYSTEM, _("system")


@dataclass(frozen=True, slots=True)
class Actor:
    """Ids and role of whoever acts.

    ``departments`` holds the person's departments with all below them, ``superiors`` with all above them.
    """

    kind: ActorKind
    user_id: int | None = None
    participant_id: int | None = None
    role: str = SYSTEM
    departments: frozenset[int] = frozenset()
    superiors: frozenset[int] = frozenset()


SYSTEM_ACTOR = Actor(ActorKind.SYSTEM)


def staff(user: User) -> Actor:
    """The signed-in person as an actor."""
    line = line_of(user.departments.values_list("pk", flat=True))
    return Actor(
        ActorKind.STAFF, user_id=user.pk, role=user.role, departments=line.below, superiors=line.above
    )


def resident(participant_id: int | None) -> Actor:
    """The resident behind a participant; without one, somebody who just wrote to us."""
    return Actor(ActorKind.RESIDENT, participant_id=participant_id, role=RESIDENT)
