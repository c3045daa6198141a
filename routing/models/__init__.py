"""The organisation: people, departments, the service catalogue, places, rules and calendars."""

from routing.models.calendars import Calendar, DayOff
from routing.models.catalogue import Category, Group, Kind, LocationNeed, TermUnit, Urgency
from routing.models.departments import Department, DepartmentKind
from routing.models.people import Role, User
from routing.models.places import District, Street
from routing.models.rules import Rule

__all__ = [
    "Calendar",
    "Category",
    "DayOff",
    "Department",
    "DepartmentKind",
    "District",
    "Group",
    "Kind",
    "LocationNeed",
    "Role",
    "Rule",
    "Street",
    "TermUnit",
    "Urgency",
    "User",
]
