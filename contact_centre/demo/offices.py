"""Who deals with a matter of law: what a dispatcher of the town knows about competence."""

import re

from routing.models import Category, Kind

MAYOR = "mayor_office"
COUNCIL = "council_office"
# Complaints about the mayor and about heads of units are for the council (KPA art. 229), others for the mayor's office:
# in no case for the unit complained about (art. 232).
_HEADS = re.compile(
    r"prezydent|burmistrz|dyrektor|kierowni|naczelni|prezes|komendant"
    r"|mayor|director|manager|head of|commander"
    r"|президент|мер[аузо]?м?\b|директор|керівни|начальни|комендант",
    re.IGNORECASE,
)
_OF_KIND = {Kind.PETITION: COUNCIL, Kind.GDPR: "dpo", Kind.ACCESSIBILITY: "accessibility"}
# The contact centre takes matters of law in; it does not decide them.
_TAKES_IN = "contact_centre"


def office_for(category: Category, kind: Kind, text: str) -> str:
    """The code of the department that a dispatcher passes the matter to."""
    if kind == Kind.COMPLAINT:
        return COUNCIL if _HEADS.search(text) else MAYOR
    usual = category.department.code
    if not kind.is_legal:
        return usual
    return _OF_KIND.get(kind) or (MAYOR if usual == _TAKES_IN else usual)
