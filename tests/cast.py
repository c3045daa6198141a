"""The named cast of the tests: Ana reports, Bo answers at the contact centre, Dee has no business here."""

from routing.models import Department, Role, User


def person(username: str, role: Role, *departments: str) -> User:
    """A person with a login and the departments of the given codes."""
    user = User.objects.create_user(username=username, password="password-of-the-tests", role=role)
    user.departments.set(Department.objects.filter(code__in=departments))
    return user


# Username by role, in the departments that the starting data gives to the same role.
STAFF: dict[Role, tuple[str, tuple[str, ...]]] = {
    Role.AGENT: ("bo", ("contact_centre",)),
    Role.DISPATCHER: ("cy", ("contact_centre",)),
    Role.HANDLER: ("hal", ("zdm",)),
    Role.CREW: ("kris", ("zdm",)),
    Role.MANAGER: ("max", ("zdm",)),
    Role.HEAD: ("helen", ("contact_centre",)),
    Role.ANALYST: ("al", ()),
    Role.COUNCIL: ("cora", ("council_office",)),
    Role.DPO: ("dora", ("dpo",)),
    Role.ADMIN: ("adam", ()),
}


def staff_member(role: Role) -> User:
    """The person of the cast who has the role."""
    username, departments = STAFF[role]
    return User.objects.filter(username=username).first() or person(username, role, *departments)


def outsider() -> User:
    """Dee handles cases too, but for another department."""
    return User.objects.filter(username="dee").first() or person("dee", Role.HANDLER, "straz_miejska")


def newcomer() -> User:
    """Nora has a login and lies with a department, but nobody has given her a role yet."""
    found = User.objects.filter(username="nora").first() or User.objects.create_user("nora")
    found.departments.set(Department.objects.filter(code__in=["zdm", "contact_centre"]))
    return found
