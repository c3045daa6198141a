"""Who may see which case: decided here, inside the query, for pages, search, push and files alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.actors import Actor, staff
from cases.keys import opens
from cases.models import Attachment, Case, CaseParticipant, Contact, Exclusion, ReadLog
from cases.models.attachment import Scan
from cases.models.case_set import CaseQuerySet
from cases.models.references import is_reference
from routing.models import Department, Kind, Role, User
from routing.services import line_of, subtree_ids

_NOTHING = Q(pk__in=[])
# Roles that see every case that they are not kept away from.
_OVERSEERS = frozenset({Role.HEAD, Role.DPO, Role.DISPATCHER})
# Kinds that the council's office looks after (KPA art. 229, petitions act).
COUNCIL_KINDS = (Kind.COMPLAINT, Kind.PETITION)
_WITH_CASES = frozenset(Role.values) - {Role.ANALYST, Role.ADMIN}
# Who answers the phone and the counter, or answers for it.
_WITH_CONTACTS = frozenset({Role.AGENT, Role.DISPATCHER, Role.HEAD, Role.DPO})


class NoAccess(Exception):
    """There is no such case for this person. Says the same whether it exists or not."""


def works_with_cases(user: User) -> bool:
    """Whether the role has a desk at all: analysts and administrators see no personal data."""
    return user.is_active and user.role in _WITH_CASES


def visible_cases(user: User, actor: Actor | None = None) -> CaseQuerySet:
    """All cases that this person may see."""
    if not works_with_cases(user):
        return Case.objects.none()
    by = actor or staff(user)
    return _without_exclusions(Case.objects.filter(_by_role(by)), by)


def public_cases() -> CaseQuerySet:
    """The cases of which everybody may know that they are there: public, and of no person's own affairs."""
    return Case.objects.filter(
        is_public=True,
        is_restricted=False,
        confidential=False,
        category__is_public=True,
        category__is_sensitive=False,
    )


def get_case_for_staff(user: User, reference: str, actor: Actor | None = None) -> Case:
    """One case by its reference, which log lines name by its id from here on; raises NoAccess."""
    if not is_reference(reference):
        raise NoAccess(reference)
    related = ("category", "department", "department__calendar", "assignee", "street", "area", "merged_into")
    case = visible_cases(user, actor).select_related(*related).filter(reference=reference).first()
    if case is None:
        raise NoAccess(reference)
    structlog.contextvars.bind_contextvars(case_id=case.pk)
    return case


def get_participant(reference: str, key: str) -> CaseParticipant:
    """The participant whose tracking key this is, with the case; raises NoAccess."""
    if not is_reference(reference):
        raise NoAccess(reference)
    rows = CaseParticipant.objects.filter(case__reference=reference, detached_at__isnull=True)
    for participant in rows.select_related("case", "case__category", "case__department", "case__merged_into"):
        if opens(participant, key):
            structlog.contextvars.bind_contextvars(case_id=participant.case_id)
            return participant
    raise NoAccess(reference)


def attachments_for_staff(user: User) -> QuerySet[Attachment]:
    """Files on the cases that the person may see."""
    return Attachment.objects.filter(case__in=visible_cases(user))


def attachments_for_resident(participant: CaseParticipant) -> QuerySet[Attachment]:
    """What a participant may open: her own files, and what the city published to the residents of the case."""
    own = Q(message__author_participant=participant)
    from_city = Q(message__audience="RESIDENT", message__author_user__isnull=False)
    files = Attachment.objects.filter(own | from_city, case_id=participant.case_id, is_internal=False)
    # Logos of mails say nothing, and what may do harm is for trained people.
    return files.filter(is_decoration=False, dangers=[]).exclude(scan=Scan.INFECTED)


def may_read_restricted_files(actor: Actor) -> bool:
    """Originals with EXIF and position are evidence: not for crews and council guests."""
    return actor.role in (Role.DISPATCHER, Role.HANDLER, Role.MANAGER, Role.HEAD, Role.DPO)


def may_open(actor: Actor, file: Attachment) -> bool:
    """Whether there is anything of the file to be had; one that may do harm only for who may have originals."""
    return file.is_available and (not file.dangers or may_read_restricted_files(actor))


def may_exclude(actor: Actor) -> bool:
    """Who may keep a person or department away from a case."""
    return actor.role in (Role.DISPATCHER, Role.HEAD)


def may_set_confidential(case: Case, actor: Actor) -> bool:
    """Who may close a case to all but the fewest, and open it: whoever sees a confidential one by her role."""
    is_own = case.department_id in actor.departments
    return actor.role in _OVERSEERS or (actor.role in (Role.MANAGER, Role.COUNCIL) and is_own)


def sees_contacts(actor: Actor) -> bool:
    """Whether the role has the list of calls, visits and letters."""
    return actor.role in _WITH_CONTACTS


def visible_contacts(user: User, actor: Actor) -> QuerySet[Contact]:
    """The contacts of the list; what was said about a case goes only to those who see the case."""
    if not (user.is_active and sees_contacts(actor)):
        return Contact.objects.none()
    links = Contact.cases.through.objects.filter(contact_id=OuterRef("pk"))
    hidden = links.filter(~Exists(visible_cases(user, actor).filter(pk=OuterRef("case_id"))))
    return Contact.objects.filter(~Exists(hidden))


def logged_contacts(user: User, actor: Actor, *, since: datetime) -> QuerySet[Contact]:
    """What this person logged herself: for good where she sees the cases that it belongs to.

    Where she does not, she still reads it from ``since`` on, while the resident is before her; but never of a case
    that is confidential or that she is kept away from.
    """
    links = Contact.cases.through.objects.filter(contact_id=OuterRef("pk"))
    open_to_all = _without_exclusions(Case.objects.filter(confidential=False), actor)
    hidden = links.filter(~Exists(visible_cases(user, actor).filter(pk=OuterRef("case_id"))))
    kept_away = links.filter(~Exists(open_to_all.filter(pk=OuterRef("case_id"))))
    is_fresh = Q(ended_at__gte=since) & ~Exists(kept_away)
    return Contact.objects.filter(~Exists(hidden) | is_fresh, logged_by=user)


def may_read_log(actor: Actor) -> bool:
    """Who may see who read personal data."""
    return actor.role in (Role.DPO, Role.HEAD)


def visible_readings(user: User, actor: Actor) -> QuerySet[ReadLog]:
    """The read log, without the cases that the reader is kept away from."""
    if not (user.is_active and may_read_log(actor)):
        return ReadLog.objects.none()
    seen = Exists(visible_cases(user, actor).filter(pk=OuterRef("case_id")))
    return ReadLog.objects.filter(Q(case__isnull=True) | seen)


def _by_role(by: Actor) -> Q:
    mine = Q(assignee_id=by.user_id)
    own = Q(department_id__in=by.departments)
    unrestricted = Q(is_restricted=False, confidential=False)
    if by.role in _OVERSEERS:
        return Q()
    if by.role == Role.AGENT:
        return unrestricted | mine | Q(logged_by_id=by.user_id, confidential=False)
    if by.role == Role.MANAGER:
        return own | mine
    if by.role == Role.HANDLER:
        return own & Q(confidential=False) | mine
    if by.role == Role.CREW:
        return own & unrestricted | mine
    if by.role == Role.COUNCIL:
        return own | mine | Q(kind__in=COUNCIL_KINDS, confidential=False)
    return _NOTHING


def _without_exclusions(cases: CaseQuerySet, by: Actor) -> CaseQuerySet:
    against = Q(user_id=by.user_id) | Q(department_id__in=_kept_away_with(by))
    excluded = Exclusion.objects.filter(against, case_id=OuterRef("pk"))
    return cases.filter(~Exists(excluded))


def _kept_away_with(by: Actor) -> frozenset[int]:
    """The departments whose exclusion excludes this person.

    A department is kept away with all below it. Whoever oversees all cases must still find one that the
    whole house is kept away from.
    """
    return by.departments if by.role in _OVERSEERS else by.departments | by.superiors


def is_kept_away(case: Case, department: Department) -> bool:
    """Whether the department, or one above it, must not get this case."""
    return Exclusion.objects.filter(case=case, department_id__in=line_of([department.pk]).above).exists()


def kept_away_departments(case: Case) -> frozenset[int]:
    """All departments that must not get this case: those kept away, with all below them."""
    excluded = Exclusion.objects.filter(case=case).exclude(department=None)
    ids = [pk or 0 for pk in excluded.values_list("department_id", flat=True)]
    return subtree_ids(ids) if ids else frozenset()


@dataclass(frozen=True, slots=True)
class CaseFlags:
    """What of a case decides who may see it: for a push, where a query per listener would be too much."""

    department_id: int | None
    assignee_id: int | None
    logged_by_id: int | None
    kind: str
    is_restricted: bool
    confidential: bool
    excluded_users: tuple[int, ...]
    excluded_departments: tuple[int, ...]


def flags_of(case_ids: Iterable[int]) -> dict[int, CaseFlags]:
    """The flags as they are now, by case."""
    ids = set(case_ids)
    names = ("department_id", "assignee_id", "logged_by_id", "kind", "is_restricted", "confidential")
    rows = {row.pop("pk"): row for row in Case.objects.filter(pk__in=ids).values("pk", *names)}
    users: dict[int, list[int]] = {pk: [] for pk in rows}
    departments: dict[int, list[int]] = {pk: [] for pk in rows}
    excluded = Exclusion.objects.filter(case_id__in=rows)
    for case_id, user, department in excluded.values_list("case_id", "user_id", "department_id"):
        users[case_id] += [user] if user else []
        departments[case_id] += [department] if department else []
    return {
        pk: CaseFlags(**row, excluded_users=tuple(users[pk]), excluded_departments=tuple(departments[pk]))
        for pk, row in rows.items()
    }


def sees(by: Actor, flags: CaseFlags) -> bool:
    """The same answer as ``visible_cases`` gives, without a query; a test holds the two together."""
    if by.role not in _WITH_CASES or by.user_id in flags.excluded_users:
        return False
    if _kept_away_with(by) & set(flags.excluded_departments):
        return False
    return by.role in _OVERSEERS or flags.assignee_id == by.user_id or _sees_by_role(by, flags)


def _sees_by_role(by: Actor, flags: CaseFlags) -> bool:
    own = flags.department_id in by.departments
    unrestricted = not (flags.is_restricted or flags.confidential)
    by_role = {
        Role.AGENT: unrestricted or (flags.logged_by_id == by.user_id and not flags.confidential),
        Role.MANAGER: own,
        Role.HANDLER: own and not flags.confidential,
        Role.CREW: own and unrestricted,
        Role.COUNCIL: own or (flags.kind in COUNCIL_KINDS and not flags.confidential),
    }
    return by_role.get(Role(by.role), False)
