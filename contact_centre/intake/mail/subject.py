"""The subject without what mail programs put before it."""

import re
from typing import Final

# Reply and forward marks in the languages whose programs are met here, "Re[2]:" and mail gateways' tags.
_MARK: Final = re.compile(
    r"\s*(?:\[(?:ext|external|zewn[ęe]trzn[ya])\]\s*|"
    r"(?:re|fw|fwd|odp|pd|odpowied[źz]|aw|wg|antw|sv|vs|vb|tr|rv|res|enc|ynt|rif|i|на|відп|пер|ответ|пересл"
    r"|答复|回复|转发)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：])",
    re.IGNORECASE,
)


def without_marks(subject: str) -> str:
    """What the person called the matter: the marks at the start are cut, never those inside."""
    while found := _MARK.match(subject):
        subject = subject[found.end() :]
    return subject.strip()
